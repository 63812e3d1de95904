"""What is urgent reaches a person with the demand itself, in words; what it is, that person says."""

from __future__ import annotations

from datetime import datetime

import pytest

from cast import SUN, WANG, ZHOU
from huiying.case.models import Act, Case
from huiying.case.recording import NotAllowed
from huiying.case.scope import working
from huiying.procedure.time_limits import SHANGHAI
from huiying.stages.identity.vault import Contact
from huiying.stages.intake.actions import RESIDENT, Demand, register
from huiying.stages.intake.models import Raising
from huiying.stages.intake.raising import judge

AT = datetime(2026, 9, 21, 10, 0, tzinfo=SHANGHAI)
GAS = "我家楼下煤气泄漏，味道很大，楼里有老人。我是李秀英，电话13900001111。"


def brought(text: str, **more: object) -> str:
    return register(Demand(text=text, **more), channel="phone", by=RESIDENT, at=AT).number  # type: ignore[arg-type]


def raised(number: str) -> Raising | None:
    with working():
        return Raising.objects.filter(case__number=number).first()


@pytest.mark.django_db
def test_danger_is_raised_with_the_demand_and_names_nobody() -> None:
    found = raised(brought(GAS, contact=Contact("李秀英", "13900001111")))
    assert found is not None
    assert (found.level, found.kinds) == (2, ["life"])
    assert "泄漏" in found.words
    assert not {"李秀英", "13900001111"} & set(found.words)
    assert raised(brought("咨询公园几点开门。")) is None


@pytest.mark.django_db
def test_a_person_says_what_it_is_and_the_ledger_keeps_it() -> None:
    number = brought(GAS)
    judge(number, level=1, why="已电话核实，燃气公司到场。", by=ZHOU, at=AT)
    found = raised(number)
    assert found is not None
    assert (found.level, found.judged_level, found.judged_by) == (2, 1, ZHOU.person)
    with working():
        assert Case.objects.get(number=number).facts["urgent"] == 1
        assert Act.objects.filter(act="judge_urgency").count() == 1


@pytest.mark.django_db
def test_what_no_machine_found_can_be_called_urgent_all_the_same() -> None:
    number = brought("老人独自在家，三天没有人应门。")
    judge(number, level=2, by=SUN, at=AT)
    with working():
        assert Case.objects.get(number=number).facts["urgent"] == 2


@pytest.mark.django_db
def test_a_unit_does_not_say_how_urgent_a_demand_is() -> None:
    number = brought(GAS)
    for level, by in ((1, WANG), (7, ZHOU)):
        with pytest.raises(NotAllowed):
            judge(number, level=level, by=by, at=AT)
    found = raised(number)
    assert found is not None
    assert found.judged_at is None
