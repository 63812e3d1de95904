"""A town in which a case stands at every step that anybody can act at, all led by the water bureau."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from beside_cases import a_limit_that_waits, two_audits
from cast import CAI, COMMUNITY, FENGSHOU, HESHOU, LIU, MATTER, MENG, QIAN, STREETS, SUN, WANG, WATER, WU, ZHAO, ZHOU
from huiying.case.models import Case
from huiying.case.scope import CENTRE, seeing
from huiying.procedure.disclosure import Field, Purpose
from huiying.procedure.state import MAIN, Actor
from huiying.stages import flow
from huiying.stages.identity import actions as identity
from huiying.stages.identity.vault import Contact
from huiying.stages.intake.actions import RESIDENT, Demand, at_once, register
from huiying.stages.papers import actions as papers
from huiying.stages.triage import actions as triage
from paper_facts import place_of

CHEN = Contact("陈小梅", "13900001234")
WHY = "已经到现场看过，情况属实，现按规定办理，结果如下，请知悉。"
REPLY = "您反映的滨河路路灯不亮的问题，我局已派人到现场更换了三盏灯具，并约定每周巡查一次，请您监督。"
Step = tuple[str, Actor, Mapping[str, object]]
DISPATCH: Step = ("dispatch", ZHOU, {"lead": WATER})
SIGN: Step = ("sign_for", ZHAO, {})
TAKE: Step = ("sign_for_case", ZHAO, {})
RETURN: Step = ("return_order", ZHAO, {"ground": "not_our_duty", "why": WHY})
RESULT: Step = (
    "submit_result", WANG, {"outcomes": ("resolved",), "evidence": 1, "basis": "《城市供水条例》第7条", "draft": REPLY},
)  # fmt: skip
TRUE: Step = ("find_true", WANG, {"verdict": "true", "evidence": 1, "reasons": WHY})
APPROVE: Step = ("approve_result", SUN, {})
SERVE: Step = ("serve_reply", ZHAO, {"channel": "phone", "reply": REPLY})
UNSOLVED: Step = ("record_call", WU, {"reached": True, "solved": "no", "satisfied": "1"})
AGAIN: Step = ("send_back_dissatisfied", WU, {"why": WHY})
SUPPORT: Step = ("order_support", ZHOU, {"helper": STREETS})
ANSWERED = (DISPATCH, SIGN, RESULT, APPROVE, SERVE)
AUDITED: tuple[Step, ...] = (("request_audit", SUN, {}), ("pass_audit", QIAN, {}))
UNTRUE: Step = ("find_untrue", WANG, {"verdict": "untrue", "outcomes": ("explained",), "evidence": 2, "reasons": WHY})
#: Over and found untrue; nobody of the centre but the auditor judged it.
CLEARED: tuple[Step, ...] = (
    DISPATCH, TAKE, UNTRUE, *AUDITED, SERVE, ("record_call", WU, {"reached": True, "solved": "yes", "satisfied": "4"}),
    ("close", WU, {}),
)  # fmt: skip
PROPOSE: Step = ("propose_clearing", SUN, {"whom": "市水务局管网科职工", "need": WHY})
FORM: Step = (
    "choose_clearing_form", SUN,
    {"clearing_form": "clear_to_head_and_person", "consented": True, "wording": "经核查，反映的问题不属实。"},
)  # fmt: skip
APPROVE_CLEARING: Step = ("approve_clearing", CAI, {})
SAFE: Step = ("pass_identity_check", HESHOU, {"reporter_safe": True})
TOLERATE: Step = (
    "apply_tolerance", LIU,
    {
        "for_the_public": True, "no_prohibition": True, "decided_properly": True, "made_good": True,
        "whom": "市水务局抢修班", "why": WHY,
    },
)  # fmt: skip
#: Answered; nobody of the centre but the auditor of an audit looked it over.
AUDITED_ANSWER: tuple[Step, ...] = (
    DISPATCH, SIGN, RESULT, ("request_audit", SUN, {}), ("pass_audit", Actor("shenhe", "auditor"), {}), SERVE,
)  # fmt: skip
LEAVE_OUT: Step = (
    "apply_exclusion", LIU, {"excluded_for": "no_factual_basis", "facts": WHY, "basis": WHY, "exclusion_evidence": 1},
)  # fmt: skip
LABEL = {"left_out_of": ("resolution",), "label_until": "", "explanation": WHY}
GRANT: Step = ("grant_exclusion", SUN, LABEL)
DISSUADE: Step = ("dissuade", WU, {"conduct": WHY, "dissuasion": WHY})
ACCUSE: Step = (
    "apply_malicious", LIU,
    {
        "excluded_for": "malicious_disturbance", "behaviour": "blocked_lines", "malice": WHY, "malice_evidence": 1,
        "disturbance": WHY, "disturbance_evidence": 1,
    },
)  # fmt: skip
CONCUR: Step = ("concur_malicious", SUN, {"why": WHY})
LEAD: Step = ("propose_police_lead", SUN, {"behaviour": "blocked_lines", "facts": WHY, "lead_evidence": 1})
CHECK_LEAD: Step = ("pass_legal_check", QIAN, {"minimal": True, "basis": WHY})
SEND_LEAD: Step = ("send_police_lead", CAI, {"organ": "某区公安分局", "explanation": WHY})
STORIES: Mapping[str, Sequence[Step]] = {
    "verifying": (),
    "signing": (DISPATCH,),
    "reported": (DISPATCH,),
    "ruling": (DISPATCH, RETURN),
    "handling": (DISPATCH, SIGN),
    "deferred": (DISPATCH, SIGN, ("defer", LIU, {"until": "", "measures": WHY, "owner": "市水务局"})),
    "reviewing": (DISPATCH, SIGN, RESULT),
    "auditing": (DISPATCH, SIGN, RESULT, ("request_audit", SUN, {})),
    "replying": (DISPATCH, SIGN, RESULT, APPROVE),
    "replying_report": (DISPATCH, TAKE, TRUE, RESULT, APPROVE),
    "publishing": (DISPATCH, TAKE, TRUE, RESULT, APPROVE, ("serve_reply_and_publish", ZHAO, SERVE[2])),
    "following_up": ANSWERED,
    "dissatisfied": (*ANSWERED, UNSOLVED),
    "escalated": (*ANSWERED, UNSOLVED, AGAIN, RESULT, APPROVE, SERVE, UNSOLVED, ("escalate", WU, {"why": WHY})),
    "withdrawing": (DISPATCH, SIGN, ("ask_to_withdraw", RESIDENT, {})),
    "handed_over": (("hand_over_secret", ZHOU, {"ground": "state_secret"}),),
    "support_signing": (DISPATCH, SIGN, SUPPORT),
    "supporting": (DISPATCH, SIGN, SUPPORT, ("support_sign", MENG, {})),
    "support_ruling": (DISPATCH, SIGN, SUPPORT, ("support_return", MENG, RETURN[2])),
    "judging": (DISPATCH, TAKE),
    "investigating": (DISPATCH, TAKE, TRUE),
    "asked": (DISPATCH, TAKE),
    "approved": (DISPATCH, TAKE),
    "found_untrue": CLEARED,
    "clearing_choosing": (*CLEARED, PROPOSE),
    "clearing_approving": (*CLEARED, PROPOSE, FORM),
    "clearing_checking": (*CLEARED, PROPOSE, FORM, APPROVE_CLEARING),
    "clearing_out": (*CLEARED, PROPOSE, FORM, APPROVE_CLEARING, SAFE),
    "tolerance_deciding": (*ANSWERED, TOLERATE),
    "correcting": (DISPATCH, SIGN, RESULT, *AUDITED, SERVE, ("open_correction", SUN, {"wrong": WHY})),
    "assigned": (
        DISPATCH,
        SIGN,
        ("mark_assigned", ZHOU, {"assigned_by": "leader_instruction", "assigned_until": ""}),
    ),
    "level_asked": (DISPATCH, SIGN, ("propose_level", LIU, {"level": "level_up", "why": WHY})),
    "objected": (DISPATCH, TAKE, TRUE, ("object_verdict", RESIDENT, {"what": WHY})),
    "exclusion_deciding": (*AUDITED_ANSWER, LEAVE_OUT),
    "exclusion_confirming": (*AUDITED_ANSWER, DISSUADE, ACCUSE, CONCUR),
    "excluded": (*AUDITED_ANSWER, LEAVE_OUT, GRANT),
    "label_objected": (*AUDITED_ANSWER, LEAVE_OUT, GRANT, ("object_label", RESIDENT, {"what": WHY})),
    "police_checking": (*AUDITED_ANSWER, DISSUADE, LEAD),
    "police_sending": (*AUDITED_ANSWER, DISSUADE, LEAD, CHECK_LEAD),
    "police_waiting": (*AUDITED_ANSWER, DISSUADE, LEAD, CHECK_LEAD, SEND_LEAD),
}
#: Acts that begin a track beside the case; what follows in a story is done there.
BESIDE = {
    "order_support", "propose_clearing", "apply_tolerance", "open_correction", "apply_exclusion", "apply_malicious",
    "propose_police_lead",
}  # fmt: skip
#: Special procedures into which a demand goes on.
SPECIAL = ("market_both", "petition")
#: When review is over, and clearing may begin.
LATER = {"propose_clearing": timedelta(days=40)}
#: Stories of reports; all others are demands for help.
KINDS = {story: "report" for story, steps in STORIES.items() if TAKE in steps} | {"reported": "report"}


@dataclass(frozen=True, slots=True)
class Town:
    """Where each case stands: story → number."""

    cases: Mapping[str, str]


def founded() -> Town:
    """Bring a demand for every story and take it as far as the story goes."""
    now = timezone.now()
    cases = {story: _walk(story, steps, now) for story, steps in STORIES.items()}
    at = now - timedelta(hours=1)
    for story in ("asked", "approved"):
        opened = identity.ask_to_see(cases[story], Field.ORIGINAL, Purpose.HANDLE, by=WANG, at=at)
        if story == "approved":
            identity.decide(opened.opening.pk, approve=True, by=FENGSHOU, at=at)
    identity.ask_to_see(cases["handling"], Field.CONTACT, Purpose.CALL_BACK, by=WANG, at=at)
    for story in ("joined", "joined_answered"):
        cases[story] = _brought(story, now - timedelta(days=2))
        triage.join(cases[story], cases["signing" if story == "joined" else "following_up"], by=ZHOU, at=at)
    for special in SPECIAL:
        cases[special] = _brought(special, at)
        words = WHY if special == "market_both" else ""
        triage.pass_on(cases[special], special, words, by=ZHOU, at=at)
        with seeing(CENTRE):
            for on in Case.objects.filter(split_from=cases[special]):
                cases[on.law.procedure] = on.number
    earlier = now - timedelta(days=2)
    spoken = Demand(text="怎么办身份证", kind="consultation", contact=CHEN)
    from_call = Actor("xiaoli", "call_taker")
    cases["closed"] = register(spoken, channel="phone", by=from_call, at=earlier, given=at_once(1, "yes")).number
    papers.issue(cases["handling"], *place_of(cases["handling"], "登记凭证"), "complainant", by=ZHOU, at=at)
    a_limit_that_waits(now)
    two_audits(earlier)  # the one's randomness is public now
    return Town(cases)


def _brought(story: str, at: datetime) -> str:
    kind = KINDS.get(story, "help")
    text = f"滨河路的路灯不亮，已经一周了。（{story}）"
    return register(
        Demand(text=text, kind=kind, title="路灯不亮", contact=CHEN), channel="portal", by=RESIDENT, at=at
    ).number


def _walk(story: str, steps: Sequence[Step], now: datetime) -> str:
    at = now - timedelta(days=2) - sum((LATER.get(act, timedelta()) for act, _, _ in steps), timedelta())
    number, track = _brought(story, at), MAIN
    if any(act == "dispatch" for act, _, _ in steps):
        kind = KINDS.get(story, "help")
        triage.classify(number, kind=kind, matter=MATTER, area=COMMUNITY, by=ZHOU, at=at)
    for act, by, given in steps:
        at += timedelta(minutes=20) + LATER.get(act, timedelta())
        flow.act(
            number, act, by=by, at=at, given=_given(given, f"（工单{number}，{at:%d日%H时%M分}）", now), track=track
        )
        if act in BESIDE:
            with seeing(CENTRE):
                track = Case.objects.get(number=number).tracks.exclude(name=MAIN).values_list("name", flat=True)[0]
    return number


def _given(given: Mapping[str, object], which: str, now: datetime) -> dict[str, object]:
    """Fill in what differs with the day; no two replies are word for word the same."""
    filled: dict[str, object] = {**given}
    for day in {"until", "assigned_until", "label_until"} & filled.keys():
        filled[day] = (now + timedelta(days=60)).date()
    if "reply" in filled:
        filled["reply"] = f"{filled['reply']}{which}"
    return filled
