"""What no order of events may bring about, a function a number of the rules' list; each asks rows and nothing else.

`check` asks all of them about one case. Acts and their meaning are named here and not read from the instruments: a
guard that is taken out of a file must not be taken out of what looks for it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from invariants.trace import Row, Trace, clocks, ends
from naive import BEIJING

FOUND = ("find_true", "find_untrue", "submit_result")
SUBMITTED = ("find_untrue", "submit_result")
SERVED = ("serve_reply", "serve_reply_and_publish")
DECIDED_AT_THE_CENTRE = ("point_to_route", "explain_unmeetable", "carry_over_answer", "confirm_answer")
ANSWERS = (*SERVED, *DECIDED_AT_THE_CENTRE, "answer_at_once")
PASSED = ("approve_result", "pass_audit")
#: The text in which each answer says itself.
WORDS = {"point_to_route": "explanation", "explain_unmeetable": "explanation", "confirm_answer": "explanation"}
NOTICES = {
    "register": "登记凭证", "point_to_route": "途径告知", "explain_unmeetable": "解释说明", "join": "并单告知",
    "ask_resident": "补充材料告知", "suspend_clock": "中止计时告知", "extend": "延期告知", "defer": "挂账告知",
    "serve_reply": "办理结果答复", "serve_reply_and_publish": "办理结果答复", "confirm_answer": "督办核实告知",
    "uphold_verdict": "异议答复", "retract_verdict": "异议答复",
    "explain_honest_error": "错告解释说明", "put_right": "更正告知",
}  # fmt: skip
#: What runs without a person may remind, warn and name who looks after it; everything else is somebody's.
BY_CLOCKWORK = {"remind", "alarm", "recheck", "escalate_overdue", "name_supervisor"}
OBJECTIONS = {"object_verdict", "uphold_verdict", "retract_verdict"}
GRASSROOTS = {"street", "village"}
UNIT_ROLES = {"clerk", "officer", "unit_head"}
UNIT_HOLDERS = UNIT_ROLES
NOT_LAW = {"R", "S", "I", "D"}


@dataclass(slots=True)
class World:
    """What a check knows besides the case: the units, what was known of calendars, and what was seen before."""

    units: Mapping[str, Row]
    #: Every calendar that was known at a time, and from which of them on dates of open clocks must have been found.
    calendars: list[Mapping[str, Any]]
    nights: int = 0
    seen: dict[str, list[bytes]] = field(default_factory=dict)
    contactless: set[str] = field(default_factory=set)
    opened: Counter[str] = field(default_factory=Counter)


Check = Callable[[Trace, World], None]


def invariant_1_nothing_received_is_lost(trace: Trace, world: World) -> None:
    first = trace.acts[0]
    assert first["act"] in {"register", "answer_at_once"}
    assert {"channel", "received_at", "law"} <= set(first["body"]["sets"])
    assert trace.case["receipt"]
    assert trace.case["channel"] == first["body"]["sets"]["channel"]
    assert [act["position"] for act in trace.acts] == list(range(1, len(trace.acts) + 1))
    hashes = [bytes(act["hash"]) for act in trace.acts]
    before = world.seen.get(trace.number, [])
    assert hashes[: len(before)] == before, "what was done stays as it was done"
    world.seen[trace.number] = hashes
    if not trace.purged_at:
        assert trace.has_text(first, "text")
        assert (1, "text") in trace.sealed


def invariant_4_what_is_excluded_is_answered_with_the_right_route(trace: Trace, world: World) -> None:
    del world
    for act in trace.named("point_to_route"):
        assert act["body"]["given"]["route"]
        assert trace.has_text(act, "explanation")
        assert trace.told(act, "途径告知")


def invariant_5_an_emergency_goes_out_wherever_the_case_stands_and_moves_nothing(trace: Trace, world: World) -> None:
    del world
    for act in trace.named("connect_emergency"):
        assert act["body"]["given"]["service"]
        assert clocks(trace, act["position"]) == clocks(trace, act["position"] - 1)
        assert trace.lead_at(act["position"]) == trace.lead_at(act["position"] - 1)


def invariant_6_a_joined_repeat_keeps_what_it_said(trace: Trace, world: World) -> None:
    del world
    joined = trace.named("join", "unjoin")
    into = joined[-1]["body"]["sets"].get("joined_into", "") if joined else ""
    if not trace.stub:
        assert trace.case["joined_into"] == into
    for act in trace.named("join", "unjoin"):
        assert clocks(trace, act["position"]) == clocks(trace, act["position"] - 1), "its reporter keeps their clock"
    for act in trace.named("unjoin"):
        assert trace.has_text(act, "why"), "the new fact is said"
    for act in trace.named("supplement"):
        assert trace.has_text(act, "what"), "a new fact is kept, joined or not"


def invariant_7_the_anonymous_are_received_and_their_matter_is_looked_at(trace: Trace, world: World) -> None:
    if trace.number in world.contactless:
        assert trace.facts(1)["anonymous"] is True
    for act in trace.named("close"):
        if trace.facts(act["position"]).get("anonymous"):
            assert any(entry["act"] in ANSWERS for entry in trace.before(act)), "an answer is owed to them too"


def invariant_8_a_due_date_follows_from_the_acts(trace: Trace, world: World) -> None:
    told = clocks(trace)
    rows = {row["name"]: row for row in trace.parts["case_clock"]}
    assert set(rows) == set(told)
    for name, row in rows.items():
        clock = told[name]
        assert row["term"] == (clock.term["id"] if clock.term else "")
        assert not clock.term or (clock.term["article"].strip() and clock.term["valid_from"])
        assert (row["started_at"], row["stopped_at"]) == (clock.started, clock.stopped), name
        assert row["standing"] is (clock.stands_since is not None)
        runs = row["stopped_at"] is None and trace.case["closed_at"] is None
        calendars = world.calendars[world.nights if runs else 0 :]
        possible = [None if row["standing"] else ends(clock, calendar) for calendar in calendars]
        assert (row["due_at"], row["provisional"]) in [answer or (None, False) for answer in possible]
    open_ones = [row["due_at"] for row in rows.values() if row["stopped_at"] is None and row["due_at"]]
    assert trace.case["due_at"] == min(open_ones, default=None)


def invariant_9_the_start_day_is_not_counted_and_an_unknown_year_is_provisional(trace: Trace, world: World) -> None:
    known = max(max(calendar["known_years"]) for calendar in world.calendars)
    for row in trace.parts["case_clock"]:
        clock = clocks(trace)[row["name"]]
        if row["due_at"] is None or clock.term is None or clock.term["unit"] in {"h", "min", "s"}:
            continue
        started = clock.started.astimezone(BEIJING).replace(hour=0, minute=0, second=0, microsecond=0)
        assert (row["due_at"] - started).days >= clock.term["value"] + 1
        if clock.term["unit"] == "wd" and row["due_at"].astimezone(BEIJING).year > known + 1:
            assert row["provisional"], "nobody knows yet which days of that year are worked"


def invariant_10_a_clock_stands_only_on_a_ground_of_its_row(trace: Trace, world: World) -> None:
    del world
    for act in trace.named("suspend_clock"):
        clock = clocks(trace, act["position"] - 1)["handle"]
        assert clock.term is not None
        assert act["body"]["given"]["ground"] in clock.term["suspend_on"]
        assert trace.told(act, "中止计时告知")


def invariant_11_an_extension_is_in_time_by_whoever_may_within_the_most_and_told(trace: Trace, world: World) -> None:
    for act in trace.named("extend"):
        clock = clocks(trace, act["position"] - 1)["handle"]
        assert clock.term is not None
        assert clock.stopped is None
        approver = "unit_head" if act["role"] == "unit_head" else "hotline"
        (most,) = (rung["most"] for rung in clock.term["extensions"] if rung["by"] == approver)
        assert clock.extended + act["body"]["given"]["days"] <= most
        limits = [answer for calendar in world.calendars if (answer := ends(clock, calendar))]
        assert any(act["at"] < moment for moment, _ in limits)
        assert trace.told(act, "延期告知")


def invariant_13_notice_and_handling_are_owed_apart(trace: Trace, world: World) -> None:
    del world
    for act in trace.acts:
        owed = NOTICES.get(act["act"])
        assert owed is None or trace.told(act, owed), "no later reply makes up for a notice"
    rows = {row["name"]: row["stopped_at"] for row in trace.parts["case_clock"]}
    for act in trace.named("sign_for", "sign_for_case"):
        assert rows.get("handle") != act["at"] or trace.stub or _stopped_at(trace, act["at"])


def _stopped_at(trace: Trace, at: datetime) -> bool:
    return any(entry["at"] == at for entry in trace.named(*SERVED, "confirm_withdrawal"))


def invariant_14_handing_on_and_back_never_touches_the_persons_clock(trace: Trace, world: World) -> None:
    del world
    for act in trace.named(
        "return_order", "rule_on_return", "propose_level", "rule_level", "sign_for", "sign_for_case", "send_back",
        "order_redo",
    ):  # fmt: skip
        before, after = clocks(trace, act["position"] - 1), clocks(trace, act["position"])
        assert before.get("handle") == after.get("handle")
    begun = [act["at"] for act in trace.named("dispatch", "reopen", "send_back_dissatisfied")]
    anew = [act["at"] for act in trace.named("reopen")]
    for row in trace.parts["case_clock"]:
        if row["name"] == "handle":
            assert row["started_at"] == (anew[-1] if anew else begun[0])


def invariant_15_a_unit_that_was_ruled_to_lead_returns_nothing(trace: Trace, world: World) -> None:
    del world
    rulings = {"rule_on_return", "rule_level"}
    for act in trace.named("return_order", "propose_level"):
        ruled = {e["body"]["given"].get("lead") for e in trace.before(act) if e["act"] in rulings}
        assert act["unit"] not in ruled


def invariant_16_nothing_closes_before_outcome_answer_and_follow_up(trace: Trace, world: World) -> None:
    del world
    for act in trace.named(*SERVED):
        assert any(entry["act"] in SUBMITTED for entry in trace.before(act)), "an outcome was recorded"
    for act in trace.named("submit_result"):
        assert len(act["body"]["given"]["outcomes"]) == trace.facts(act["position"])["demands"]
        assert trace.has_text(act, "basis"), "on a ground"
    for act in trace.named(*ANSWERS):
        assert act["act"] == "answer_at_once" or trace.has_text(act, WORDS.get(act["act"], "reply"))
    for act in trace.named("close"):
        before = trace.before(act)
        latest = max((entry["position"] for entry in before if entry["act"] in ANSWERS), default=0)
        assert latest, "the person has an answer"
        facts = trace.facts(act["position"])
        assert facts.get("anonymous") or _asked(before[latest - 1 :]), "and was asked"
        assert _tracks_open(before) == 0
        assigned = clocks(trace, act["position"] - 1).get("assigned")
        assert assigned is None or assigned.stopped, "what was assigned was reported"
    if trace.case["step"] in {"closed", "archived"}:
        assert all(not row["open"] or _beside(row["name"]) for row in trace.parts["case_track"])


def _beside(track: str) -> bool:
    return track.rpartition("-")[0] in {"clearing", "tolerance", "correction"}


def _asked(acts: Sequence[Row]) -> bool:
    calls = [act for act in acts if act["act"] == "record_call"]
    if any(act["act"] == "rate" for act in acts) or any(act["body"]["given"]["reached"] for act in calls):
        return True
    moments = [at for act in calls if 8 <= (at := act["at"].astimezone(BEIJING)).hour < 21]
    return len(moments) >= 3 and len({at.date() for at in moments}) >= 2 and len({at.hour for at in moments}) >= 3


def _tracks_open(acts: Iterable[Row]) -> int:
    done = Counter(act["act"] for act in acts)
    return done["order_support"] - done["support_deliver"] - done["support_release"] - done["support_recall"]


def invariant_18_no_review_is_skipped_or_done_twice(trace: Trace, world: World) -> None:
    del world
    passed, audited = True, False
    for act in trace.acts:
        if act["act"] in SUBMITTED:
            passed = audited = False
        elif act["act"] == "request_audit":
            assert not passed
            audited = True
        elif act["act"] in PASSED:
            assert not passed, "the same result is not reviewed twice"
            assert audited is (act["act"] == "pass_audit")
            passed = True
        elif act["act"] in SERVED:
            assert passed, "no answer goes out that nobody reviewed"
        elif act["act"] == "reopen":
            assert trace.has_text(act, "why"), "what was reviewed to the end is taken up for new facts only"
    unhappy = [act["position"] for act in trace.named("send_back_dissatisfied")]
    assert len(unhappy) <= 1, "the second time goes up"


def invariant_19_nobody_checks_their_own_work(trace: Trace, world: World) -> None:
    del world
    answered = (*FOUND, *PASSED, *DECIDED_AT_THE_CENTRE)
    at_the_desk = ("point_to_route", "explain_unmeetable", "carry_over_answer")
    than: Mapping[str, Sequence[str]] = {
        "rule_on_return": ("dispatch",),
        "rule_level": ("dispatch",),
        "find_mismatch": FOUND,
        "approve_result": FOUND,
        "pass_audit": (*FOUND, "request_audit"),
        "publish": ("submit_result", "serve_reply_and_publish"),
        "record_call": answered,
        "close": answered,
        "confirm_answer": (*FOUND, *PASSED, *at_the_desk),
        "confirm_withdrawal": (*FOUND, "approve_result"),
        "uphold_verdict": ("find_true", "find_untrue"),
        "retract_verdict": ("find_true", "find_untrue"),
        "approve_clearing": (*FOUND, "propose_clearing", "choose_clearing_form"),
        "pass_identity_check": (*FOUND, "propose_clearing", "choose_clearing_form", "approve_clearing"),
        "carry_out_clearing": ("approve_clearing", "pass_identity_check"),
        "grant_tolerance": (*FOUND, *PASSED, "apply_tolerance"),
        "put_right": (*FOUND, *PASSED, *DECIDED_AT_THE_CENTRE),
    }
    for act in trace.named(*than):
        earlier = {entry["person"] for entry in trace.before(act) if entry["act"] in than[act["act"]]}
        assert act["person"] not in earlier, act["act"]


def invariant_21_exactly_one_unit_leads_and_the_first_until_another_is_ruled(trace: Trace, world: World) -> None:
    del world
    mains = [row for row in trace.parts["case_track"] if row["name"] == "main"]
    assert len(mains) == 1
    if trace.stub:
        return
    lead = trace.lead_at(len(trace.acts))
    assert mains[0]["unit"] == lead
    if mains[0]["holder"] in UNIT_HOLDERS:
        assert lead
    for act in trace.acts:
        if act["track"] == "main" and act["role"] in UNIT_ROLES and act["act"] in trace.law["acts"]:
            assert act["unit"] == trace.lead_at(act["position"] - 1), "only the lead acts as one"


#: Acts that give a track other than the main one to a unit, and where they name it.
GIVES = {
    "order_support": "helper", "record_clue": "verifier", "ask_hearing": "hearing_unit",
    "assign_review": "reviewer", "assign_final": "final_reviewer",
}  # fmt: skip


def _given_to(trace: Trace) -> Iterable[tuple[Row, str]]:
    yield from trace.leads()
    for act in trace.named(*GIVES):
        yield act, act["body"]["given"][GIVES[act["act"]]]


def invariant_22_a_departments_duty_is_not_pushed_down(trace: Trace, world: World) -> None:
    for act, unit in _given_to(trace):
        if trace.facts(act["position"]).get("department_duty"):
            assert world.units[unit]["level"] not in GRASSROOTS


def invariant_24_a_case_never_reaches_whoever_it_is_about(trace: Trace, world: World) -> None:
    for act, unit in _given_to(trace):
        _keeps_out(trace, world, act["position"] - 1, unit)
    for act in trace.acts:
        if act["unit"]:
            _keeps_out(trace, world, act["position"] - 1, act["unit"])
    for act in trace.named("joined_by"):
        _keeps_out(trace, world, act["position"], trace.lead_at(act["position"]))


def _keeps_out(trace: Trace, world: World, upto: int, unit: str) -> None:
    facts = trace.facts(upto)
    respondents = set(facts.get("respondents", ()))
    assert not respondents & shares_interest_with(unit, world.units)
    if facts.get("kind") == "report":
        above = {world.units[respondent]["superior_id"] for respondent in respondents} - {None}
        assert not above & {unit, world.units[unit]["agent_of_id"] if unit else None}


def shares_interest_with(unit: str, units: Mapping[str, Row]) -> set[str]:
    """Return a unit, whoever it acts for, and everyone above any of them."""
    reached: set[str] = set()
    waiting = [unit] if unit else []
    while waiting:
        one = waiting.pop()
        if one not in reached:
            reached.add(one)
            waiting += [other for other in (units[one]["superior_id"], units[one]["agent_of_id"]) if other]
    return reached


def invariant_29_every_reading_of_what_is_sealed_is_an_act(trace: Trace, world: World) -> None:
    opened = trace.named("open")
    assert len(opened) == world.opened[trace.number]
    for act in opened:
        assert act["person"]
        assert act["body"]["given"]["purpose"]
        assert act["body"]["given"]["field"]
    rows = [row for row in trace.parts["identity_opening"] if row["opened_at"]]
    assert len(rows) == len(opened)


def invariant_30_an_error_is_explained_and_a_suspicion_is_anothers_to_judge(trace: Trace, world: World) -> None:
    del world
    for act in trace.named("explain_honest_error", "pass_on_suspicion", "propose_clearing"):
        assert trace.facts(act["position"])["verdict"] == "untrue"
        assert trace.lead_at(act["position"]) == trace.lead_at(act["position"] - 1)
    for act in trace.named("explain_honest_error"):
        assert act["body"]["given"] == {}, "nothing is stored of it but that it was explained"
        assert trace.told(act, "错告解释说明")
    for act in trace.named("pass_on_suspicion"):
        assert act["body"]["given"]["approver"] in {"party_committee", "discipline_organ"}
        assert trace.has_text(act, "organ")
        assert trace.has_text(act, "document")
        assert all(entry["act"] != "explain_honest_error" for entry in trace.before(act))
    for act in trace.named("close"):
        objections = [e["act"] for e in trace.before(act) if e["act"] in OBJECTIONS]
        assert not objections or objections[-1] != "object_verdict", "nobody's objection is closed over"


def invariant_36_what_rang_late_has_a_named_supervisor_and_stays_late(trace: Trace, world: World) -> None:
    del world
    rang = [act for act in trace.named("alarm") if act["body"]["given"]["about"] in trace.law["clocks"]]
    if (rang or trace.named("name_supervisor")) and not trace.stub:
        assert trace.case["supervisor"]


def invariant_44_whatever_matters_was_decided_by_a_person(trace: Trace, world: World) -> None:
    del world
    for act in trace.acts:
        assert act["person"]
        if act["role"] == "clockwork":
            # A case of protection is there the moment somebody says that they are threatened; nothing is decided by it.
            protects = act["act"] == "register" and act["body"]["sets"].get("split_from")
            assert protects or act["act"] in BY_CLOCKWORK


def invariant_37_what_runs_beside_a_case_moves_neither_its_steps_nor_its_clocks(trace: Trace, world: World) -> None:
    del world
    for act in trace.acts:
        if _beside(act["track"]):
            assert clocks(trace, act["position"]) == clocks(trace, act["position"] - 1)
            assert trace.lead_at(act["position"]) == trace.lead_at(act["position"] - 1)
    for act in trace.named("grant_tolerance"):
        assert any(entry["act"] in (*ANSWERS, "put_right") for entry in trace.before(act)), "the remedy comes first"
        assert act["unit"] is None or act["unit"] not in {entry["unit"] for entry in trace.before(act)}


CHECKS: Mapping[str, Check] = {name: found for name, found in globals().items() if name.startswith("invariant_")}
#: What is the same under every procedure; the other numbers are asked in the words of the general flow.
EVERYWHERE = ("1", "8", "9", "21", "22", "24", "29", "36", "44")
