"""A machine proposes a matter with its words and its doubts; a person decides, and what they say is learned from."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from cast import COMMUNITY, ZHOU
from huiying.case.models import Case
from huiying.case.scope import working
from huiying.procedure.time_limits import SHANGHAI
from huiying.stages.intake.actions import RESIDENT, Demand, register
from huiying.stages.intake.models import Raising
from huiying.stages.triage import suggesting
from huiying.stages.triage.actions import classify
from huiying.stages.triage.forgetting import forget
from huiying.stages.triage.learning import catalogue_words, learn, told
from huiying.stages.triage.models import Suggestion

AT = datetime(2026, 9, 21, 10, 0, tzinfo=SHANGHAI)
WHERE = ("东门", "南门", "西门", "北门", "河边", "桥头", "学校旁", "菜场口")
WATER, LAMP = "0201", "0301"
SAID = {
    WATER: ("{}家里自来水压力太小，洗澡都没有水", "{}一到晚上水龙头就出不了水，水压不够"),
    LAMP: ("{}的路灯坏了好几天，晚上走路看不见", "{}一排路灯都不亮，请派人来修灯"),
}


@pytest.fixture
def models() -> Iterator[None]:
    """An installation without models, and no trace of those that a test makes."""
    shutil.rmtree(suggesting.folder(), ignore_errors=True)
    yield
    shutil.rmtree(suggesting.folder(), ignore_errors=True)
    suggesting.model.cache_clear()


def brought(text: str, at: datetime = AT) -> Case:
    number = register(Demand(text=text), channel="phone", by=RESIDENT, at=at).number
    with working():
        return Case.objects.get(number=number)


def history(rounds: int = 8) -> None:
    """Have a dispatcher say of many demands what they are about."""
    at = AT
    for place in WHERE:
        for matter, sentences in SAID.items():
            for turn in range(rounds):
                at += timedelta(minutes=1)
                case = brought(sentences[turn % 2].format(f"{place}{turn}号"), at)
                classify(case.number, kind="help", matter=matter, area=COMMUNITY, by=ZHOU, at=at)


def proposed(case: Case) -> Suggestion:
    with working():
        found = suggesting.suggest(case, AT)
    assert found is not None
    return found


@pytest.mark.django_db
@pytest.mark.usefixtures("models")
def test_nothing_is_proposed_where_nothing_was_learned() -> None:
    with working():
        assert suggesting.suggest(brought("路灯不亮"), AT) is None


@pytest.mark.django_db
@pytest.mark.usefixtures("models")
def test_a_new_city_goes_by_its_catalogues_own_words_and_is_never_sure() -> None:
    learned = learn(AT)
    assert (learned.better, learned.cases) == (True, 0)
    matter, words = next(iter(catalogue_words()))
    found = proposed(brought(f"我要反映{words}"))
    assert found.matter == suggesting.code_of(matter)
    assert found.abstained
    assert found.model == suggesting.current_version()


@pytest.mark.django_db
@pytest.mark.usefixtures("models")
def test_what_people_said_is_learned_proposed_with_its_words_and_corrected_with_a_reason() -> None:
    learn(AT)
    history()
    learned = learn(AT)
    assert learned.better
    assert learned.cases + learned.frozen == len(told()) == len(WHERE) * len(SAID) * 8
    case = brought("医院门口的路灯不亮，晚上走路看不见")
    found = proposed(case)
    assert (found.matter, found.abstained) == (LAMP, False)
    assert found.reasons
    assert all(words in "医院门口的路灯不亮晚上走路看不见" for words, _share in found.reasons)
    assert proposed(case).pk == found.pk, "the same proposal, however often somebody looks"
    classify(
        case.number, kind="help", matter=WATER, area=COMMUNITY, by=ZHOU, at=AT, why="电话核实是供水井的照明，归供水。"
    )
    with working():
        kept = Suggestion.objects.get(pk=found.pk)
    assert (kept.matter, kept.chosen, kept.chosen_by) == (LAMP, WATER, ZHOU.person)
    assert kept.why == "电话核实是供水井的照明，归供水。"
    assert case.number in {one.number for one in told()}


@pytest.mark.django_db
@pytest.mark.usefixtures("models")
def test_a_model_that_is_no_better_is_kept_and_not_used() -> None:
    history()
    first = learn(AT)
    case = brought("桥头又一盏路灯不亮")
    classify(case.number, kind="help", matter=LAMP, area=COMMUNITY, by=ZHOU, at=AT)
    second = learn(AT)
    assert not second.better
    assert suggesting.current_version() == first.version


@pytest.mark.django_db
@pytest.mark.usefixtures("models")
def test_what_a_machine_kept_of_a_cases_words_goes_with_them() -> None:
    learn(AT)
    case = brought("楼下煤气泄漏，味道很大")
    proposed(case)
    with working():
        assert Raising.objects.filter(case=case).exists()
        forget(case)
        assert not Suggestion.objects.filter(case=case).exists()
        assert not Raising.objects.filter(case=case).exists()
