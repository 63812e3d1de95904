"""Invariants 17, 25 and 28: what does not match the facts, what passes to the other side, who is threatened."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from cast import CAI, LI, LIU, MONDAY, SUN, WANG, WATER, WU, ZHAO, ZHOU, later, page
from huiying.case.models import Act, Case, Clock, Content, Notice
from huiying.case.numbers import receipt_code
from huiying.case.recording import NotAllowed
from huiying.case.scope import CENTRE, WORK, of_unit, seeing
from huiying.case.verifying import verify
from huiying.directory.models import Staff
from huiying.directory.queries import units_for_routing
from huiying.doors.complainant import receipts
from huiying.doors.people import new_token, posts_of
from huiying.procedure.state import Actor
from huiying.stages import flow
from huiying.stages.identity import vault
from huiying.stages.identity.vault import Contact
from huiying.stages.insight.actions import tally
from huiying.stages.intake.actions import RESIDENT, Demand, register
from huiying.stages.intake.uploads import digest_of
from huiying.stages.papers import actions as papers

pytestmark = pytest.mark.django_db
CHEN = Contact("陈小梅", "13900001234")
QIAN = Actor("qianshen", "auditor")
DONE: dict[str, object] = {"outcomes": ("resolved",), "evidence": 1, "basis": "已经修好"}
DIFFERS: dict[str, object] = {"mismatch": "not_done", "why": "现场查看，水管没有换。"}
#: What a mixed message says of the report, and what of the complaint.
REPORTED = "后厨用过期原料，仓库在城东货场三号门"
CLAIMED = "买到过期牛奶，要求退款"


def brought(text: str = "家里漏水", **more: Any) -> str:
    demand = Demand(text=text, **{"kind": "help", "contact": CHEN, **more})
    return register(demand, channel="phone", by=RESIDENT, at=MONDAY).number


def act(number: str, name: str, by: Actor, hours: float, **given: object) -> str:
    return flow.act(number, name, by=by, at=later(hours), given=given)


def refused(number: str, name: str, by: Actor, hours: float, **given: object) -> str:
    with pytest.raises(NotAllowed) as answer:
        act(number, name, by, hours, **given)
    return answer.value.refused.code


def handled(**more: Any) -> str:
    number = brought(**more)
    act(number, "dispatch", ZHOU, 1, lead=WATER)
    act(number, "sign_for", ZHAO, 2)
    act(number, "submit_result", WANG, 3, **DONE)
    return number


def answered(**more: Any) -> str:
    number = handled(**more)
    act(number, "approve_result", SUN, 4)
    act(number, "serve_reply", ZHAO, 5, channel="phone", reply="您反映的漏水已经修好，更换了三米水管。")
    return number


def row(number: str) -> Case:
    with seeing(CENTRE):
        return Case.objects.get(number=number)


def named(case: Case) -> str:
    """The supervisor who is named for a case, who is one."""
    assert Staff.objects.filter(username=case.supervisor, posts__role="supervisor").exists()
    return case.supervisor


def token(login: str) -> str:
    return new_token(posts_of(Staff.objects.get(username=login))[0], "test", timezone.now(), days=1)


def browser(login: str) -> Client:
    client = Client()
    client.force_login(Staff.objects.get(username=login), "allauth.account.auth_backends.AuthenticationBackend")
    return client


# ---- 17 ----
def test_invariant_17_an_answer_that_does_not_match_the_facts_is_a_matter_for_a_named_supervisor() -> None:
    number = answered()
    act(number, "record_call", WU, 6, reached=True, solved="no")
    with seeing(CENTRE):
        before = Clock.objects.get(case__number=number, name="handle")
    assert act(number, "find_mismatch", WU, 7, **DIFFERS) == "handling"
    case = row(number)
    assert case.units == [WATER], "back with the unit that answered"
    supervisor = browser(named(case))
    with seeing(CENTRE):
        told = Notice.objects.get(case__number=number, name="答复与事实不符督办")
        clock = Clock.objects.get(case__number=number, name="handle")
    assert (told.to, told.article) == ("supervisor", "《济南市12345市民服务热线条例》第40条")
    assert (clock.started_at, clock.stopped_at) == (before.started_at, None), "the person's clock runs on, not anew"
    tally()
    assert number in page(supervisor, "/board/cases/?what=mine")
    assert "答复与事实不符督办" in page(supervisor, "/staff/notices/")
    assert "答复与事实不符：没有办" in page(supervisor, f"/staff/case/{number}/")


def test_invariant_17_it_is_found_before_the_answer_too_however_often_and_by_no_one_who_handled_it() -> None:
    number = handled()
    assert refused(number, "find_mismatch", Actor("laowang", "supervisor"), 4, **DIFFERS) == "same_person"
    assert refused(number, "find_mismatch", SUN, 4, mismatch="not_done") == "not_given"
    act(number, "find_mismatch", SUN, 4, **DIFFERS)
    act(number, "submit_result", WANG, 5, **DONE)
    act(number, "request_audit", SUN, 6)
    act(number, "find_mismatch", QIAN, 7, **DIFFERS)
    with seeing(CENTRE):
        assert Notice.objects.filter(case__number=number, name="答复与事实不符督办").count() == 2
        found = list(Act.objects.filter(case__number=number, act="find_mismatch"))
        assert len(found) == 2
    assert {done.body["sets"].get("supervisor", "") for done in found} == {named(row(number)), ""}, "one line, not two"
    with seeing(WORK):
        assert verify(number, file_digest=digest_of).ok


def test_invariant_17_holds_for_a_mediated_complaint_as_well() -> None:
    complaint, _ = mixed()
    for name, by, given in (
        (
            "refuse",
            WANG,
            {"refusal_ground": "over_three_years", "explanation": "已过四年。", "other_ways": "litigation"},
        ),
        ("record_call", WU, {"reached": True}),
        ("find_mismatch", WU, {"mismatch": "facts_wrong", "why": "小票是上月的。"}),
    ):
        act(complaint, name, by, 6, **given)
    case = row(complaint)
    assert case.step == "checking"
    assert named(case)


# ---- 25 ----
def mixed() -> tuple[str, str]:
    """A message that is both: returns the complaint, which is with a unit that mediates, and the report."""
    number = brought(f"{CLAIMED}。另外举报：{REPORTED}。", kind="complaint")
    assert refused(number, "pass_on", ZHOU, 1, special="market_both") == "not_given", "its words are said apart"
    act(number, "pass_on", ZHOU, 1, special="market_both", complaint_words=f"{CLAIMED}。")
    with seeing(CENTRE):
        complaint, report = Case.objects.filter(split_from=number).order_by("id").values_list("number", flat=True)
    act(complaint, "dispatch", ZHOU, 2, lead=WATER, venue="place_of_business")
    act(report, "dispatch", ZHOU, 2, lead="cg")
    return complaint, report


def mediated() -> tuple[str, str]:
    complaint, report = mixed()
    act(complaint, "accept", WANG, 3)
    return complaint, report


def test_invariant_25_whoever_mediates_finds_nothing_of_the_report_anywhere() -> None:
    complaint, report = mediated()
    officer = browser("laowang")
    shown = page(officer, f"/staff/case/{complaint}/")
    assert CLAIMED in shown
    assert page(officer, f"/staff/case/{report}/", 404)
    paths = ("/staff/", "/staff/search/?q=货场", f"/staff/search/?q={report}", "/staff/notices/")
    read = [shown, *(page(officer, path) for path in paths)]
    with_token = Client(headers={"Authorization": f"Bearer {token('laowang')}"})
    read.append(page(with_token, f"/api/v1/cases/{complaint}"))
    assert with_token.get(f"/api/v1/cases/{report}").status_code == 404
    for text in read:
        assert "过期原料" not in text
        assert "三号门" not in text
    with seeing(of_unit(WATER, dict(units_for_routing()))):
        assert not Content.objects.filter(text__contains="货场").exists()
    with seeing(CENTRE):
        assert REPORTED in Content.objects.get(case__number=report, name="text").text, "and the report has all of it"


def test_invariant_25_only_what_mediation_needs_passes_with_consent_and_each_time_as_an_act() -> None:
    complaint, report = mediated()
    given: dict[str, object] = {"released": ("what_is_claimed",), "released_words": f"投诉人{CLAIMED}。"}
    assert refused(complaint, "release_for_mediation", WANG, 4, **given) == "fact_differs", "nobody has consented"
    act(complaint, "record_consent", WANG, 4, complainant_agrees=True, respondent_agrees=True)
    reporting = {**given, "released": ("report_content",)}
    assert refused(complaint, "release_for_mediation", WANG, 5, **reporting) == "not_listed"
    assert refused(complaint, "release_for_mediation", ZHAO, 5, **given) == "not_this_role"
    act(complaint, "release_for_mediation", WANG, 5, **given)
    more = {"released": ("purchase_details", "evidence_copies"), "released_words": "购物小票一张。"}
    act(complaint, "release_for_mediation", WANG, 6, **more)
    with seeing(CENTRE):
        acts = list(Act.objects.filter(case__number=complaint, act="release_for_mediation").order_by("position"))
        assert [one.body["given"]["released"] for one in acts] == [
            ["what_is_claimed"], ["purchase_details", "evidence_copies"],
        ]  # fmt: skip
        owed = Notice.objects.filter(case__number=complaint, to="party").order_by("position")
        assert [one.name for one in owed] == ["调解所需信息", "调解所需信息"]
        assert not Notice.objects.filter(case__number=report, to="party").exists()
    for one in acts:
        papers.issue(complaint, one.position, "mediation-released", "party", by=WANG, at=later(7))
    with seeing(CENTRE):
        texts = " ".join(Content.objects.filter(case__number=complaint, name="paper").values_list("text", flat=True))
    assert "投诉请求" in texts
    assert CLAIMED in texts
    for hidden in (REPORTED, "货场", "陈小梅", "13900001234", report):
        assert hidden not in texts, "the other side's paper holds what was released, and no word more"
    told = receipts.read(receipt_code(complaint), later(8)).told
    assert [one.act for one in told].count("release_for_mediation") == 2, "the person reads what passed on"


# ---- 28 ----
def protection(number: str) -> Case:
    with seeing(CENTRE):
        return Case.objects.get(split_from=number)


def test_invariant_28_whoever_says_that_they_are_pressed_has_a_case_of_protection_at_once() -> None:
    number = pressed_complaint()
    case = protection(number)
    assert (case.kind, case.confidential, case.stage) == ("report", True, "received")
    assert case.facts["protection"] is True
    assert case.respondents == ["cg", WATER], "whoever it is about, and whoever had it"
    for unit in (WATER, "cg"):
        with seeing(of_unit(unit, dict(units_for_routing()))):
            assert not Case.objects.filter(number=case.number).exists()
        assert refused(case.number, "dispatch", ZHOU, 4, lead=unit) == "unit_in_conflict"
    for login in ("laowang", "xiaozhao", "liuju"):
        shown = page(browser(login), f"/staff/case/{number}/")
        assert case.number not in shown
        assert "压力" not in shown
        assert page(browser(login), f"/staff/case/{case.number}/", 404)
    tally()
    assert case.number in page(browser(named(case)), "/board/cases/?what=mine")
    person = receipts.read(receipt_code(number), later(5))
    assert [code for _, code in person.split_into] == [receipt_code(case.number)], "the person follows it too"
    assert case.number in vault.find(CHEN.phone)
    with seeing(WORK):
        assert verify(file_digest=digest_of).ok


def pressed_complaint() -> str:
    number = brought(kind="complaint", respondents=("cg",))
    act(number, "dispatch", ZHOU, 1, lead=WATER)
    act(number, "report_pressure", RESIDENT, 3)
    return number


def test_invariant_28_a_second_word_of_it_opens_no_second_case_and_one_in_it_none_of_its_own() -> None:
    number = pressed_complaint()
    act(number, "report_pressure", RESIDENT, 4)
    case = protection(number)
    act(case.number, "report_pressure", RESIDENT, 5)
    with seeing(CENTRE):
        assert Case.objects.count() == 2
        assert Notice.objects.filter(name="打击报复线索").count() == 3, "each time the supervisors are told"


@pytest.mark.parametrize("by", [LI, ZHOU, WU, SUN])
def test_invariant_28_staff_who_hear_of_it_open_it_as_well(by: Actor) -> None:
    number = brought()
    act(number, "dispatch", ZHOU, 1, lead=WATER)
    assert refused(number, "report_threat", by, 2) == "not_given"
    act(number, "report_threat", by, 3, threat="threatened")
    assert named(protection(number))
    assert "威胁" not in page(browser("laowang"), f"/staff/case/{number}/")
    assert refused(number, "report_threat", CAI, 3, threat="threatened") == "not_this_role"
    assert refused(number, "report_threat", LIU, 3, threat="threatened") == "not_this_role"


def test_invariant_28_a_withdrawal_that_was_forced_opens_it_and_what_fails_opens_nothing() -> None:
    number = brought()
    act(number, "dispatch", ZHOU, 1, lead=WATER)
    act(number, "ask_to_withdraw", RESIDENT, 2)
    assert refused(number, "refuse_withdrawal", WU, 3) == "not_given"
    with seeing(CENTRE):
        assert Case.objects.count() == 1, "the case opens with the act, or not at all"
    act(number, "refuse_withdrawal", WU, 3, why="有人上门要求撤回")
    assert protection(number).respondents == [WATER]


def test_invariant_28_holds_under_the_special_procedures() -> None:
    complaint, _ = mediated()
    act(complaint, "report_pressure", RESIDENT, 4)
    case = protection(complaint)
    assert (case.step, case.respondents) == ("verifying", [WATER])
    assert named(case)


# ---- 28, when it is found: 一案双查 ----
def found_true() -> str:
    """A protection case in which it was found that somebody retaliated, answered and asked about."""
    number = protection(pressed_complaint()).number
    for name, by, given in (
        ("dispatch", ZHOU, {"lead": "zj"}),
        ("sign_for_case", Actor("zj-clerk", "clerk", "zj"), {}),
        (
            "find_true",
            Actor("zj-officer", "officer", "zj"),
            {"verdict": "true", "evidence": 1, "reasons": "属实。"},
        ),
        ("submit_result", Actor("zj-officer", "officer", "zj"), DONE),
        ("approve_result", SUN, {}),
        (
            "serve_reply",
            Actor("zj-clerk", "clerk", "zj"),
            {"channel": "phone", "reply": "上门的两人已经约谈。"},
        ),
        ("record_call", WU, {"reached": True, "solved": "yes"}),
    ):
        act(number, name, by, 5, **given)
    return number


def test_invariant_28_when_it_is_found_the_case_does_not_close_before_a_double_check_has_begun() -> None:
    number = found_true()
    assert refused(number, "close", WU, 6) == "must_come_first"
    act(number, "open_double_check", SUN, 6, why="威胁已经查实")
    assert refused(number, "open_double_check", SUN, 6, why="再查") == "tracks_open"
    assert act(number, "close", WU, 7) == "closed", "the answer does not wait for what becomes of staff"


def test_invariant_28_each_line_is_checked_handed_over_by_another_and_its_outcome_recorded() -> None:
    number = found_true()
    act(number, "open_double_check", SUN, 6, why="威胁已经查实")

    def check(name: str, by: Actor, hours: float, **given: object) -> str:
        return flow.act(number, name, by=by, at=later(hours), given=given, track="double_check-1")

    def said(name: str, by: Actor, hours: float, **given: object) -> str:
        with pytest.raises(NotAllowed) as answer:
            check(name, by, hours, **given)
        return answer.value.refused.code

    handing: dict[str, object] = {"organ": "汀川市纪委监委", "handed_over_under": "移送〔2026〕1号"}
    assert said("check_act", ZHOU, 7, act_finding="clue", found="上门两次。") == "not_this_role"
    check("check_act", SUN, 7, act_finding="clue", found="上门的是外包队员。")
    assert said("hand_over_to_discipline", CAI, 8, **handing) == "not_at_this_step", "all three lines come first"
    check("check_leak", SUN, 8, leak_finding="no_clue", found="无人查看过身份。")
    check("check_leadership", SUN, 9, leadership_finding="clue", found="负责人知情未制止。")
    assert said("end_double_check", CAI, 10, why="影响不大") == "fact_differs"
    assert said("hand_over_to_discipline", Actor(SUN.person, "leader"), 10, **handing) == "same_person"
    check("hand_over_to_discipline", CAI, 10, **handing)
    result: dict[str, object] = {"disciplined_on": later(11).date(), "disciplined_under": "汀纪〔2026〕9号",
                                 "result": "队员受处理，负责人诫勉。"}  # fmt: skip
    assert said("record_discipline", SUN, 11, act_outcome="dealt_with", **result) == "not_given"
    outcomes: dict[str, object] = {"act_outcome": "dealt_with", "leadership_outcome": "dealt_with"}
    assert check("record_discipline", SUN, 12, **outcomes, **result) == "double_checked"
    with seeing(CENTRE):
        assert Notice.objects.filter(case__number=number, name="一案双查处理结果", to="supervisor").exists()
    shown = page(browser("sunshen"), f"/staff/case/{number}/")
    for sentence in ("启动了一案双查", "移送纪检监察机关，文号是移送〔2026〕1号", "对领导责任的处理"):
        assert sentence in shown
    handling = page(browser("zj-officer"), f"/staff/case/{number}/")
    assert "双查" not in handling, "nor does the unit that handles it read of it"
    answer = Client(headers={"Authorization": f"Bearer {token('zj-officer')}"}).get(f"/api/v1/cases/{number}").json()
    assert set(answer["tracks"]) == {"main"}
    assert not {name for name in answer["facts"] if name.endswith(("_finding", "_outcome"))}
    told = [one.act for one in receipts.read(receipt_code(number), later(13)).told]
    assert not {"check_leak", "hand_over_to_discipline", "record_discipline"} & set(told), "it is about staff"
    with seeing(WORK):
        assert verify(number, file_digest=digest_of).ok


def test_invariant_28_a_double_check_is_for_cases_of_protection_alone() -> None:
    assert refused(answered(), "open_double_check", SUN, 6, why="群众不满") == "fact_differs"
