"""What the guards of the special procedures let pass: whatever day, number, unit or person is given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiying.procedure.guard_parameters import Refers, Refusal, refers_to
from huiying.procedure.guards import GUARDS, parameters
from huiying.procedure.library import library
from huiying.procedure.lifecycle import apply, begin, may
from huiying.procedure.routing import Level, Unit
from huiying.procedure.state import MAIN, Actor, Attempt, Done, RunningClock, Scene, State, Surroundings
from huiying.procedure.time_limits import SHANGHAI, Due
from huiying.procedure.workdays import china

COMPLAINT, PENALTY, PETITION = (library().procedures[name] for name in ("market_2026", "market_penalty", "petition"))
BUREAU, DISTRICT, CITY = "东区市场监管局", "东区政府", "市政府"
UNITS = {
    unit.id: unit
    for unit in (
        Unit(BUREAU, Level.DEPARTMENT, superior=DISTRICT),
        Unit(DISTRICT, Level.DISTRICT, superior=CITY),
        Unit(CITY, Level.CITY),
    )
}
AROUND = Surroundings(UNITS, china())
NOON = datetime(2026, 9, 1, 12, tzinfo=SHANGHAI)
LIANG, SU = Actor("老梁", "officer", BUREAU), Actor("小苏", "officer", BUREAU)
QIN, FANG = Actor("秦岚", "unit_head", BUREAU), Actor("小方", "clerk", BUREAU)
LIN, HE, GU, ZHOU = (
    Actor("小林", "call_taker"),
    Actor("小何", "dispatcher"),
    Actor("小顾", "follow_up"),
    Actor("老周", "complainant"),
)
DAYS_OF_2026 = st.dates(date(2026, 1, 1), date(2026, 12, 31))


def asks(
    guard: str,
    act: str,
    params: Mapping[str, object],
    *,
    state: State | None = None,
    at: datetime = NOON,
    by: Actor = LIANG,
    **given_values: object,
) -> Refusal:
    """What a guard says to somebody who tries an act."""
    scene = Scene(PENALTY, state or State(steps={}), Attempt(act, by, at, given_values), AROUND)
    return GUARDS[guard](scene, **params)


def done(act: str, by: Actor) -> Done:
    return Done(act, by, NOON, MAIN, {})


def code(refused: Refusal) -> str:
    return "" if refused is None else refused[0]


@given(day=DAYS_OF_2026, today=DAYS_OF_2026)
def test_what_was_done_was_done_on_a_day_that_has_come(day: date, today: date) -> None:
    at = datetime.combine(today, time(23, 59), SHANGHAI)
    refused = asks("date_reached", "serve_pre_notice", {"field": "served_on"}, at=at, served_on=day)
    assert code(refused) == ("date_still_ahead" if day > today else "")


def test_the_day_that_has_come_is_that_of_shanghai() -> None:
    evening = datetime(2026, 9, 1, 16, 30, tzinfo=UTC)
    assert asks("date_reached", "serve_decision", {"field": "d"}, at=evening, d=date(2026, 9, 2)) is None
    assert code(asks("date_reached", "serve_decision", {"field": "d"}, at=evening, d=date(2026, 9, 3))) != ""


@given(day=st.dates(date(2026, 2, 1), date(2026, 12, 31)), before=st.integers(-3, 30))
def test_a_hearing_is_told_seven_working_days_before(day: date, before: int) -> None:
    today = day - timedelta(days=before)
    worked = sum(china().day(today + timedelta(days=n)).working for n in range(before))
    at = datetime.combine(today, time(9), SHANGHAI)
    refused = asks("days_ahead", "fix_hearing", {"field": "on", "term": "SP-07d"}, at=at, on=day)
    assert code(refused) == ("" if worked >= 7 else "too_short_before")


def test_a_clock_lets_nobody_through_before_it_has_run_out_or_the_party_spoke() -> None:
    term = library().terms["SP-05"]
    params = {"clock": "response", "unless": ("record_defence",)}
    running = State(steps={}, clocks={"response": RunningClock(term, datetime(2026, 9, 1, 12, tzinfo=SHANGHAI))})
    spoken = replace(running, done=(done("record_defence", LIANG),))
    unlimited = State(steps={}, clocks={"response": RunningClock(None, NOON)})
    last, after = datetime(2026, 9, 8, 23, 59, tzinfo=SHANGHAI), datetime(2026, 9, 9, tzinfo=SHANGHAI)
    assert asks("ran_out", "to_decision", params, state=running, at=last) == ("still_running", {"due": "2026-09-08"})
    assert asks("ran_out", "to_decision", params, state=running, at=after) is None
    assert asks("ran_out", "to_decision", params, state=spoken, at=last) is None
    assert asks("ran_out", "to_decision", params, state=unlimited) is None
    assert asks("ran_out", "to_decision", params) is None, "it never started"


@given(organ=st.sampled_from([*UNITS, "外地单位"]), wanted=st.sampled_from([*UNITS, "外地单位"]))
def test_a_review_goes_to_the_next_level_and_no_other(organ: str, wanted: str) -> None:
    state = State(steps={}, units={MAIN: organ})
    refused = asks("next_level", "dispatch", {"field": "reviewer", "above": MAIN}, state=state, reviewer=wanted)
    right = (organ, wanted) in {(BUREAU, DISTRICT), (DISTRICT, CITY)}
    assert code(refused) == ("" if right else "not_the_next_level")


@given(number=st.integers(-5, 20), least=st.integers(1, 5), more=st.integers(0, 5))
def test_a_number_lies_between_two_and_both_are_allowed(number: int, least: int, more: int) -> None:
    params = {"field": "officers", "least": least, "most": least + more}
    refused = asks("number_between", "file_case", params, officers=number)
    assert code(refused) == ("" if number in range(least, least + more + 1) else "number_out_of_range")


def test_what_is_wanted_only_where_a_fact_says_so() -> None:
    params = {"fact": "opinion", "among": ("support",), "acts": ("confirm_execution",)}
    scene = Scene(PETITION, State(steps={}, facts={"opinion": "support"}), Attempt("close", GU, NOON), AROUND)
    guard = GUARDS["after_if"]
    assert code(guard(scene, **params)) == "must_come_first"
    assert guard(replace(scene, state=State(steps={}, facts={"opinion": "not_support"})), **params) is None
    assert guard(replace(scene, state=State(steps={})), **params) is None
    shown = replace(scene.state, done=(done("confirm_execution", Actor("邓岚", "supervisor")),))
    assert guard(replace(scene, state=shown), **params) is None


@given(heavy=st.sampled_from([True, False, None]), offered=st.sampled_from([True, False, None]))
def test_a_heavy_penalty_comes_with_the_offer_of_a_hearing(heavy: object, offered: object) -> None:
    state = State(steps={}, facts={} if heavy is None else {"heavy": heavy})
    params = {"heavy": "heavy", "offered": "hearing_offered"}
    refused = asks("offered_if_heavy", "serve_pre_notice", params, state=state, hearing_offered=offered)
    assert code(refused) == ("hearing_not_offered" if heavy is True and offered is not True else "")


@given(penalty=st.booleans(), reviewed=st.booleans(), told=st.booleans(), heavy=st.booleans(), collective=st.booleans())
def test_no_penalty_without_review_notice_and_where_heavy_collective_decision(
    *, penalty: bool, reviewed: bool, told: bool, heavy: bool, collective: bool
) -> None:
    acts = [act for act, was in (("pass_review", reviewed), ("serve_pre_notice", told)) if was]
    state = State(steps={}, facts={"heavy": heavy}, done=tuple(done(act, SU) for act in acts))
    params = {
        "decision": "decision",
        "notice": "serve_pre_notice",
        "review": "pass_review",
        "heavy": "heavy",
        "collective": "collective",
    }
    decision = "penalty" if penalty else "no_penalty"
    refused = asks("penalty_prepared", "record_decision", params, state=state, decision=decision, collective=collective)
    if not penalty or (reviewed and told and (collective or not heavy)):
        assert refused is None
    else:
        assert code(refused) == ("not_collective" if reviewed and told else "must_come_first")


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ((), ""),
        ((done("record_call", GU),), ""),  # the same call, made again
        ((done("tell_filing", Actor(GU.person, "officer", BUREAU)),), "same_person"),  # a part in a unit
        ((done("designate_venue", Actor(GU.person, "ruler")),), "same_person"),  # a decision at the centre
        ((done("supplement", Actor(GU.person, "call_taker")),), ""),  # wrote down what was said
        ((done("file_case", QIN),), ""),  # somebody else's
    ],
)
def test_whoever_calls_back_had_no_part_in_the_case(before: tuple[Done, ...], expected: str) -> None:
    assert code(asks("uninvolved", "record_call", {}, state=State(steps={}, done=before), by=GU)) == expected


# ---- what acts say of clocks, shared parts and codes ----


def filed(day: date = date(2026, 6, 1)) -> State:
    """A report that a bureau verifies since a day."""
    at = datetime.combine(day, time(9), SHANGHAI)
    state = begin(PENALTY)
    for attempt in (
        Attempt("register", LIN, at, {"kind": "report", "demands": 1}),
        Attempt("dispatch", HE, at, {"lead": BUREAU}),
    ):
        after = apply(PENALTY, state, attempt, AROUND)
        assert isinstance(after, State)
        state = after
    return state


def ends(state: State, clock: str) -> object:
    found = state.clocks[clock].due(china())
    return found.at if isinstance(found, Due) else found


def test_an_extension_is_approved_as_the_act_says_and_not_by_the_roles_name() -> None:
    attempt = Attempt("extend_filing", QIN, NOON.replace(month=6, day=10), {"days": 15, "why": "等检验"})
    longer = apply(PENALTY, filed(), attempt, AROUND)
    assert isinstance(longer, State)
    assert longer.clocks["filing"].extended_by == "authority_head"
    assert (ends(filed(), "filing"), ends(longer, "filing")) == (date(2026, 6, 23), date(2026, 7, 14))
    plain = {**PENALTY.acts, "extend_filing": PENALTY.acts["extend_filing"].model_copy(update={"approves_as": None})}
    refused = may(PENALTY.model_copy(update={"acts": plain}), filed(), attempt, AROUND)
    assert getattr(refused, "code", "") == "extension_wrong_approver"


@given(behind=st.integers(0, 40))
def test_a_term_runs_from_the_day_of_service_however_late_it_is_recorded(behind: int) -> None:
    served = date(2026, 8, 31)
    given_values = {"served_on": served, "channel": "visit", "reply": "意见书"}
    state = State(steps={MAIN: "serving"}, units={MAIN: BUREAU}, facts={"demands": 1})
    at = datetime.combine(served + timedelta(days=behind), time(9), SHANGHAI)
    after = apply(PETITION, state, Attempt("serve_opinion", FANG, at, given_values), AROUND)
    assert isinstance(after, State)
    assert ends(after, "ask_review") == date(2026, 9, 30)


def test_the_end_stops_every_clock_and_leaves_alone_what_had_stopped() -> None:
    earlier = NOON - timedelta(days=9)
    clocks = {
        "mirror": RunningClock(library().terms["PT-01"], earlier),
        "accept": RunningClock(library().terms["SC-06"], earlier, stopped=earlier),
    }
    state = State(steps={MAIN: "withdrawing"}, clocks=clocks)
    after = apply(COMPLAINT, state, Attempt("confirm_withdrawal", GU, NOON, {"pressed": False}), AROUND)
    assert isinstance(after, State)
    assert {name: clock.stopped for name, clock in after.clocks.items()} == {"mirror": NOON, "accept": earlier}


@pytest.mark.parametrize("name", ["market_2026", "market_2020", "market_penalty", "petition"])
def test_shared_steps_and_acts_are_each_procedures_own(name: str) -> None:
    procedure = library().procedures[name]
    assert {"following_up", "withdrawing", "closed", "archived", "withdrawn", "handed_over"} <= set(procedure.steps)
    assert {"record_call", "close", "withdraw", "record_national_number", "hand_over_secret"} <= set(procedure.acts)
    assert procedure.acts["close"].stops == ("*",)
    assert set(procedure.stopped_by(procedure.acts["close"])) == set(procedure.clocks)


def test_each_procedure_starts_its_own_clock_when_a_case_is_registered() -> None:
    first = {"market_2026": "accept", "market_2020": "accept", "market_penalty": "filing", "petition": "dispose"}
    for name, clock in first.items():
        assert library().procedures[name].acts["register"].starts == ("mirror", clock)


@pytest.mark.parametrize(
    ("number", "taken"),
    [
        ("12315-2026-0901", True),
        ("东市监罚〔2026〕88号", True),
        ("XF/2026.001_3", True),
        ("abc", False),  # too short to name anything
        ("1" * 41, False),
        ("周先生 13800000000", False),  # a space: this is a sentence about somebody
        ("周先生，电话见附件", False),
        ("1234\n5678", False),
    ],
)
def test_a_number_of_another_system_is_a_number_and_no_text(number: str, *, taken: bool) -> None:
    attempt = Attempt("record_national_number", HE, NOON, {"national_number": number})
    decision = may(PENALTY, filed(), attempt, AROUND)
    assert getattr(decision, "code", "") == ("" if taken else "not_a_code")


def standing(since: date) -> State:
    """A case whose sixty days of mediation, counted from 3 July, have stood still since a day."""
    clock = RunningClock(library().terms["SC-13"], datetime(2026, 7, 3, 9, tzinfo=SHANGHAI))
    return State(steps={}, clocks={"mediate": replace(clock, stands_since=since, stands_on="test")})


def test_a_clock_that_stands_has_not_run_out_however_long_it_stands() -> None:
    params = {"clock": "mediate"}
    late = datetime(2026, 12, 1, 9, tzinfo=SHANGHAI)
    assert asks("within", "agree", params, state=standing(date(2026, 8, 20)), at=late) is None
    assert code(asks("within", "agree", params, state=standing(date(2026, 9, 2)), at=late)) == "too_late"


def test_nothing_goes_on_past_a_standing_clock_that_nobody_could_start_again() -> None:
    params = {"clock": "mediate"}
    assert code(asks("runs", "end_investigation", params, state=standing(date(2026, 8, 20)))) == "clock_stands_already"
    assert asks("runs", "end_investigation", params) is None


@given(decided=st.dates(date(2026, 8, 1), date(2026, 8, 31)))
def test_nothing_is_decided_before_it_was_announced(decided: date) -> None:
    params, announced = {"earlier": "served_on", "later": "decided_on"}, date(2026, 8, 5)
    state = State(steps={}, facts={"served_on": announced})
    refused = asks("dates_in_order", "record_decision", params, state=state, decided_on=decided)
    assert code(refused) == ("" if decided >= announced else "date_too_early")
    assert asks("dates_in_order", "record_decision", params, decided_on=decided) is None, "nothing was announced"


def test_a_reopened_case_has_its_limits_again() -> None:
    old = RunningClock(library().terms["SC-06"], datetime(2026, 6, 1, 9, tzinfo=SHANGHAI), stopped=NOON)
    state = State(steps={MAIN: "closed"}, clocks={"accept": old})
    after = apply(COMPLAINT, state, Attempt("reopen", Actor("孙审", "supervisor"), NOON, {"why": "新的证据"}), AROUND)
    assert isinstance(after, State)
    assert (after.clocks["accept"].started, after.clocks["accept"].stopped) == (NOON, None)


def test_on_each_day_one_procedure_is_in_force_for_a_special_kind_or_none() -> None:
    found = {
        day: library().special("market_complaint", day)
        for day in (date(2026, 4, 14), date(2026, 4, 15), date(1999, 1, 1))
    }
    assert [procedure and procedure.id for procedure in found.values()] == ["market_2020", "market_2026", None]


def test_whatever_row_a_guard_counts_by_is_kept_with_the_case() -> None:
    for name in GUARDS:
        rows = {parameter for parameter, hint in parameters(name).items() if refers_to(hint) is Refers.TERM}
        assert rows <= {"term"}, f"{name}: Procedure.rows finds a row under the name `term` alone"
