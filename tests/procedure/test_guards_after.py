"""Guards of what comes after a judgement, each asked on both sides of where it turns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import people
from huiying.procedure.closure import open_tracks
from huiying.procedure.foreseen import foreseen
from huiying.procedure.guard_parameters import Refusal
from huiying.procedure.guards_after import (
    answered,
    awaits,
    followed_if,
    none_open,
    nothing_awaits,
    once_since,
    one_is,
    outside_the_units,
    review_over,
)
from huiying.procedure.library import library
from huiying.procedure.state import MAIN, Actor, Attempt, Done, Scene, State, Surroundings
from huiying.procedure.time_limits import SHANGHAI
from huiying.procedure.workdays import china
from people import CAI, CHEN, LIU, QIAN, SUN, WANG, WATER, WU, ZHAO

HOTLINE = library().procedures["hotline"]
AROUND = Surroundings(people.UNITS, china())
NOON = datetime(2026, 9, 3, 12, tzinfo=SHANGHAI)
FOUND, SERVED, OBJECTED = ("find_untrue", WANG), ("serve_reply", ZHAO), ("object_verdict", CHEN)
UPHELD, RETRACTED = ("uphold_verdict", LIU), ("retract_verdict", LIU)
ASKED = {"asked": ("object_verdict",), "answers": ("uphold_verdict", "retract_verdict")}


def scene(
    *done: tuple[str, Actor], act: str = "object_verdict", by: Actor = CHEN, step: str = "closed", after: float = 0
) -> Scene:
    """Return a case of which these acts were done at noon, and an act that is tried so many days later."""
    entries = tuple(Done(name, actor, NOON, MAIN, {}) for name, actor in done)
    state = State(steps={MAIN: step}, units={MAIN: WATER}, done=entries)
    return Scene(HOTLINE, state, Attempt(act, by, NOON + timedelta(days=after)), AROUND)


def code(guard: Callable[..., Refusal], what: Scene, **params: object) -> str:
    refused = guard(what, **params)
    return refused[0] if refused else ""


def test_each_judgement_may_be_objected_to_once() -> None:
    acts = ("find_true", "find_untrue")
    assert code(once_since, scene(FOUND), acts=acts) == ""
    assert code(once_since, scene(FOUND, OBJECTED), acts=acts) == "done_once_already"
    assert code(once_since, scene(FOUND, OBJECTED, FOUND), acts=acts) == ""


def test_an_objection_is_answered_once_and_never_closed_over() -> None:
    for done, waiting in (
        ((FOUND,), False),
        ((FOUND, OBJECTED), True),
        ((FOUND, OBJECTED, UPHELD), False),
        ((FOUND, OBJECTED, RETRACTED, FOUND), False),
        ((FOUND, OBJECTED, RETRACTED, FOUND, OBJECTED), True),
    ):
        assert code(awaits, scene(*done), **ASKED) == ("" if waiting else "nothing_to_answer")
        assert code(nothing_awaits, scene(*done), **ASKED) == ("objection_unanswered" if waiting else "")


def test_the_residents_answer_comes_first() -> None:
    assert code(answered, scene(FOUND)) == "answer_comes_first"
    assert code(answered, scene(FOUND, SERVED)) == ""


def test_the_time_for_a_review_is_counted_in_whole_days_from_the_latest_answer() -> None:
    assert code(review_over, scene(FOUND), days=30) == "review_open"
    assert code(review_over, scene(FOUND, SERVED, step="following_up", after=40), days=30) == "review_open"
    assert code(review_over, scene(FOUND, SERVED, after=30), days=30) == "review_not_over"
    assert code(review_over, scene(FOUND, SERVED, after=30.4), days=30) == "review_not_over"
    assert code(review_over, scene(FOUND, SERVED, after=31), days=30) == ""
    late = scene(FOUND, SERVED, after=30.49)  # 23:45 in Beijing is the thirtieth day yet
    assert code(review_over, late, days=30) == "review_not_over"


def test_nobody_is_lenient_to_their_own_house() -> None:
    assert code(outside_the_units, scene(FOUND, by=CAI)) == ""
    assert code(outside_the_units, scene(FOUND, by=QIAN)) == ""
    assert code(outside_the_units, scene(FOUND, by=Actor("钱审", "auditor", WATER))) == "unit_has_a_part"
    assert code(outside_the_units, scene(FOUND, by=Actor("钱审", "auditor", people.STREETS))) == ""
    assert code(outside_the_units, scene(FOUND, by=Actor(WANG.person, "leader"))) == "unit_has_a_part"
    assert code(outside_the_units, scene(FOUND, ("record_call", WU), by=Actor(WU.person, "leader"))) == ""


def test_a_retaliation_that_was_found_is_followed_by_the_double_check_and_only_that() -> None:
    params = {"where": "protection", "fact": "verdict", "among": ("true",), "acts": ("open_double_check",)}
    found: Mapping[str, object] = {"protection": True, "verdict": "true"}
    for facts, done, said in (
        (found, (), "must_come_first"),
        (found, (("open_double_check", SUN),), ""),
        ({**found, "verdict": "untrue"}, (), ""),
        ({**found, "protection": False}, (), ""),
        ({"verdict": "true"}, (), ""),
    ):
        what = scene(*done, act="close", by=WU)
        assert code(followed_if, replace(what, state=replace(what.state, facts=facts)), **params) == said


def test_nothing_is_handed_over_without_a_single_clue() -> None:
    params = {"facts": ("act_finding", "leak_finding"), "among": ("clue",)}
    for facts, said in (
        ({"act_finding": "no_clue", "leak_finding": "no_clue"}, "none_is"),
        ({}, "none_is"),
        ({"act_finding": "no_clue", "leak_finding": "clue"}, ""),
        ({"act_finding": "clue"}, ""),
    ):
        what = scene(act="hand_over_to_discipline", by=CAI)
        assert code(one_is, replace(what, state=replace(what.state, facts=facts)), **params) == said


def test_one_double_check_at_a_time() -> None:
    for steps, said in (
        ({MAIN: "closed"}, ""),
        ({MAIN: "closed", "double_check-1": "checking_leak"}, "tracks_open"),
        ({MAIN: "closed", "double_check-1": "nothing_to_pursue"}, ""),
        ({MAIN: "closed", "double_check-1": "nothing_to_pursue", "double_check-2": "checking_act"}, "tracks_open"),
        ({MAIN: "closed", "clearing-1": "clearing_choosing"}, ""),
    ):
        what = scene(act="open_double_check", by=SUN)
        assert code(none_open, replace(what, state=replace(what.state, steps=steps)), track="double_check") == said


def test_what_no_form_could_change_is_said_before_it_is_filled_in() -> None:
    def said(act: str, by: Actor, *done: tuple[str, Actor], facts: Mapping[str, object]) -> str:
        what = scene(*done, act=act, by=by)
        state = replace(what.state, facts=facts)
        refused = foreseen(HOTLINE, state, what.attempt, AROUND)
        return refused.code if refused else ""

    untrue = {"verdict": "untrue"}
    assert said("explain_honest_error", SUN, FOUND, SERVED, facts={"verdict": "true"}) == "fact_differs"
    assert said("explain_honest_error", SUN, FOUND, facts=untrue) == "answer_comes_first"
    assert said("explain_honest_error", SUN, FOUND, SERVED, facts=untrue) == ""
    assert said("choose_clearing_form", SUN, FOUND, facts={}) == ""  # whether they consent is given with it
    assert said("put_right", WANG, FOUND, facts=untrue) == ""  # whoever else is asked comes later


def test_what_runs_beside_a_case_holds_nothing_up() -> None:
    steps = {MAIN: "handling", "support-1": "supporting", "tolerance-1": "tolerance_deciding", "clearing-1": "cleared"}
    assert open_tracks(HOTLINE, steps, but=MAIN) == ("support-1",)
    assert [track for track in (*steps, "clearing", "support") if HOTLINE.beside(track)] == [
        "tolerance-1", "clearing-1", "clearing",
    ]  # fmt: skip


def test_nothing_in_the_procedure_labels_anybody() -> None:
    """Invariant 30, 37: no fact that an act folds says 诬告; a suspicion names who approved passing it on."""
    facts = {ask.name: ask.options for act in HOTLINE.acts.values() for ask in act.asks if ask.kind != "text"}
    assert not any("accus" in word for word in (*facts, *(option for options in facts.values() for option in options)))
    explains, passes = HOTLINE.acts["explain_honest_error"], HOTLINE.acts["pass_on_suspicion"]
    assert [ask.kind for ask in explains.asks] == ["text"]
    assert explains.target is passes.target is None
    assert {ask.name for ask in passes.asks if not ask.optional} >= {"approver", "organ", "document"}
    assert not any(step.name and ("诬告" in step.name or "处分" in step.name) for step in HOTLINE.steps.values())
    assert [act.id for act in HOTLINE.acts.values() if "诬告" in act.name] == ["pass_on_suspicion"]
