"""What a machine proposed for a case, under which model and for which reasons; and what a person said instead."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from huiying.case.models import Case
from huiying.config.checks import Sensitivity

PLAIN = Sensitivity.NONE
VERSION = 12


class Suggestion(models.Model):
    """One proposal of a matter, kept as it was made: an old one stays explainable when its model is gone.

    `others`: the next likeliest with their probabilities; `reasons`: words of the masked text with their shares.
    """

    case = models.ForeignKey(Case, models.CASCADE, related_name="suggestions")
    model = models.CharField("模型版本", max_length=VERSION)
    matter = models.CharField("建议事项", max_length=12)
    probability = models.FloatField("概率")
    abstained = models.BooleanField("拿不准")
    broader = models.CharField("可以确定的上级事项", max_length=12, blank=True)
    others = models.JSONField(default=list)
    reasons = models.JSONField(default=list)
    made_at = models.DateTimeField("提出时间")
    chosen = models.CharField("确定事项", max_length=12, blank=True)
    chosen_by = models.CharField("确定人", max_length=40, blank=True)
    chosen_at = models.DateTimeField("确定时间", null=True)
    why = models.TextField("不同的理由", blank=True)

    sensitivity: ClassVar = dict.fromkeys(
        (
            "case", "model", "matter", "probability", "abstained", "broader", "others", "made_at", "chosen",
            "chosen_at",
        ),
        PLAIN,
    ) | {
        "reasons": Sensitivity.MASKED,
        "why": Sensitivity.MASKED,
        "chosen_by": Sensitivity.STAFF,
    }  # fmt: skip

    class Meta:
        """A model proposes once for a case."""

        verbose_name = verbose_name_plural = "建议"
        ordering = ("id",)
        constraints: ClassVar = [models.UniqueConstraint(fields=["case", "model"], name="a_suggestion_once")]
        indexes: ClassVar = [models.Index(fields=["model", "made_at"], name="suggestion_of_model")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.matter} {self.probability:.2f}"


class Draft(models.Model):
    """A reply that a large model drafted for an official: machine-made, and said to be, with the model and when.

    `person` asked for it, and says with the act, at `position`, whether their text began with it.
    """

    case = models.ForeignKey(Case, models.CASCADE, related_name="machine_drafts")
    act = models.CharField("行为", max_length=40)
    person = models.CharField("经办人", max_length=40)
    text = models.TextField("机器起草的内容")
    model = models.CharField("模型", max_length=100)
    made_at = models.DateTimeField("起草时间")
    used = models.BooleanField("已采用", null=True)
    decided_at = models.DateTimeField("确认时间", null=True)
    position = models.PositiveIntegerField("用于第几个行为", null=True)

    sensitivity: ClassVar = dict.fromkeys(
        ("case", "act", "model", "made_at", "used", "decided_at", "position"), PLAIN
    ) | {"text": Sensitivity.MASKED, "person": Sensitivity.STAFF}  # fmt: skip

    class Meta:
        """Asked for by case."""

        verbose_name = verbose_name_plural = "机器起草"
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.case_id} {self.act} 机器起草 {self.model}"
