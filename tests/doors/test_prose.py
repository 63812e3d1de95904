"""The ledger as prose: every act of every procedure has a sentence, and it says what was given."""

from __future__ import annotations

from datetime import datetime, timedelta
from string import Formatter

import pytest
from django.utils import timezone

from cast import WATER, ZHAO, ZHOU, Entering
from huiying.case.acts import COMMON
from huiying.case.models import Case
from huiying.case.recording import read_case
from huiying.case.scope import CENTRE, seeing
from huiying.doors.moments import moment_words, until_short
from huiying.doors.prose import SENTENCES
from huiying.doors.reading import days_of, limits, story, told_story
from huiying.procedure.library import library
from huiying.procedure.state import Surroundings
from huiying.procedure.workdays import china
from huiying.stages import flow
from huiying.stages.intake.actions import RESIDENT, Demand, register
from people import UNITS

#: What a sentence may name besides what the act asks for.
ALWAYS = {"who", "person", "due", "unit"}


@pytest.mark.parametrize("name", sorted(library().procedures))
def test_every_act_has_a_sentence_that_names_only_what_the_act_asks_for(name: str) -> None:
    for act in library().procedures[name].acts.values():
        variants = [key for key in SENTENCES if key.partition("@")[0].partition("!")[0] == act.id]
        assert act.id in variants, f"{act.name} has no sentence"
        asked = {ask.name for ask in act.asks}
        for key in variants:
            named = {field for _, field, _, _ in Formatter().parse(str(SENTENCES[key])) if field}
            assert named <= asked | ALWAYS, key


def test_what_every_case_may_have_has_a_sentence_too() -> None:
    assert set(COMMON) <= set(SENTENCES)


def walked() -> tuple[str, datetime]:
    at = timezone.now() - timedelta(hours=1)
    number = register(Demand(text="水压不足"), channel="phone", by=RESIDENT, at=at).number
    flow.act(number, "dispatch", by=ZHOU, at=at, given={"lead": WATER})
    flow.act(number, "sign_for", by=ZHAO, at=at, given={})
    return number, at


@pytest.mark.django_db
def test_staff_and_the_person_read_whole_sentences_each_in_their_own_words() -> None:
    number, _ = walked()
    flow.act(number, "supplement", by=RESIDENT, at=timezone.now(), given={"what": "还漏水"})
    with seeing(CENTRE):
        case = Case.objects.select_related("law").get(number=number)
        now, acts = read_case(case), list(case.ledger.order_by("position"))
        staff = [told.sentence for told in story(case, now, acts, {"zhoujie": "周姐", "xiaozhao": "小赵"}, ZHOU)]
        person = [told.sentence for told in told_story(case, now, acts)]
    (due,) = [limit.moment for limit in limits(now, Surroundings(UNITS, china())) if limit.of_person]
    assert due is not None
    assert staff == [
        "诉求人提出了这件求助，共1项诉求。",
        f"派单员周姐把工单派给汀川市水务局，要求{until_short(due)}前答复。",
        "汀川市水务局收发员小赵签收，开始承办。",
        "诉求人补充了情况。",
    ]
    assert person[0] == "您提出了这件求助，共1项诉求。"
    assert person[1].startswith("分办人员把这件事交给汀川市水务局办")
    assert person[-1] == "您补充了情况。"
    assert not any("周姐" in one or "小赵" in one for one in person)


def test_a_case_opens_its_dates_day_by_day_and_puts_the_next_act_first(signed_in: Entering) -> None:
    number, at = walked()
    shown = signed_in("laowang").get(f"/staff/case/{number}/").content.decode()
    assert f"{moment_words(at)}</time>，派单员周姐把工单派给汀川市水务局" in shown
    assert "开始的这天，不计入" in shown
    assert "第10个工作日" in shown
    acts = shown.partition('id="acts"')[2]
    assert acts.index("提交办结") < acts.index("联系诉求人") < acts.index("停止记录并移送") < acts.index("现在不能")
    assert "计时没有中止" in acts.partition("现在不能")[2]


def test_where_something_is_to_be_judged_no_answer_is_put_first(signed_in: Entering) -> None:
    at = timezone.now()
    number = register(Demand(text="偷工减料", kind="complaint"), channel="phone", by=RESIDENT, at=at).number
    flow.act(number, "dispatch", by=ZHOU, at=at, given={"lead": WATER})
    flow.act(number, "sign_for_case", by=ZHAO, at=at, given={})
    acts = signed_in("laowang").get(f"/staff/case/{number}/").content.decode().partition('id="acts"')[2]
    assert "button--primary" not in acts
    assert "判定属实或部分属实" in acts


@pytest.mark.django_db
def test_every_day_of_a_derivation_is_a_line() -> None:
    number, _ = walked()
    with seeing(CENTRE):
        now = read_case(Case.objects.select_related("law").get(number=number))
    (limit,) = [limit for limit in limits(now, Surroundings(UNITS, china())) if limit.of_person]
    days = days_of(limit)
    assert [day.counted for day in days].count(True) == 10
    assert len(days) == len(limit.derivation)
