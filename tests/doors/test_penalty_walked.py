"""A penalty case with notice, hearing and decision, walked through the pages by the people of the demo city alone.

Days are real days: it is walked today up to the hearing's date, and from the hearing on in a case of two months ago.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta

import pytest
from django.utils import timezone

from cast import FAN, LIANG, MARKET, WU, ZHOU, Entering, page
from huiying.case.models import Case
from huiying.case.numbers import receipt_code
from huiying.case.scope import CENTRE, WORK, seeing
from huiying.case.verifying import verify
from huiying.demo.city import city
from huiying.doors.complainant import receipts
from huiying.procedure.state import Actor
from huiying.procedure.time_limits import SHANGHAI
from huiying.stages import flow
from huiying.stages.identity.vault import Contact
from huiying.stages.intake.actions import RESIDENT, Demand, register
from huiying.stages.intake.uploads import digest_of

pytestmark = pytest.mark.django_db
HEARING = "hearing-1"
CLERK, HEAD = (Actor(f"sc-{name}", role, MARKET) for name, role in (("clerk", "clerk"), ("head", "unit_head")))
Step = tuple[str, Actor, Mapping[str, str]]
FACTS = "在售过期牛奶15盒，违反《食品安全法》第34条，拟没收并罚款120000元。"
TO_THE_REVIEW: tuple[Step, ...] = (
    ("dispatch", ZHOU, {"lead": MARKET}),
    ("file_case", HEAD, {"officers": "2", "prima_facie": "yes"}),
    ("tell_filing", LIANG, {}),
    ("end_investigation", LIANG, {"proposal": "penalty", "heavy": "yes", "evidence": "6"}),
)


class Walk:
    """A report about a market, passed on to 12315 at some moment, and what its people do on their pages."""

    def __init__(self, enter: Entering, came: datetime) -> None:
        self.enter = enter
        report = Demand(text="超市卖过期牛奶，请查处。", kind="report", contact=Contact("陈小梅", "13900001234"))
        first = register(report, channel="phone", by=RESIDENT, at=came).number
        flow.act(first, "pass_on", by=ZHOU, at=came + timedelta(minutes=5), given={"special": "market_report"})
        with seeing(CENTRE):
            self.number = Case.objects.get(split_from=first).number

    def path(self, act: str, track: str = "main") -> str:
        return f"/staff/case/{self.number}/do/{track}/{act}/"

    def offers(self, by: Actor, act: str, track: str = "main") -> bool:
        return self.path(act, track) in page(self.enter(by.person), f"/staff/case/{self.number}/")

    def does(self, *steps: Step, track: str = "main") -> None:
        """Do acts as people do them: each is offered on the case's page, its form opens, and it is sent."""
        for act, by, given in steps:
            assert self.offers(by, act, track), act
            client = self.enter(by.person)
            form = page(client, self.path(act, track))
            assert all(f'name="{name}"' in form for name in given), act
            answer = client.post(self.path(act, track), given)
            assert answer.status_code == 302, (act, answer.content.decode()[-6000:])

    def is_refused(self, act: str, by: Actor, track: str = "main", **given: str) -> str:
        answer = self.enter(by.person).post(self.path(act, track), given)
        assert answer.status_code in {200, 409, 422}, answer.status_code
        return answer.content.decode()

    def step(self, track: str = "main") -> str:
        with seeing(CENTRE):
            return str(Case.objects.get(number=self.number).tracks.get(name=track).step)


def test_the_market_unit_has_whoever_a_penalty_case_needs() -> None:
    """Invariant 19, 20: whoever investigates neither reviews nor presides, so that one officer is too few."""
    roles = sorted(person.role for person in city().people if person.unit == MARKET)
    assert roles == ["clerk", "officer", "officer", "unit_head"]


def test_from_the_report_to_a_hearing_that_is_announced(signed_in: Entering) -> None:
    walk, today = Walk(signed_in, timezone.now()), timezone.localdate()
    walk.does(*TO_THE_REVIEW)
    assert not walk.offers(LIANG, "pass_review"), "nobody reviews what they investigated"
    assert "不得由同一人办理" in walk.is_refused("pass_review", LIANG)
    walk.does(
        ("pass_review", FAN, {}),
        ("serve_pre_notice", LIANG, {"served_on": today.isoformat(), "hearing_offered": "yes", "facts": FACTS}),
    )
    assert "届满" in walk.is_refused("to_decision", LIANG), "the party has its five working days"
    walk.does(("ask_hearing", LIANG, {"ground": "hearing", "hearing_unit": MARKET}))
    day = (today + timedelta(days=40)).isoformat()
    held = {"hearing_on": day, "hearing_place": "上午9时，市监局三楼听证室，主持人老范。"}
    walk.does(("name_chair", HEAD, {"not_a_handler": "yes"}), ("hand_over_file", LIANG, {}), track=HEARING)
    assert "不得由同一人办理" in walk.is_refused("fix_hearing", LIANG, HEARING, **held)
    walk.does(("fix_hearing", FAN, held), ("announce_hearing", FAN, {"announced_for": day}), track=HEARING)
    assert walk.step(HEARING) == "holding"
    early = walk.is_refused("record_hearing", FAN, HEARING, heard_on=today.isoformat(), record="双方质证。")
    assert "次序不对" in early, "it is not held before its day"


def test_from_the_hearing_to_a_decision_that_is_served_told_and_closed(signed_in: Entering) -> None:
    today = timezone.localdate()
    walk = Walk(signed_in, _ago(60))
    heard, served = today - timedelta(days=3), today - timedelta(days=50)
    for days, track, (act, by, given) in (
        *((59.0 - place, "main", step) for place, step in enumerate(TO_THE_REVIEW)),
        (54.0, "main", ("pass_review", FAN, {})),
        (50.0, "main", ("serve_pre_notice", LIANG, {"served_on": served, "hearing_offered": "yes", "facts": FACTS})),
        (49.0, "main", ("ask_hearing", LIANG, {"ground": "hearing", "hearing_unit": MARKET})),
        (48.0, HEARING, ("name_chair", HEAD, {"not_a_handler": "yes"})),
        (47.0, HEARING, ("hand_over_file", LIANG, {})),
        (46.0, HEARING, ("fix_hearing", FAN, {"hearing_on": heard, "hearing_place": "市监局三楼，主持人老范。"})),
        (45.0, HEARING, ("announce_hearing", FAN, {"announced_for": heard})),
    ):
        flow.act(walk.number, act, by=by, at=_ago(days), given=_meant(given), track=track)
    walk.does(
        ("record_hearing", FAN, {"heard_on": heard.isoformat(), "record": "双方质证。"}),
        ("report_hearing", FAN, {"hearing_report": "建议维持。"}),
        track=HEARING,
    )
    decided = {"decision": "penalty", "decided_on": today.isoformat(), "decision_number": "汀市监罚〔2026〕88号"}
    assert not walk.offers(HEAD, "record_decision"), "first the officer asks for it"
    walk.does(("to_decision", LIANG, {}))
    alone = walk.is_refused("record_decision", HEAD, **decided, collective="no", no_heavier="yes")
    assert "集体讨论" in alone, "a heavy one is decided by several"
    walk.does(
        ("record_decision", HEAD, {**decided, "collective": "yes", "no_heavier": "yes"}),
        ("serve_decision", CLERK, {"decision_served_on": today.isoformat()}),
        ("record_execution", LIANG, {"execution": "executed"}),
        ("approve_closing", HEAD, {}),
        ("tell_result", CLERK, {"channel": "letter", "answer-1": "您举报的超市已被处罚，过期牛奶已没收。"}),
        ("record_call", WU, {"reached": "yes", "solved": "yes", "satisfied": "5"}),
        ("close", WU, {}),
    )
    assert walk.step() == "closed"
    assert receipts.read(receipt_code(walk.number), timezone.now()).stage == "closed"
    with seeing(WORK):
        assert verify(walk.number, file_digest=digest_of).ok


def _ago(days: float) -> datetime:
    """Return ten in the morning so many days ago."""
    return datetime.combine(timezone.localdate(), time(10), SHANGHAI) - timedelta(days=days)


def _meant(given: Mapping[str, object]) -> dict[str, object]:
    """Return what a form says as the verbs take it."""
    said = {"yes": True, "no": False}
    return {
        name: said.get(value, int(value) if value.isdigit() else value) if isinstance(value, str) else value
        for name, value in given.items()
    }
