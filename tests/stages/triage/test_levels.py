"""A case goes up and down the levels with its history and its clock, one unit leading all the way (C6)."""

from __future__ import annotations

import pytest

from cast import CAI, MONDAY, STREETS, SUN, WATER, WU, ZHENG, ZHOU, later
from huiying.case.models import Act, Case, Clock, Track
from huiying.case.recording import NotAllowed
from huiying.case.scope import CENTRE, WORK, of_unit, seeing
from huiying.case.verifying import verify
from huiying.directory.queries import units_for_routing
from huiying.procedure.routing import Level, Unit, stands_above
from huiying.procedure.state import Actor
from huiying.stages import flow
from huiying.stages.identity.vault import Contact
from huiying.stages.intake.actions import RESIDENT, Demand, register
from huiying.stages.intake.uploads import digest_of

CITY, DISTRICT, STREET = STREETS, "990103", "990103002"
CHEN = Contact("陈小梅", "13900001234")


def of(unit: str, role: str) -> Actor:
    return Actor(f"{unit}-{role}", role, unit)


def act(number: str, name: str, by: Actor, hours: float, **given: object) -> str:
    return flow.act(number, name, by=by, at=later(hours), given=given)


def refused(number: str, name: str, by: Actor, hours: float, **given: object) -> tuple[str, str]:
    with pytest.raises(NotAllowed) as answer:
        act(number, name, by, hours, **given)
    return answer.value.refused.code, answer.value.refused.article


def with_the_unit(unit: str, **more: object) -> str:
    demand = Demand(text="大树要迁移", kind="help", contact=CHEN)
    number = register(demand, channel="phone", by=RESIDENT, at=MONDAY).number
    act(number, "dispatch", ZHOU, 1, lead=unit, **more)
    act(number, "sign_for", of(unit, "clerk"), 2)
    return number


def answered(number: str, unit: str, hours: float, reply: str) -> None:
    act(number, "submit_result", of(unit, "officer"), hours, outcomes=("explained",), basis="市级审批")
    act(number, "approve_result", SUN, hours)
    act(number, "serve_reply", of(unit, "clerk"), hours, channel="phone", reply=reply)


def lead(number: str) -> list[str]:
    with seeing(CENTRE):
        return list(Track.objects.filter(case__number=number, name="main").values_list("unit", flat=True))


def clock(number: str) -> Clock:
    with seeing(CENTRE):
        return Clock.objects.get(case__number=number, name="handle")


@pytest.mark.django_db
def test_from_city_to_district_and_back_it_keeps_history_clock_and_one_lead() -> None:
    number = with_the_unit(CITY)
    before = clock(number)
    act(number, "propose_level", of(CITY, "unit_head"), 3, level="level_down", why="区里有权限")
    assert lead(number) == [CITY], "until another is ruled the first leads"
    act(number, "rule_level", ZHENG, 4, lead=DISTRICT, power="catalogue", why="按派单目录")
    assert lead(number) == [DISTRICT]
    act(number, "sign_for", of(DISTRICT, "clerk"), 5)
    bound = refused(number, "propose_level", of(DISTRICT, "unit_head"), 6, level="level_up", why="不想办")
    assert bound == ("bound_by_ruling", "《潍坊市12345政务服务便民热线条例》第22条")
    answered(number, DISTRICT, 7, "区里先修了枝，其余要市里批。")
    act(number, "send_back_dissatisfied", WU, 8, why="树还在")
    answered(number, DISTRICT, 9, "区里已经报市里，等市里的批复。")
    act(number, "escalate", WU, 10, why="区里办不了")
    act(number, "order_redo", SUN, 11, why="提级到市局办理")
    act(number, "dispatch", ZHOU, 12, lead=CITY)
    assert lead(number) == [CITY]
    with seeing(CENTRE):
        case = Case.objects.get(number=number)
        acts = list(Act.objects.filter(case=case).order_by("position").values_list("act", "unit"))
    assert acts[1:6] == [
        ("dispatch", None), ("sign_for", CITY), ("propose_level", CITY), ("rule_level", None), ("sign_for", DISTRICT),
    ]  # fmt: skip
    after = clock(number)
    assert (after.started_at, after.due_at, after.stopped_at) == (before.started_at, before.due_at, None)
    with seeing(of_unit(DISTRICT, dict(units_for_routing()))):
        assert not Case.objects.filter(number=number).exists(), "whoever no longer has it no longer sees it"
    with seeing(of_unit(CITY, dict(units_for_routing()))):
        assert Act.objects.filter(case__number=number).count() == len(acts), "whoever has it has all of its history"
    with seeing(WORK):
        assert verify(number, file_digest=digest_of).ok


@pytest.mark.django_db
def test_a_district_without_the_power_gets_it_up_to_the_city() -> None:
    number = with_the_unit(DISTRICT)
    before = clock(number)
    act(number, "propose_level", of(DISTRICT, "unit_head"), 3, level="level_up", why="市级审批")
    assert refused(number, "rule_level", ZHENG, 4, lead=STREET, power="catalogue", why="属地")[0] == "not_that_level"
    assert refused(number, "rule_level", ZHENG, 4, lead=CITY, why="市级事项")[0] == "not_given", "with its power"
    assert refused(number, "rule_level", CAI, 4, lead=CITY, power="own_by_law", why="市级事项")[0] == "not_this_role"
    act(number, "rule_level", ZHENG, 4, lead=CITY, power="own_by_law", why="市级事项")
    assert lead(number) == [CITY]
    again = refused(number, "return_order", of(CITY, "clerk"), 5, ground="not_our_duty", why="请区里办")
    assert again == ("bound_by_ruling", "《潍坊市12345政务服务便民热线条例》第22条")
    assert clock(number).started_at == before.started_at


@pytest.mark.django_db
def test_across_it_goes_by_return_and_ruling_and_not_as_a_change_of_level() -> None:
    number = with_the_unit(WATER)
    act(number, "propose_level", of(WATER, "unit_head"), 3, level="level_up", why="不归我们")
    assert refused(number, "rule_level", ZHENG, 4, lead=CITY, power="catalogue", why="同级")[0] == "not_that_level"
    act(number, "rule_on_return", ZHENG, 4, lead=CITY, why="同级单位，按退单裁定")
    assert lead(number) == [CITY]
    assert refused(number, "rule_level", ZHENG, 5, lead="city", power="catalogue", why="x")[0] == "not_at_this_step"


@pytest.mark.django_db
@pytest.mark.parametrize("unit", [STREET, "990103002001"])
def test_a_departments_duty_goes_to_no_street_or_village_that_way_either(unit: str) -> None:
    number = with_the_unit(DISTRICT, department_duty=True)
    act(number, "propose_level", of(DISTRICT, "unit_head"), 3, level="level_down", why="属地近")
    pushed = refused(number, "rule_level", ZHENG, 4, lead=unit, power="delegated", why="属地")
    assert pushed == ("duty_pushed_down", "国办函〔2025〕66号（五）")
    assert lead(number) == [DISTRICT]


def test_a_department_stands_at_its_parents_level_and_only_within_its_territory() -> None:
    units = {
        unit.id: unit
        for unit in (
            Unit("市", Level.CITY),
            Unit("市局", Level.DEPARTMENT, "市"),
            Unit("东区", Level.DISTRICT, "市"),
            Unit("东区局", Level.DEPARTMENT, "东区"),
            Unit("西区", Level.DISTRICT, "市"),
            Unit("西街", Level.STREET, "西区"),
            Unit("孤局", Level.DEPARTMENT),
            Unit("环甲", Level.STREET, "环乙"),
            Unit("环乙", Level.STREET, "环甲"),
        )
    }
    above = {(a, b) for a in units for b in units if stands_above(a, b, units)}
    assert {("市局", "东区局"), ("市", "东区局"), ("市局", "西街"), ("西区", "西街")} <= above
    assert not {("市", "市局"), ("市局", "市"), ("东区局", "市局"), ("东区", "西街"), ("孤局", "西街")} & above
