"""Numbers and codes that are none, and what is not somebody's to touch: an answer, never an error of ours."""

from __future__ import annotations

import json

import pytest
from django.test import Client
from django.utils import timezone

from cast import WATER, ZHOU, Entering
from huiying.case.models import Case, Notice
from huiying.case.scope import CENTRE, seeing
from huiying.directory.models import Matter, Staff
from huiying.directory.queries import is_matter
from huiying.stages import flow
from huiying.stages.insight.actions import tally
from huiying.stages.intake.actions import RESIDENT, Demand, register
from huiying.stages.supervision.actions import ring_what_is_due


@pytest.mark.parametrize("number", ["%00", "x", "7QFK%000M2P", "１"])
def test_a_number_that_is_none_finds_nothing(signed_in: Entering, number: str) -> None:
    dispatcher = signed_in("zhoujie")
    assert dispatcher.get(f"/staff/case/{number}/").status_code == 404
    assert dispatcher.get(f"/staff/search/?q={number}").status_code == 200
    assert dispatcher.get(f"/staff/search/?kind={number}&stage={number}").status_code == 200


def test_a_code_that_is_none_opens_nothing(nobody: Client) -> None:
    answer = nobody.post("/api/v1/receipts/%00/review", json.dumps({"text": "不同意"}), content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (404, "case_unknown")


@pytest.mark.django_db
def test_a_matter_no_longer_in_use_is_none() -> None:
    known = Matter.objects.filter(active=True).order_by("-pk").values_list("pk", flat=True)[0]
    assert is_matter(known)
    Matter.objects.filter(pk=known).update(active=False)
    assert not is_matter(known)
    assert not is_matter("\0")


def test_whose_notice_it_is_not_cannot_put_it_away(signed_in: Entering) -> None:
    at = timezone.now().replace(year=timezone.now().year - 1)
    number = register(Demand(text="漏水"), channel="phone", by=RESIDENT, at=at).number
    flow.act(number, "dispatch", by=ZHOU, at=at, given={"lead": WATER})
    ring_what_is_due(timezone.now())
    with seeing(CENTRE):
        notice = Notice.objects.get(to="supervisor")
    signed_in("xiaomeng").post("/staff/notices/", {"notice": notice.pk})
    assert signed_in("sunshen").post("/staff/notices/", {"notice": "9" * 40}).status_code == 302
    assert "专人督办" in signed_in("sunshen").get("/staff/notices/").content.decode()
    tally()
    with seeing(CENTRE):
        supervisor = Staff.objects.get(username=Case.objects.get(number=number).supervisor).name
    assert supervisor in signed_in("cailingdao").get("/board/").content.decode()
