"""Open cases that may be about the same thing, beside a form while somebody talks."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cast import COMMUNITY, LI, MATTER, ZHOU, later
from huiying.case.models import Case
from huiying.case.scope import CENTRE, NONE, Scope, seeing
from huiying.stages.identity.vault import Contact
from huiying.stages.intake.actions import Demand, register
from huiying.stages.intake.held import Held
from huiying.stages.intake.similar import LIKELY, MOST, Alike, alike
from huiying.stages.triage import actions as triage

pytestmark = pytest.mark.django_db

LAMP = "东门口的路灯坏了三天，晚上看不见路"
NEXT_COMMUNITY, OTHER_STREET = "990101001002", "990101002001"


def bring(text: str, **more: Any) -> str:
    demand = Demand(text=text, contact=Contact("陈小梅", "13900001234"), **{"area": COMMUNITY, **more})
    return register(demand, channel="phone", by=LI, at=later()).number


def found(said: str, area: str = COMMUNITY) -> list[str]:
    with seeing(CENTRE):
        return [one.number for one in alike(said, area=area, at=later())]


def test_what_is_alike_is_found_wherever_it_is_the_same_street_first_with_what_speaks_for_it() -> None:
    elsewhere = bring(LAMP, area=OTHER_STREET)
    near = bring("东门口路灯坏了", area=NEXT_COMMUNITY)
    same = bring(LAMP)
    nowhere = bring(LAMP, area="")
    bring("垃圾没有人收，臭气熏天")
    with seeing(CENTRE):
        ones = alike("东门口的路灯坏了三天没人修", area=COMMUNITY, at=later(50))
    assert [one.number for one in ones][-1] == elsewhere
    assert {one.number for one in ones} == {elsewhere, near, same, nowhere}
    by = {one.number: one for one in ones}
    assert [by[number].same_place for number in (same, near, elsewhere, nowhere)] == [True, True, False, None]
    assert by[same].shared == ("东门口的路灯坏了三天",)
    assert by[same].probability >= LIKELY
    assert by[same].days == (later(50).date() - later().date()).days


def test_a_title_counts_among_what_is_said() -> None:
    number = bring("已经三天了，请尽快派人来", title="东门口的路灯坏了")
    assert found("东门口的路灯坏了") == [number]


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


@pytest.mark.parametrize("area", ["", "xx", "99", "\x00"])
def test_without_a_place_it_is_found_by_its_words(area: str) -> None:
    number = bring(LAMP)
    assert found(LAMP, area) == [number]


def test_what_was_classified_as_a_report_since_is_no_longer_shown() -> None:
    number = bring(LAMP)
    assert found(LAMP) == [number]
    triage.classify(number, kind="report", matter=MATTER, area=COMMUNITY, by=ZHOU, at=later(1))
    assert found(LAMP) == []


def test_only_what_the_asker_may_see_is_compared() -> None:
    bring(LAMP)
    with seeing(NONE):
        assert alike(LAMP, area=COMMUNITY, at=later()) == []
    assert found(LAMP) != []


def test_a_unit_sees_only_its_own_cases_beside_it() -> None:
    bring(LAMP)
    with seeing(Scope("unit", ("990199",), ("990199",), ("990199",))):
        assert alike(LAMP, area=COMMUNITY, at=later()) == []


def test_it_shows_a_few_and_asks_as_often_however_many_there_are() -> None:
    asked: list[int] = []
    shown: list[Alike] = []
    for more in (1, MOST + 3):
        for number in range(more):
            bring(f"{LAMP}{number}")
        found(LAMP)
        with seeing(CENTRE), CaptureQueriesContext(connection) as queries:
            shown = alike(LAMP, area=COMMUNITY, at=later())
        asked.append(len([one for one in queries if "SELECT" in one["sql"] and "FROM" in one["sql"]]))
    assert len(shown) == MOST
    assert asked == [3, 3]


def test_a_process_that_begins_later_has_read_all_open_cases_before_anybody_asks() -> None:
    number = bring(LAMP)
    late = Held()
    while late.catch_up():
        pass
    with seeing(CENTRE):
        assert late.search(LAMP, 1)[0].key == Case.objects.get(number=number).pk
