"""The desk: one screen for a call, a visit or a letter, and what stands beside it while somebody talks."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from cast import COMMUNITY, HOUSING, LI, STREETS, WATER, Entering
from huiying.case.models import Act, Case, Content
from huiying.case.numbers import receipt_code
from huiying.case.scope import CENTRE, seeing
from huiying.directory.models import Guidance
from huiying.doors.language import refusal
from huiying.stages.identity.vault import Contact
from huiying.stages.intake.actions import Demand, register

LEAK = {"channel": "phone", "kind": "help", "text": "天花板漏水三天了", "name": "陈小梅", "phone": "13900001234"}
SECOND = {"parts": "2", "kind-2": "complaint", "text-2": "物业不来修", "respondent-2": HOUSING}


@pytest.fixture
def desk(signed_in: Entering) -> Client:
    return signed_in("xiaoli")


def said(client: Client, data: dict[str, Any], status: int = 200, path: str = "/desk/") -> str:
    answer = client.post(path, data)
    assert answer.status_code == status, answer.content.decode()
    return answer.content.decode()


def bring(**more: Any) -> str:
    demand = Demand(**{"text": "路灯不亮", "contact": Contact("陈小梅", "13900001234"), "area": COMMUNITY, **more})
    return register(demand, channel="phone", by=LI, at=timezone.now()).number


def cases() -> list[Case]:
    with seeing(CENTRE):
        return list(Case.objects.order_by("id"))


def acts(number: str) -> list[str]:
    with seeing(CENTRE):
        return list(Act.objects.filter(subject=f"case:{number}").order_by("position").values_list("act", flat=True))


def test_one_receipt_is_read_out_and_the_next_call_is_one_press_away(desk: Client) -> None:
    shown = said(desk, {**LEAK, **SECOND})
    first, second = cases()
    assert (first.kind, second.kind, second.split_from) == ("help", "complaint", first.number)
    assert second.respondents == [HOUSING]
    assert receipt_code(first.number) in shown
    assert receipt_code(second.number) not in shown
    assert first.number in shown
    assert second.number in shown
    assert re.search(r'href="/desk/\?channel=phone" autofocus', shown)


def test_nothing_that_was_typed_is_lost_and_each_fault_stands_beside_its_field(desk: Client) -> None:
    typed = {
        **LEAK, **SECOND, "kind-2": "", "address": "滨河花园5栋", "area": COMMUNITY, "matter": "0203",
        "contact_address": "幸福路8号", "confidential": "on", "third": WATER, "result": "今天上门",
        "answer": "请联系物业", "at_once": "", "key": "k" * 32,
    }  # fmt: skip
    shown = said(desk, typed, 422)
    assert not cases()
    for value in ("天花板漏水三天了", "物业不来修", "滨河花园5栋", "幸福路8号", "今天上门", "请联系物业", "k" * 32):
        assert value in shown, value
    for value in (COMMUNITY, "0203", HOUSING, WATER):
        assert re.search(rf'<option value="{value}"[^>]* selected', shown), value
    assert 'href="#field-kind-2"' in shown
    assert "已写答复内容：请选择诉求人的评价" in shown
    assert "记三方通话，要写明单位和通话内容" in shown
    right = {**typed, "kind-2": "complaint", "said": "水务局说明天来", "answer": "", "confidential": ""}
    said(desk, right)
    assert len(cases()) == 2


def test_a_call_sent_twice_is_registered_once(desk: Client) -> None:
    typed = {**LEAK, **SECOND, "key": "k" * 32}
    assert receipt_code(said(desk, typed) and cases()[0].number) in said(desk, typed)
    assert len(cases()) == 2
    assert refusal("key_conflict") in said(desk, {**typed, "text": "别的事"}, 422)


def test_a_demand_that_was_added_and_left_empty_is_none(desk: Client) -> None:
    said(desk, {**LEAK, "parts": "3", "kind-3": "suggestion", "text-3": "多装几盏灯"})
    assert [case.kind for case in cases()] == ["help", "suggestion"]


def test_one_more_demand_is_added_with_everything_kept(desk: Client) -> None:
    shown = said(desk, {**LEAK, "add": "1"})
    assert "天花板漏水三天了" in shown
    assert 'name="text-2"' in shown
    asks = {"HX-Request": "true"}
    fragment = desk.get("/desk/demand/?number=2", headers=asks).content.decode()
    assert 'name="text-2"' in fragment
    assert "<html" not in fragment
    for number in ("1", "21", "x", ""):
        assert desk.get(f"/desk/demand/?number={number}", headers=asks).status_code == 404
    assert desk.get("/desk/demand/?number=2").status_code == 302


def test_a_question_is_answered_with_guidance_and_the_answer_is_kept(desk: Client) -> None:
    asked = {"channel": "phone", "kind": "consultation", "text": "我的身份证快到期了，怎么办"}
    entry = Guidance.objects.get(title="身份证到期换领")
    beside = said(desk, {**asked, "part": "1"}, path="/desk/beside/")
    assert entry.text in beside
    filled = said(desk, {**asked, "use": f"{entry.pk}:1"})
    (answer,) = re.findall(r'<textarea[^>]* name="answer"[^>]*>\s*([^<]+)</textarea>', filled)
    assert entry.text in answer
    said(desk, {**asked, "answer": answer, "at_once": "yes"})
    (case,) = cases()
    assert case.stage == "closed"
    with seeing(CENTRE):
        assert Content.objects.get(name="answer").text == answer


def test_guidance_past_its_review_is_marked(desk: Client) -> None:
    assert "已过复核期" in said(desk, {"text": "老人坐公交的老年卡怎么办"}, path="/desk/beside/")
    assert "已过复核期" not in said(desk, {"text": "家里停水了"}, path="/desk/beside/")


def test_open_cases_alike_stand_beside_what_is_typed_and_nothing_is_written_for_that(desk: Client) -> None:
    number = bring(text="东门口的路灯坏了三天")
    with seeing(CENTRE):
        before = Act.objects.count()
    typed = {"part": "2", "text-2": "我家东门口路灯坏了", "area-2": COMMUNITY}
    beside = said(desk, typed, path="/desk/beside/")
    assert number in beside
    assert re.search(r"是同一件事 · 同一街道 · .*收到 · 都提到：[^<]*路灯坏了", beside)
    assert "不在同一街道" in said(desk, {**typed, "area-2": "990102001"}, path="/desk/beside/")
    assert number not in said(desk, {**typed, "text-2": "小区的垃圾没有人收"}, path="/desk/beside/")
    with seeing(CENTRE):
        assert Act.objects.count() == before


def test_a_callers_open_matters_stand_beside_the_form_without_a_count_of_a_life(desk: Client) -> None:
    open_one, hidden = bring(text="路灯不亮"), bring(text="保密的事", confidential=True)
    fragment = desk.post("/desk/lookup/", {"phone": "139-0000-1234"}, headers={"HX-Target": "caller"})
    shown = fragment.content.decode()
    assert "<html" not in shown
    assert open_one in shown
    assert hidden not in shown
    assert not re.search(r"共\s*\d|\d\s*[件次]", shown)
    without_script = said(desk, {**LEAK, "look_up": "1"})
    assert open_one in without_script
    assert "天花板漏水三天了" in without_script
    assert "请填写来电号码" in said(desk, {**LEAK, "phone": "", "look_up": "1"})


@pytest.mark.parametrize(
    ("wish", "act", "says"),
    [("supplement", "supplement", "已补充到工单"), ("urge", "urge", "已催办"), ("inquire", "inquire", "已记下询问")],
)
def test_a_call_about_an_open_case_joins_it_in_one_step(desk: Client, wish: str, act: str, says: str) -> None:
    number = bring()
    assert says in said(desk, {**LEAK, "text": "今天更黑了", "join": f"{wish}:{number}"})
    assert acts(number) == ["register", act]
    assert len(cases()) == 1
    assert says in said(
        desk, {"phone": "13900001234", "text": "还黑着", "join": f"{wish}:{number}"}, path="/desk/lookup/"
    )


def test_what_a_unit_said_on_the_line_is_kept_with_the_case_that_the_call_joins(desk: Client) -> None:
    number = bring()
    said(desk, {**LEAK, "join": f"inquire:{number}", "third": WATER, "said": "水务局说明天来人"})
    assert acts(number) == ["register", "inquire", "three_way"]
    assert "记三方通话，要写明单位和通话内容" in said(desk, {**LEAK, "join": f"urge:{number}", "third": WATER}, 422)
    assert acts(number) == ["register", "inquire", "three_way"]


def test_a_supplement_needs_its_words_and_says_so_with_everything_kept(desk: Client) -> None:
    number = bring()
    shown = said(desk, {**LEAK, "text": "", "join": f"supplement:{number}"}, 422)
    assert "请先写下要补充的内容" in shown
    assert "陈小梅" in shown
    assert acts(number) == ["register"]
    assert said(desk, {**LEAK, "join": f"erase:{number}"}, 404)
    assert said(desk, {**LEAK, "join": "urge:20260101-00000001-X"}, 404)


def test_what_was_on_the_device_comes_back_whole(desk: Client) -> None:
    shown = said(desk, {**LEAK, **SECOND, "restore": "1"})
    assert "上次未登记完的内容还在" in shown
    for value in ("天花板漏水三天了", "物业不来修", "13900001234"):
        assert value in shown
    assert not cases()


def test_a_three_way_call_is_kept_with_the_case_and_read_in_its_story(desk: Client, signed_in: Entering) -> None:
    said(desk, {**LEAK, "third": WATER, "said": "水务局说下午派人到场", "result": "下午上门"})
    (case,) = cases()
    story = signed_in("zhoujie").get(f"/staff/case/{case.number}/").content.decode()
    assert "请汀川市水务局一起通了话" in story
    assert "水务局说下午派人到场" in story


def test_a_rule_that_refuses_is_said_and_nothing_is_registered(desk: Client) -> None:
    complaint = {**LEAK, "kind": "complaint", "respondent": STREETS}
    assert said(desk, {**complaint, "at_once": "yes"}, 422)
    assert "须回避" in said(desk, {**complaint, "third": STREETS, "said": "城管局说会改"}, 422)
    assert not cases()


def test_a_letter_and_a_visit_use_the_same_screen(desk: Client) -> None:
    shown = desk.get("/desk/?channel=letter").content.decode()
    assert re.search(r'value="letter"[^>]* checked', shown)
    said(desk, {**LEAK, "channel": "letter", "contact_address": "幸福路8号", "phone": ""})
    (case,) = cases()
    assert (case.channel, case.anonymous) == ("letter", False)
    assert said(desk, {**LEAK, "channel": "pigeon"}, 422)


def test_a_grid_worker_registers_and_neither_answers_nor_joins(signed_in: Entering) -> None:
    grid = signed_in("xiaoge")
    number = bring()
    shown = said(grid, {**LEAK, "look_up": "1"})
    assert number in shown
    assert 'name="join"' not in shown
    assert 'name="answer"' not in shown
    assert said(grid, {**LEAK, "join": f"urge:{number}"}, 422)
    assert said(grid, LEAK)
    assert signed_in("zhoujie").post("/desk/beside/", {}).status_code == 404
