"""Journeys from the first word to the last answer, in real Chromium and through the API, on the server that we ship."""

from __future__ import annotations

import json
from collections.abc import Iterator

import psycopg
import pytest
from django.utils import timezone

from conftest import Served
from huiying.case.numbers import receipt_code
from journeys.doors import Api, Door, Pages, Receipt, Refusal

AREA, MATTER = "990101001001", "0201"
WATER, STREETS, HOUSING = "sw", "cg", "zj"


@pytest.fixture(params=["api", pytest.param("pages", marks=pytest.mark.browser)], scope="module")
def door(request: pytest.FixtureRequest, served: Served) -> Iterator[Door]:
    if request.param == "api":
        yield Api(served)
        return
    pages = Pages(served, request.getfixturevalue("browser"))
    yield pages
    pages.close()


def dispatched(door: Door, receipt: Receipt, kind: str = "help", lead: str = WATER) -> None:
    door.classify("zhoujie", receipt.number, kind, MATTER, AREA)
    door.act("zhoujie", receipt.number, "dispatch", lead=lead)


def answered(door: Door, receipt: Receipt, *, again: str = "") -> None:
    door.act(
        "laowang", receipt.number, "submit_result", outcomes=["resolved"], evidence=2, basis="《城市供水条例》",
        draft="水管已更换",
    )  # fmt: skip
    door.act("sunshen", receipt.number, "approve_result")
    door.act(
        "xiaozhao", receipt.number, "serve_reply", channel="phone",
        reply=f"您反映的漏水已经修好：更换了立管，试水两小时不再渗漏。{receipt.number}{again}",
    )  # fmt: skip


def test_a_complaint_goes_through_six_people_to_a_rated_closed_case(door: Door) -> None:
    receipt = door.bring(
        "物业把自来水总阀关了三天，找了几次没人管。", kind="complaint", name="陈小梅", phone="13900001234"
    )
    assert door.progress(receipt.code) == "received"
    dispatched(door, receipt, "complaint")
    assert door.progress(receipt.code) == "assigned"
    door.act("xiaozhao", receipt.number, "sign_for_case")
    door.act("laowang", receipt.number, "contact", reached=True)
    door.act("laowang", receipt.number, "find_true", verdict="true", evidence=2, reasons="现场查看，总阀确被关闭")
    assert door.progress(receipt.code) == "handling"
    answered(door, receipt)
    assert door.progress(receipt.code) == "following_up"
    door.resident(receipt.code, "rate", solved="yes", satisfied=5)
    door.act("wujie", receipt.number, "close")
    assert door.progress(receipt.code) == "closed"


def test_an_anonymous_one_is_followed_by_its_code_alone(door: Door) -> None:
    receipt = door.bring("路口的路灯灭了一周，晚上很黑。")
    door.resident(receipt.code, "supplement", what="昨晚有人摔倒了。")
    dispatched(door, receipt)
    door.resident(receipt.code, "urge")
    door.act("xiaozhao", receipt.number, "sign_for")
    answered(door, receipt)
    door.act("wujie", receipt.number, "close")
    assert door.progress(receipt.code) == "closed"


def test_a_returned_order_is_ruled_on_and_not_returned_again(door: Door) -> None:
    receipt = door.bring("河边的步道塌了一块。")
    dispatched(door, receipt)
    door.act("xiaozhao", receipt.number, "return_order", ground="not_our_duty", why="步道由城管局养护")
    with pytest.raises(Refusal):
        door.act("xiaozhao", receipt.number, "sign_for")
    door.act("zhengfa", receipt.number, "rule_on_return", lead=STREETS, why="步道属市政设施，由城管局养护")
    with pytest.raises(Refusal, match="裁定"):
        door.act("xiaomeng", receipt.number, "return_order", ground="not_our_duty", why="不是我们")
    door.act("xiaomeng", receipt.number, "sign_for")
    assert door.progress(receipt.code) == "handling"


def test_a_dissatisfied_resident_has_it_done_again_and_then_reopened(door: Door) -> None:
    receipt = door.bring("楼道漏水，修过又漏。", name="陈小梅", phone="13900001234")
    dispatched(door, receipt)
    door.act("xiaozhao", receipt.number, "sign_for")
    answered(door, receipt)
    door.resident(receipt.code, "rate", solved="no", satisfied=1)
    door.act("wujie", receipt.number, "send_back_dissatisfied", why="只补了表面，又漏了")
    assert door.progress(receipt.code) == "handling"
    answered(door, receipt, again="（再次办理）")
    door.resident(receipt.code, "rate", solved="partly", satisfied=3)
    with pytest.raises(Refusal, match="1"):
        door.act("wujie", receipt.number, "send_back_dissatisfied", why="再退一次")
    door.act("wujie", receipt.number, "close")
    door.resident(receipt.code, "review", what="三天以后又漏了，有照片。")
    door.act("sunshen", receipt.number, "reopen", why="又漏，属新的事实")
    assert door.progress(receipt.code) == "received"


def test_a_withdrawal_after_dispatch_is_confirmed_by_the_centre(door: Door) -> None:
    receipt = door.bring("小区门口占道经营。", name="陈小梅", phone="13900001234")
    dispatched(door, receipt, lead=STREETS)
    door.resident(receipt.code, "withdraw")
    assert door.progress(receipt.code) == "handling"
    door.act("wujie", receipt.number, "confirm_withdrawal", pressed=False)
    assert door.progress(receipt.code) == "withdrawn"


def test_whoever_is_pressed_says_so_and_it_goes_on(door: Door) -> None:
    receipt = door.bring("工地夜里施工。", name="陈小梅", phone="13900001234")
    dispatched(door, receipt, lead=HOUSING)
    door.resident(receipt.code, "pressed")
    door.resident(receipt.code, "withdraw")
    with pytest.raises(Refusal):
        door.act("wujie", receipt.number, "confirm_withdrawal", pressed=True)
    door.act("wujie", receipt.number, "refuse_withdrawal", why="电话里说有人上门要求撤回")
    assert door.progress(receipt.code) == "received"


def test_a_lead_waits_for_two_supporting_units(door: Door) -> None:
    receipt = door.bring("道路积水，又有违建堵了排水沟。")
    dispatched(door, receipt)
    door.act("xiaozhao", receipt.number, "sign_for")
    door.act("laowang", receipt.number, "order_support", helper=STREETS)
    door.act("laowang", receipt.number, "order_support", helper=HOUSING)
    with pytest.raises(Refusal, match="协办"):
        answered(door, receipt)
    door.act("xiaomeng", receipt.number, "support_sign", track="support-1")
    door.act("laowei", receipt.number, "support_deliver", track="support-1", result="排水沟已清")
    door.act("zj-clerk", receipt.number, "support_sign", track="support-2")
    door.act("zj-officer", receipt.number, "support_deliver", track="support-2", result="违建已拆除")
    answered(door, receipt)
    assert door.progress(receipt.code) == "following_up"


def test_after_all_journeys_the_ledger_is_whole(served: Served) -> None:
    verified = served.huiying("ledger", "verify", "--json")
    report = json.loads(verified.stdout)
    assert verified.returncode == 0, report["differences"]
    assert report["cases"] > 0


def passed_on(door: Door, receipt: Receipt, special: str) -> list[Receipt]:
    """Pass a demand on to a special procedure; return the receipts of the cases in which it goes on."""
    words = {"complaint_words": "超市卖过期牛奶，要求退款。"} if special == "market_both" else {}
    door.act("zhoujie", receipt.number, "pass_on", special=special, **words)
    with psycopg.connect(door.served.admin) as database:
        rows = database.execute("SELECT number FROM case_case WHERE split_from = %s ORDER BY id", [receipt.number])
        return [Receipt(number, receipt_code(number)) for (number,) in rows]


def test_a_consumers_complaint_is_mediated_to_an_agreement_while_the_report_lives_on(door: Door) -> None:
    receipt = door.bring("超市卖过期牛奶，要求退款，也请查处。", kind="complaint", name="陈小梅", phone="13900001234")
    complaint, report = passed_on(door, receipt, "market_both")
    door.act("zhoujie", complaint.number, "dispatch", lead=WATER, venue="place_of_business")
    door.act("laowang", complaint.number, "accept")
    door.act("laowang", complaint.number, "record_consent", complainant_agrees=True, respondent_agrees=True)
    door.act("laowang", complaint.number, "agree", outcomes=["resolved"], evidence=1)
    door.act("laowang", complaint.number, "make_document", agreement="退款并赔偿一千元，三日内付清。")
    assert door.progress(complaint.code) == "following_up"
    door.resident(complaint.code, "rate", solved="yes", satisfied=5)
    door.act("wujie", complaint.number, "close")
    assert door.progress(complaint.code) == "closed"
    assert door.progress(report.code) == "received"


def test_a_report_is_filed_investigated_and_decided_with_no_hearing_that_nobody_asked_for(door: Door) -> None:
    receipt = door.bring("饭店后厨用过期油。", kind="report", name="陈小梅", phone="13900001234")
    (report,) = passed_on(door, receipt, "market_report")
    door.act("zhoujie", report.number, "dispatch", lead=WATER)
    with pytest.raises(Refusal, match="2"):
        door.act("liuju", report.number, "file_case", officers=1, prima_facie=True)
    door.act("liuju", report.number, "file_case", officers=2, prima_facie=True)
    door.act("laowang", report.number, "end_investigation", proposal="no_penalty", heavy=False, evidence=3)
    with pytest.raises(Refusal):
        door.act("laowang", report.number, "pass_review_without_penalty")
    assert door.progress(report.code) == "handling"


def test_a_petitioner_goes_to_the_next_level(door: Door) -> None:
    receipt = door.bring("拆迁补偿算错了面积。", name="陈小梅", phone="13900001234")
    (petition,) = passed_on(door, receipt, "petition")
    with pytest.raises(Refusal):
        door.act("zhoujie", petition.number, "dispatch", lead=WATER)
    door.act("zhoujie", petition.number, "check_overlap", overlap="none_found")
    door.act("zhoujie", petition.number, "dispatch", lead=WATER)
    door.act("xiaozhao", petition.number, "accept", petition_class="appeal", route="petition_procedure")
    door.act("laowang", petition.number, "hear", reached=True)
    door.act("laowang", petition.number, "draft_opinion", outcomes=["explained"], draft="拟解释说明，依据补偿办法。")
    door.act("liuju", petition.number, "issue_opinion", opinion="explain_no_basis", basis="补偿办法第八条")
    today = timezone.localdate().isoformat()
    door.act(
        "xiaozhao",
        petition.number,
        "serve_opinion",
        served_on=today,
        channel="letter",
        reply=f"{petition.number}：合理但没有依据，理由如下。",
    )
    door.resident(petition.code, "higher", why="面积有测绘报告。")
    door.act("zhoujie", petition.number, "assign_review", track="review-1", reviewer="city")
    assert door.progress(petition.code) == "following_up"
