"""The due dates of every row of the law against a count on the fingers (`naive_days`) that shares nothing with them."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from huiying.procedure.library import library
from huiying.procedure.time_limits import SHANGHAI, Due, Roll, Suspension, Term, Unit, due
from huiying.procedure.workdays import china
from procedure.naive_days import Wall, ends

ROWS = [term for term in library().terms.values() if term.unit is not Unit.UNKNOWN]
CALENDARS = {through: china().through(through) for through in (2025, 2026)}
FIRST, LAST = date(2019, 1, 1), date(2027, 12, 31)
IN_HOURS = {Unit.HOURS, Unit.MINUTES, Unit.SECONDS}


@dataclass(frozen=True)
class Question:
    """One due date to be found twice."""

    row: Term
    start: date | datetime
    roll: Roll
    suspended: tuple[tuple[date, date], ...]
    extended: int
    by: str | None
    through: int

    def __str__(self) -> str:
        return (
            f"{self.row.id} ({self.row.value} {self.row.unit}) from {self.start}, roll {self.roll}, extended"
            f" {self.extended} by {self.by}, suspended {self.suspended}, calendar through {self.through}"
        )


def questions(count: int, seed: int) -> Iterator[Question]:
    """Yield random questions: each row as often as any other, each roll, and all that the row allows to happen."""
    dice = random.Random(seed)  # noqa: S311  # a fixed seed, not a secret
    for number in range(count):
        row = ROWS[number % len(ROWS)]
        day = FIRST + timedelta(days=dice.randrange((LAST - FIRST).days + 1))
        if dice.random() < 0.1:  # around the turn of a year, where calendars end
            day = date(day.year, 12, 31) + timedelta(days=dice.randint(-9, 9))
        extended, by = extension(dice, row)
        yield Question(
            row,
            moment(dice, day) if row.unit in IN_HOURS or dice.random() < 0.2 else day,
            row.roll if row.unit in IN_HOURS else dice.choice([row.roll, *Roll]),
            tuple(pauses(dice, day, row.value + extended, row.unit)) if row.suspend_on else (),
            extended,
            by,
            dice.choice([2025, 2026]),
        )


def moment(dice: random.Random, day: date) -> datetime:
    """Some second of that day, on a clock in Beijing or elsewhere."""
    zone = dice.choice([SHANGHAI, UTC, timezone(timedelta(hours=-5))])
    return datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(seconds=dice.randrange(86_400))


def pauses(dice: random.Random, day: date, value: int, unit: Unit) -> Iterator[tuple[date, date]]:
    """Up to three suspensions that may overlap or lie outside the limit; or one that the end may roll into."""
    if dice.random() < 0.2:
        last = ends(value, unit.value, day, "none", 2026).at
        first = date.fromordinal(last.toordinal() + dice.randint(1, 3))
        yield first, first + timedelta(days=dice.randint(0, 5))
        return
    for _ in range(dice.choice([0, 1, 1, 2, 3])):
        first = day + timedelta(days=dice.randint(-10, 100))
        yield first, first + timedelta(days=dice.randint(0, 40))


def extension(dice: random.Random, row: Term) -> tuple[int, str | None]:
    """Some amount that one of the row's approvers may add, the most included; often none."""
    rungs = [rung for rung in row.extensions if rung.most != "unknown"]
    if not rungs or dice.random() < 0.3:
        return 0, None
    rung = dice.choice(rungs)
    most = rung.most if isinstance(rung.most, int) else 400
    return dice.choice([1, most, dice.randint(1, most)]), rung.by


def disagreements(asked: Iterator[Question], seen: Counter[str]) -> Iterator[str]:
    """Yield every question that the two answer differently, and note in `seen` what was asked."""
    for question in asked:
        row = question.row
        answer = due(
            row,
            question.start,
            CALENDARS[question.through],
            suspensions=[
                Suspension(first, last, row.suspend_on[n % len(row.suspend_on)])
                for n, (first, last) in enumerate(question.suspended)
            ],
            extended=question.extended,
            extended_by=question.by,
            roll=question.roll,
        )
        naive = ends(
            row.value + question.extended,
            row.unit.value,
            question.start,
            question.roll.value,
            question.through,
            question.suspended,
        )
        if not isinstance(answer, Due) or (answer.at, answer.provisional) != (naive.at, naive.provisional):
            yield f"{question}: {answer}; on the fingers {naive}"
            continue
        if not explains(answer, row, row.value + question.extended):
            yield f"{question}: {answer} is not what its derivation says: {answer.derivation}"
        seen.update(
            [
                row.id,
                f"roll {question.roll}",
                f"through {question.through}",
                ["fixed", "provisional"][naive.provisional],
            ]
            + ["suspended"] * bool(question.suspended)
            + ["extended"] * bool(question.extended)
            + ["moved"] * (answer.derivation[-1].why == "rolled_to")
        )


def explains(answer: Due, row: Term, value: int) -> bool:
    """Whether a derivation ends where the limit does, counts as many days as it has, and names each day once."""
    lines = answer.derivation
    if row.unit in IN_HOURS:
        return lines[-1].at == answer.at
    counted = [line.number for line in lines if line.counted]
    days = [line.at for line in lines if not line.why.startswith("rolled")]
    return (
        lines[-1].at == answer.at
        and counted == list(range(1, len(counted) + 1))
        and (row.unit is Unit.MONTHS or len(counted) == abs(value))
        and len(set(days)) == len(days)
        and (answer.provisional or not any(line.assumed for line in lines))
    )


@pytest.mark.parametrize("count", [10_000, pytest.param(100_000, marks=pytest.mark.long)], ids="{:,}".format)
def test_counting_on_the_fingers_comes_to_the_same(count: int) -> None:
    seen: Counter[str] = Counter()
    assert list(disagreements(questions(count, seed=count), seen)) == []
    asked = [row.id for row in ROWS] + [f"roll {roll}" for roll in Roll] + ["through 2025", "through 2026"]
    asked += ["fixed", "provisional", "suspended", "extended", "moved"]
    left_out = [what for what in asked if seen[what] < count // len(ROWS)]
    assert left_out == [], "the dice left something out"


def test_the_years_typed_by_hand_are_those_of_the_calendar_file() -> None:
    wall = Wall(2026)
    for n in range((date(2026, 12, 31) - FIRST).days + 1):
        day = FIRST + timedelta(days=n)
        ours = china().day(day)
        assert (wall.is_working(day), wall.is_statutory(day)) == (ours.working, ours.statutory), day
