"""Papers at the doors: who reads, issues, serves, prints with a name, and what a resident is told before taking one."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import unquote

import pytest
from django.test import Client
from django.utils import timezone

from cast import WANG, WATER, ZHAO, ZHOU, Entering, page
from huiying.case.models import Act
from huiying.case.numbers import receipt_code
from huiying.case.scope import CENTRE, seeing
from huiying.stages import flow
from huiying.stages.identity.vault import Contact
from huiying.stages.intake.actions import RESIDENT, Demand, register
from huiying.stages.papers import setting
from huiying.stages.papers.models import Paper

pytestmark = pytest.mark.django_db
TOMORROW = timedelta(days=1)


def asked(**more: object) -> str:
    """Bring a case in which the water bureau has asked for more: its fourth act owes a paper."""
    demand = Demand(text="楼道漏水", title="楼道漏水", contact=Contact("陈小梅", "13900001234"), **more)  # type: ignore[arg-type]  # a demand's own fields
    number = register(demand, channel="phone", by=RESIDENT, at=timezone.now()).number
    sign = "sign_for_case" if more.get("kind") == "report" else "sign_for"
    for act, by, given in (
        ("dispatch", ZHOU, {"lead": WATER}), (sign, ZHAO, {}), ("ask_resident", WANG, {"what": "请拍一张照片。"}),
    ):  # fmt: skip
        flow.act(number, act, by=by, at=timezone.now(), given=given)
    return number


def staff_path(number: str, then: str = "") -> str:
    return f"/staff/case/{number}/papers/4/supplement/complainant/{then}"


def own_path(number: str, then: str = "") -> str:
    return f"/r/{receipt_code(number)}/papers/4/supplement/{then}"


def acts(number: str) -> list[str]:
    with seeing(CENTRE):
        return list(Act.objects.filter(case__number=number, position__gt=4).values_list("act", flat=True))


def test_staff_read_a_paper_before_it_is_issued_and_its_number_after(signed_in: Entering) -> None:
    number = asked()
    officer = signed_in("laowang")
    assert staff_path(number) in page(officer, f"/staff/case/{number}/")
    before = page(officer, staff_path(number))
    assert "还没有出具" in before
    assert "请拍一张照片。" in before
    page(officer, staff_path(number, "pdf/"), 404)
    assert officer.post(staff_path(number, "issue/")).status_code == 302
    after = page(officer, staff_path(number))
    assert f"汀补告〔{timezone.now().year}〕1号" in after
    assert "还没有出具" not in after
    assert "出具了文书汀补告" in page(officer, f"/staff/case/{number}/")
    assert acts(number) == ["issue_paper"]


def test_a_pdf_has_a_name_and_is_read_as_nothing_else(signed_in: Entering) -> None:
    number = asked()
    officer = signed_in("laowang")
    officer.post(staff_path(number, "issue/"))
    answer = officer.get(staff_path(number, "pdf/"))
    assert answer.content.startswith(b"%PDF-")
    assert answer["Content-Type"] == "application/pdf"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "no-store"
    assert answer["Content-Disposition"].startswith("attachment; ")
    assert "补充材料告知书汀补告" in unquote(answer["Content-Disposition"])


def test_service_is_recorded_once_and_wrong_days_are_said(signed_in: Entering) -> None:
    number = asked()
    officer = signed_in("laowang")
    officer.post(staff_path(number, "issue/"))
    today = timezone.localdate()
    for sent, said in (
        ({"channel": "letter", "on": (today + TOMORROW).isoformat()}, "送达日期"),
        ({"channel": "letter", "on": "明天"}, "送达日期不是日期"),
        ({"on": today.isoformat()}, "请选择送达方式"),
        ({"channel": "pigeon", "on": today.isoformat()}, "送达方式"),
    ):
        answer = officer.post(staff_path(number, "serve/"), sent)
        assert answer.status_code == 422
        assert said in answer.content.decode()
    sent = {"channel": "letter", "on": today.isoformat()}
    assert officer.post(staff_path(number, "serve/"), sent).status_code == 302
    assert "送达（信函）" in page(officer, staff_path(number))
    assert officer.post(staff_path(number, "serve/"), sent).status_code == 422
    assert acts(number) == ["issue_paper", "serve_paper"]


def test_a_name_is_printed_for_service_only_and_the_person_sees_that(signed_in: Entering, nobody: Client) -> None:
    number = asked()
    officer = signed_in("laowang")
    officer.post(staff_path(number, "issue/"))
    plain, named = officer.get(staff_path(number, "pdf/")), officer.post(staff_path(number, "named/"))
    assert named.content.startswith(b"%PDF-")
    assert named.content != plain.content
    assert acts(number) == ["issue_paper", "open"]
    assert "送达文书" in page(nobody, f"/r/{receipt_code(number)}/")
    assert signed_in("sunshen").post(staff_path(number, "named/")).status_code == 409


def test_a_reporters_name_is_not_the_units_to_print(signed_in: Entering) -> None:
    number = asked(kind="report")
    officer = signed_in("laowang")
    officer.post(staff_path(number, "issue/"))
    assert officer.post(staff_path(number, "named/")).status_code == 409
    assert acts(number) == ["issue_paper"]
    waits = signed_in("zhoujie").post(staff_path(number, "named/"))
    assert waits.status_code == 200
    assert not waits.content.startswith(b"%PDF-")
    assert acts(number) == ["issue_paper", "request_opening"]


def test_a_resident_is_told_what_taking_means_takes_the_paper_and_may_come_again(nobody: Client) -> None:
    number = asked()
    assert own_path(number) in page(nobody, f"/r/{receipt_code(number)}/")
    before = page(nobody, own_path(number))
    assert "领取就是送达" in before
    assert "请拍一张照片。" not in before
    page(nobody, own_path(number, "pdf/"), 404)
    assert acts(number) == []
    assert nobody.post(own_path(number)).status_code == 302
    after = page(nobody, own_path(number))
    assert "请拍一张照片。" in after
    assert "送达（网页）" in after
    assert nobody.get(own_path(number, "pdf/")).content.startswith(b"%PDF-")
    assert nobody.post(own_path(number)).status_code == 302
    assert acts(number) == ["take_paper"]


def test_what_was_served_by_letter_is_read_at_once(signed_in: Entering, nobody: Client) -> None:
    number = asked()
    officer = signed_in("laowang")
    officer.post(staff_path(number, "issue/"))
    assert "领取就是送达" in page(nobody, own_path(number))
    officer.post(staff_path(number, "serve/"), {"channel": "letter", "on": timezone.localdate().isoformat()})
    assert "请拍一张照片。" in page(nobody, own_path(number))


@pytest.mark.parametrize("path", ["4/supplement/party/", "4/reply/complainant/", "3/supplement/complainant/", "4/x/y/"])
def test_papers_that_are_not_owed_are_not_there(signed_in: Entering, path: str) -> None:
    page(signed_in("laowang"), f"/staff/case/{asked()}/papers/{path}", 404)


def test_papers_of_others_are_not_there(signed_in: Entering, nobody: Client) -> None:
    number = asked()
    stranger = signed_in("xiaomeng")
    page(stranger, staff_path(number), 404)
    assert stranger.post(staff_path(number, "issue/")).status_code == 404
    page(nobody, "/r/7QFK-0M2P-7QFK-0M2P/papers/4/supplement/", 404)
    assert not Paper.objects.exists()


def test_without_fonts_the_page_says_what_to_do(signed_in: Entering, monkeypatch: pytest.MonkeyPatch) -> None:
    number = asked()
    officer = signed_in("laowang")
    officer.post(staff_path(number, "issue/"))
    monkeypatch.setattr(setting, "FONT_PACKAGE", "no_such_fonts")
    answer = officer.get(staff_path(number, "pdf/"))
    assert answer.status_code == 503
    assert "make install" in answer.content.decode()
    assert "请拍一张照片。" in page(officer, staff_path(number))
