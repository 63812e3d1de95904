"""A case's life: what each rule refuses, and what no order of events can bring about."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

import people
from huiying.procedure.decision import Allowed, Refused
from huiying.procedure.library import library
from huiying.procedure.lifecycle import apply, begin, may, never_possible
from huiying.procedure.schema import Ask, Kind, Procedure
from huiying.procedure.state import MAIN, Actor, Attempt, State, Surroundings
from huiying.procedure.time_limits import SHANGHAI, Due, Term
from huiying.procedure.workdays import china
from people import CHEN, HE, LI, LIU, SUN, WANG, WATER, WU, ZHAO, ZHOU

AROUND = Surroundings(people.UNITS, china())
GUANGDONG = library().procedures["guangdong"]
MONDAY = datetime(2026, 11, 2, 9, 0, tzinfo=SHANGHAI)


def attempt(
    act: str, actor: Actor, given: Mapping[str, object] | None = None, *, days: float = 0, track: str = MAIN
) -> Attempt:
    return Attempt(act, actor, MONDAY + timedelta(days=days), given or {}, track)


def walk(procedure: Procedure, *attempts: Attempt) -> State:
    state = begin(procedure)
    for step in attempts:
        answer = apply(procedure, state, step, AROUND)
        assert isinstance(answer, State), (step.act, answer)
        state = answer
    return state


def refusal(procedure: Procedure, state: State, step: Attempt) -> str:
    decision = may(procedure, state, step, AROUND)
    assert isinstance(decision, Refused), step
    return decision.code


REGISTERED = attempt("register", LI, {"kind": "help", "demands": 1})
DISPATCHED = attempt("dispatch", ZHOU, {"lead": WATER})
SIGNED = attempt("sign_for", ZHAO)
DONE = attempt("submit_result", WANG, {"outcomes": ("resolved",), "evidence": 1, "basis": "已修复"}, days=3)
SERVED = (
    attempt("approve_result", SUN, days=4),
    attempt("serve_reply", ZHAO, {"channel": "phone", "reply": "漏点已修好"}, days=4),
)


def handling(procedure: Procedure = GUANGDONG) -> State:
    return walk(procedure, REGISTERED, DISPATCHED, SIGNED)


def test_an_act_says_where_it_is_refused_and_under_which_article() -> None:
    state = handling()
    assert refusal(GUANGDONG, state, attempt("no_such_act", WANG)) == "act_unknown"
    assert refusal(GUANGDONG, state, attempt("close", WU)) == "not_at_this_step"
    assert refusal(GUANGDONG, state, attempt("contact", WANG, track="support-1")) == "track_unknown"
    assert refusal(GUANGDONG, state, attempt("contact", LI)) == "not_this_role"
    assert refusal(GUANGDONG, state, attempt("contact", people.STREETS_OFFICER, {"reached": True})) == "not_your_unit"
    assert may(GUANGDONG, state, attempt("contact", WANG, {"reached": True}), AROUND) == Allowed(
        "《北京市接诉即办工作条例》第15条"
    )


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, "not_given"),
        ({"outcomes": (), "basis": "x"}, "not_given"),
        ({"outcomes": ("wonderful",), "basis": "x"}, "not_listed"),
        ({"outcomes": "resolved", "basis": "x"}, "not_of_kind"),
        ({"outcomes": ("explained",), "basis": "x", "evidence": "three"}, "not_of_kind"),
        ({"outcomes": ("explained",), "basis": "x", "mood": "good"}, "not_asked"),
        ({"outcomes": ("explained", "explained"), "basis": "x"}, "demands_unanswered"),
    ],
)
def test_what_is_given_is_what_is_asked_for(given: Mapping[str, object], expected: str) -> None:
    assert refusal(GUANGDONG, handling(), attempt("submit_result", WANG, given)) == expected


def test_a_unit_that_is_complained_about_can_neither_get_the_case_nor_act_on_it() -> None:
    against = attempt("register", LI, {"kind": "complaint", "demands": 1, "respondents": (WATER,)})
    state = walk(GUANGDONG, against)
    assert refusal(GUANGDONG, state, DISPATCHED) == "unit_in_conflict"
    assert (
        refusal(
            GUANGDONG, state, Attempt("dispatch", Actor("内应", "dispatcher", WATER), MONDAY, {"lead": people.STREETS})
        )
        == "unit_in_conflict"
    )


def test_text_is_content_and_never_becomes_state() -> None:
    state = walk(
        GUANGDONG,
        REGISTERED,
        DISPATCHED,
        attempt("return_order", ZHAO, {"ground": "wrong_area", "why": "陈女士住东区"}),
    )
    assert "陈女士住东区" not in repr(state)
    assert state.facts["ground"] == "wrong_area"


def test_nothing_of_a_secret_stays_but_that_it_was_here() -> None:
    state = walk(
        GUANGDONG,
        attempt("register", LI, {"kind": "report", "demands": 1, "respondents": (people.STREETS,)}),
        DISPATCHED,
        attempt("sign_for_case", ZHAO),
        attempt("order_support", WANG, {"helper": "水务局二所"}),
        attempt("hand_over_secret", HE, {"ground": "state_secret"}, days=1),
    )
    assert state.steps == {MAIN: "handed_over"}
    assert (state.facts, state.units, state.clocks) == ({}, {}, {})
    assert [entry.act for entry in state.done] == [
        "register",
        "dispatch",
        "sign_for_case",
        "order_support",
        "hand_over_secret",
    ]
    assert all(entry.given == {} for entry in state.done)


def test_a_parent_closes_after_its_tracks() -> None:
    state = walk(GUANGDONG, REGISTERED, DISPATCHED, SIGNED, attempt("order_support", WANG, {"helper": people.STREETS}))
    assert state.units == {MAIN: WATER, "support-1": people.STREETS}
    decision = may(GUANGDONG, state, DONE, AROUND)
    assert isinstance(decision, Refused)
    assert (decision.code, decision.params["tracks"]) == ("tracks_open", "协办1")
    asked = walk(
        GUANGDONG, REGISTERED, DISPATCHED, SIGNED, attempt("order_support", WANG, {"helper": people.STREETS}),
        attempt("ask_to_withdraw", CHEN),
    )  # fmt: skip
    assert refusal(GUANGDONG, asked, attempt("confirm_withdrawal", WU, {"pressed": False})) == "tracks_open"


def ends(state: State, clock: str = "handle") -> date | datetime | None:
    answer = state.clocks[clock].due(china())
    return answer.at if isinstance(answer, Due) else None


def test_the_persons_clock_is_never_set_to_zero_and_a_units_own_begins_anew() -> None:
    shandong = library().procedures["shandong"]
    state = walk(
        shandong, REGISTERED, DISPATCHED, attempt("return_order", ZHAO, {"ground": "wrong_area", "why": "x"}, days=1)
    )
    before = ends(state)
    state = walk(
        shandong, REGISTERED, DISPATCHED, attempt("return_order", ZHAO, {"ground": "wrong_area", "why": "x"}, days=1),
        attempt("rule_on_return", people.ZHENG, {"lead": people.STREETS, "why": "x"}, days=2),
    )  # fmt: skip
    assert ends(state) == before == date(2026, 11, 9)
    assert ends(state, "return") == date(2026, 11, 6), "two working days from the ruling"


def test_a_running_case_keeps_the_rule_that_was_in_force_when_its_clock_started() -> None:
    late = walk(GUANGDONG, REGISTERED, DISPATCHED)
    assert late.clocks["handle"].term == library().terms["GD-02b"]
    early = GUANGDONG.limit_for("handle", {"kind": "help"}, date(2022, 8, 31))
    assert early is None, "the pack's rule is not yet in force"


def with_row(**changes: object) -> Procedure:
    """The general flow with one limit, whose row a test makes up: no hotline row known to us lists a suspension."""
    facts = {
        "id": "T-1",
        "name": "试",
        "procedure": "p",
        "step": "s",
        "from_event": "dispatched",
        "article": "试行办法第1条",
    }
    row = Term.model_validate({**facts, "value": 5, "unit": "wd", "status": "D", **changes})
    return (
        library()
        .procedures["shandong"]
        .model_copy(
            update={"terms": {**library().terms, "SD-01": row}},
        )
    )


def test_a_clock_stands_still_on_a_listed_ground_and_runs_on() -> None:
    procedure = with_row(suspend_on=["test"])
    state = handling(procedure)
    assert (
        refusal(procedure, state, attempt("suspend_clock", WANG, {"ground": "materials"}))
        == "suspension_ground_not_listed"
    )
    assert refusal(procedure, state, attempt("resume_clock", WANG)) == "clock_runs_already"
    stopped = apply(procedure, state, attempt("suspend_clock", WANG, {"ground": "test"}, days=1), AROUND)
    assert isinstance(stopped, State)
    assert (
        refusal(procedure, stopped, attempt("suspend_clock", WANG, {"ground": "test"}, days=2))
        == "clock_stands_already"
    )
    runs = apply(procedure, stopped, attempt("resume_clock", WANG, days=3), AROUND)
    assert isinstance(runs, State)
    assert (ends(state), ends(runs)) == (date(2026, 11, 9), date(2026, 11, 12)), "Tuesday to Thursday are not counted"


def test_a_button_says_at_once_what_no_ground_and_no_number_would_make_possible() -> None:
    general, listed = library().procedures["hotline"], with_row(suspend_on=["test"])
    extend, suspend = GUANGDONG.acts["extend"], GUANGDONG.acts["suspend_clock"]
    assert never_possible(begin(GUANGDONG), extend) is None, "there is no clock yet: the step says so"
    assert never_possible(handling(), GUANGDONG.acts["contact"]) is None
    for procedure, act, code in (
        (general, extend, "clock_has_no_limit"),
        (GUANGDONG, extend, "extension_never"),
        (GUANGDONG, suspend, "suspension_never"),
    ):
        refused = never_possible(handling(procedure), act)
        assert refused is not None
        assert refused.code == code
    assert never_possible(handling(listed), suspend) is None


def test_a_support_order_delivers_on_a_day_that_lies_ahead() -> None:
    passed, ahead = (
        attempt("order_support", WANG, {"helper": "市城管局", "deliver_by": day}, days=1)
        for day in (date(2026, 11, 2), date(2027, 1, 4))
    )
    assert refusal(GUANGDONG, handling(), passed) == "date_not_ahead"
    assert isinstance(apply(GUANGDONG, handling(), ahead, AROUND), State)


def test_no_clock_moves_where_there_is_no_limit_or_it_has_stopped() -> None:
    general = library().procedures["hotline"]
    days = {"days": 5, "why": "复杂"}
    assert refusal(general, handling(general), attempt("extend", LIU, days)) == "clock_has_no_limit"
    assert refusal(GUANGDONG, handling(), attempt("extend", LIU, days)) == "extension_never"
    reopened = walk(
        GUANGDONG, REGISTERED, DISPATCHED, SIGNED, DONE, *SERVED,
        attempt("send_back_dissatisfied", WU, {"why": "还漏"}, days=5),
    )  # fmt: skip
    assert reopened.clocks["handle"].stopped is None, "the person's clock runs on"
    stopped = State(steps=reopened.steps, units=reopened.units, facts=reopened.facts, done=reopened.done)
    assert refusal(GUANGDONG, stopped, attempt("extend", LIU, days, days=6)) == "clock_not_running"


def test_an_extension_comes_before_the_limit_by_whoever_may_and_no_further_than_allowed() -> None:
    shandong = library().procedures["shandong"]
    state = handling(shandong)
    ten = {"days": 10, "why": "复杂"}
    assert refusal(shandong, state, attempt("extend", LIU, ten, days=2)) == "extension_wrong_approver"
    assert refusal(shandong, state, attempt("extend", SUN, {"days": 11, "why": "复杂"}, days=2)) == "extension_too_long"
    assert refusal(shandong, state, attempt("extend", SUN, ten, days=9)) == "extension_after_expiry"
    longer = apply(shandong, state, attempt("extend", SUN, ten, days=2), AROUND)
    assert isinstance(longer, State)
    assert (ends(state), ends(longer)) == (date(2026, 11, 9), date(2026, 11, 23))
    assert refusal(shandong, longer, attempt("extend", SUN, {"days": 1, "why": "x"}, days=3)) == "extension_too_long"
    own = with_row(extensions=[{"by": "unit_head", "most": 3}])
    assert isinstance(apply(own, handling(own), attempt("extend", LIU, {"days": 3, "why": "x"}, days=1), AROUND), State)


def test_a_number_is_a_number() -> None:
    with pytest.raises(TypeError, match="days of extend"):
        attempt("extend", LIU, {"days": "five"}).number("days")


def test_the_ways_of_a_deferral() -> None:
    state = handling()
    asked = {"until": date(2026, 11, 2), "measures": "排期", "owner": "刘局长"}
    assert refusal(GUANGDONG, state, attempt("defer", LIU, asked)) == "date_not_ahead"
    undated = attempt("submit_result", WANG, {"outcomes": ("deferred",), "basis": "x"})
    assert refusal(GUANGDONG, state, undated) == "must_come_first"
    dated = walk(
        GUANGDONG, REGISTERED, DISPATCHED, SIGNED, attempt("defer", LIU, {**asked, "until": date(2027, 3, 1)}),
        attempt("take_up_deferred", WANG), undated,
    )  # fmt: skip
    assert dated.steps[MAIN] == "reviewing"


# ---- what no order of events can bring about ----

CHOICES: Mapping[str, st.SearchStrategy[object]] = {
    "unit": st.sampled_from([*people.UNITS, "无此单位"]),
    "parties": st.lists(st.sampled_from(list(people.UNITS)), max_size=2).map(tuple),
    "number": st.integers(1, 3),
    "flag": st.booleans(),
    "text": st.just("……"),
    "code": st.sampled_from(["东市监罚〔2026〕8号", "12315-2026-0901", "编号待补"]),
    "date": st.dates(date(2026, 10, 1), date(2027, 12, 31)),
}


def value_for(ask: Ask, demands: int, *, fitting: bool) -> st.SearchStrategy[object]:
    if fitting and ask.kind == "unit":
        return st.sampled_from([WATER, people.STREETS])
    if ask.kind == "choice":
        return st.sampled_from(ask.options)
    if ask.kind == "choices":
        count = (demands, demands) if fitting else (1, 2)
        return st.lists(st.sampled_from(ask.options), min_size=count[0], max_size=count[1]).map(tuple)
    return CHOICES[ask.kind]


class AnyOrder(RuleBasedStateMachine):
    """Anybody tries anything at any time, in every procedure; what is allowed happens."""

    been: ClassVar[set[str]] = set()

    @initialize(
        name=st.sampled_from(sorted(library().procedures)), kind=st.sampled_from(list(Kind)), demands=st.integers(1, 2)
    )
    def register(self, name: str, kind: Kind, demands: int) -> None:
        self.procedure = library().procedures[name]
        self.now = MONDAY
        given = {"kind": kind.value, "demands": demands}
        first = apply(self.procedure, begin(self.procedure), Attempt("register", LI, self.now, given), AROUND)
        assert isinstance(first, State)
        self.state, self.before = first, first

    @rule(data=st.data(), hours=st.integers(0, 60), fitting=st.sampled_from([True, True, True, False]))
    def somebody_tries_something(self, data: st.DataObject, hours: int, fitting: bool) -> None:  # noqa: FBT001  # drawn
        self.now += timedelta(hours=hours)
        open_now = [track for track, step in self.state.steps.items() if step not in self.procedure.endings]
        track = data.draw(st.sampled_from(sorted((fitting and open_now) or self.state.steps)))
        here = [
            act for act in self.procedure.acts.values() if self.state.steps[track] in self.procedure.sources[act.id]
        ]
        if not here:
            return
        away = (
            {"handed_over", "withdrawn", "withdrawing"} if hours % 8 else set[str]()
        )  # else most walks would end at once
        moving = [
            act
            for act in here
            if fitting
            and act.target not in away
            and (act.target or act.opens or act.id == "record_call")
            and not (hours % 5 and self.procedure.beside(act.opens or ""))  # else walks would dwell beside their case
            and not (hours % 5 and act.id in {"find_mismatch", "propose_level"})  # or go to and fro
        ]
        act = data.draw(st.sampled_from(moving or here))
        whose = {None, self.state.units.get(track)}
        able = [actor for actor in people.EVERYONE if actor.role in act.by and (actor.unit in whose or not fitting)]
        actor = data.draw(st.sampled_from(able or list(people.EVERYONE)))
        demands = self.state.facts.get("demands", 1)
        assert isinstance(demands, int)
        given = {
            ask.name: data.draw(value_for(ask, demands, fitting=fitting))
            for ask in act.asks
            if not ask.optional or (fitting and ask.name == "evidence") or data.draw(st.booleans())
        }
        step = Attempt(act.id, actor, self.now, given, track)
        decision = may(self.procedure, self.state, step, AROUND)
        after = apply(self.procedure, self.state, step, AROUND)
        assert isinstance(after, Refused) == isinstance(decision, Refused), "the button and the act agree"
        if isinstance(after, Refused):
            assert after == decision
            assert after.article, "a refusal names its article"
        else:
            self.before, self.state = self.state, after
            self.been.update(after.steps.values())

    @invariant()
    @precondition(lambda self: hasattr(self, "state"))
    def the_case_is_somewhere_and_exactly_one_unit_leads_once_dispatched(self) -> None:
        assert self.state.steps[MAIN] in self.procedure.steps
        holder = self.procedure.steps[self.state.steps[MAIN]].holder
        if holder in {"clerk", "officer", "unit_head"}:
            assert MAIN in self.state.units

    @invariant()
    @precondition(lambda self: hasattr(self, "state"))
    def nothing_ends_without_an_answer_and_the_person_being_asked(self) -> None:
        if self.state.steps[MAIN] not in {"closed", "archived"}:
            return
        done = [self.procedure.acts[entry.act] for entry in self.state.done]
        acts = [act for act in done if act.track == MAIN]  # a correction after the end is told, and asked about no more
        assert any(act.answers for act in acts)
        last_answer = max(number for number, act in enumerate(acts) if act.answers)
        assert any(act.follows_up for act in acts[last_answer:])
        held = [track for track in self.state.steps if track != MAIN and not self.procedure.beside(track)]
        assert {self.state.steps[track] for track in held} <= self.procedure.endings

    @invariant()
    @precondition(lambda self: hasattr(self, "state"))
    def the_persons_clock_never_starts_anew_and_rules_do_not_change_under_it(self) -> None:
        if self.state.steps[MAIN] == "handed_over":
            return
        renewed = self.procedure.acts[self.state.done[-1].act].renews if self.state.done else ()
        for name, clock in self.before.clocks.items():
            if self.procedure.clocks[name].whose == "person" and name not in renewed:
                assert self.state.clocks[name].started == clock.started
                assert self.state.clocks[name].term == clock.term

    @invariant()
    @precondition(lambda self: hasattr(self, "state"))
    def nobody_checks_their_own_work(self) -> None:
        handled = self.state.persons(["find_true", "find_untrue", "submit_result"])
        assert not handled & self.state.persons(["approve_result", "pass_audit", "record_call", "close"])
        investigated = self.state.persons(["end_investigation"])
        assert not investigated & self.state.persons(["pass_review", "pass_review_without_penalty", "record_hearing"])
        assert not self.state.persons(["draft_opinion"]) & self.state.persons(["issue_opinion", "decide_review"])

    @invariant()
    @precondition(lambda self: hasattr(self, "state"))
    def no_clock_runs_on_after_the_end(self) -> None:
        if self.state.steps[MAIN] in {"closed", "withdrawn"} and self.procedure.acts["close"].stops == ("*",):
            assert all(clock.stopped is not None for clock in self.state.clocks.values())

    @invariant()
    @precondition(lambda self: hasattr(self, "state"))
    def a_withdrawal_after_dispatch_was_confirmed_by_the_centre(self) -> None:
        acts = [entry.act for entry in self.state.done]
        if self.state.steps[MAIN] == "withdrawn" and {"dispatch", "assign"} & set(acts):
            assert "confirm_withdrawal" in acts


def test_no_order_of_events_breaks_the_law() -> None:
    run_state_machine_as_test(
        AnyOrder,
        settings=settings(
            max_examples=1200,
            stateful_step_count=60,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            derandomize=True,
        ),
    )
    of_the_case = {step.id for step in GUANGDONG.steps.values() if not GUANGDONG.beside(step.track)}
    assert of_the_case - AnyOrder.been == {"registering"}, "everywhere"
