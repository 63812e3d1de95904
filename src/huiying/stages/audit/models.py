"""A sample of closed cases: the list that was committed to, its draw, and what was found of those drawn."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from huiying.case.models import Case
from huiying.config.checks import Sensitivity

PLAIN, STAFF = Sensitivity.NONE, Sensitivity.STAFF


class Audit(models.Model):
    """One list, and the draw from it. What the acts of `audit:<name>` say counts; the row is for pages."""

    name = models.CharField("名称", max_length=32, primary_key=True)
    first = models.DateField("结案自")
    last = models.DateField("结案至")
    size = models.PositiveIntegerField("名单件数")
    count = models.PositiveIntegerField("抽取件数")
    by_class = models.BooleanField("按单位类别分层")
    source = models.CharField("随机数来源", max_length=200)
    published_at = models.DateTimeField("随机数公布时间")
    committed_at = models.DateTimeField("登记时间")
    committed_by = models.CharField("登记人", max_length=40)
    randomness = models.CharField("随机数", max_length=200, blank=True)
    drawn_at = models.DateTimeField("抽取时间", null=True)

    sensitivity: ClassVar = dict.fromkeys(
        (
            "name", "first", "last", "size", "count", "by_class", "source", "published_at", "committed_at",
            "randomness", "drawn_at",
        ),
        PLAIN,
    ) | {"committed_by": STAFF}  # fmt: skip

    class Meta:
        """The latest first."""

        verbose_name = verbose_name_plural = "抽样审计"
        ordering = ("-committed_at", "name")

    def __str__(self) -> str:
        return self.name


class Entry(models.Model):
    """One case of a list, at its place in it; if it was drawn, what was found."""

    audit = models.ForeignKey(Audit, models.CASCADE, related_name="entries")
    position = models.PositiveIntegerField("序号")
    case = models.ForeignKey(Case, models.PROTECT, related_name="+")
    commitment = models.CharField("承诺值", max_length=64)
    stratum = models.CharField("单位类别", max_length=20)
    drawn = models.BooleanField("抽中", default=False)
    verdict = models.CharField("审计结论", max_length=12, blank=True)
    found_by = models.CharField("审计人", max_length=40, blank=True)
    found_at = models.DateTimeField("审计时间", null=True)

    sensitivity: ClassVar = dict.fromkeys(
        ("audit", "position", "case", "commitment", "stratum", "drawn", "verdict", "found_at"), PLAIN
    ) | {"found_by": STAFF}

    class Meta:
        """A place in a list is one case's; what is drawn is asked for in the list's order."""

        verbose_name = verbose_name_plural = "审计名单"
        ordering = ("audit", "position")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["audit", "position"], name="a_place_once"),
            models.UniqueConstraint(fields=["audit", "case"], name="a_case_once_in_a_list"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["audit", "position"], condition=Q(drawn=True), name="audit_drawn"),
        ]

    def __str__(self) -> str:
        return f"{self.audit_id}#{self.position}"
