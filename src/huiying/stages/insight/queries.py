"""Figures for a period, where cases are stuck, how a unit stands, and the cases behind each figure.

Sums are read by day and never counted over cases: what a page costs grows with its days, areas, matters and units,
and not with how many cases there are. Lists are a page long and go along an index.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from huiying.procedure.time_limits import SHANGHAI
from huiying.stages.insight.counting import day_of
from huiying.stages.insight.models import MEASURES, Fact, Mark, Standing
from huiying.stages.insight.periods import Period
from huiying.stages.insight.rates import Rate

#: Dimensions by which a figure may be broken down, each a column of `Fact`.
DIMENSIONS = ("kind", "channel", "matter", "area", "unit")
#: Days at one step after which a case is said to stand still.
STILL_DAYS = 7
#: What a list of cases may be behind: which day must lie in the period, and what else must hold.
BEHIND: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "received": ("received_on", {}),
    "closed": ("closed_on", {}),
    "due": ("due_on", {}),
    "late": ("due_on", {"kept": False}),
    "answered": ("closed_on", {"solved__in": ["yes", "partly", "no"]}),
    "unsolved": ("closed_on", {"solved__in": ["partly", "no"]}),
}


@dataclass(frozen=True, slots=True)
class Count:
    """How many cases counted for what."""

    received: int = 0
    closed: int = 0
    due: int = 0
    kept: int = 0
    answered: int = 0
    solved: int = 0
    given: int = 0
    returned: int = 0
    submitted: int = 0
    redone: int = 0

    def __add__(self, other: Count) -> Count:
        return Count(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))

    @property
    def on_time(self) -> Rate:
        """按时办结率: answered within the limit, of those whose limit ended."""
        return Rate(self.kept, self.due)

    @property
    def resolution(self) -> Rate:
        """解决率: who said that it is solved, of those who were asked and answered."""
        return Rate(self.solved, self.answered)

    @property
    def returns(self) -> Rate:
        """退单率: orders returned, of those given; an order may be given again after a ruling."""
        return Rate(min(self.returned, self.given), self.given)

    @property
    def redoing(self) -> Rate:
        """重办率: results that had to be done again, of those submitted."""
        return Rate(min(self.redone, self.submitted), self.submitted)


@dataclass(frozen=True, slots=True)
class Line:
    """What one code of a dimension comes to: in the period, today included; in its whole days; in those before."""

    code: str
    now: Count = Count()
    whole: Count = Count()
    before: Count = Count()


@dataclass(frozen=True, slots=True)
class Visits:
    """Visits in person in a period (A11): somebody's first, and those of whoever had come in person before."""

    first: int = 0
    again: int = 0
    first_answered: int = 0
    first_solved: int = 0

    @property
    def settled(self) -> Rate:
        """初访化解率: first visits of which the person said that it is solved, of those closed whose person said."""
        return Rate(self.first_solved, self.first_answered)

    @property
    def repeated(self) -> Rate:
        """重访率: repeat visits, of all."""
        return Rate(self.again, self.first + self.again)


@dataclass(frozen=True, slots=True)
class Figures:
    """A period's figures: in all, by day, and by each dimension, the most received first."""

    period: Period
    total: Line
    days: Mapping[date, Count]
    by: Mapping[str, Sequence[Line]]
    visits: Visits = Visits()


def as_of() -> datetime | None:
    """Return as of when figures are; None where nothing was ever counted."""
    mark = Mark.objects.first()
    return mark.at if mark else None


def figures(asked: Period) -> Figures:
    """Return a period's figures. Limits count on the day on which they ended, once that day is over."""
    lines = _lines(asked, ("all", *DIMENSIONS, "visit"))
    return Figures(
        asked,
        lines["all"][0] if lines["all"] else Line(""),
        _days(asked),
        {name: lines[name] for name in DIMENSIONS},
        Visits(**{line.code: line.now.received for line in lines["visit"]}),
    )


def _lines(asked: Period, dimensions: Iterable[str]) -> Mapping[str, list[Line]]:
    """Return the lines of each dimension, read in one statement."""
    found: dict[tuple[str, str], dict[str, Count]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT dimension, code, CASE WHEN day < %(start)s THEN 'before' WHEN day < %(end)s THEN 'whole'"  # noqa: S608  # names of our own columns
            f" ELSE 'today' END AS part, {', '.join(f'sum({name})::int' for name in MEASURES)}"
            " FROM insight_tally WHERE dimension = ANY (%(dimensions)s) AND day <= %(end)s"
            " AND (day >= %(start)s OR day BETWEEN %(before)s AND %(before_end)s) GROUP BY 1, 2, 3",
            {
                "start": asked.start, "end": asked.end, "before": asked.before, "before_end": asked.before_end,
                "dimensions": list(dimensions),
            },
        )  # fmt: skip
        for dimension, code, part, *sums in cursor.fetchall():
            found[dimension, code][part] = Count(*sums)
    lines: dict[str, list[Line]] = defaultdict(list)
    for (dimension, code), parts in found.items():
        whole = parts.get("whole", Count())
        lines[dimension].append(
            Line(code, whole + _so_far(parts.get("today", Count())), whole, parts.get("before", Count()))
        )
    for some in lines.values():
        some.sort(key=lambda line: (-line.now.received, line.code))
    return lines


def _so_far(today: Count) -> Count:
    """Return what counts of a day that is not over: limits that end with it have not ended."""
    return Count(**{one.name: getattr(today, one.name) for one in fields(Count) if one.name not in {"due", "kept"}})


def _days(asked: Period) -> Mapping[date, Count]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT day, {', '.join(MEASURES)} FROM insight_tally"  # noqa: S608  # as above
            " WHERE dimension = 'all' AND day BETWEEN %s AND %s",
            [asked.start, asked.end],
        )
        known = {day: Count(*counts) for day, *counts in cursor.fetchall()}
    return {day: known.get(day, Count()) if day < asked.end else _so_far(known.get(day, Count())) for day in asked.days}


def by_unit(asked: Period) -> Mapping[str, Count]:
    """Return what each unit comes to in a period, whole days only."""
    return {line.code: line.whole for line in _lines(asked, ("unit",))["unit"]}


def return_grounds(asked: Period, unit: str) -> list[tuple[str, int]]:
    """Return on which grounds a unit returned orders in a period, the most frequent first."""
    lines = _lines(asked, ("return",))["return"]
    named = [(line.code.partition(" "), line.now.returned) for line in lines if line.now.returned]
    return sorted(((ground, n) for (whose, _, ground), n in named if whose == unit), key=lambda pair: (-pair[1], pair))


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Cases of a unit that are left out of figures on one ground, of all that it closed in the same days (EX-04)."""

    unit: str
    ground: str
    rate: Rate


def left_out(asked: Period) -> list[LeftOut]:
    """Return what is left out of a period's figures: each unit's sum (ground ""), then its grounds, the most first."""
    lines = _lines(asked, ("label", "unit"))
    closed = {line.code: line.now.closed for line in lines["unit"]}
    grounds: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for line in lines["label"]:
        unit, _, ground = line.code.partition(" ")
        if line.now.closed:
            grounds[unit].append((ground, line.now.closed))
    found = []
    for unit, counts in grounds.items():
        total, base = sum(count for _, count in counts), closed.get(unit, 0)
        several = [("", total), *sorted(counts, key=lambda one: (-one[1], one[0]))]
        found.append([LeftOut(unit, ground, Rate(count, base)) for ground, count in several])
    found.sort(key=lambda rows: (-(rows[0].rate.share or 0), rows[0].unit))
    return [row for rows in found for row in rows]


@dataclass(frozen=True, slots=True)
class Stuck:
    """How many cases stand with somebody at a step: late, and the longest; standing still, and the longest. In days."""

    unit: str
    holder: str
    step: str
    late: int = 0
    latest: int = 0
    still: int = 0
    longest: int = 0


def stuck(now: datetime) -> list[Stuck]:
    """Return where cases are stuck at a moment, by unit, role and step.

    Late by days is summed up; what became late today, by limits in hours, is counted as it stands.
    """
    today = day_of(now)
    found: dict[tuple[str, str, str], Counter[str]] = defaultdict(Counter)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT unit, holder, step, what, sum(count)::int, min(day) FROM insight_waiting"
            " WHERE (what = 'due' AND day < %s) OR (what = 'since' AND day <= %s) GROUP BY 1, 2, 3, 4",
            [today, today - timedelta(days=STILL_DAYS)],
        )
        for unit, holder, step, what, count, first in cursor.fetchall():
            names = ("late", "latest") if what == "due" else ("still", "longest")
            found[unit, holder, step].update(dict(zip(names, (count, (today - first).days), strict=True)))
    midnight = datetime.combine(today, time(), SHANGHAI)
    for whose in Standing.objects.filter(due_at__gt=midnight, due_at__lte=now).values_list("unit", "holder", "step"):
        found[whose]["late"] += 1
    return [
        Stuck(*whose, late=n["late"], latest=n["latest"], still=n["still"], longest=n["longest"])
        for whose, n in sorted(found.items())
    ]


def standing_still(now: datetime, *, late: bool, unit: str = "", step: str = "") -> QuerySet[Standing]:
    """Return open tracks that are late, the longest late first, or that stand still, the longest still first."""
    rows = Standing.objects.filter(**{name: said for name, said in (("unit", unit), ("step", step)) if said})
    if late:
        return rows.filter(due_at__lte=now).order_by("due_at", "case_id")
    until = datetime.combine(day_of(now) - timedelta(days=STILL_DAYS - 1), time(), SHANGHAI)
    return rows.filter(since__lt=until).order_by("since", "case_id")


def cases_behind(measure: str, start: date, end: date, only: Mapping[str, str]) -> QuerySet[Fact]:
    """Return the facts of cases behind a figure, the newest first. `measure`: of `BEHIND`; `only`: dimension → code.

    Of facts and not of cases: a page of them is chosen before any case is read.
    """
    day, more = BEHIND[measure]
    wanted = {f"{day}__gte": start, f"{day}__lte": end, **more, **only}
    return Fact.objects.filter(**wanted).order_by(f"-{day}", "-case_id")


def next_due(now: datetime, unit: str, most: int = 3) -> QuerySet[Standing]:
    """Return a unit's open tracks that are due, the longest due first."""
    due = Standing.objects.filter(unit=unit, due_at__lte=now)
    return due.order_by("due_at", "case_id")[:most]
