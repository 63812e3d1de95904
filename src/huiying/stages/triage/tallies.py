"""What people make of proposals, counted by week."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, Q
from django.db.models.functions import TruncWeek

from huiying.procedure.time_limits import SHANGHAI
from huiying.stages.triage.models import Suggestion

MOST_WEEKS = 26


@dataclass(frozen=True, slots=True)
class Week:
    """The proposals of a week: how many were made, from how many the machine abstained, how many were taken up.

    `decided`: those that the machine was sure of and that a person has decided since.
    """

    begins: date
    made: int
    abstained: int
    decided: int
    agreed: int


def weeks(model: str) -> Sequence[Week]:
    """Return the last half year of a model's proposals, the earliest week first."""
    sure = Q(abstained=False) & Q(chosen_at__isnull=False)
    rows = (
        Suggestion.objects.filter(model=model)
        .annotate(week=TruncWeek("made_at", tzinfo=SHANGHAI))
        .values("week")
        .annotate(
            made=Count("pk"),
            unsure=Count("pk", filter=Q(abstained=True)),
            decided=Count("pk", filter=sure),
            agreed=Count("pk", filter=sure & Q(chosen=F("matter"))),
        )
        .order_by("-week")[:MOST_WEEKS]
    )
    found = [
        Week(row["week"].astimezone(SHANGHAI).date(), row["made"], row["unsure"], row["decided"], row["agreed"])
        for row in rows
    ]
    return found[::-1]
