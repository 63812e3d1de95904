"""Counting legal days on the fingers: a derivation of due dates that shares nothing with the one that is in use.

Written from the law's own sentences (民法典 201 to 203 and the articles of each row) and from the published years,
without sight of the implementation. It walks from day to day over plain sets and asks nothing clever: an official with
a wall calendar would do the same. The years below are the State Council's notices, typed again and not read from the
calendar file: where the two disagree, one of them is mistyped.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

BEIJING = timezone(timedelta(hours=8))
TOMORROW = timedelta(days=1)

#: What nobody works, from and to, both included: 放假. Of 2018 the end, which counting back from January 2019 needs.
OFF = """
2018: 12-30..12-31
2019: 01-01..01-01 02-04..02-10 04-05..04-07 05-01..05-04 06-07..06-09 09-13..09-15 10-01..10-07
2020: 01-01..01-01 01-24..02-02 04-04..04-06 05-01..05-05 06-25..06-27 10-01..10-08
2021: 01-01..01-03 02-11..02-17 04-03..04-05 05-01..05-05 06-12..06-14 09-19..09-21 10-01..10-07
2022: 01-01..01-03 01-31..02-06 04-03..04-05 04-30..05-04 06-03..06-05 09-10..09-12 10-01..10-07 12-31..12-31
2023: 01-01..01-02 01-21..01-27 04-05..04-05 04-29..05-03 06-22..06-24 09-29..10-06
2024: 01-01..01-01 02-10..02-17 04-04..04-06 05-01..05-05 06-10..06-10 09-15..09-17 10-01..10-07
2025: 01-01..01-01 01-28..02-04 04-04..04-06 05-01..05-05 05-31..06-02 10-01..10-08
2026: 01-01..01-03 02-15..02-23 04-04..04-06 05-01..05-05 06-19..06-21 09-25..09-27 10-01..10-07
"""
#: Weekend days that are worked instead: 调休上班.
WORKED = """
2018: 12-29
2019: 02-02 02-03 04-28 05-05 09-29 10-12
2020: 01-19 04-26 05-09 06-28 09-27 10-10
2021: 02-07 02-20 04-25 05-08 09-18 09-26 10-09
2022: 01-29 01-30 04-02 04-24 05-07 10-08 10-09
2023: 01-28 01-29 04-23 05-06 06-25 10-07 10-08
2024: 02-04 02-18 04-07 04-28 05-11 09-14 09-29 10-12
2025: 01-26 02-08 04-27 09-28 10-11
2026: 01-04 02-14 02-28 05-09 09-20 10-10
"""
#: 法定节假日: eleven days a year, thirteen since 2025 (除夕 and 5月2日 were added).
STATUTORY = """
2019: 01-01 02-05 02-06 02-07 04-05 05-01 06-07 09-13 10-01 10-02 10-03
2020: 01-01 01-25 01-26 01-27 04-04 05-01 06-25 10-01 10-02 10-03
2021: 01-01 02-12 02-13 02-14 04-04 05-01 06-14 09-21 10-01 10-02 10-03
2022: 01-01 02-01 02-02 02-03 04-05 05-01 06-03 09-10 10-01 10-02 10-03
2023: 01-01 01-22 01-23 01-24 04-05 05-01 06-22 09-29 10-01 10-02 10-03
2024: 01-01 02-10 02-11 02-12 04-04 05-01 06-10 09-17 10-01 10-02 10-03
2025: 01-01 01-28 01-29 01-30 01-31 04-04 05-01 05-02 05-31 10-01 10-02 10-03 10-06
2026: 01-01 02-16 02-17 02-18 02-19 04-05 05-01 05-02 06-19 09-25 10-01 10-02 10-03
"""
#: What a year without a notice surely has: the holidays whose date the law itself names.
NAMED_BY_LAW = {(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)}


def _days(table: str) -> set[date]:
    days = set()
    for line in table.strip().splitlines():
        year, _, entries = line.partition(": ")
        for entry in entries.split():
            first, _, last = entry.partition("..")
            day = date.fromisoformat(f"{year}-{first}")
            days.add(day)
            while last and day < date.fromisoformat(f"{year}-{last}"):
                day += TOMORROW
                days.add(day)
    return days


@dataclass(frozen=True)
class Answer:
    """When a limit ends, and whether a year that nobody has announced was needed to say so."""

    at: date | datetime
    provisional: bool


class Wall:
    """A wall calendar up to a year; it remembers whether anybody looked at a later page."""

    off, worked, statutory = _days(OFF), _days(WORKED), _days(STATUTORY)

    def __init__(self, through: int) -> None:
        self.through = through
        self.guessed = False

    def is_working(self, day: date) -> bool:
        """Whether offices are open."""
        weekend = day.weekday() in {5, 6}
        if day.year > self.through:
            self.guessed = True
            return not weekend and (day.month, day.day) not in NAMED_BY_LAW
        if day in self.off:
            return False
        return not weekend or day in self.worked

    def is_statutory(self, day: date) -> bool:
        """Whether it is one of the days that the law calls 法定节假日."""
        if day.year > self.through:
            self.guessed = True
            return (day.month, day.day) in NAMED_BY_LAW
        return day in self.statutory

    def moves(self, day: date, roll: str) -> bool:
        """Whether a limit may not end on this day, under a rule of this kind."""
        if roll == "statutory":
            return self.is_statutory(day)
        if roll == "rest_day":
            return not self.is_working(day)
        return False


def ends(
    value: int,
    unit: str,
    start: date | datetime,
    roll: str,
    through: int,
    suspended: Sequence[tuple[date, date]] = (),
) -> Answer:
    """Return when `value` units after `start` end. `value`: with any extension in it; below 0 it is counted back.

    TM-01: the day of the event is not counted. TM-02, TM-03: the last day moves as `roll` says. TM-05: months end on
    the same date or at the month's end. TM-06: hours run through. TM-12: a day that is suspended is not counted, its
    first and its last included. TM-15: a year without a notice makes the answer provisional.
    """
    if unit in {"h", "min", "s"}:
        if not isinstance(start, datetime):
            raise TypeError("hours need a moment")
        seconds = {"h": 3600, "min": 60, "s": 1}[unit] * value
        return Answer(start + timedelta(seconds=seconds), provisional=False)
    day = start.astimezone(BEIJING).date() if isinstance(start, datetime) else start
    wall = Wall(through)
    left = (_same_date(day, value) - day).days if unit == "mo" else abs(value)
    while left > 0:
        day = day + TOMORROW if value > 0 else day - TOMORROW
        if _within(day, suspended):
            continue
        if unit != "wd" or wall.is_working(day):
            left -= 1
    while _within(day, suspended) or wall.moves(day, roll):
        day += TOMORROW
    return Answer(day, wall.guessed)


def _within(day: date, suspended: Sequence[tuple[date, date]]) -> bool:
    return any(first <= day <= last for first, last in suspended)


def _same_date(day: date, months: int) -> date:
    year, month, wanted = day.year, day.month, day.day
    for _ in range(months):
        month += 1
        if month == 13:
            year, month = year + 1, 1
    while True:
        try:
            return date(year, month, wanted)
        except ValueError:  # no such date in that month: its last day is
            wanted -= 1
