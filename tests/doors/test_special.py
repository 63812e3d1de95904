"""What a person may do from the receipt under the special procedures, each with its reason where it may not be done."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from cast import LIU, WANG, WATER, ZHAO, ZHOU, Entering
from huiying.case.models import Case, Clock
from huiying.case.numbers import receipt_code
from huiying.case.scope import CENTRE, seeing
from huiying.procedure.state import Actor
from huiying.stages import flow
from huiying.stages.identity.vault import Contact
from huiying.stages.intake.actions import RESIDENT, Demand, register

pytestmark = pytest.mark.django_db


def passed_on(special: str) -> str:
    demand = Demand(text="小区二次供水收费不公示。", kind="complaint", contact=Contact("陈小梅", "13900001234"))
    number = register(demand, channel="phone", by=RESIDENT, at=timezone.now()).number
    flow.act(number, "pass_on", by=ZHOU, at=timezone.now(), given={"special": special})
    with seeing(CENTRE):
        return Case.objects.get(split_from=number).number


def done(number: str, *acts: tuple[str, Actor, dict[str, object]], track: str = "main") -> None:
    for act, by, given in acts:
        flow.act(number, act, by=by, at=timezone.now(), given=given, track=track)


def receipt(number: str, act: str = "") -> str:
    return f"/r/{receipt_code(number)}/{act}/" if act else f"/r/{receipt_code(number)}/"


def test_a_petitioner_asks_for_review_at_the_next_level_once() -> None:
    number, today = passed_on("petition"), timezone.localdate()
    page = Client().get(receipt(number)).content.decode()
    assert "申请复查、复核" in page
    done(
        number,
        ("check_overlap", ZHOU, {"overlap": "none_found"}),
        ("dispatch", ZHOU, {"lead": WATER}),
        ("accept", ZHAO, {"petition_class": "appeal", "route": "petition_procedure"}),
        ("hear", WANG, {"reached": True}),
        ("draft_opinion", WANG, {"outcomes": ("explained",), "draft": "拟不予支持。"}),
        ("issue_opinion", LIU, {"opinion": "not_support", "basis": "《城市供水条例》"}),
        ("serve_opinion", ZHAO, {"served_on": today, "channel": "letter", "reply": "处理意见书：不予支持，理由如下。"}),
    )
    resident = Client()
    assert "同意处理意见" in resident.get(receipt(number)).content.decode()
    assert resident.post(receipt(number, "higher"), {"why": "公示栏一直是空的。"}).status_code == 302
    with seeing(CENTRE):
        case = Case.objects.get(number=number)
        assert case.tracks.get(name="review-1").step == "review_assigning"
        ends = Clock.objects.get(case=case, name="review").due_at
    assert ends is not None
    assert (ends - timezone.now()) > timedelta(days=29)
    again = resident.post(receipt(number, "higher"), {"why": "再查一次。"})
    assert again.status_code == 422
    assert "须先送达复查意见" in again.content.decode() or "不能再申请复查" in again.content.decode()


def test_a_complainant_asks_for_another_mediator_and_the_sixty_days_stand() -> None:
    number = passed_on("market_complaint")
    early = Client().post(receipt(number, "recusal"), {"why": "调解员是店主的亲戚。"})
    assert early.status_code == 422
    done(number, ("dispatch", ZHOU, {"lead": WATER, "venue": "place_of_business"}), ("accept", WANG, {}))
    shown = Client().get(receipt(number)).content.decode()
    assert "信息确认 → 立案受理 → 调查取证 → 处理结果（现在：调查取证）" in shown
    assert Client().post(receipt(number, "recusal"), {"why": "调解员是店主的亲戚。"}).status_code == 302
    with seeing(CENTRE):
        case = Case.objects.get(number=number)
        assert case.step == "recusing"
        assert Clock.objects.get(case=case, name="mediate").standing
    done(number, ("decide_recusal", LIU, {"recused": True}))
    with seeing(CENTRE):
        assert not Clock.objects.get(case=case, name="mediate").standing


def test_a_receipt_says_where_the_demand_goes_on() -> None:
    number = passed_on("petition")
    with seeing(CENTRE):
        first = Case.objects.get(number=number).split_from
    shown = Client().get(receipt(first)).content.decode()
    assert "已经转入专门的程序，在下面分开的诉求里办理和答复" in shown
    assert receipt_code(number) in shown


def test_a_hotline_case_offers_nothing_of_it() -> None:
    demand = Demand(text="路灯不亮。", kind="help", contact=Contact("陈小梅", "13900001234"))
    number = register(demand, channel="phone", by=RESIDENT, at=timezone.now()).number
    page = Client().get(receipt(number)).content.decode()
    for words in ("申请复查", "申请回避", "同意处理意见"):
        assert words not in page


def test_who_waits_for_another_finds_no_side_way_put_first(signed_in: Entering) -> None:
    number = passed_on("petition")
    done(
        number,
        ("check_overlap", ZHOU, {"overlap": "none_found"}),
        ("dispatch", ZHOU, {"lead": WATER}),
        ("accept", ZHAO, {"petition_class": "appeal", "route": "petition_procedure"}),
        ("hear", WANG, {"reached": True}),
        ("draft_opinion", WANG, {"outcomes": ("explained",), "draft": "拟不予支持。"}),
    )
    acts = signed_in("laowang").get(f"/staff/case/{number}/").content.decode().partition('id="acts"')[2]
    assert "申请回避" in acts
    assert "button--primary" not in acts
    head = signed_in("liuju").get(f"/staff/case/{number}/").content.decode().partition('id="acts"')[2]
    assert "出具处理意见书" in head


def test_a_reason_is_one_sentence_with_its_article() -> None:
    page = Client().get(receipt(passed_on("petition"))).content.decode()
    assert "答复以后才能评价（《" in page
    assert "。（" not in page
