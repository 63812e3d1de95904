"""Journeys from the first word to the last answer, in real Chromium and through the API, on the server that we ship."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from conftest import Served
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
