"""Papers that were issued, and the sequences of their numbers. What a paper says lies with the case's contents."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from huiying.case.models import CODE, Case
from huiying.config.checks import Sensitivity

PLAIN = Sensitivity.NONE


class Paper(models.Model):
    """A paper that was issued for a notice: `position` is the act that owed it, `issued_with` that which issued it."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="papers")
    position = models.PositiveIntegerField()
    notice = models.CharField("文书", max_length=60)
    to = models.CharField("发给", max_length=20)
    number = models.CharField("文号", max_length=40, unique=True)
    wording = models.CharField("文本指纹", max_length=64)
    version = models.PositiveSmallIntegerField("文本版本")
    issued_with = models.PositiveIntegerField()
    issued_at = models.DateTimeField("出具时间")
    served_by = models.CharField("送达方式", max_length=CODE, blank=True)
    served_on = models.DateField("送达日期", null=True)

    sensitivity: ClassVar = dict.fromkeys(
        (
            "case", "position", "notice", "to", "number", "wording", "version", "issued_with", "issued_at",
            "served_by", "served_on",
        ),
        PLAIN,
    )  # fmt: skip

    class Meta:
        """A notice becomes a paper once; a paper that was served says when and how."""

        verbose_name = verbose_name_plural = "文书"
        ordering = ("id",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "position", "notice", "to"], name="a_paper_once"),
            models.CheckConstraint(
                condition=models.Q(served_by="", served_on=None)
                | (~models.Q(served_by="") & ~models.Q(served_on=None)),
                name="served_says_when_and_how",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Series(models.Model):
    """A sequence of numbers: of one kind of paper (机关代字) in one year, and the last that was given."""

    mark = models.CharField("机关代字", max_length=20)
    year = models.PositiveSmallIntegerField("年份")
    last = models.PositiveIntegerField("最后一号")

    sensitivity: ClassVar = dict.fromkeys(("mark", "year", "last"), PLAIN)

    class Meta:
        """One row a kind and year."""

        verbose_name = verbose_name_plural = "文号"
        constraints: ClassVar = [models.UniqueConstraint(fields=["mark", "year"], name="a_series_once")]

    def __str__(self) -> str:
        return f"{self.mark}〔{self.year}〕{self.last}号"
