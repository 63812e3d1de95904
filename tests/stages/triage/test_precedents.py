"""Earlier cases as precedents: whom they were given to, what was ruled, and nothing that the asker may not see."""

from __future__ import annotations

from typing import Any

import pytest

from cast import COMMUNITY, LIU, MATTER, MONDAY, STREETS, WATER, ZHAO, ZHENG, ZHOU, later
from huiying.case.models import Case
from huiying.case.scope import CENTRE, NONE, of_unit, seeing
from huiying.directory.queries import units_for_routing
from huiying.judgement.units import Because, Precedent, propose_unit
from huiying.stages import flow
from huiying.stages.identity.vault import Contact
from huiying.stages.intake.actions import RESIDENT, Demand, register
from huiying.stages.triage import actions as triage
from huiying.stages.triage.precedents import precedents_for

TEXT = "东街步道的地砖松动，老人绊倒"


def bring(text: str = TEXT, kind: str = "help", **more: Any) -> str:
    contact = Contact("陈小梅", "13900001234")
    number = register(Demand(text=text, contact=contact, **more), channel="phone", by=RESIDENT, at=MONDAY).number
    triage.classify(number, kind=kind, matter=MATTER, area=COMMUNITY, by=ZHOU, at=later(1))
    return number


def given(number: str, lead: str = WATER) -> str:
    flow.act(number, "dispatch", by=ZHOU, at=later(2), given={"lead": lead})
    return number


def ruled(number: str) -> str:
    given(number)
    flow.act(number, "return_order", by=ZHAO, at=later(3), given={"ground": "not_our_duty", "why": "属城管局"})
    flow.act(number, "rule_on_return", by=ZHENG, at=later(4), given={"lead": STREETS, "why": "步道归城管局"})
    return number


def seen_for(number: str) -> list[Precedent]:
    return precedents_for(Case.objects.get(number=number))


@pytest.mark.django_db
def test_a_case_that_was_signed_for_and_a_ruling_are_precedents() -> None:
    first, disputed = given(bring("自来水管爆了，路面全是水")), ruled(bring())
    flow.act(first, "sign_for", by=ZHAO, at=later(3), given={})
    asking = bring("步道地砖松动，走路会绊倒")
    with seeing(CENTRE):
        found = seen_for(asking)
        proposals = propose_unit("步道地砖松动，走路会绊倒", area=COMMUNITY, matter=MATTER, precedents=found)
    assert [(one.number, one.unit, one.ruled) for one in found] == [(disputed, STREETS, True), (first, WATER, False)]
    assert (found[0].area, found[0].matter, found[0].text) == (COMMUNITY, MATTER, TEXT)
    assert proposals[0].unit == STREETS
    assert (proposals[0].reasons[0].because, proposals[0].reasons[0].cited) == (Because.RULED, disputed)


@pytest.mark.django_db
def test_what_is_not_decided_yet_is_no_precedent() -> None:
    given(bring())
    returned = given(bring())
    flow.act(returned, "return_order", by=ZHAO, at=later(3), given={"ground": "not_our_duty", "why": "属城管局"})
    bring()
    asking = bring()
    with seeing(CENTRE):
        assert seen_for(asking) == []


@pytest.mark.django_db
def test_reports_and_confidential_cases_are_no_precedents() -> None:
    ruled(bring(confidential=True))
    ruled(bring(kind="report"))
    asking = bring()
    with seeing(CENTRE):
        assert seen_for(asking) == []


@pytest.mark.django_db
def test_nobody_is_shown_a_precedent_that_they_may_not_see() -> None:
    ruled(bring("井盖不见了"))
    own = given(bring("水表坏了"))
    flow.act(own, "sign_for", by=ZHAO, at=later(3), given={})
    asking = given(bring("水压太低"))
    with seeing(CENTRE):
        case = Case.objects.get(number=asking)
        assert len(precedents_for(case)) == 2
    units = units_for_routing()
    with seeing(of_unit("zj", units)):
        assert precedents_for(case) == []
    with seeing(of_unit(str(LIU.unit), units)):
        assert own in {one.number for one in precedents_for(case)}
    with seeing(NONE):
        assert precedents_for(case) == []
