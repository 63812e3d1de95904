"""What deciding and reckoning cost, beside a floor that does the bare work and explains nothing."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial

from huiying.procedure.library import library
from huiying.procedure.lifecycle import apply, begin, may
from huiying.procedure.routing import Level, Unit
from huiying.procedure.state import Actor, Attempt, RunningClock, State, Surroundings
from huiying.procedure.time_limits import SHANGHAI, Due, Line, Suspension, Term, due
from huiying.procedure.workdays import Calendar, china

ROUNDS, PER_ROUND = 25, 200
CLOCKS, CLOCKS_BOUND_S = 100_000, 30
START = date(2026, 6, 1)
MONDAY = datetime(2026, 11, 2, 9, 0, tzinfo=SHANGHAI)
UNITS = {"水务局": Unit("水务局", Level.DEPARTMENT), "城管局": Unit("城管局", Level.DEPARTMENT)}


def microseconds(work: Callable[[], object]) -> float:
    """Return the median cost of one call: the median of rounds, so that a neighbour's noise does not count."""
    work()
    rounds = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        for _ in range(PER_ROUND):
            work()
        rounds.append((time.perf_counter() - begun) / PER_ROUND * 1e6)
    return statistics.median(rounds)


def bare_count(start: date, days: int, working: set[date]) -> date:
    """The floor of a due date: count members of a ready-made set, with no reasons and no questions."""
    while days:
        start += timedelta(days=1)
        days -= start in working
    return start


def deciding() -> None:
    """Deciding one act, as every button on a case page asks: the floor is looking the act up in a dictionary."""
    procedure, around = library().procedures["shandong"], Surroundings(UNITS, china())
    officer, call_taker = Actor("经办", "officer", "水务局"), Actor("话务", "call_taker")
    state = begin(procedure)
    for attempt in (
        Attempt("register", call_taker, MONDAY, {"kind": "help", "demands": 2, "respondents": ("城管局",)}),
        Attempt("dispatch", Actor("派单", "dispatcher"), MONDAY, {"lead": "水务局"}),
        Attempt("sign_for", Actor("收发", "clerk", "水务局"), MONDAY),
    ):
        answer = apply(procedure, state, attempt, around)
        assert isinstance(answer, State), answer  # noqa: S101  # the benchmark's own footing
        state = answer
    floor = microseconds(lambda: procedure.acts.get("submit_result"))
    given = {"outcomes": ("resolved", "explained"), "evidence": 1, "basis": "…"}
    for name, attempt in {
        "allowed, with three guards": Attempt("submit_result", officer, MONDAY, given),
        "refused by the role": Attempt("submit_result", call_taker, MONDAY, given),
        "refused by the clock's row": Attempt("suspend_clock", officer, MONDAY, {"ground": "test"}),
        "an extension, due date and all": Attempt(
            "extend", Actor("督办", "supervisor"), MONDAY, {"days": 10, "why": "…"}
        ),
    }.items():
        row(f"deciding: {name}", microseconds(partial(may, procedure, state, attempt, around)), floor, 50)


def reckoning() -> None:
    """One due date, and one with its derivation: the floor walks the same days and says nothing of them."""
    terms, calendar = library().terms, china()
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
    working, every = {day for day in days if calendar.day(day).working}, set(days)
    for term_id, amount, members in (
        ("SC-06", 7, working),
        ("GD-02c", 15, working),
        ("XF-23", 60, every),
        ("SP-01", 90, every),
    ):
        floor = microseconds(partial(bare_count, START, amount, members))
        cost = microseconds(partial(due, terms[term_id], START, calendar))
        row(f"due date: {term_id}, {amount} days", cost, floor, 50)
        told = microseconds(partial(_told, terms[term_id], calendar))
        row(f"due date: {term_id}, with its derivation", told, floor, 1000)
    answer = due(terms["LT-01"], date(2026, 5, 31), calendar)
    assert isinstance(answer, Due)  # noqa: S101  # the benchmark's own footing
    floor = microseconds(lambda: bare_count(date(2026, 1, 1), 183, every))
    row(
        "due date: LT-01, six months",
        microseconds(lambda: due(terms["LT-01"], date(2026, 5, 31), calendar)),
        floor,
        1000,
    )


def _told(term: Term, calendar: Calendar) -> tuple[Line, ...]:
    answer = due(term, START, calendar)
    assert isinstance(answer, Due)  # noqa: S101  # the benchmark's own footing
    return answer.derivation


def recomputing() -> None:
    """Every open clock anew, as when a calendar comes: the floor walks as many days and asks nothing."""
    rows = [term for term in library().terms.values() if term.unit != "unknown"]
    clocks = [_clock(rows[number % len(rows)], number) for number in range(CLOCKS)]
    every = {date(2026, 1, 1) + timedelta(days=n) for n in range(3 * 365)}
    begun = time.perf_counter()
    for _ in range(CLOCKS):
        bare_count(START, 10, every)
    floor = time.perf_counter() - begun
    for name, calendar in (("a calendar for all", china()), ("years unknown", china().through(2025))):
        begun = time.perf_counter()
        for clock in clocks:
            clock.due(calendar)
        took = time.perf_counter() - begun
        sys.stdout.write(
            f"{CLOCKS:,} clocks anew, {name:<25} {took:9.2f} s    floor (ten days each) {floor:5.2f} s"
            f"   {took / floor:5.1f} ×   bound {CLOCKS_BOUND_S} s\n"
        )


def _clock(term: Term, number: int) -> RunningClock:
    """Return an open clock; every third whose row allows it stood still for ten days."""
    started = datetime(2026, 1, 1, 9, 0, tzinfo=SHANGHAI) + timedelta(days=number % 300)
    ground = term.suspend_on[0] if term.suspend_on and number % 3 == 0 else None
    day = started.date()
    stood = (Suspension(day + timedelta(days=3), day + timedelta(days=12), ground),) if ground else ()
    return RunningClock(term, started, suspensions=stood)


def row(name: str, cost: float, floor: float, bound: float) -> None:
    """Print one line: the cost, the floor, their ratio, and the bound we set ourselves."""
    beside = f"floor {floor:7.2f} µs   {cost / floor:7.1f} ×   bound {bound:5.0f} µs   {cost / bound:5.0%}"
    sys.stdout.write(f"{name:<44} {cost:9.2f} µs   {beside}\n")
