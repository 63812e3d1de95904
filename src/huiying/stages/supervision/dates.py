"""Which cases' dates can be others than are written down, without any act: those that a change of the calendar reaches.

The ledger says by which days and by which release all dates were last found right. A night on which both are still the
same asks nothing of any case; else those are asked whose counting days changed, and after a release all that run.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from importlib.metadata import version
from typing import Any

from django.db.models import Q

from huiying.case.models import Act, Clock
from huiying.procedure.time_limits import SHANGHAI
from huiying.procedure.workdays import china

SUBJECT = "calendar:china"
RELEASE = version("huiying")
#: A last day that is not worked moves on, over a holiday at most: days beyond a date may have been looked at.
BEYOND = timedelta(days=31)


def foundation() -> Mapping[str, Any]:
    """Return by what dates are found today: year → what tells its days from any others, and the release that counts."""
    return {"years": {str(year): mark for year, mark in china().marks().items()}, "release": RELEASE}


def last_foundation() -> Mapping[str, Any]:
    """Return by what all dates were last found right; of an installation that never looked, nothing."""
    last = Act.objects.filter(subject=SUBJECT).order_by("-position").first()
    return {} if last is None else last.body["given"]


def to_be_found_anew() -> list[int]:
    """Return the ids of the open cases that have a date which may no longer be the one that is written down."""
    was, now = last_foundation(), foundation()
    running = Clock.objects.filter(stopped_at=None, case__closed_at=None, due_at__isnull=False)
    if was.get("release") != now["release"]:
        reached = Q()
    else:
        years = [int(year) for year, mark in now["years"].items() if was["years"].get(year) != mark]
        reached = _waited_in_vain()
        for year in years:
            reached |= _counts_in(year)
    return list(running.filter(reached).values_list("case", flat=True).distinct().order_by("case"))


def _counts_in(year: int) -> Q:
    """A clock on whose way from its start to its end, or back, days of a year lie."""
    first = datetime(year, 1, 1, tzinfo=SHANGHAI) - BEYOND
    last = datetime(year + 1, 1, 1, tzinfo=SHANGHAI) + BEYOND
    return Q(started_at__lt=last, due_at__gte=first) | Q(due_at__lt=last, started_at__gte=first)


def _waited_in_vain() -> Q:
    """A date called provisional though its year is known: a process wrote it that had not heard of the calendar."""
    known = datetime(max(china().years) + 1, 1, 1, tzinfo=SHANGHAI)
    return Q(provisional=True, due_at__lte=known, started_at__lt=known)
