"""Attachments: where the encrypted file lies and what kind it is. Its key and its name are sealed in the vault."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from huiying.case.models import Case
from huiying.config.checks import Sensitivity

PLAIN = Sensitivity.NONE


class Attachment(models.Model):
    """One file that came with an act."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="attachments")
    position = models.PositiveIntegerField()
    ref = models.CharField(max_length=32, unique=True)
    content_type = models.CharField("格式", max_length=60)
    size = models.PositiveIntegerField("字节数")

    sensitivity: ClassVar = dict.fromkeys(("case", "position", "ref", "content_type", "size"), PLAIN)

    class Meta:
        """In the order they came."""

        verbose_name = verbose_name_plural = "附件"
        ordering = ("id",)

    def __str__(self) -> str:
        return self.ref
