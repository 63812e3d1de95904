"""A case that is brought to its end, for tests of what comes after."""

from __future__ import annotations

from cast import MONDAY, SUN, WANG, WATER, WU, ZHAO, ZHOU, later
from huiying.procedure.state import Actor
from huiying.stages import flow
from huiying.stages.intake.actions import RESIDENT, Demand, register


def closed(which: int) -> str:
    """Bring a case of the water bureau to its end on the Monday; return its number."""
    number = register(Demand(text=f"第{which}处漏水"), channel="phone", by=RESIDENT, at=MONDAY).number
    steps: tuple[tuple[str, Actor, dict[str, object]], ...] = (
        ("dispatch", ZHOU, {"lead": WATER}),
        ("sign_for", ZHAO, {}),
        ("submit_result", WANG, {"outcomes": ("resolved",), "evidence": 1, "basis": "已更换水管"}),
        ("approve_result", SUN, {}),
        ("serve_reply", ZHAO, {"channel": "phone", "reply": f"第{which}处漏水已经修好，更换了水管。"}),
        ("record_call", WU, {"reached": True, "solved": "yes", "satisfied": "5"}),
        ("close", WU, {}),
    )
    for hours, (act, by, given) in enumerate(steps, start=1):
        flow.act(number, act, by=by, at=later(hours), given=given)
    return number
