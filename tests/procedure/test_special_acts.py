"""Acts that lead back, days that an act sets, whoever stands aside: what they do in every procedure that has them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

import people
from huiying.procedure.decision import Refused
from huiying.procedure.guards import GUARDS
from huiying.procedure.library import library
from huiying.procedure.lifecycle import apply, begin, may
from huiying.procedure.schema import Procedure
from huiying.procedure.state import MAIN, Actor, Attempt, Done, RunningClock, Scene, State, Surroundings
from huiying.procedure.time_limits import SHANGHAI, Due, Unit
from huiying.procedure.workdays import china
from people import CHEN, LI, LIU, STREETS_OFFICER, SUN, WANG, WATER, WU, ZHAO, ZHENG, ZHOU

AROUND = Surroundings(people.UNITS, china())
PETITION, HOTLINE, COMPLAINT = (library().procedures[name] for name in ("petition", "hotline", "market_2026"))
MONDAY = datetime(2026, 11, 2, 9, 0, tzinfo=SHANGHAI)
DAY = date(2026, 11, 20)
ROUTE = {"petition_class": "appeal", "route": "petition_procedure"}
RECUSAL = {
    "asked": ("ask_recusal", "ask_clerk_recusal", "ask_head_recusal"),
    "decided": ("decide_recusal", "decide_head_recusal"),
    "whom": "recusal_of",
    "so": "recused",
}
Step = tuple[str, Actor, Mapping[str, object]]
REGISTERED: Step = ("register", LI, {"kind": "help", "demands": 1})
CHECKED: Step = ("check_overlap", ZHOU, {"overlap": "none_found"})
DISPATCHED: Step = ("dispatch", ZHOU, {"lead": WATER})
ASSIGNED: Step = ("assign", ZHOU, {"lead": WATER, "report_by": DAY})
ACCEPTED: Step = ("accept", ZHAO, ROUTE)
HEARD: Step = ("hear", WANG, {"reached": True})
DRAFTED: Step = ("draft_opinion", WANG, {"outcomes": ("explained",), "evidence": 1, "draft": "…"})
MARKED: Step = ("mark_assigned", SUN, {"assigned_by": "leader_instruction", "assigned_until": DAY})
WISHED: Step = ("ask_to_withdraw", CHEN, {})
REFUSED_WITHDRAWAL: Step = ("refuse_withdrawal", WU, {"why": "房东上门"})


def walk(procedure: Procedure, *steps: Step, days: int = 0) -> State:
    state = begin(procedure)
    for number, (act, by, values) in enumerate(steps):
        at = MONDAY + timedelta(minutes=number, days=days if number == len(steps) - 1 else 0)
        answer = apply(procedure, state, Attempt(act, by, at, values), AROUND)
        assert isinstance(answer, State), (act, answer)
        state = answer
    return state


def said(procedure: Procedure, state: State, step: Step, *, days: float = 1) -> str:
    act, by, values = step
    decision = may(procedure, state, Attempt(act, by, MONDAY + timedelta(days=days), values), AROUND)
    return decision.code if isinstance(decision, Refused) else ""


def due_on(state: State, clock: str) -> date | None:
    ends = state.clocks[clock].due(china())
    return ends.at if isinstance(ends, Due) else None


# ---- what leads back ----


@pytest.mark.parametrize(
    ("steps", "back"),
    [
        ([], "checking"),
        ([CHECKED, DISPATCHED], "accepting"),
        ([CHECKED, DISPATCHED, ACCEPTED, HEARD], "handling"),
        ([CHECKED, DISPATCHED, ACCEPTED, HEARD, DRAFTED], "opining"),
    ],
)
def test_a_withdrawal_that_was_not_free_leads_back_to_where_it_was_asked(steps: list[Step], back: str) -> None:
    before = walk(PETITION, REGISTERED, *steps)
    after = walk(PETITION, REGISTERED, *steps, WISHED, REFUSED_WITHDRAWAL)
    assert after.steps[MAIN] == before.steps[MAIN] == back
    assert after.clocks == before.clocks
    assert after.units == before.units


def test_a_wish_to_withdraw_while_something_else_is_asked_leads_back_twice() -> None:
    asked: Step = ("ask_recusal", CHEN, {"recusal_of": "officer", "why": "亲戚"})
    steps = (REGISTERED, CHECKED, DISPATCHED, ACCEPTED, HEARD, DRAFTED, asked, WISHED)
    within = walk(PETITION, *steps, REFUSED_WITHDRAWAL)
    assert within.steps[MAIN] == "recusing"
    decided: Step = ("decide_recusal", LIU, {"recused": False, "explanation": "没有"})
    assert walk(PETITION, *steps, REFUSED_WITHDRAWAL, decided).steps[MAIN] == "opining"
    wished_first = (REGISTERED, CHECKED, DISPATCHED, ACCEPTED, WISHED, REFUSED_WITHDRAWAL, HEARD, DRAFTED, WISHED)
    assert walk(PETITION, *wished_first, REFUSED_WITHDRAWAL).steps[MAIN] == "opining", "the latest counts"


def test_where_an_act_that_leads_back_may_lead_is_known() -> None:
    act = PETITION.acts["decide_recusal"]
    assert set(PETITION.targets["decide_recusal"]) == {"accepting", "handling", "opining"}
    assert act.moves
    assert PETITION.leaves(act, PETITION.steps["recusing"])
    assert PETITION.targets["accept"] == ("handling",)
    assert PETITION.targets["hear"] == ()
    assert not PETITION.acts["hear"].moves


# ---- days that an act sets ----


def test_an_assigned_petition_is_reported_by_the_day_that_was_set_and_closing_waits_for_it() -> None:
    state = walk(PETITION, REGISTERED, CHECKED, ASSIGNED)
    assert due_on(state, "report") == DAY
    clock = state.clocks["report"]
    assert clock.term is not None
    assert (clock.term.article, clock.term.unit) == ("《信访工作条例》第22条", Unit.NATURAL_DAYS)
    assert clock.run_out(datetime(2026, 11, 20, 23, 59, tzinfo=SHANGHAI), china()) is None
    assert clock.run_out(datetime(2026, 11, 21, tzinfo=SHANGHAI), china()) is not None
    report: Step = ("report_result", ZHAO, {"result": "已办结"})
    reported = walk(PETITION, REGISTERED, CHECKED, ASSIGNED, report)
    assert reported.clocks["report"].stopped is not None
    assert said(PETITION, reported, report) == "nothing_awaited"
    assert said(PETITION, walk(PETITION, REGISTERED, CHECKED, DISPATCHED), report) == "nothing_awaited"
    assert PETITION.clocks["report"].whose == "duty"
    objected: Step = ("object_transfer", ZHAO, {"why": "属民政"})
    agreed: Step = ("agree_objection", ZHOU, {"why": "是"})
    back = walk(PETITION, REGISTERED, CHECKED, ASSIGNED, objected, agreed)
    assert back.clocks["report"].stopped is not None, "who does not have it owes no report"
    later_day: Step = ("assign", ZHOU, {"lead": WATER, "report_by": date(2026, 12, 1)})
    again = walk(PETITION, REGISTERED, CHECKED, ASSIGNED, objected, agreed, later_day)
    assert due_on(again, "report") == date(2026, 12, 1)


@given(days=st.integers(-3, 400))
def test_the_day_that_is_set_lies_ahead_and_is_the_day_on_which_the_clock_ends(days: int) -> None:
    day = MONDAY.date() + timedelta(days=days)
    state = walk(HOTLINE, REGISTERED)
    marks = Attempt("mark_assigned", SUN, MONDAY, {"assigned_by": "public_opinion", "assigned_until": day})
    after = apply(HOTLINE, state, marks, AROUND)
    if days > 0:
        assert isinstance(after, State)
        assert due_on(after, "assigned") == day
    else:
        assert isinstance(after, Refused)
        assert after.code == "date_not_ahead"


@pytest.mark.parametrize("procedure", [HOTLINE, PETITION, COMPLAINT, library().procedures["market_penalty"]])
def test_a_mark_of_an_assigned_item_changes_nothing_but_its_own_clock(procedure: Procedure) -> None:
    before, after = walk(procedure, REGISTERED), walk(procedure, REGISTERED, MARKED)
    assert after.steps == before.steps
    assert after.units == before.units
    assert {name: clock for name, clock in after.clocks.items() if name != "assigned"} == before.clocks
    assert set(after.facts) - set(before.facts) == {"assigned_by", "assigned_until"}
    assert procedure.clocks["assigned"].whose == "duty", "no receipt shows it"
    act = procedure.acts["mark_assigned"]
    assert not any((act.notices, act.gives_to, act.opens, act.answers, act.moves))
    assert said(procedure, before, ("report_assigned", SUN, {"result": "…"})) == "nothing_awaited"
    assert said(procedure, after, MARKED) == "still_awaited", "the day is set once, and not put off by setting another"
    assert said(procedure, begin(procedure), MARKED) == "must_come_first"
    reported = walk(procedure, REGISTERED, MARKED, ("report_assigned", SUN, {"result": "已办"}))
    assert reported.clocks["assigned"].stopped is not None
    assert said(procedure, reported, MARKED) == ""


@pytest.mark.parametrize(("act", "by"), [("close", WU), ("pass_on", ZHOU)])
def test_an_assigned_item_is_reported_before_its_case_ends(act: str, by: Actor) -> None:
    scene = Scene(HOTLINE, walk(HOTLINE, REGISTERED, MARKED), Attempt(act, by, MONDAY, {}), AROUND)
    [guard] = [one for one in HOTLINE.acts[act].guards if one.name == "not_awaited"]
    assert GUARDS["not_awaited"](scene, **guard.params) == ("still_awaited", {"clock": "交办件报结果"})
    unmarked = replace(scene, state=walk(HOTLINE, REGISTERED))
    assert GUARDS["not_awaited"](unmarked, **guard.params) is None


def test_whoever_withdraws_freely_ends_what_was_assigned_too() -> None:
    state = walk(HOTLINE, REGISTERED, MARKED, ("withdraw", CHEN, {}))
    assert state.steps[MAIN] == "withdrawn"
    assert state.clocks["assigned"].stopped is not None


# ---- another organ's receipt ----


def test_after_an_agreed_objection_the_next_organ_tells_within_fifteen_days_of_its_own_receipt() -> None:
    objected: Step = ("object_transfer", ZHAO, {"why": "属城管"})
    agreed: Step = ("agree_objection", ZHOU, {"why": "属城管"})
    steps = (REGISTERED, CHECKED, DISPATCHED, objected, agreed)
    first = walk(PETITION, *steps[:3])
    assert due_on(first, "notify") == date(2026, 11, 17)
    elsewhere: Step = ("dispatch", ZHOU, {"lead": people.STREETS})
    second = walk(PETITION, *steps, elsewhere, days=4)
    assert due_on(second, "notify") == date(2026, 11, 21)
    assert due_on(second, "dispose") == due_on(first, "dispose") == date(2026, 11, 17), "that of the sender stays"
    rejected: Step = ("reject_objection", ZHOU, {"why": "属水务"})
    kept = walk(PETITION, *steps[:4], rejected, days=4)
    assert due_on(kept, "notify") == date(2026, 11, 17), "and without the sender's consent the first runs on"


# ---- whoever stands aside ----


def done(act: str, by: Actor, **values: object) -> Done:
    return Done(act, by, MONDAY, MAIN, values)


def stands_aside(by: Actor, *entries: Done) -> bool:
    scene = Scene(PETITION, State(steps={}, done=entries), Attempt("hear", by, MONDAY), AROUND)
    answer = GUARDS["not_recused"](scene, **RECUSAL)
    assert answer in (None, ("recused", {}))
    return answer is not None


def test_whoever_acted_in_the_role_that_was_recused_takes_no_further_part() -> None:
    heard, accepted = done("hear", WANG), done("accept", ZHAO)
    asked = done("ask_recusal", CHEN, recusal_of="officer")
    yes, no = done("decide_recusal", LIU, recused=True), done("decide_recusal", LIU, recused=False)
    assert stands_aside(WANG, heard, accepted, asked, yes)
    assert not stands_aside(WANG, heard, accepted, asked), "not before it is decided"
    assert not stands_aside(WANG, heard, accepted, asked, no)
    assert not stands_aside(ZHAO, heard, accepted, asked, yes), "another role is not meant"
    assert not stands_aside(LIU, heard, accepted, asked, yes)
    assert not stands_aside(STREETS_OFFICER, heard, asked, yes, done("hear", STREETS_OFFICER)), "nor who came after"
    assert not stands_aside(WANG, heard, yes), "nothing was asked"
    again = done("ask_clerk_recusal", CHEN, recusal_of="clerk")
    assert stands_aside(ZHAO, accepted, heard, asked, no, again, yes)
    assert not stands_aside(WANG, accepted, heard, asked, no, again, yes)
    assert stands_aside(WANG, heard, asked, yes, again, no), "one decision does not undo another"


def test_whoever_asks_to_stand_aside_themselves_is_out_though_they_did_nothing_yet() -> None:
    asked = done("ask_recusal", WANG, recusal_of="officer")
    assert stands_aside(WANG, asked, done("decide_recusal", LIU, recused=True))


def test_about_the_head_somebody_outside_the_unit_decides() -> None:
    asked: Step = ("ask_head_recusal", CHEN, {"recusal_of": "unit_head", "why": "合伙"})
    state = walk(PETITION, REGISTERED, CHECKED, DISPATCHED, ACCEPTED, asked)
    values = {"recused": True, "explanation": "改由副局长签发"}
    assert state.steps[MAIN] == "recusing_head"
    assert said(PETITION, state, ("decide_head_recusal", LIU, values)) == "not_this_role"
    assert said(PETITION, state, ("decide_recusal", LIU, values)) == "not_at_this_step"
    assert said(PETITION, state, ("decide_head_recusal", ZHENG, values)) == ""
    for act in ("decide_recusal", "decide_head_recusal"):
        assert [notice.to for notice in PETITION.acts[act].notices] == ["complainant"], "the person is told"


def test_while_recusal_is_asked_the_limit_runs_on_and_nobody_handles() -> None:
    asked: Step = ("ask_recusal", CHEN, {"recusal_of": "officer", "why": "亲戚"})
    before = walk(PETITION, REGISTERED, CHECKED, DISPATCHED, ACCEPTED, HEARD)
    state = walk(PETITION, REGISTERED, CHECKED, DISPATCHED, ACCEPTED, HEARD, asked)
    assert state.clocks == before.clocks
    assert said(PETITION, state, DRAFTED) == "not_at_this_step"


# ---- what was decided is carried out ----


@pytest.mark.parametrize(
    ("fact", "value", "since"),
    [
        ("opinion", "support", "serve_opinion"),
        ("opinion", "support", "serve_own_opinion"),
        ("review_outcome", "changed", "serve_review"),
        ("final_outcome", "changed", "serve_final"),
    ],
)
def test_what_was_supported_or_changed_is_carried_out_after_it_was_served(fact: str, value: str, since: str) -> None:
    guards = [g for g in PETITION.acts["close"].guards if g.name == "carried_out" and g.params["fact"] == fact]
    served, shown = done(since, ZHAO), done("confirm_execution", SUN)

    def code(facts: Mapping[str, object], *entries: Done) -> str:
        scene = Scene(PETITION, State(steps={}, facts=facts, done=entries), Attempt("close", WU, MONDAY), AROUND)
        [guard] = guards
        answer = GUARDS["carried_out"](scene, **guard.params)
        return answer[0] if answer else ""

    assert code({fact: value}, served) == "must_come_first"
    assert code({fact: value}, shown, served) == "must_come_first", "what was shown before is about something else"
    assert code({fact: value}, served, shown) == ""
    assert code({fact: "upheld"}, served) == ""
    assert code({}, served) == ""


# ---- the days of a hearing ----


@given(known=st.dates(date(2026, 1, 1), date(2026, 12, 31)), days=st.integers(-2, 2))
def test_what_is_announced_is_the_day_that_the_party_was_told(known: date, days: int) -> None:
    penalty = library().procedures["market_penalty"]
    state = State(steps={}, facts={"hearing_on": known})
    scene = Scene(penalty, state, Attempt("announce_hearing", WANG, MONDAY, {"on": known + timedelta(days)}), AROUND)
    answer = GUARDS["same_day"](scene, fact="hearing_on", field="on")
    assert (answer is None) is (days == 0)
    assert answer is None or answer[0] == "not_the_same_day"
    assert GUARDS["same_day"](replace(scene, state=State(steps={})), fact="hearing_on", field="on") is None


def test_a_hearing_is_held_on_the_day_that_the_party_was_told_or_after_it() -> None:
    penalty = library().procedures["market_penalty"]
    [guard] = [one for one in penalty.acts["record_hearing"].guards if one.name == "dates_in_order"]
    for days, code in ((-1, "date_too_early"), (0, ""), (5, "")):
        state = State(steps={}, facts={"hearing_on": DAY})
        given_values = {"heard_on": DAY + timedelta(days)}
        scene = Scene(penalty, state, Attempt("record_hearing", WANG, MONDAY, given_values), AROUND)
        answer = GUARDS["dates_in_order"](scene, **guard.params)
        assert (answer[0] if answer else "") == code


def test_a_clock_that_was_stopped_is_owed_nothing_more() -> None:
    running = State(steps={}, clocks={"assigned": RunningClock(None, MONDAY)})
    stopped = State(steps={}, clocks={"assigned": RunningClock(None, MONDAY, stopped=MONDAY)})
    for state, owed in ((running, True), (stopped, False), (State(steps={}), False)):
        scene = Scene(HOTLINE, state, Attempt("close", WU, MONDAY), AROUND)
        assert (GUARDS["awaited"](scene, clock="assigned") is None) is owed
        assert (GUARDS["not_awaited"](scene, clock="assigned") is None) is not owed


def test_an_act_that_procedures_share_rests_on_each_ones_own_law() -> None:
    for name, act, article in (
        ("petition", "register", "《信访工作条例》第21条"),
        ("petition", "rate", "《信访工作条例》第21条"),
        ("petition", "supervise", "《信访工作条例》第40条"),
        ("market_2026", "register", "国办发〔2020〕53号"),
        ("market_penalty", "rate", "《北京市接诉即办工作条例》第8条"),
    ):
        shared = library().procedures[name].acts[act]
        assert shared.article == article, (name, act)
        assert {notice.article for notice in shared.notices} <= {article}, (name, act)
