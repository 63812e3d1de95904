"""Openings of sealed fields: asked for, approved, done, reviewed. What is sealed has no model: `vault` holds it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from huiying.case.models import Case
from huiying.config.checks import Sensitivity

PLAIN, STAFF = Sensitivity.NONE, Sensitivity.STAFF


class Opening(models.Model):
    """One request to see one sealed field, for a purpose. Its acts are on the case; the row is the custodians' list."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="openings")
    field = models.CharField("查看内容", max_length=12)
    purpose = models.CharField("用途", max_length=12)
    person = models.CharField("查看人", max_length=40)
    role = models.CharField("角色", max_length=20)
    unit = models.CharField("单位", max_length=40, blank=True)
    asked_at = models.DateTimeField("申请时间")
    decided_by = models.CharField("审批人", max_length=40, blank=True)
    approved = models.BooleanField("同意", null=True)
    opened_at = models.DateTimeField("查看时间", null=True)
    reviewed_by = models.CharField("复查人", max_length=40, blank=True)
    reviewed_at = models.DateTimeField("复查时间", null=True)
    proper = models.BooleanField("属正当用途", null=True)

    sensitivity: ClassVar = dict.fromkeys(
        ("case", "field", "purpose", "role", "asked_at", "approved", "opened_at", "reviewed_at", "proper"), PLAIN
    ) | dict.fromkeys(("person", "unit", "decided_by", "reviewed_by"), STAFF)

    class Meta:
        """Custodians ask for what waits for approval and for what waits for review."""

        verbose_name = verbose_name_plural = "身份信息查看"
        ordering = ("id",)
        indexes: ClassVar = [
            models.Index(fields=["asked_at"], condition=Q(approved=None, opened_at=None), name="opening_to_approve"),
            models.Index(fields=["opened_at"], condition=Q(reviewed_at=None), name="opening_to_review"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(person=models.F("decided_by")), name="nobody_approves_their_own"),
            models.CheckConstraint(condition=~Q(person=models.F("reviewed_by")), name="nobody_reviews_their_own"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.field} {self.purpose}"
