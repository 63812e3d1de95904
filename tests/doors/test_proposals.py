"""What stands beside a dispatcher's forms: the core of the problem, whose it may be and why, what could be split."""

from __future__ import annotations

import re

from django.utils import timezone

from cast import COMMUNITY, MATTER, ZHAO, ZHOU, Entering
from huiying.stages import flow
from huiying.stages.identity.vault import Contact
from huiying.stages.intake.actions import RESIDENT, Demand, register
from huiying.stages.triage.actions import classify


def brought(text: str, *, lead: str = "") -> str:
    """Return the number of a demand about water, given to a unit and taken by it if one is named."""
    at = timezone.now()
    number = register(Demand(text=text), channel="phone", by=RESIDENT, at=at).number
    classify(number, kind="help", matter=MATTER, area=COMMUNITY, by=ZHOU, at=at)
    if lead:
        flow.act(number, "dispatch", by=ZHOU, at=at, given={"lead": lead})
        flow.act(number, "sign_for", by=ZHAO, at=at, given={})
    return number


def test_the_core_of_the_problem_stands_beside_the_form(signed_in: Entering) -> None:
    number = brought("我是小区业主，从11月1日起水压不足，洗澡都没有水，物业收了300元没有修。请求尽快恢复供水。")
    page = signed_in("zhoujie").get(f"/staff/case/{number}/classify/").content.decode()
    assert "问题核心" in page
    for piece in ("业主", "300元", "恢复供水"):
        assert piece in page.split("问题核心")[1]


def test_whose_it_may_be_is_listed_with_catalogue_and_like_cases_and_a_person_chooses(signed_in: Entering) -> None:
    before = brought("自来水压力太小，洗澡都没有水", lead="sw")
    number = brought("水压太小，洗澡没有水")
    page = signed_in("zhoujie").get(f"/staff/case/{number}/do/main/dispatch/").content.decode()
    proposed = page.split("可能归谁")[1].split("<form")[0]
    assert "派单目录" in proposed
    assert f"像工单 {before}" in proposed


def test_whoever_is_complained_about_is_not_proposed(signed_in: Entering) -> None:
    brought("自来水压力太小，洗澡都没有水", lead="sw")
    at = timezone.now()
    demand = Demand(text="水压太小，洗澡没有水", respondents=("sw",))
    number = register(demand, channel="phone", by=RESIDENT, at=at).number
    classify(number, kind="complaint", matter=MATTER, area=COMMUNITY, by=ZHOU, at=at)
    page = signed_in("zhoujie").get(f"/staff/case/{number}/do/main/dispatch/").content.decode()
    assert "像工单" not in page


def test_a_message_that_holds_several_demands_is_shown_as_several(signed_in: Entering) -> None:
    number = brought("反映两个问题：1、小区从昨天起水压不足，请尽快恢复。2、门口路灯坏了三天，请派人修。")
    page = signed_in("zhoujie").get(f"/staff/case/{number}/split/").content.decode()
    assert "机器看出的几项诉求" in page
    assert "路灯坏了三天" in page.split("机器看出的几项诉求")[1]


def test_what_speaks_for_and_against_stands_beside_the_verdict_whoever_brought_it(signed_in: Entering) -> None:
    at = timezone.now()
    pages = []
    for phone in ("13900001111", "13900001111", "13900002222"):
        demand = Demand(
            text="东门的自来水从11月1日起水压不足，洗澡没有水。",
            kind="complaint",
            address="东门12号",
            contact=Contact("李秀英", phone),
        )
        number = register(demand, channel="phone", by=RESIDENT, at=at).number
        classify(number, kind="complaint", matter=MATTER, area=COMMUNITY, by=ZHOU, at=at)
        flow.act(number, "dispatch", by=ZHOU, at=at, given={"lead": "sw"})
        flow.act(number, "sign_for_case", by=ZHAO, at=at, given={})
        pages.append(number)
    client = signed_in("laowang")
    said = []
    for number in pages:
        page = client.get(f"/staff/case/{number}/do/main/find_untrue/").content.decode()
        shown = page.split("支持的和存疑的")[1].split("<form")[0]
        assert "写明了地点" in shown
        assert "写明了时间" in shown
        assert "另有 2 件没办结的工单说法相近" in shown
        said.append(re.sub(r"\d{8}-\d{8}-.", "", shown))
    assert len(set(said)) == 1, "who brought it, and how often, changes nothing"
