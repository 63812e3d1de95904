"""What no order of events may bring about under the special procedures: 12315 and petitions.

As in `checks`, acts and their meaning are named here and not read from the instruments.
"""

from __future__ import annotations

from collections.abc import Callable

from invariants.checks import World
from invariants.trace import Row, Trace, clocks, ends

ANSWERS = {
    "point_to_route", "point_to_authority", "refuse", "refuse_repeat", "make_document", "keep_record", "tell_end",
    "tell_no_filing", "tell_result", "tell_route", "serve_opinion", "serve_own_opinion",
}  # fmt: skip
#: Acts that serve an opinion on the person.
SERVED = {"serve_opinion", "serve_own_opinion"}
#: Act → the notice that it owes to the person.
NOTICES = {
    "accept": {"投诉受理通知", "信访受理告知"}, "refuse": {"投诉不予受理通知", "信访不予受理告知"},
    "tell_end": {"终止调解通知"}, "notify_mediation": {"调解通知"}, "make_document": {"调解书"},
    "decide_review": set[str](), "serve_review": {"信访复查意见书"}, "serve_final": {"信访复核意见书"},
    "serve_opinion": {"信访处理意见书"}, "extend": {"信访延期告知"}, "extend_filing": {"延期告知"},
    "extend_decision": {"延期告知"}, "extend_collectively": {"延期告知"}, "extend_clue": {"延期告知"},
}  # fmt: skip
#: Act → the clock that it extends, and as whom the row knows whoever does.
EXTENDS = {
    "extend": ("handle", "unit_head"), "extend_filing": ("filing", "authority_head"),
    "extend_decision": ("decide", "authority_head"), "extend_clue": ("clue", "authority_head"),
}  # fmt: skip
SUSPENDS = {
    "ask_recusal": "mediate", "order_test": "mediate", "suspend_filing": "filing", "suspend_decision": "decide",
    "suspend_case": "decide", "ask_hearing": "decide", "suspend_final": "final",
}  # fmt: skip
#: Who may not be the same person: an act, and what whoever does it did not do.
THAN = {
    "pass_review": ("end_investigation",), "pass_review_without_penalty": ("end_investigation",),
    "return_from_review": ("end_investigation",), "record_hearing": ("end_investigation",),
    "report_hearing": ("end_investigation",), "issue_opinion": ("draft_opinion",),
    "decide_review": ("draft_opinion", "issue_opinion"),
    "decide_final": ("draft_opinion", "issue_opinion", "decide_review"),
}  # fmt: skip
#: Fact, value and what serves it: a support or a change is shown to be carried out after it was served.
CARRIED_OUT = (
    ("opinion", "support", SERVED),
    ("review_outcome", "changed", {"serve_review"}),
    ("final_outcome", "changed", {"serve_final"}),
)
#: What only whoever does not have to stand aside may do, under petition law and in mediation.
BY_THE_UNCONCERNED = {
    "petition": {
        "accept", "refuse", "tell_route", "hear", "hold_hearing", "mediate", "extend", "draft_opinion", "return_draft",
        "issue_opinion", "serve_opinion",
    },
    "market": {"record_consent", "entrust_mediation", "notify_mediation", "agree", "end_mediation"},
}  # fmt: skip
HANDLERS = {"clerk", "officer", "unit_head"}
ROUTE_SIX = "petition_procedure"


def special_3_a_refusal_has_a_ground_a_reason_and_other_ways_in_time(trace: Trace, world: World) -> None:
    for act in trace.named("refuse"):
        given = act["body"]["given"]
        assert given["refusal_ground"]
        assert trace.has_text(act, "explanation")
        if trace.law["id"].startswith("market"):
            assert given["other_ways"]
            _in_time(trace, world, act, "accept")


def special_11_extensions_are_in_time_within_the_most_and_told(trace: Trace, world: World) -> None:
    for act in trace.named(*EXTENDS):
        name, approver = EXTENDS[act["act"]]
        clock = clocks(trace, act["position"] - 1)[name]
        assert clock.term is not None
        (most,) = (rung["most"] for rung in clock.term["extensions"] if rung["by"] == approver)
        assert clock.extended + act["body"]["given"]["days"] <= most
        assert act["role"] == "unit_head"
        _in_time(trace, world, act, name)


def special_10_a_clock_stands_only_on_a_ground_of_its_row(trace: Trace, world: World) -> None:
    del world
    for act in trace.named(*SUSPENDS):
        if SUSPENDS[act["act"]] not in trace.law["clocks"]:  # under petition law asking for recusal stops nothing
            continue
        after = clocks(trace, act["position"])[SUSPENDS[act["act"]]]
        assert after.term is not None
        assert act["body"]["given"]["ground"] in after.term["suspend_on"]


def special_13_each_notice_that_is_owed_is_there(trace: Trace, world: World) -> None:
    del world
    for act in trace.acts:
        owed = NOTICES.get(act["act"])
        assert not owed or any(trace.told(act, notice) for notice in owed), act["act"]


def special_14_a_transfer_runs_on_until_the_sender_agrees(trace: Trace, world: World) -> None:
    for act in trace.named("object_transfer", "reject_objection"):
        before, after = clocks(trace, act["position"] - 1), clocks(trace, act["position"])
        assert before.get("notify") == after.get("notify")
        if act["act"] == "object_transfer":
            _in_time(trace, world, act, "object")
    for act in trace.named("object_transfer", "return_to_dispatcher", "raise_venue", "raise_acceptance"):
        ruled = {
            entry["body"]["given"]["lead"]
            for entry in trace.before(act)
            if entry["act"] in {"settle_acceptance", "designate_venue"}
        }
        assert act["unit"] not in ruled, "what a unit was ruled to do it does not return"


def special_16_nothing_closes_before_answer_and_follow_up(trace: Trace, world: World) -> None:
    for act in trace.named("close"):
        before = trace.before(act)
        latest = max((entry["position"] for entry in before if entry["act"] in ANSWERS), default=0)
        assert latest, "the person has an answer"
        since = [entry for entry in before if entry["position"] > latest]
        facts = trace.facts(act["position"])
        asked = [entry for entry in since if entry["act"] in {"record_call", "rate"}]
        assert facts.get("anonymous") or asked, "and was asked"
        for fact, value, serving in CARRIED_OUT:
            if facts.get(fact) == value:
                shown = max(entry["position"] for entry in before if entry["act"] == "confirm_execution")
                served = max(entry["position"] for entry in before if entry["act"] in serving)
                assert shown > served, "what was supported or changed was carried out"
        owed = clocks(trace, act["position"] - 1)
        assert all(owed[name].stopped for name in ("report", "assigned") if name in owed), "and reported"
        if trace.named(*SERVED) and not {entry["act"] for entry in before} & {"accept_opinion", "apply_for_review"}:
            ended = [ends(clocks(trace, act["position"] - 1)["ask_review"], known) for known in world.calendars]
            assert any(answer and act["at"] >= answer[0] for answer in ended), "the time for review has passed"
    if trace.case["step"] in {"closed", "archived"}:
        assert all(not row["open"] for row in trace.parts["case_track"])


def special_18_no_level_of_review_is_skipped_or_repeated(trace: Trace, world: World) -> None:
    for first, second in ((SERVED, "apply_for_review"), ({"serve_review"}, "apply_for_final_review")):
        asked = trace.named(second)
        assert len(asked) <= 1
        for act in asked:
            assert any(entry["act"] in first for entry in trace.before(act))
    for act in trace.named("assign_review"):
        lead = trace.lead_at(act["position"])
        assert act["body"]["given"]["reviewer"] == world.units[lead]["superior_id"]
    for act in trace.named("assign_final"):
        (reviewer,) = (entry["body"]["given"]["reviewer"] for entry in trace.named("assign_review"))
        assert act["body"]["given"]["final_reviewer"] == world.units[reviewer]["superior_id"]


def special_19_nobody_checks_their_own_work(trace: Trace, world: World) -> None:
    del world
    for act in trace.named(*THAN):
        earlier = {entry["person"] for entry in trace.before(act) if entry["act"] in THAN[act["act"]]}
        assert act["person"] not in earlier, act["act"]
    for act in trace.named("record_call", "close", "confirm_withdrawal"):
        handled = {entry["person"] for entry in trace.before(act) if entry["role"] in HANDLERS}
        assert act["person"] not in handled, act["act"]


def special_19_whoever_was_told_to_stand_aside_takes_no_further_part(trace: Trace, world: World) -> None:
    del world
    barred = BY_THE_UNCONCERNED["petition" if trace.law["id"] == "petition" else "market"]
    for decision in trace.named("decide_recusal", "decide_head_recusal"):
        assert decision["role"] == ("unit_head" if decision["act"] == "decide_recusal" else "ruler")
        assert trace.told(decision, "回避决定告知")
        if not decision["body"]["given"]["recused"]:
            continue
        earlier = trace.before(decision)
        asked = [entry for entry in earlier if entry["act"].startswith("ask_") and entry["act"].endswith("recusal")][-1]
        role = asked["body"]["given"]["recusal_of"]
        out = {entry["person"] for entry in earlier if entry["role"] == role}
        since = [entry for entry in trace.named(*barred) if entry["position"] > decision["position"]]
        assert not out & {entry["person"] for entry in since}


def special_20_no_penalty_without_review_notice_and_where_heavy_hearing_and_collective(
    trace: Trace, world: World
) -> None:
    del world
    for act in trace.named("record_decision"):
        given, before = act["body"]["given"], {entry["act"] for entry in trace.before(act)}
        if given["decision"] != "penalty":
            continue
        assert {"pass_review", "serve_pre_notice"} <= before
        assert given["no_heavier"] is True
        facts = trace.facts(act["position"])
        if facts["heavy"]:
            assert facts["hearing_offered"] is True
            assert given["collective"] is True


def special_23_a_hearing_is_the_partys_to_ask_for(trace: Trace, world: World) -> None:
    del world
    hearings = [row for row in trace.parts["case_track"] if row["name"].startswith("hearing")]
    assert trace.stub or len(hearings) == len(trace.named("ask_hearing"))
    for act in trace.named("announce_hearing", "record_hearing"):
        told = trace.facts(act["position"])["hearing_on"]
        given = act["body"]["given"]
        assert given["announced_for"] == told if act["act"] == "announce_hearing" else given["heard_on"] >= told


def special_8_sixty_days_run_on_the_sixth_route_alone(trace: Trace, world: World) -> None:
    del world
    for act in trace.named("accept"):
        if trace.law["id"] == "petition":
            clock = clocks(trace, act["position"])["handle"]
            assert (clock.term is not None) is (act["body"]["given"]["route"] == ROUTE_SIX)


def _in_time(trace: Trace, world: World, act: Row, name: str) -> None:
    clock = clocks(trace, act["position"] - 1)[name]
    limits = [answer for calendar in world.calendars if (answer := ends(clock, calendar))]
    assert any(act["at"] < moment for moment, _ in limits), f"{act['act']} after {name} had run out"


SPECIAL: tuple[Callable[[Trace, World], None], ...] = tuple(
    found for name, found in sorted(globals().items()) if name.startswith("special_")
)
