"""Open cases that may be about the same thing, beside a form while somebody talks."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cast import COMMUNITY, LI, MATTER, ZHOU, later
from huiying.case.models import Case
from huiying.case.scope import CENTRE, NONE, seeing
from huiying.stages.identity.vault import Contact
from huiying.stages.intake.actions import Demand, register
from huiying.stages.intake.similar import MOST, alike
from huiying.stages.triage import actions as triage

pytestmark = pytest.mark.django_db

LAMP = "东门口的路灯坏了三天，晚上看不见路"
NEXT_COMMUNITY, OTHER_STREET = "990101001002", "990101002001"


def bring(text: str, **more: Any) -> str:
    demand = Demand(text=text, contact=Contact("陈小梅", "13900001234"), **{"area": COMMUNITY, **more})
    return register(demand, channel="phone", by=LI, at=later()).number


def found(said: str, area: str = COMMUNITY, matter: str = "") -> list[str]:
    with seeing(CENTRE):
        return [one.number for one in alike(said, area=area, matter=matter)]


def test_what_is_alike_in_the_same_street_is_found_the_likeliest_first() -> None:
    near = bring("东门口路灯坏了", area=NEXT_COMMUNITY)
    same = bring(LAMP)
    bring("垃圾没有人收，臭气熏天")
    bring(LAMP, area=OTHER_STREET)
    assert found("东门口的路灯坏了三天没人修") == [same, near]


def test_by_its_matter_it_is_found_wherever_it_is() -> None:
    number = bring(LAMP, area=OTHER_STREET)
    triage.classify(number, kind="help", matter=MATTER, area=OTHER_STREET, by=ZHOU, at=later(1))
    assert found(LAMP, matter=MATTER) == [number]
    assert found(LAMP, matter="") == []


def test_reports_confidential_cases_and_closed_ones_are_not_among_them() -> None:
    bring(LAMP, kind="report")
    bring(LAMP, confidential=True)
    joined, main = bring(LAMP), bring(LAMP)
    triage.join(joined, main, by=ZHOU, at=later(1))
    assert found(LAMP) == [main]


@pytest.mark.parametrize("said", ["", "路灯", "?!", "\x00"])
def test_too_little_said_finds_nothing(said: str) -> None:
    bring(LAMP)
    assert found(said) == []


@pytest.mark.parametrize(("area", "matter"), [("", ""), ("xx", ""), ("", "\x00"), ("٣٣", "")])
def test_without_a_place_or_a_matter_nothing_is_compared(area: str, matter: str) -> None:
    bring(LAMP)
    assert found(LAMP, area, matter) == []


def test_only_what_the_asker_may_see_is_compared() -> None:
    bring(LAMP)
    with seeing(NONE):
        assert alike(LAMP, area=COMMUNITY, matter="") == []


def test_it_shows_a_few_and_asks_four_times_however_many_there_are() -> None:
    for number in range(MOST + 3):
        bring(f"{LAMP}{number}")
    with seeing(CENTRE):
        assert Case.objects.count() == MOST + 3
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert len(alike(LAMP, area=COMMUNITY, matter=MATTER)) == MOST
    assert len(asked) == 4
