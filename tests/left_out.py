"""Cases that were answered, rated and closed, and what keeps them out of figures: for tests of stages and doors."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from django.utils import timezone

from cast import COMMUNITY, LIU, SUN, WANG, WATER, WU, ZHAO, ZHENG, ZHOU
from huiying.procedure.state import Actor
from huiying.stages import flow
from huiying.stages.identity.vault import Contact
from huiying.stages.insight.counting import day_of
from huiying.stages.intake.actions import RESIDENT, Demand, register

CHEN = Contact("陈小梅", "13900001234")
CONDUCT = "连续辱骂接线员，一天占线四十次"
FACTS = "三次到场，水表读数与账单一致"
TRACK = "exclusion-1"


def closed() -> str:
    """Return a case that was answered, rated unsolved and closed, an hour or so ago."""
    at = timezone.now() - timedelta(hours=2)
    demand = Demand(text="水费太高了，多收了", kind="help", contact=CHEN, area=COMMUNITY)
    number = register(demand, channel="phone", by=RESIDENT, at=at).number
    steps: tuple[tuple[str, Actor, Mapping[str, object]], ...] = (
        ("dispatch", ZHOU, {"lead": WATER}),
        ("sign_for", ZHAO, {}),
        ("submit_result", WANG, {"outcomes": ("explained",), "evidence": 1, "basis": "现场核实"}),
        ("approve_result", Actor("shenhe", "supervisor"), {}),
        ("serve_reply", ZHAO, {"channel": "phone", "reply": f"工单{number}：现场核实，读数与账单一致。"}),
        ("record_call", WU, {"reached": True, "solved": "no", "satisfied": "1"}),
        ("close", WU, {}),
    )
    for minute, (act, by, given) in enumerate(steps, 1):
        flow.act(number, act, by=by, at=at + timedelta(minutes=minute), given=given)
    return number


def label(number: str, *, malicious: bool = False) -> None:
    given = {"left_out_of": ("resolution",), "label_until": today_plus(90), "explanation": "记录互相印证"}
    if not malicious:
        asked = {"excluded_for": "no_factual_basis", "facts": FACTS, "basis": "供水条例", "exclusion_evidence": 3}
        do(number, "apply_exclusion", LIU, asked)
        do(number, "grant_exclusion", SUN, given, TRACK)
        return
    do(number, "dissuade", WU, {"conduct": CONDUCT, "dissuasion": "说明后果，请其停止"})
    asked = {
        "excluded_for": "malicious_disturbance", "behaviour": "blocked_lines", "malice": "录音里说就是要让别人打不进来",
        "malice_evidence": 2, "disturbance": CONDUCT, "disturbance_evidence": 40,
    }  # fmt: skip
    do(number, "apply_malicious", LIU, asked)
    do(number, "concur_malicious", SUN, {"why": "录音和话单互相印证"}, TRACK)
    do(number, "confirm_malicious", ZHENG, given, TRACK)


def do(number: str, act: str, by: Actor, given: Mapping[str, object], track: str = "main") -> None:
    flow.act(number, act, by=by, at=timezone.now(), given=given, track=track)


def today_plus(days: int) -> date:
    return day_of(timezone.now()) + timedelta(days=days)
