"""A second, naive computation of legal due dates: the oracle for the real one.

Written without sight of the implementation, from the rules alone, and slow on purpose: it walks day by day
and asks each day the same plain questions. Where the two disagree, one of them misreads the law.
"""

from calendar import monthrange
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone

BEIJING = timezone(timedelta(hours=8))
ONE_DAY = timedelta(days=1)
SECONDS = {"h": 3600, "min": 60, "s": 1}

Ranges = Sequence[tuple[date, date]]


@dataclass(frozen=True)
class Calendar:
    """The published years; every other year has only its weekends and its fixed solar holidays."""

    off: Collection[date]
    makeup: Collection[date]
    statutory: Collection[date]
    known_years: Collection[int]

    def unknown(self, day: date) -> bool:
        return day.year not in self.known_years

    def is_statutory(self, day: date) -> bool:
        if self.unknown(day):
            return is_fixed_holiday(day)
        return day in self.statutory

    def is_working(self, day: date) -> bool:
        weekday = day.isoweekday() <= 5
        if self.unknown(day):
            return weekday and not is_fixed_holiday(day)
        return (weekday and day not in self.off) or day in self.makeup

    def must_move(self, day: date, roll: str) -> bool:
        if roll == "statutory":
            return self.is_statutory(day)
        if roll == "rest_day":
            return not self.is_working(day)
        raise ValueError(f"unknown roll {roll!r}")


def is_fixed_holiday(day: date) -> bool:
    """Tell whether the law alone, without a yearly notice, makes this date a statutory holiday."""
    holidays = {(1, 1), (5, 1), (10, 1), (10, 2), (10, 3)}
    if day.year >= 2025:
        holidays |= {(5, 2)}
    if day.year < 2008:
        holidays |= {(5, 2), (5, 3)}
    return (day.month, day.day) in holidays


def is_suspended(day: date, suspended: Ranges) -> bool:
    return any(first <= day <= last for first, last in suspended)


def months_later(start: date, months: int) -> date:
    """Find the same day of the month, or the last day of a month that is too short for it."""
    year, month = start.year, start.month
    for _ in range(months):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return date(year, month, min(start.day, monthrange(year, month)[1]))


def clock_due(start: date | datetime, duration: timedelta, suspended: Ranges) -> datetime:
    """Spend the duration day by day; a suspended day spends nothing."""
    if not isinstance(start, datetime) or start.tzinfo is None or duration < timedelta(0):
        raise ValueError("hours, minutes and seconds run forwards from an aware moment")
    now, left = start.astimezone(BEIJING), duration
    while left > timedelta(0):
        midnight = datetime.combine(now.date() + ONE_DAY, time(0), tzinfo=BEIJING)
        if not is_suspended(now.date(), suspended):
            spent = min(left, midnight - now)
            left -= spent
            if not left:
                return now + spent
        now = midnight
    return now


def naive_due(
    *,
    unit: str,
    value: int,
    start: date | datetime,
    roll: str = "none",
    suspended: Ranges = (),
    extension: int = 0,
    off: Collection[date],
    makeup: Collection[date],
    statutory: Collection[date],
    known_years: Collection[int],
) -> tuple[date | datetime, bool]:
    """Return the due day (or moment), and whether it is provisional: it hung on an unpublished year."""
    calendar = Calendar(off, makeup, statutory, known_years)
    if unit in SECONDS:
        duration = timedelta(seconds=SECONDS[unit] * (value + extension))
        return clock_due(start, duration, suspended), False

    if isinstance(start, datetime):  # A day count starts from the day it was in China.
        start = (start if start.tzinfo is None else start.astimezone(BEIJING)).date()

    # How many days to count, and in which direction. Backwards there is no suspension, extension or roll.
    step = ONE_DAY
    count = value + extension
    if value < 0 and unit in {"nd", "wd"}:
        step, count, suspended, roll = -ONE_DAY, -value, (), "none"
    elif unit == "mo" and count >= 0:
        count = (months_later(start, count) - start).days
    elif unit not in {"nd", "wd"} or count < 0:
        raise ValueError(f"cannot count {count} {unit!r}")

    # Count. The day of the event is not counted, nor is a suspended day.
    day, counted, provisional = start, 0, False
    while counted < count:
        day += step
        if is_suspended(day, suspended):
            continue
        if unit == "wd":
            provisional = provisional or calendar.unknown(day)
            if not calendar.is_working(day):
                continue
        counted += 1

    # Roll. Only a day that must move begins moving; once moving, suspended days are passed over untested.
    if roll == "none" or count == 0:
        return day, provisional
    provisional = provisional or calendar.unknown(day)
    while is_suspended(day, suspended) or calendar.must_move(day, roll):
        day += ONE_DAY
        if not is_suspended(day, suspended):
            provisional = provisional or calendar.unknown(day)
    return day, provisional
