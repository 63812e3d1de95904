"""What comes with a demand: attachments, and what of it must reach a person at once.

Of an attachment it is where the encrypted file lies and what kind it is. Its key and its name are sealed in the vault.
"""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

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


class Raising(models.Model):
    """What a machine found urgent in a demand when it came, by which words; and what a person made of that.

    `level`: 1 somebody looks today, 2 somebody may be in danger this moment. `lexicon`: by which words it was found.
    Nothing of who brought it: the words are the lexicon's.
    """

    case = models.OneToOneField(Case, models.CASCADE, related_name="raising")
    level = models.PositiveSmallIntegerField("程度")
    kinds = ArrayField(models.CharField(max_length=10), verbose_name="种类")
    words = ArrayField(models.CharField(max_length=20), verbose_name="词语")
    lexicon = models.CharField("词表版本", max_length=12)
    made_at = models.DateTimeField("提出时间")
    judged_level = models.PositiveSmallIntegerField("认定程度", null=True)
    judged_by = models.CharField("认定人", max_length=40, blank=True)
    judged_at = models.DateTimeField("认定时间", null=True)

    sensitivity: ClassVar = dict.fromkeys(
        ("case", "level", "kinds", "words", "lexicon", "made_at", "judged_level", "judged_at"), PLAIN
    ) | {"judged_by": Sensitivity.STAFF}

    class Meta:
        """What nobody has looked at yet is asked for first of all."""

        verbose_name = verbose_name_plural = "紧急提示"
        ordering = ("-level", "made_at")
        indexes: ClassVar = [
            models.Index(fields=["-level", "made_at"], condition=Q(judged_at=None), name="raising_waiting")
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.level}"
