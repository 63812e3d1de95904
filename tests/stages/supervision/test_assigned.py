"""Assigned items (交办件, H10): a day of their own that rings, no identity that opens, no place before others."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cast import CAI, LIU, MONDAY, SUN, WANG, WATER, WU, ZHAO, ZHENG, ZHOU, later
from huiying.case.folding import end_of
from huiying.case.models import Alarm, Case, Clock, Notice
from huiying.case.recording import NotAllowed
from huiying.case.scope import CENTRE, WORK, seeing
from huiying.case.verifying import verify
from huiying.procedure.disclosure import Field, Purpose
from huiying.procedure.state import Actor
from huiying.stages import flow
from huiying.stages.identity.actions import ask_to_see
from huiying.stages.identity.vault import Contact
from huiying.stages.intake.actions import RESIDENT, Demand, register
from huiying.stages.intake.uploads import digest_of
from huiying.stages.supervision.actions import ring_what_is_due

CHEN = Contact("陈小梅", "13900001234")
DAY = later(days=18).date()
pytestmark = pytest.mark.django_db


def dispatched(kind: str = "help") -> str:
    number = register(Demand(text="家里漏水", kind=kind, contact=CHEN), channel="phone", by=RESIDENT, at=MONDAY).number
    flow.act(number, "dispatch", by=ZHOU, at=later(1), given={"lead": WATER})
    return number


def petition() -> str:
    first = register(Demand(text="补贴没有到账", contact=CHEN), channel="phone", by=RESIDENT, at=MONDAY).number
    flow.act(first, "pass_on", by=ZHOU, at=later(1), given={"special": "petition"})
    with seeing(CENTRE):
        number = Case.objects.get(split_from=first).number
    flow.act(number, "check_overlap", by=ZHOU, at=later(2), given={"overlap": "none_found"})
    flow.act(number, "assign", by=ZHOU, at=later(3), given={"lead": WATER, "report_by": DAY})
    return str(number)


def mark(number: str, *, by: Actor = SUN) -> None:
    given: dict[str, object] = {"assigned_by": "leader_instruction", "assigned_until": DAY}
    flow.act(number, "mark_assigned", by=by, at=later(4), given=given)


@pytest.mark.parametrize(
    ("brings", "clock", "reports", "by"),
    [("petition", "report", "report_result", ZHAO), ("hotline", "assigned", "report_assigned", SUN)],
)
def test_the_day_that_was_set_warns_then_is_late_and_the_report_ends_it(
    brings: str, clock: str, reports: str, by: Actor
) -> None:
    if brings == "petition":
        number = petition()
    else:
        number = dispatched()
        mark(number)
    with seeing(CENTRE):
        row = Clock.objects.get(case__number=number, name=clock)
        rings = {alarm.kind: alarm.at for alarm in Alarm.objects.filter(case__number=number, clock=clock)}
    assert row.due_at == end_of(DAY)
    assert not row.provisional
    assert set(rings) == {"remind", "alarm", "escalate"}
    assert row.started_at < rings["remind"] < rings["alarm"] == row.due_at
    ring_what_is_due(end_of(DAY))
    with seeing(CENTRE):
        assert Case.objects.get(number=number).supervisor
        late = Alarm.objects.filter(case__number=number, clock=clock, kind="alarm").exclude(rang_at=None)
        assert late.exists()
        assert Notice.objects.filter(case__number=number, to="supervisor").exists()
    flow.act(number, reports, by=by, at=end_of(DAY) + timedelta(hours=9), given={"result": "补贴已经核实补发。"})
    with seeing(CENTRE):
        assert Clock.objects.get(case__number=number, name=clock).stopped_at is not None
        assert not Alarm.objects.filter(case__number=number, clock=clock, rang_at=None).exists()
    with seeing(WORK):
        assert verify(number, file_digest=digest_of).ok


def test_a_report_that_came_in_time_rings_nothing() -> None:
    number = dispatched()
    mark(number)
    flow.act(number, "report_assigned", by=SUN, at=later(days=5), given={"result": "已经修好。"})
    ring_what_is_due(later(days=60))
    with seeing(CENTRE):
        assert not Alarm.objects.filter(case__number=number, clock="assigned").exists()


def opens(number: str, by: Actor, field: Field, purpose: Purpose) -> str:
    """Say whether somebody sees what is sealed at once, must wait for a custodian, or is refused, and why."""
    try:
        opened = ask_to_see(number, field, purpose, by=by, at=later(5))
    except NotAllowed as refused:
        return refused.refused.code
    return "waits" if opened.contents is None else "seen"


@pytest.mark.parametrize("by", [CAI, SUN, ZHOU, LIU, WANG, ZHAO, WU, ZHENG], ids=lambda by: by.person)
@pytest.mark.parametrize("kind", ["help", "report"])
def test_to_be_an_assigned_item_opens_no_identity_to_anybody(by: Actor, kind: str) -> None:
    plain, assigned = dispatched(kind=kind), dispatched(kind=kind)
    mark(assigned)
    for field in Field:
        for purpose in Purpose:
            assert opens(assigned, by, field, purpose) == opens(plain, by, field, purpose), (field, purpose)
    with seeing(CENTRE):
        before, after = (Case.objects.get(number=number) for number in (plain, assigned))
        assert (after.confidential, after.units) == (before.confidential, before.units)


@pytest.mark.parametrize("by", [CAI, LIU, WANG])
def test_whoever_gives_the_instruction_marks_nothing_and_reads_no_more(by: Actor) -> None:
    number = dispatched()
    with pytest.raises(NotAllowed):
        mark(number, by=by)
    mark(number)
    with seeing(CENTRE):
        assert Case.objects.get(number=number).ledger.filter(act="mark_assigned").count() == 1
