"""What each case counts for, and the sums by day. Only `actions.py` writes here; counting again gives the same."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from huiying.case.models import CODE, Case
from huiying.config.checks import Sensitivity

PLAIN = Sensitivity.NONE
#: What is counted by day; each is a column of `Tally`.
MEASURES = (
    "received", "closed", "due", "kept", "answered", "solved", "given", "returned", "submitted", "redone",
)  # fmt: skip


class Fact(models.Model):
    """What one case counts for in figures, as it stood when it was last counted; days are days in Beijing.

    `due_on`: the last day of its limit, None where it has none or ended without an answer; `kept`: whether it was
    answered within it. `turns`: [day, unit, measure or ground] of what units were given, returned, submitted, redid.
    `label`: the ground on which it is left out of figures, up to and including `label_until`; whoever is left out of
    the resolution rate has no `solved`.
    """

    case = models.OneToOneField(Case, models.CASCADE, primary_key=True, related_name="fact")
    received_on = models.DateField()
    kind = models.CharField(max_length=12)
    channel = models.CharField(max_length=12)
    matter = models.CharField(max_length=12)
    area = models.CharField(max_length=12)
    unit = models.CharField(max_length=CODE)
    visit = models.CharField(max_length=5)
    due_on = models.DateField(null=True)
    kept = models.BooleanField()
    closed_on = models.DateField(null=True)
    solved = models.CharField(max_length=12)
    turns = models.JSONField(default=list)
    label = models.CharField(max_length=CODE, default="")
    label_until = models.DateField(null=True)

    sensitivity: ClassVar = dict.fromkeys(
        (
            "case", "received_on", "kind", "channel", "matter", "area", "unit", "visit", "due_on", "kept", "closed_on",
            "solved", "turns", "label", "label_until",
        ),
        PLAIN,
    )  # fmt: skip

    class Meta:
        """Lists behind a figure are asked for by day, and by whose or what it is and day."""

        indexes: ClassVar = [
            models.Index(fields=["received_on", "case"], name="fact_received"),
            models.Index(fields=["unit", "received_on", "case"], name="fact_unit"),
            models.Index(fields=["matter", "received_on", "case"], name="fact_matter"),
            models.Index(fields=["area", "received_on", "case"], name="fact_area"),
            models.Index(fields=["closed_on", "case"], name="fact_closed"),
            models.Index(fields=["due_on", "case"], condition=Q(kept=False), name="fact_late"),
            models.Index(fields=["due_on", "case"], name="fact_due"),
            models.Index(fields=["unit", "due_on", "case"], name="fact_unit_due"),
            models.Index(fields=["label_until", "case"], condition=~Q(label=""), name="fact_label_until"),
        ]

    def __str__(self) -> str:
        return str(self.case_id)


class Standing(models.Model):
    """Where an open track stands: with whom (a unit, or a role of the centre), at which step, since and until when."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="standings")
    track = models.CharField(max_length=CODE)
    unit = models.CharField(max_length=CODE, blank=True)
    holder = models.CharField(max_length=20)
    step = models.CharField(max_length=CODE)
    since = models.DateTimeField()
    due_at = models.DateTimeField(null=True)

    sensitivity: ClassVar = dict.fromkeys(("case", "track", "unit", "holder", "step", "since", "due_at"), PLAIN)

    class Meta:
        """The board opens down to cases by unit and by step, the longest late and the longest still first."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["case", "track"], name="a_track_stands_once")]
        indexes: ClassVar = [
            models.Index(fields=["due_at", "case"], name="standing_due"),
            models.Index(fields=["unit", "due_at", "case"], name="standing_unit_due"),
            models.Index(fields=["step", "due_at", "case"], name="standing_step_due"),
            models.Index(fields=["since", "case"], name="standing_since"),
            models.Index(fields=["unit", "since", "case"], name="standing_unit_since"),
            models.Index(fields=["step", "since", "case"], name="standing_step_since"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.track}"


class Tally(models.Model):
    """How many cases counted for something on a day: of all, or of one kind, channel, matter, area or unit.

    `dimension` "visit" knows the codes first, again, first_answered and first_solved; "return" the codes `unit ground`,
    and so does "label", where `closed` are the cases that are left out of figures.
    """

    day = models.DateField()
    dimension = models.CharField(max_length=8)
    code = models.CharField(max_length=2 * CODE)
    received = models.IntegerField(default=0)
    closed = models.IntegerField(default=0)
    due = models.IntegerField(default=0)
    kept = models.IntegerField(default=0)
    answered = models.IntegerField(default=0)
    solved = models.IntegerField(default=0)
    given = models.IntegerField(default=0)
    returned = models.IntegerField(default=0)
    submitted = models.IntegerField(default=0)
    redone = models.IntegerField(default=0)

    sensitivity: ClassVar = dict.fromkeys(("day", "dimension", "code", *MEASURES), PLAIN)

    class Meta:
        """A period is a range of days of each dimension."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["dimension", "day", "code"], name="a_day_is_tallied_once")
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.dimension} {self.code}"


class Waiting(models.Model):
    """How many open tracks stand with somebody at a step, by the day since when (`since`) or on which they are due."""

    unit = models.CharField(max_length=CODE, blank=True)
    holder = models.CharField(max_length=20)
    step = models.CharField(max_length=CODE)
    what = models.CharField(max_length=5)
    day = models.DateField()
    count = models.IntegerField(default=0)

    sensitivity: ClassVar = dict.fromkeys(("unit", "holder", "step", "what", "day", "count"), PLAIN)

    class Meta:
        """One row a day; rows at nought are taken away."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["what", "day", "unit", "holder", "step"], name="a_wait_is_counted_once")
        ]

    def __str__(self) -> str:
        return f"{self.what} {self.day} {self.unit or self.holder} {self.step}"


class Mark(models.Model):
    """As of when figures are: at which moment, and beyond which transaction, acts have not been counted."""

    at = models.DateTimeField()
    horizon = models.BigIntegerField()

    sensitivity: ClassVar = dict.fromkeys(("at", "horizon"), PLAIN)

    def __str__(self) -> str:
        return f"{self.at:%F %R}"
