"""Answers demand by demand: composed, read as the person will read them, refused where they say nothing of the case."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from cast import SUN, WANG, WATER, ZHAO, ZHOU, Entering
from huiying.case.models import Content
from huiying.case.numbers import receipt_code
from huiying.case.scope import CENTRE, seeing
from huiying.doors.answers import Answer, Part, compose, demands_of, numeral, taken_apart
from huiying.stages import flow
from huiying.stages.intake.actions import RESIDENT, Demand, register

THREE = "我要反映三个问题：1.小区路灯不亮，已经一个月了；2.下水道堵塞；3.物业收费不透明，不出示依据。"
WORDS = st.text("路灯已经修好请放心。，；：\n", min_size=1, max_size=30).map(str.strip).filter(
    lambda text: text and "\n\n" not in text
)  # fmt: skip
OUTCOMES = st.sampled_from(["resolved", "partly", "explained", "deferred"])


@given(parts=st.lists(st.builds(Part, WORDS, WORDS, OUTCOMES, st.integers(0, 9)), min_size=2, max_size=20))
def test_what_was_composed_can_be_taken_apart_and_edited(parts: list[Part]) -> None:
    answer = Answer("您好！", parts, "如有疑问请拨打12345。")
    again = taken_apart(compose(answer), len(parts))
    assert (again.greeting, again.closing) == (answer.greeting, answer.closing)
    assert [(one.text, one.outcome, one.proof) for one in again.parts] == [
        (one.text, one.outcome, one.proof) for one in parts
    ]
    assert compose(again) == compose(answer)


def test_any_other_text_is_the_answer_to_the_first_demand() -> None:
    assert taken_apart("已经修好。\n\n请放心。", 2).parts[0].text == "已经修好。\n\n请放心。"


def test_an_answer_to_one_demand_has_no_headings() -> None:
    assert (
        compose(Answer("您好！", [Part("", "水压已恢复。", "resolved", 2)])) == "您好！\n\n水压已恢复。\n佐证材料2件。"
    )
    assert compose(Answer("您好！", [Part()])) == ""


def test_demands_are_found_where_a_message_numbers_them_itself() -> None:
    assert demands_of(THREE, 3) == ["小区路灯不亮，已经一个月了", "下水道堵塞", "物业收费不透明，不出示依据。"]
    assert demands_of("一是噪音扰民，二是油烟", 2) == []
    assert demands_of("一是噪音扰民；二是油烟", 2) == ["噪音扰民", "油烟"]
    assert demands_of(THREE, 2) == []


@pytest.mark.parametrize(("number", "said"), [(1, "一"), (10, "十"), (11, "十一"), (20, "二十"), (34, "三十四")])
def test_headings_count_as_people_do(number: int, said: str) -> None:
    assert numeral(number) == said


def handled(text: str = THREE, demands: int = 3) -> str:
    at = timezone.now()
    number = register(Demand(text=text, demands=demands), channel="phone", by=RESIDENT, at=at).number
    flow.act(number, "dispatch", by=ZHOU, at=at, given={"lead": WATER})
    flow.act(number, "sign_for", by=ZHAO, at=at, given={})
    return number


def approved(text: str = "路灯不亮") -> str:
    number = handled(text, 1)
    outcomes = {"outcomes": ("explained",), "basis": "已查"}
    flow.act(number, "submit_result", by=WANG, at=timezone.now(), given=outcomes)
    flow.act(number, "approve_result", by=SUN, at=timezone.now(), given={})
    return number


FILLED = {
    "outcomes-1": "resolved", "answer-1": "11月20日更换3盏灯具，当晚全部亮起。", "proof-1": "2",
    "outcomes-2": "resolved", "answer-2": "11月21日疏通，雨天复查没有积水。", "proof-2": "1",
    "outcomes-3": "explained", "answer-3": "收费公示在物业大厅，依据是前期物业合同。",
    "basis": "现场核查", "greeting": "您好！",
}  # fmt: skip


def test_an_officer_answers_each_demand_and_the_clerk_begins_with_it(signed_in: Entering) -> None:
    number, officer = handled(), signed_in("laowang")
    path = f"/staff/case/{number}/do/main/submit_result/"
    form = officer.get(path).content.decode()
    assert all(words in form for words in ("第1项的答复", "小区路灯不亮，已经一个月了", "下水道堵塞", "第3项的结果"))
    preview = officer.post(path, {**FILLED, "step": "preview"})
    assert preview.status_code == 200
    shown = preview.content.decode().partition('id="reply-preview"')[2]
    assert "一、关于“小区路灯不亮，已经一个月了”（已解决）\n11月20日更换3盏灯具" in shown
    assert "三、关于“物业收费不透明，不出示依据”（解释说明）" in shown
    with seeing(CENTRE):
        assert not Content.objects.filter(name="draft").exists()
    assert officer.post(path, FILLED).status_code == 302
    assert "证据件数：3" in signed_in("sunshen").get(f"/staff/case/{number}/").content.decode()
    flow.act(number, "approve_result", by=SUN, at=timezone.now(), given={})
    path = f"/staff/case/{number}/do/main/serve_reply/"
    clerk = signed_in("xiaozhao")
    form = clerk.get(path).content.decode()
    assert "收费公示在物业大厅，依据是前期物业合同。</textarea>" in form
    served = {name: value for name, value in FILLED.items() if name.startswith(("answer", "greeting"))}
    assert clerk.post(path, {**served, "channel": "page"}).status_code == 302
    told = Client().get(f"/r/{receipt_code(number)}/").content.decode()
    assert "二、关于“下水道堵塞”（已解决）" in told
    assert "11月21日疏通" in told


def test_a_demand_that_was_left_out_is_named(signed_in: Entering) -> None:
    number, officer = handled(), signed_in("laowang")
    answer = officer.post(f"/staff/case/{number}/do/main/submit_result/", {**FILLED, "answer-2": ""})
    assert answer.status_code == 422
    shown = answer.content.decode()
    assert '<a href="#field-answer-2">请写明第2项的答复</a>' in shown
    assert "11月20日更换3盏灯具" in shown


def test_what_is_called_resolved_needs_proof_and_that_is_said_beside_it(signed_in: Entering) -> None:
    number, officer = handled(), signed_in("laowang")
    without = {**FILLED, "proof-1": "", "proof-2": ""}
    shown = officer.post(f"/staff/case/{number}/do/main/submit_result/", without).content.decode()
    assert 'href="#field-proof-1">写明已解决或部分解决的，须附证据' in shown
    wrong = officer.post(f"/staff/case/{number}/do/main/submit_result/", {**FILLED, "proof-1": "两件"}).content.decode()
    assert "佐证件数不是整数" in wrong


@pytest.mark.parametrize("step", ["preview", "do"])
def test_a_template_is_refused_and_the_preview_says_so_before(signed_in: Entering, step: str) -> None:
    said = "您反映的问题已转有关部门办理，感谢您的支持。"
    flow.act(approved(), "serve_reply", by=ZHAO, at=timezone.now(), given={"channel": "page", "reply": said})
    number, clerk = approved("井盖松动"), signed_in("xiaozhao")
    data = {"channel": "page", "greeting": "", "answer-1": said, "step": step}
    answer = clerk.post(f"/staff/case/{number}/do/main/serve_reply/", data)
    assert answer.status_code == (200 if step == "preview" else 422)
    assert "这段答复与另一件的答复一字不差" in answer.content.decode()


def test_an_answer_is_asked_for_where_none_was_written(signed_in: Entering) -> None:
    answer = signed_in("xiaozhao").post(f"/staff/case/{approved()}/do/main/serve_reply/", {"channel": "page"})
    assert answer.status_code == 422
    assert 'href="#field-answer-1">请填写答复内容' in answer.content.decode()


def test_an_answer_that_must_be_written_is_not_called_optional(signed_in: Entering) -> None:
    form = signed_in("xiaozhao").get(f"/staff/case/{approved()}/do/main/serve_reply/").content.decode()
    label, _, _rest = form.partition('for="field-answer-1">')[2].partition("</label>")
    assert label == "答复内容"


def test_the_text_itself_is_still_taken_as_it_is(signed_in: Entering) -> None:
    number, said = approved(), "路灯已经在昨晚修好，请您查看。"
    path = f"/staff/case/{number}/do/main/serve_reply/"
    assert signed_in("xiaozhao").post(path, {"channel": "page", "reply": said}).status_code == 302
    with seeing(CENTRE):
        assert Content.objects.get(name="reply", case__number=number).text == said
