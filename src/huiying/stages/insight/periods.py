"""Periods that figures are asked for, and the days before that they are compared with: pure reckoning with dates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

WEEK, MONTH, QUARTER = "week", "month", "quarter"
NAMES: Final = (WEEK, MONTH, QUARTER)
QUARTER_DAYS: Final = 90
DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `start` to `end`, which is today and not over.

    Compared are whole days only: those from `start` to yesterday with as many from `before` on, up to and including
    `before_end`. Where today is the first day there is nothing to compare, and both are None.
    """

    name: str
    start: date
    end: date
    before: date | None
    before_end: date | None

    @property
    def yesterday(self) -> date:
        """The last day that is over."""
        return self.end - DAY

    @property
    def days(self) -> list[date]:
        """Every day of it, today too."""
        return [self.start + DAY * number for number in range((self.end - self.start).days + 1)]


def period(name: str, today: date) -> Period:
    """Return this week (from Monday), this month, or the last 90 days, today included; ValueError otherwise."""
    if name == WEEK:
        start = today - DAY * today.weekday()
        before = start - DAY * 7
        longest = start - DAY
    elif name == MONTH:
        start = today.replace(day=1)
        before = (start - DAY).replace(day=1)
        longest = start - DAY
    elif name == QUARTER:
        start = today - DAY * (QUARTER_DAYS - 1)
        before = start - DAY * (QUARTER_DAYS - 1)
        longest = start - DAY
    else:
        raise ValueError(f"no period is called {name!r}; known: {', '.join(NAMES)}")
    whole = (today - start).days
    if not whole:
        return Period(name, start, today, None, None)
    return Period(name, start, today, before, min(longest, before + DAY * (whole - 1)))
