"""What a person may do from the receipt under the special procedures, each with its reason where it may not be done."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from cast import LIU, WANG, WATER, ZHAO, ZHENG, ZHOU, Entering
from huiying.case.models import Case, Clock
from huiying.case.numbers import receipt_code
from huiying.case.recording import NotAllowed
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
    done(number, ("decide_recusal", LIU, {"recused": True, "explanation": "改由老李调解。"}))
    with seeing(CENTRE):
        assert not Clock.objects.get(case=case, name="mediate").standing


def test_a_receipt_says_where_the_demand_goes_on() -> None:
    number = passed_on("petition")
    with seeing(CENTRE):
        first = Case.objects.get(number=number).split_from
    shown = Client().get(receipt(first)).content.decode()
    assert "已经转入专门的程序，在下面分开的诉求里办理和答复" in shown
    assert receipt_code(number) in shown


def test_whoever_is_pressed_after_the_demand_went_on_says_so_from_the_first_receipt() -> None:
    number = passed_on("petition")
    with seeing(CENTRE):
        first = Case.objects.get(number=number).split_from
    assert Client().post(receipt(first, "pressed")).status_code == 302
    with seeing(CENTRE):
        case = Case.objects.get(number=first)
        assert case.step == "passed_on"
        assert case.notices.filter(name="打击报复线索", to="supervisor").exists()


def test_a_petitioner_asks_that_clerk_officer_or_head_stands_aside_and_is_told_what_was_decided() -> None:
    number = passed_on("petition")
    done(number, ("check_overlap", ZHOU, {"overlap": "none_found"}), ("dispatch", ZHOU, {"lead": WATER}))
    assert Client().post(receipt(number, "recusal"), {"why": "收发员是对方的亲戚。"}).status_code == 302
    done(number, ("decide_recusal", LIU, {"recused": False, "explanation": "经核查没有亲属关系。"}))
    shown = Client().get(receipt(number)).content.decode()
    assert "经核查没有亲属关系" in shown
    assert "回避决定告知" in shown
    assert Client().post(receipt(number, "head_recusal"), {"why": "局长和对方合伙。"}).status_code == 302
    with pytest.raises(NotAllowed):
        done(number, ("decide_recusal", LIU, {"recused": False, "explanation": "我自己看没有。"}))
    done(number, ("decide_head_recusal", ZHENG, {"recused": True, "explanation": "改由副局长签发。"}))
    with seeing(CENTRE):
        case = Case.objects.get(number=number)
        assert case.step == "accepting"
        assert case.notices.filter(name="回避决定告知", to="complainant").count() == 2


def test_a_hotline_case_offers_nothing_of_it() -> None:
    demand = Demand(text="路灯不亮。", kind="help", contact=Contact("陈小梅", "13900001234"))
    number = register(demand, channel="phone", by=RESIDENT, at=timezone.now()).number
    page = Client().get(receipt(number)).content.decode()
    for words in ("申请复查", "申请回避", "同意处理意见"):
        assert words not in page


def test_what_leads_on_is_put_first_and_no_side_way_while_another_has_the_case(signed_in: Entering) -> None:
    def acts(login: str) -> str:
        return signed_in(login).get(f"/staff/case/{number}/").content.decode().partition('id="acts"')[2]

    number = passed_on("petition")
    done(
        number,
        ("check_overlap", ZHOU, {"overlap": "none_found"}),
        ("dispatch", ZHOU, {"lead": WATER}),
        ("accept", ZHAO, {"petition_class": "appeal", "route": "petition_procedure"}),
    )
    assert "申请承办人员回避" in acts("laowang")
    assert "提出处理意见" in acts("laowang").partition("button--primary")[2].partition("</a>")[0]
    done(number, ("hear", WANG, {"reached": True}))
    done(number, ("draft_opinion", WANG, {"outcomes": ("explained",), "draft": "拟不予支持。"}))
    assert "登记全国平台编号" in acts("laowang")
    assert "button--primary" not in acts("laowang")


def test_a_reason_is_one_sentence_with_its_article() -> None:
    page = Client().get(receipt(passed_on("petition"))).content.decode()
    assert "答复以后才能评价（《" in page
    assert "。（" not in page


def test_a_hearing_is_fixed_and_held_by_the_law_that_is_written_down_with_the_case() -> None:
    """The rows that conditions count by are part of the law that a case keeps, as those that fill its clocks are."""
    number, hearing, today = passed_on("market_report"), "hearing-1", timezone.localdate()
    chair = Actor("laochen", "officer", WATER)
    done(
        number,
        ("dispatch", ZHOU, {"lead": WATER}),
        ("file_case", LIU, {"officers": 2, "prima_facie": True}),
        ("end_investigation", WANG, {"proposal": "penalty", "heavy": True, "evidence": 3}),
        ("pass_review", chair, {}),
        ("serve_pre_notice", WANG, {"served_on": today, "hearing_offered": True, "facts": "水质不合格。"}),
        ("ask_hearing", WANG, {"ground": "hearing", "hearing_unit": WATER}),
    )
    done(number, ("name_chair", LIU, {"not_a_handler": True}), ("hand_over_file", WANG, {}), track=hearing)
    held = today + timedelta(days=40)
    with pytest.raises(NotAllowed) as soon:
        done(
            number,
            ("fix_hearing", chair, {"hearing_on": today + timedelta(days=3), "hearing_place": "二楼"}),
            track=hearing,
        )
    assert soon.value.refused.code == "too_short_before"
    done(number, ("fix_hearing", chair, {"hearing_on": held, "hearing_place": "二楼"}), track=hearing)
    with pytest.raises(NotAllowed) as other:
        done(number, ("announce_hearing", chair, {"announced_for": held + timedelta(days=1)}), track=hearing)
    assert other.value.refused.code == "not_the_same_day"
    done(number, ("announce_hearing", chair, {"announced_for": held}), track=hearing)
    with pytest.raises(NotAllowed) as early:
        done(number, ("record_hearing", chair, {"heard_on": today, "record": "质证情况。"}), track=hearing)
    assert early.value.refused.code == "date_too_early"
    assert early.value.refused.article == "《市场监督管理行政处罚听证办法》第20条"
