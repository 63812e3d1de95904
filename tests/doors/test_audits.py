"""What auditors see of their lists."""

from __future__ import annotations

import pytest
from django.utils import timezone

from beside_cases import two_audits
from cast import LI, Entering
from huiying.doors.moments import on_date
from huiying.stages.intake.actions import Demand, at_once, register

pytestmark = pytest.mark.django_db


def test_a_list_of_one_day_names_the_day_once(signed_in: Entering) -> None:
    at = timezone.now()
    question = Demand(text="老年证丢了怎么补办", kind="consultation")
    register(question, channel="phone", by=LI, at=at, given=at_once(1, "yes"))
    two_audits(at)
    day = on_date(timezone.localdate(at))
    for path in ("/audits/", "/audits/2026-11/"):
        words = signed_in("qianshen").get(path).content.decode()
        assert day in words
        assert f"至{day}" not in words
