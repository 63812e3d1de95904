"""Pages of staff over plain HTTP: signing in, lists, cases, calls, openings; residents' are in test_resident_pages."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import get_resolver
from django.utils import timezone

from cast import LI, WANG, WATER, WU, ZHAO, ZHOU, Entering, page
from huiying.case.models import Case, Notice
from huiying.case.numbers import receipt_code
from huiying.case.recording import read_case
from huiying.case.scope import CENTRE, WORK, seeing
from huiying.case.verifying import verify
from huiying.demo.city import city
from huiying.demo.filling import PASSWORD
from huiying.directory.models import Post, Staff
from huiying.doors.reading import story
from huiying.stages import flow
from huiying.stages.identity.models import Opening
from huiying.stages.identity.vault import Contact
from huiying.stages.insight.actions import tally
from huiying.stages.intake.actions import RESIDENT, Demand, register
from huiying.stages.intake.models import Attachment
from huiying.stages.intake.uploads import digest_of
from huiying.stages.supervision.actions import ring_what_is_due
from photos import photo_with_place

CHEN = Contact("陈小梅", "13900001234")
CAST = ("xiaoli", "zhoujie", "xiaozhao", "laowang", "liuju", "sunshen", "qianshen", "wujie", "zhengfa", "fengbian",
        "hemi", "guandang", "heshou", "cailingdao", "xiaoge")  # fmt: skip


def bring(**more: Any) -> str:
    return register(
        Demand(text="家里漏水，请派人来修。", contact=CHEN, **more), channel="phone", by=RESIDENT, at=timezone.now()
    ).number


def test_whoever_has_not_signed_in_is_sent_to_sign_in(nobody: Client) -> None:
    number = bring()
    for path in (
        "/staff/",
        f"/staff/case/{number}/",
        "/board/",
        "/overview/",
        "/staff/search/",
        "/desk/",
        "/custodian/",
    ):
        answer = nobody.get(path)
        assert (answer.status_code, answer["Location"].startswith("/accounts/login/")) == (302, True), path


def test_signing_in_with_a_password_and_too_many_wrong_ones(nobody: Client) -> None:
    wrong = [nobody.post("/accounts/login/", {"login": "zhoujie", "password": "no"}) for _ in range(7)]
    assert "次数过多" in wrong[-1].content.decode() or "太多" in wrong[-1].content.decode()
    answer = Client(REMOTE_ADDR="192.0.2.8").post("/accounts/login/", {"login": "laowang", "password": PASSWORD})
    assert (answer.status_code, answer["Location"]) == (302, "/staff/")
    assert Client().get("/accounts/signup/").status_code in {200, 302}
    assert (
        not Client()
        .post("/accounts/signup/", {"username": "eve", "password1": "long-enough-1"})
        .wsgi_request.user.is_authenticated
    )
    assert not Staff.objects.filter(username="eve").exists()


@pytest.mark.parametrize("login", CAST)
def test_everybody_opens_their_list_and_a_case_that_they_may_see(signed_in: Entering, login: str) -> None:
    number, client = bring(), signed_in(login)
    assert client.get("/staff/", follow=True).status_code == 200
    assert page(client, "/staff/search/?kind=help")
    role = Post.objects.get(staff__username=login).role_id
    sees = role not in {"clerk", "officer", "unit_head"}
    assert page(client, f"/staff/case/{number}/", 200 if sees else 404)


@pytest.mark.parametrize("login", CAST)
def test_no_page_of_the_installation_breaks_for_anybody(signed_in: Entering, login: str) -> None:
    """Every address that takes a case or nothing is opened by everybody; none fails, and none shows a phone."""
    number, client = bring(), signed_in(login)
    known = {
        "number": number,
        "track": "main",
        "name": "dispatch",
        "code": receipt_code(number),
        "opening_id": 1,
        "post_id": 1,
    }
    opened = 0
    routes: dict[Any, Any] = dict(get_resolver().reverse_dict.items())
    for name, (patterns, *_) in routes.items():
        if not isinstance(name, str) or not patterns or set(patterns[0][1]) - set(known):
            continue
        path = "/" + patterns[0][0] % {key: known[key] for key in patterns[0][1]}
        answer = client.get(path)
        assert answer.status_code < 500, path
        assert b"13900001234" not in answer.content, path
        opened += 1
    assert opened > 20


def test_a_unit_finds_and_opens_nothing_of_another_or_against_itself(signed_in: Entering) -> None:
    theirs, against = bring(), bring(kind="complaint", respondents=(WATER,))
    flow.act(theirs, "dispatch", by=ZHOU, at=timezone.now(), given={"lead": WATER})
    flow.act(against, "dispatch", by=ZHOU, at=timezone.now(), given={"lead": "cg"})
    other, respondent = signed_in("xiaomeng"), signed_in("xiaozhao")
    assert page(other, f"/staff/case/{theirs}/", 404)
    assert page(respondent, f"/staff/case/{against}/", 404)
    assert against not in page(respondent, "/staff/search/")
    assert page(respondent, f"/staff/case/{against}/do/main/sign_for_case/", 404)
    assert (
        respondent.post(f"/staff/case/{against}/open/", {"field": "contact", "purpose": "save_life"}).status_code == 404
    )


def test_a_clerk_does_an_act_by_its_form(signed_in: Entering) -> None:
    number = bring()
    dispatcher, clerk = signed_in("zhoujie"), signed_in("xiaozhao")
    form = page(dispatcher, f"/staff/case/{number}/do/main/dispatch/")
    assert "主办单位" in form
    missing = dispatcher.post(f"/staff/case/{number}/do/main/dispatch/", {})
    assert (missing.status_code, "请选择主办单位" in missing.content.decode()) == (422, True)
    done = dispatcher.post(f"/staff/case/{number}/do/main/dispatch/", {"lead": WATER})
    assert done["Location"] == f"/staff/case/{number}/"
    assert number in page(clerk, "/staff/")
    assert "签收承办" in page(clerk, f"/staff/case/{number}/")
    assert "广东省12345" in page(clerk, f"/staff/case/{number}/")


def test_evidence_comes_as_files_with_the_result_and_who_looks_sees_what_was_decided(signed_in: Entering) -> None:
    number = bring()
    flow.act(number, "dispatch", by=ZHOU, at=timezone.now(), given={"lead": WATER})
    flow.act(number, "sign_for", by=ZHAO, at=timezone.now(), given={})
    officer, path = signed_in("laowang"), f"/staff/case/{number}/do/main/submit_result/"
    without = officer.post(path, {"outcomes-1": "resolved", "basis": "已修"})
    assert (without.status_code, "须附证据" in without.content.decode()) == (422, True)
    files = {"files": SimpleUploadedFile("修后.jpg", photo_with_place(), "image/jpeg")}
    assert officer.post(path, {"outcomes-1": "resolved", "basis": "已修", **files}).status_code == 302
    with seeing(CENTRE):
        assert Attachment.objects.filter(case__number=number).count() == 1
    shown = page(signed_in("sunshen"), f"/staff/case/{number}/")
    for decided in ("提交办结，结果是已解决", "证据件数：1", "把工单派给汀川市水务局"):
        assert decided in shown
    told = page(Client(), f"/r/{receipt_code(number)}/")
    assert "分办人员把这件事交给汀川市水务局办" in told
    assert "证据件数" not in told


def test_handlers_do_not_see_who_gave_which_score_and_whoever_closes_is_told_that_it_is_not_solved(
    signed_in: Entering,
) -> None:
    number = bring()
    flow.act(
        number, "point_to_route", by=ZHOU, at=timezone.now(), given={"route": "litigation", "explanation": "请起诉"}
    )
    flow.act(number, "rate", by=RESIDENT, at=timezone.now(), given={"solved": "no", "satisfied": "1"})
    follow_up = signed_in("wujie")
    assert "是否解决：否" in page(follow_up, f"/staff/case/{number}/")
    assert "诉求人说没有解决" in page(follow_up, f"/staff/case/{number}/do/main/close/")
    assert "是否解决：否" in page(Client(), f"/r/{receipt_code(number)}/")
    with seeing(CENTRE):
        case = Case.objects.get(number=number)
        now, acts = read_case(case), list(case.ledger.order_by("position"))
        assert not any("是否解决" in told.text for told in story(case, now, acts, {}, WANG))


def test_a_resident_names_the_unit_and_it_sees_nothing(nobody: Client, signed_in: Entering) -> None:
    data = {"kind": "complaint", "text": "窗口人员态度恶劣", "respondent": WATER}
    assert nobody.post("/file/", data).status_code == 302
    with seeing(CENTRE):
        number = Case.objects.get().number
    assert "水务局" not in page(signed_in("zhoujie"), f"/staff/case/{number}/do/main/dispatch/").split("主办单位")[1]


def test_a_call_taker_registers_reads_out_the_receipt_and_finds_the_caller_again(signed_in: Entering) -> None:
    desk = signed_in("xiaoli")
    data = {
        "channel": "phone",
        "kind": "help",
        "text": "路灯不亮",
        "name": "陈小梅",
        "phone": "13900001234",
        "demands": "1",
    }
    answer = desk.post("/desk/", data, follow=True).content.decode()
    assert "查询码" in answer
    found = desk.post("/desk/lookup/", {"phone": "139-0000-1234"}).content.decode()
    assert "路灯不亮" in found
    assert page(signed_in("zhoujie"), "/desk/", 404)


def test_a_question_is_answered_on_the_spot(signed_in: Entering) -> None:
    data = {"channel": "phone", "kind": "consultation", "text": "怎么办身份证", "demands": "1", "at_once": "yes"}
    assert "查询码" in signed_in("xiaoli").post("/desk/", data).content.decode()
    with seeing(CENTRE):
        assert Case.objects.get().stage == "closed"
    wrong = signed_in("xiaoli").post("/desk/", {**data, "kind": "report"})
    assert wrong.status_code == 422


def test_a_first_visit_is_followed_by_whoever_received_it_and_counted(signed_in: Entering) -> None:
    desk = signed_in("xiaoli")
    data = {"channel": "visit", "kind": "help", "text": "欠薪三个月", "phone": "13900001234", "demands": "1"}
    for text in ("欠薪三个月", "又来问欠薪"):
        desk.post("/desk/", {**data, "text": text})
    with seeing(CENTRE):
        first, again = Case.objects.order_by("id")
    assert (first.visit, first.follower, again.visit, again.follower) == ("first", "xiaoli", "again", "")
    assert "首访跟进人" in page(signed_in("zhoujie"), f"/staff/case/{first.number}/")
    tally()
    assert "您跟进的初访" in page(desk, "/staff/")
    assert first.number in page(desk, "/staff/")
    assert first.number not in page(signed_in("xiaoge"), "/staff/"), "one named contact, not every desk"
    given: dict[str, object] = {"route": "arbitration", "explanation": "请向劳动人事争议仲裁委员会申请"}
    flow.act(first.number, "point_to_route", by=ZHOU, at=timezone.now(), given=given)
    assert first.number not in page(desk, "/staff/"), "followed to its first answer"
    shown = page(signed_in("sunshen"), "/overview/")
    assert "来访：初访 1 件，重访 1 件" in shown
    assert "重访率 = 重访 ÷ 全部来访" in shown


def test_a_supervisor_sees_what_is_late_and_is_told(signed_in: Entering) -> None:
    at = timezone.now().replace(year=timezone.now().year - 1)
    number = register(Demand(text="漏水", contact=CHEN), channel="phone", by=RESIDENT, at=at).number
    flow.act(number, "dispatch", by=ZHOU, at=at, given={"lead": WATER})
    ring_what_is_due(timezone.now())
    tally()
    supervisor = signed_in("sunshen")
    assert number in page(supervisor, "/board/")
    assert "逾期" in page(supervisor, f"/staff/case/{number}/")
    assert "专人督办" in page(supervisor, "/staff/notices/")
    with seeing(CENTRE):
        notice = Notice.objects.get(to="supervisor")
    assert supervisor.post("/staff/notices/", {"notice": notice.pk}).status_code == 302
    assert "专人督办" not in page(supervisor, "/staff/notices/")


def test_custodians_decide_and_review_and_never_their_own(signed_in: Entering) -> None:
    number = bring(kind="report")
    flow.act(number, "dispatch", by=ZHOU, at=timezone.now(), given={"lead": WATER})
    flow.act(number, "sign_for_case", by=ZHAO, at=timezone.now(), given={})
    officer, custodian = signed_in("laowang"), signed_in("heshou")
    asked = officer.post(f"/staff/case/{number}/open/", {"field": "original", "purpose": "handle"})
    assert "须由保管员先同意" in asked.content.decode()
    with seeing(CENTRE):
        opening = Opening.objects.get().pk
    assert "待审批" in page(custodian, "/custodian/")
    assert custodian.post(f"/custodian/{opening}/decide/", {"approve": "yes"}).status_code == 302
    assert "家里漏水" in officer.post(f"/staff/openings/{opening}/").content.decode()
    assert custodian.post(f"/custodian/{opening}/review/", {"proper": "yes"}).status_code == 302
    with seeing(CENTRE):
        assert Opening.objects.get().proper is True
    assert officer.post(f"/custodian/{opening}/review/", {"proper": "yes"}).status_code == 409


def test_somebody_with_two_posts_chooses_one(signed_in: Entering) -> None:
    staff = Staff.objects.get(username="xiaoli")
    post = Post.objects.create(staff=staff, role_id="follow_up", since="2026-01-01")
    client = signed_in("xiaoli")
    assert "话务员" in page(client, "/staff/")
    client.post(f"/staff/post/{post.pk}/")
    assert "换到：话务员" in page(client, "/staff/")
    foreign = Post.objects.exclude(staff=staff).first()
    assert foreign
    client.post(f"/staff/post/{foreign.pk}/")
    assert "换到：话务员" in page(client, "/staff/")


# ---- administrators ----
def test_contents_whose_term_is_over_are_erased_by_a_named_person(signed_in: Entering, with_token: Entering) -> None:
    at = timezone.now().replace(year=timezone.now().year - 6, month=3, day=2, hour=9)
    numbers = []
    for text in ("怎么办证", "怎么落户"):
        demand = Demand(text=text, kind="consultation", contact=CHEN)
        given = {"outcomes": ("explained",), "evidence": 1, "exit_rating": "yes"}
        numbers.append(register(demand, channel="phone", by=LI, at=at, given=given).number)
    admin = signed_in("guandang")
    assert numbers[0] in page(admin, "/staff/erase/")
    assert page(signed_in("zhoujie"), "/staff/erase/", 404)
    assert signed_in("zhoujie").post(f"/staff/case/{numbers[0]}/erase/").status_code == 409
    assert "删除内容" in page(admin, f"/staff/case/{numbers[0]}/")
    assert admin.post(f"/staff/case/{numbers[0]}/erase/").status_code == 302
    assert "怎么办证" not in page(admin, f"/staff/case/{numbers[0]}/")
    assert numbers[0] not in page(admin, "/staff/erase/")
    program = with_token("guandang").post(f"/api/v1/cases/{numbers[1]}/erase")
    assert program.status_code == 200
    with seeing(WORK):
        report = verify(file_digest=digest_of)
    assert report.ok, report.differences


def test_nothing_is_loaded_from_elsewhere_and_nothing_stands_inline(nobody: Client, signed_in: Entering) -> None:
    number = bring()
    for client, path in ((nobody, "/"), (nobody, "/file/"), (signed_in("zhoujie"), f"/staff/case/{number}/")):
        answer = client.get(path)
        assert "default-src 'none'" in answer["Content-Security-Policy"]
        content = answer.content.decode()
        assert " style=" not in content
        assert not re.search(r"<script(?![^>]*src=)", content)
        assert not re.search(r'(src|href)="https?://', content)


def test_every_role_of_the_demo_has_somebody() -> None:
    assert {person.role for person in city().people} >= {"clerk", "officer", "unit_head", "custodian", "administrator"}
    assert WU.role == "follow_up"
