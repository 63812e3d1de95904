"""Which days are worked, which are off, and which are statutory holidays (法定节假日).

A calendar is a value. It knows the years that it was given; what it says of any other year is marked unknown, so that
a date resting on it can be called provisional (rules TM-04, TM-15).
"""

from __future__ import annotations

import tomllib
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field

ONE_DAY = timedelta(days=1)
SATURDAY = 5
#: How many years beyond those that are known limits reach: the longest of the law is three years.
AHEAD = 4
CHINA = Path(__file__).parent / "calendars" / "china.toml"


class Day(NamedTuple):
    """One day: is it worked, is it a 法定节假日, is its year known, and what it is called (`holiday` 放假, …)."""

    working: bool
    statutory: bool
    known: bool
    kind: str
    name: str = ""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class StatutoryDay(_Frozen):
    """A holiday by the 放假办法: on a fixed month and day, or some days from a festival's date."""

    name: str
    on: str | None = Field(default=None, pattern=r"^\d\d-\d\d$")
    festival: str | None = None
    days: tuple[int, ...] = ()

    def dates(self, year: int, festivals: Mapping[str, date]) -> Iterator[date]:
        """Yield its dates in a year; a festival whose date is not known yields nothing."""
        if self.on is not None:
            yield date.fromisoformat(f"{year:04d}-{self.on}")
        elif self.festival is not None and self.festival in festivals:
            for offset in self.days:
                yield festivals[self.festival] + timedelta(days=offset)


class StatutoryVersion(_Frozen):
    """One version of the 全国年节及纪念日放假办法 and the years it governs."""

    name: str
    valid_from: date
    valid_to: date = date.max
    days: tuple[StatutoryDay, ...]


class Off(_Frozen):
    """A run of days off, both ends included."""

    first: date = Field(alias="from")
    last: date = Field(alias="to")
    name: str


class Year(_Frozen):
    """What the notice for one year fixed, and the dates of the festivals that move."""

    off: tuple[Off, ...]
    working: tuple[date, ...]
    spring_festival: date
    qingming: date | None = None
    dragon_boat: date | None = None
    mid_autumn: date | None = None

    def festivals(self) -> Mapping[str, date]:
        """Return festival → date, those that are known."""
        names = ("spring_festival", "qingming", "dragon_boat", "mid_autumn")
        return {name: day for name in names if (day := getattr(self, name)) is not None}


class CalendarFile(_Frozen):
    """The shape of a calendar file."""

    statutory: tuple[StatutoryVersion, ...]
    years: Mapping[int, Year]


WORKDAY = Day(working=True, statutory=False, known=True, kind="workday")
WEEKEND = Day(working=False, statutory=False, known=True, kind="weekend")
ASSUMED_WORKDAY = WORKDAY._replace(known=False)
ASSUMED_WEEKEND = WEEKEND._replace(known=False)


class Calendar:
    """Days by date. `years` are the years known for certain; others are weekends and fixed statutory days only."""

    def __init__(self, statutory: Sequence[StatutoryVersion], years: Mapping[int, Year]) -> None:
        self.years = frozenset(years)
        self._statutory = tuple(statutory)
        self._years = dict(years)
        self._special: dict[date, Day] = {}
        for year, facts in years.items():
            self._special |= self._days_of(year, facts)
        self._named: dict[int, Mapping[date, str]] = {}
        self._worked: dict[int, Sequence[date]] = {}

    def through(self, year: int) -> Calendar:
        """Return this calendar as it was known when `year` was its last year."""
        return Calendar(self._statutory, {y: facts for y, facts in self._years.items() if y <= year})

    def day(self, on: date) -> Day:
        """Return what kind of day a date is."""
        special = self._special.get(on)
        if special is not None:
            return special
        if on.year in self.years:
            return WORKDAY if on.weekday() < SATURDAY else WEEKEND
        if on.year not in self._named:
            self._named[on.year] = self.statutory_names(on.year, {})
        if name := self._named[on.year].get(on):
            return Day(working=False, statutory=True, known=False, kind="statutory", name=name)
        return ASSUMED_WORKDAY if on.weekday() < SATURDAY else ASSUMED_WEEKEND

    def worked(self, year: int) -> Sequence[date]:
        """Return a year's working days in their order. They are found once: counting then is a matter of places."""
        if year not in self._worked:
            every = map(date.fromordinal, range(date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal() + 1))
            self._worked[year] = tuple(day for day in every if self.day(day).working)
        return self._worked[year]

    def nth_worked(self, start: date, number: int) -> date:
        """Return the `number`th working day after a day, or before it where `number` is below 0.

        Raises ValueError where dates end.
        """
        year, days = start.year, self.worked(start.year)
        place = bisect_right(days, start) - 1 + number if number > 0 else bisect_left(days, start) + number
        while place >= len(self.worked(year)):
            place -= len(self.worked(year))
            year += 1
        while place < 0:
            year -= 1
            place += len(self.worked(year))
        return self.worked(year)[place]

    def worked_between(self, after: date, before: date) -> int:
        """Return how many working days lie between two days, neither of them included."""
        whole = sum(len(self.worked(year)) for year in range(after.year, before.year))
        return whole + bisect_left(self.worked(before.year), before) - bisect_right(self.worked(after.year), after)

    def marks(self) -> Mapping[int, str]:
        """Return year → what tells its days from any others, for the years that are known and some after them."""
        return {year: self._mark(year) for year in range(min(self.years), max(self.years) + 1 + AHEAD)}

    def _mark(self, year: int) -> str:
        days = map(date.fromordinal, range(date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal()))
        told = "".join(f"{day.working:d}{day.statutory:d}{day.known:d}" for day in map(self.day, days))
        return sha256(told.encode()).hexdigest()

    def statutory_names(self, year: int, festivals: Mapping[str, date]) -> Mapping[date, str]:
        """Return date → name of a year's 法定节假日, by the version of the 放假办法 in force on 1 January."""
        return {
            day: holiday.name
            for version in self._statutory
            if version.valid_from <= date(year, 1, 1) <= version.valid_to
            for holiday in version.days
            for day in holiday.dates(year, festivals)
        }

    def _days_of(self, year: int, facts: Year) -> dict[date, Day]:
        statutory = self.statutory_names(year, facts.festivals())
        days: dict[date, Day] = {}
        for run in facts.off:
            for offset in range((run.last - run.first).days + 1):
                day = run.first + timedelta(days=offset)
                is_statutory = day in statutory
                kind = "statutory" if is_statutory else "holiday"
                days[day] = Day(False, is_statutory, True, kind, statutory.get(day, run.name))
        for day in facts.working:
            days[day] = WORKDAY._replace(kind="makeup")
        return days


@cache
def china() -> Calendar:
    """Return the mainland's calendar from the file that ships with Huiying."""
    with CHINA.open("rb") as file:
        content = CalendarFile.model_validate(tomllib.load(file))
    return Calendar(content.statutory, content.years)
