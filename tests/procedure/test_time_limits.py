"""Due dates: the law's vectors, an independent derivation, and every refusal."""

from __future__ import annotations

import csv
import io
import random
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from pydantic import ValidationError

from huiying.procedure.decision import Allowed, Refused
from huiying.procedure.library import library
from huiying.procedure.time_limits import (
    SHANGHAI,
    Due,
    Extension,
    Roll,
    Status,
    Suspension,
    Term,
    Unit,
    due,
    may_extend,
    may_suspend,
)
from huiying.procedure.workdays import china
from naive import naive_due
from shared_data import shared

TERMS = library().terms


def term(value: int = 7, unit: Unit = Unit.WORKING_DAYS, **more: object) -> Term:
    facts = {"id": "T-1", "name": "试", "procedure": "p", "step": "s", "from_event": "received", "article": "第1条"}
    return Term.model_validate({**facts, "value": value, "unit": unit, "status": "V", **more})


def ends(row: Term, start: date | datetime, **more: object) -> date | datetime:
    answer = due(row, start, china(), **more)  # type: ignore[arg-type]  # options as a test writes them
    assert isinstance(answer, Due), answer
    return answer.at


def code(answer: Due | Refused | Allowed) -> str:
    assert isinstance(answer, Refused), answer
    return answer.code


VECTORS = [  # rules.md §8.2
    ("2026-09-18", 7, "wd", "none", "2026-09-29"),
    ("2026-02-13", 7, "wd", "none", "2026-03-02"),
    ("2026-09-30", 7, "wd", "none", "2026-10-15"),
    ("2026-09-30", 15, "wd", "none", "2026-10-27"),
    ("2026-02-14", 1, "wd", "none", "2026-02-24"),
    ("2026-04-30", 5, "wd", "none", "2026-05-11"),
    ("2026-08-01", 60, "nd", "rest_day", "2026-09-30"),
    ("2026-08-04", 60, "nd", "none", "2026-10-03"),
    ("2026-08-04", 60, "nd", "statutory", "2026-10-04"),
    ("2026-08-04", 60, "nd", "rest_day", "2026-10-08"),
    ("2026-08-06", 60, "nd", "none", "2026-10-05"),
    ("2026-08-06", 60, "nd", "statutory", "2026-10-05"),
    ("2026-08-06", 60, "nd", "rest_day", "2026-10-08"),
    ("2026-02-02", 15, "nd", "none", "2026-02-17"),
    ("2026-02-02", 15, "nd", "statutory", "2026-02-20"),
    ("2026-02-02", 15, "nd", "rest_day", "2026-02-24"),
    ("2026-07-31", 30, "nd", "none", "2026-08-30"),
    ("2026-07-31", 30, "nd", "rest_day", "2026-08-31"),
]


@pytest.mark.parametrize(("start", "value", "unit", "roll", "expected"), VECTORS)
def test_the_vectors(start: str, value: int, unit: str, roll: str, expected: str) -> None:
    row = term(value, Unit(unit), roll=roll)
    assert ends(row, date.fromisoformat(start)) == date.fromisoformat(expected)


#: Rows that the law's list only speaks of: 消保条例 46 over Order 20, its Arts. 21 and 23, and promises of our
#: own (PT-01, and the three working days of EX-02).
BESIDE_THE_LIST = {"SC-22", "SC-15o", "SC-18o", "PT-01", "EX-02a", "EX-02b"}


def test_every_row_of_the_law_is_there_as_it_stands() -> None:
    columns = (
        "id procedure step from_event value unit ext ext_unit ext_by suspend_on roll basis valid_from valid_to status"
    )
    block = shared("rules.md").read_text("utf-8").split("## 12.")[1].split("```csv")[1].split("```")[0].strip()
    rows = list(csv.DictReader(io.StringIO(block), fieldnames=columns.split()))
    assert {row["id"] for row in rows} == set(TERMS) - BESIDE_THE_LIST
    for row in rows:
        ours = TERMS[row["id"]]
        assert (ours.procedure, ours.step, ours.from_event) == (row["procedure"], row["step"], row["from_event"])
        assert ours.value == int(row["value"])
        assert ours.unit == ("unknown" if row["unit"] == "day?" else row["unit"])
        assert ours.status == row["status"]
        assert ours.roll == (row["roll"] or "none")
        assert ours.suspend_on == tuple(g.rstrip("?") for g in row["suspend_on"].split("|") if g)
        assert ours.valid_from == date.fromisoformat(row["valid_from"] or "0001-01-01")
        assert ours.valid_to == date.fromisoformat(row["valid_to"] or "9999-12-31")
        most = [str(rung.most) for rung in ours.extensions][:1]
        assert most == [row["ext"].replace("?", "unknown")] * bool(row["ext"])
        assert row["ext_unit"] in {"", row["unit"]}, "an extension is in the limit's own unit"
        if ours.extensions:
            assert "+".join(rung.by for rung in ours.extensions) == row["ext_by"].replace("(+", "+").rstrip(")")
        else:
            assert bool(ours.consent_by) == bool(row["ext_by"])


def facts() -> dict[str, set[date]]:
    days = [date(2019, 1, 1) + timedelta(days=n) for n in range(366 * 9)]
    known = [(day, china().day(day)) for day in days if day.year in china().years]
    return {
        "off": {day for day, kind in known if kind.kind in {"holiday", "statutory"}},
        "makeup": {day for day, kind in known if kind.kind == "makeup"},
        "statutory": {day for day, kind in known if kind.statutory},
    }


@pytest.mark.parametrize("count", [10_000, pytest.param(100_000, marks=pytest.mark.long)], ids="{:,}".format)
def test_an_independent_count_agrees_on_random_cases(count: int) -> None:
    dice, calendar = random.Random(20261124), facts()  # noqa: S311  # a fixed seed, not a secret
    first, span = date(2019, 11, 1), (date(2026, 12, 31) - date(2019, 11, 1)).days
    calendars = {year: china().through(year) for year in (2022, 2024, 2026)}
    kinds = {"nd": (1, 120), "wd": (1, 60), "mo": (1, 6), "h": (1, 400), "min": (1, 3000), "s": (1, 90000)}
    seen = dict.fromkeys((*kinds, "back", "suspended", "extended", "rolled", "provisional", "truncated"), 0)
    for _ in range(count):
        unit = dice.choices(list(kinds), weights=[30, 40, 12, 8, 5, 5])[0]
        low, high = kinds[unit]
        value, start = dice.randint(low, high), first + timedelta(days=dice.randrange(span))
        clock, back = unit in {"h", "min", "s"}, unit in {"nd", "wd"} and dice.random() < 0.08
        roll = "none" if clock else dice.choice(["none", "statutory", "rest_day"])
        suspended = [
            (begin := start + timedelta(days=dice.randint(-5, 40)), begin + timedelta(days=dice.randint(0, 20)))
            for _ in range(0 if back else dice.choice([0, 0, 1, 2]))
        ]
        extension = 0 if back or dice.random() < 0.7 else dice.randint(1, 30)
        through = dice.choice([2022, 2024, 2026, 2026, 2026])
        when = datetime(start.year, start.month, start.day, dice.randrange(24), dice.randrange(60), tzinfo=SHANGHAI)
        row = term(
            -value if back else value,
            Unit(unit),
            suspend_on=[] if back else ["test"],
            extensions=[] if back else [{"by": "unit_head", "most": 30}],
        )
        answer = due(
            row,
            when if clock else start,
            calendars[through],
            suspensions=[Suspension(*days) for days in suspended],
            extended=extension,
            roll=Roll(roll),
        )
        naive = naive_due(
            unit=unit,
            value=row.value,
            start=when if clock else start,
            roll=roll,
            suspended=suspended,
            extension=extension,
            known_years=range(2004, through + 1),
            **calendar,
        )
        case = (
            f"{row.value} {unit} from {start} roll {roll} suspended {suspended} extended {extension} through {through}"
        )
        assert isinstance(answer, Due)
        assert (answer.at, answer.provisional) == naive, case
        for mark, hit in (
            (unit, True),
            ("back", back),
            ("suspended", suspended),
            ("extended", extension),
            ("rolled", answer.derivation[-1].why == "rolled_to"),
            ("provisional", answer.provisional),
            ("truncated", through < 2026),
        ):
            seen[mark] += bool(hit)
    assert min(seen.values()) > count // 100, f"the dice left something out: {seen}"


def test_a_derivation_names_every_day_once_and_counts_to_the_limit() -> None:
    answer = due(TERMS["SC-06"], date(2026, 9, 18), china())
    assert isinstance(answer, Due)
    days = [line.at for line in answer.derivation]
    assert days == [date(2026, 9, 18) + timedelta(days=n) for n in range(12)]
    weekend, holiday = ["weekend", "makeup"], ["statutory", "holiday", "holiday"]
    expected = ["start", *weekend, *["workday"] * 4, *holiday, *["workday"] * 2]
    assert [line.why for line in answer.derivation] == expected
    assert [line.number for line in answer.derivation if line.counted] == [1, 2, 3, 4, 5, 6, 7]
    assert answer.derivation[7].detail == "中秋节"


def test_a_roll_that_meets_a_suspension_passes_over_it() -> None:
    row = term(15, Unit.NATURAL_DAYS, roll="rest_day", suspend_on=["test"])
    paused = [Suspension(date(2026, 2, 24), date(2026, 2, 25), "test")]
    answer = due(row, date(2026, 2, 2), china(), suspensions=paused)
    assert isinstance(answer, Due)
    assert answer.at == date(2026, 2, 26)
    assert [line.why for line in answer.derivation[-3:]] == ["rolled_suspended", "rolled_suspended", "rolled_to"]


@pytest.mark.parametrize(
    ("start", "months", "expected"),
    [
        ("2026-01-31", 1, "2026-02-28"),
        ("2024-01-31", 1, "2024-02-29"),
        ("2026-08-31", 6, "2027-02-28"),
        ("2026-12-15", 3, "2027-03-15"),
    ],
)
def test_months_end_on_the_same_day_or_the_months_last(start: str, months: int, expected: str) -> None:
    assert ends(term(months, Unit.MONTHS), date.fromisoformat(start)) == date.fromisoformat(expected)


def test_hours_run_through_night_and_holiday() -> None:
    begun = datetime(2026, 9, 30, 23, 30, tzinfo=SHANGHAI)
    assert ends(TERMS["BJ-a"], begun) == datetime(2026, 10, 1, 1, 30, tzinfo=SHANGHAI)
    assert ends(TERMS["HL-16a"], begun) == begun + timedelta(seconds=15)


def test_a_moment_elsewhere_is_the_day_it_was_in_shanghai() -> None:
    late_in_london = datetime(2026, 9, 17, 20, 0, tzinfo=UTC)
    assert ends(TERMS["SC-06"], late_in_london) == date(2026, 9, 29)
    assert ends(TERMS["SC-06"], datetime(2026, 9, 18, 0, 30, tzinfo=timezone(timedelta(hours=9)))) == date(2026, 9, 28)


def test_notice_of_a_hearing_is_counted_back_from_it() -> None:
    assert ends(TERMS["SP-07d"], date(2026, 10, 12)) == date(2026, 9, 24), "7 working days back, across 国庆 and 中秋"
    assert ends(term(-3, Unit.NATURAL_DAYS), date(2026, 3, 1)) == date(2026, 2, 26)


def test_a_day_ends_at_midnight_in_shanghai() -> None:
    answer = due(TERMS["SC-06"], date(2026, 9, 18), china())
    assert isinstance(answer, Due)
    assert answer.moment == datetime(2026, 9, 30, 0, 0, tzinfo=SHANGHAI)
    to_the_minute = due(TERMS["BJ-a"], datetime(2026, 9, 18, 9, 0, tzinfo=SHANGHAI), china())
    assert isinstance(to_the_minute, Due)
    assert to_the_minute.moment == datetime(2026, 9, 18, 11, 0, tzinfo=SHANGHAI)


def test_a_date_is_provisional_only_where_a_missing_calendar_matters() -> None:
    def provisional(row: Term, start: date) -> bool:
        answer = due(row, start, china())
        assert isinstance(answer, Due)
        return answer.provisional

    assert provisional(TERMS["SC-06"], date(2026, 12, 25)) is True
    assert provisional(TERMS["SC-06"], date(2026, 12, 22)) is False
    assert provisional(TERMS["XF-23"], date(2026, 12, 1)) is False, "natural days without a roll need no calendar"
    assert provisional(TERMS["XF-40"], date(2026, 12, 10)) is True, "its last day may roll"


def test_a_row_is_in_force_between_its_dates() -> None:
    assert TERMS["SC-06o"].in_force(date(2026, 4, 14))
    assert not TERMS["SC-06o"].in_force(date(2026, 4, 15))
    assert TERMS["SC-06"].in_force(date(2026, 4, 15))


def test_only_what_was_read_in_the_law_is_shown_as_law() -> None:
    assert [status.value for status in Status if status.is_law] == ["V", "P"]


def test_what_cannot_be_counted_is_refused_with_its_reason() -> None:
    day = date(2026, 9, 18)
    assert code(due(TERMS["BJ-c"], day, china())) == "unit_unknown"
    assert code(due(TERMS["BJ-a"], day, china())) == "moment_needed"
    assert code(due(TERMS["BJ-a"], datetime(2026, 9, 18, 9, 0), china())) == "moment_needed"  # noqa: DTZ001  # the point
    unlisted = [Suspension(day, day, "materials")]
    assert code(due(TERMS["SC-06"], day, china(), suspensions=unlisted)) == "suspension_never"
    assert code(due(TERMS["SR-02"], day, china(), suspensions=unlisted)) == "suspension_ground_not_listed"
    backwards = [Suspension(day, day - timedelta(days=1), "test")]
    assert code(due(TERMS["SR-02"], day, china(), suspensions=backwards)) == "suspension_ends_before_it_starts"
    assert code(due(TERMS["XF-23"], day, china(), extended=31)) == "extension_too_long"
    assert code(due(TERMS["SC-06"], day, china(), extended=1)) == "extension_never"


def test_extensions_by_whom_and_how_far() -> None:
    petition, penalty = TERMS["XF-23"], TERMS["SP-01"]
    assert isinstance(may_extend(petition, 30, by="unit_head"), Allowed)
    assert isinstance(may_extend(petition, 30), Allowed)
    assert code(may_extend(petition, 20, already=11, by="unit_head")) == "extension_too_long"
    assert code(may_extend(petition, 5, by="officer")) == "extension_wrong_approver"
    assert code(may_extend(petition, 0, by="unit_head")) == "extension_not_positive"
    assert code(may_extend(TERMS["SP-04"], 5)) == "extension_unknown"
    assert isinstance(may_extend(penalty, 400, by="collective"), Allowed), (
        "a collective decision fixes any definite time"
    )
    assert code(may_extend(penalty, 10_000_000, by="collective")) == "extension_beyond_reason"
    assert code(may_extend(penalty, 400, already=3_500, by="collective")) == "extension_beyond_reason"
    far = due(penalty, date(2026, 9, 18), china(), extended=10_000_000, extended_by="collective")
    assert code(far) == "extension_beyond_reason", "a slip of the pen; no date is sought beyond all calendars"


def test_suspension_needs_a_listed_ground() -> None:
    assert isinstance(may_suspend(TERMS["SR-02"], "test"), Allowed)
    assert isinstance(may_suspend(TERMS["SR-02"], None), Allowed), "the ground may be stated later; the row lists some"
    assert code(may_suspend(TERMS["SC-06"], None)) == "suspension_never"


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"value": 0}, "a limit of nothing"),
        ({"valid_from": date(2026, 1, 2), "valid_to": date(2026, 1, 1)}, "valid_to lies before"),
        ({"unit": "h", "roll": "rest_day"}, "roll must be none"),
        ({"value": -3, "suspend_on": ["test"]}, "counted backwards"),
        ({"value": -3, "unit": "mo"}, "counted backwards"),
        ({"article": " "}, "pattern"),
    ],
)
def test_a_row_that_makes_no_sense_is_not_read(wrong: dict[str, object], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        term(**wrong)  # type: ignore[arg-type]  # wrong on purpose


def test_rungs_are_a_number_fixed_or_unknown() -> None:
    assert Extension(by="collective", most="fixed").most == "fixed"
    with pytest.raises(ValidationError):
        Extension(by="unit_head", most=0)
