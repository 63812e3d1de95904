"""What people read of limits: until when, and in one line how that was found."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from huiying.case.folding import Folded
from huiying.doors.moments import until
from huiying.doors.reading import derivation, limits
from huiying.procedure.library import library
from huiying.procedure.state import MAIN, RunningClock, State, Surroundings
from huiying.procedure.time_limits import SHANGHAI, Suspension
from huiying.procedure.workdays import china
from huiying.stages.identity.texts import spoken_to
from people import UNITS

START = datetime(2026, 9, 24, 15, 0, tzinfo=SHANGHAI)


def read(term: str, **more: object) -> tuple[str, str]:
    """Return until when a limit runs that starts before the Mid-Autumn holiday, and how that was found."""
    procedure = library().procedures["guangdong"]
    clock = RunningClock(library().terms[term], START, **more)  # type: ignore[arg-type]  # facts of a clock
    now = Folded(procedure, State(steps={MAIN: "handling"}, clocks={"handle": clock}))
    (limit,) = limits(now, Surroundings(UNITS, china()))
    assert limit.moment is not None
    return until(limit.moment), derivation(limit)


def test_working_days_are_counted_and_what_is_not_is_said() -> None:
    assert read("GD-02b") == (
        "2026年10月15日24时",
        "从2026年9月24日的第二天算起，共10个工作日，不计中秋节3天，不计国庆节7天，不计周末1天",
    )


def test_hours_run_through() -> None:
    assert read("HL-16c") == ("2026年9月25日 15:00", "自2026年9月24日 15:00起24小时")


@pytest.mark.parametrize("extended", [0, 30])
def test_an_extension_is_part_of_the_count(extended: int) -> None:
    _, said = read("XF-23", extended=extended, extended_by="unit_head" if extended else None)
    assert f"共{60 + extended}自然日" in said


def test_a_suspension_is_said() -> None:
    stood = (Suspension(date(2026, 9, 28), date(2026, 9, 29), "test"),)
    assert "不计检测鉴定2天" in read("SC-13", suspensions=stood)[1]


@pytest.mark.parametrize(
    ("kept", "read_by_the_person"),
    [
        ("〔姓名〕女士您好：水管已换。", "您好：水管已换。"),
        ("〔姓名〕，您好！路灯已亮。", "您好！路灯已亮。"),
        ("已与〔姓名〕核实。", "已与〔姓名〕核实。"),
    ],
)
def test_whoever_brought_it_is_greeted_without_a_gap(kept: str, read_by_the_person: str) -> None:
    assert spoken_to(kept) == read_by_the_person
