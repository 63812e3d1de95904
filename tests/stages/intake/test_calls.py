"""What a live call brings: several demands behind one receipt, a three-way call, a question how it stands."""

from __future__ import annotations

from typing import Any

import pytest

from cast import COMMUNITY, LI, STREETS, WATER, ZHOU, later
from huiying.case.commands import KeyConflict
from huiying.case.models import Act, Case, Content
from huiying.case.recording import NotAllowed, read_case
from huiying.case.scope import CENTRE, seeing
from huiying.case.verifying import verify
from huiying.doors.complainant import receipts
from huiying.stages import flow
from huiying.stages.identity.vault import Contact
from huiying.stages.intake.actions import Demand, Receipt
from huiying.stages.intake.calls import Spoken, ThreeWay, inquire, note_three_way, take
from huiying.stages.intake.lookups import open_matters
from huiying.stages.intake.uploads import digest_of

pytestmark = pytest.mark.django_db

CHEN = Contact("陈小梅", "13900001234")
LEAK = Spoken(Demand(text="天花板漏水，我叫陈小梅", contact=CHEN, area=COMMUNITY))
LIGHT = Spoken(Demand(text="路灯不亮，我叫陈小梅", contact=CHEN, kind="complaint", respondents=(STREETS,)))
ASKED = Spoken(Demand(text="身份证怎么换", contact=CHEN, kind="consultation"), "yes", "陈小梅女士，请到派出所换领。")


def bring(*spoken: Spoken, channel: str = "phone", **more: Any) -> list[Receipt]:
    return take(spoken, channel=channel, by=LI, at=later(), **more)


def test_each_demand_of_a_call_is_a_case_of_its_own_and_one_receipt_opens_all() -> None:
    first, second, third = bring(LEAK, LIGHT, ASKED)
    with seeing(CENTRE):
        rows = {case.number: case for case in Case.objects.all()}
    assert [rows[one.number].kind for one in (first, second, third)] == ["help", "complaint", "consultation"]
    assert [rows[one.number].split_from for one in (first, second, third)] == ["", first.number, first.number]
    assert (rows[first.number].respondents, rows[second.number].respondents) == ([], [STREETS])
    assert (rows[first.number].stage, rows[third.number].stage) == ("received", "closed")
    assert receipts.read(first.code, later()).split_into == [(one.number, one.code) for one in (second, third)]
    assert open_matters("13900001234", by=LI, at=later()) == [third.number, second.number, first.number]
    assert verify(file_digest=digest_of).differences == ()


def test_what_is_answered_on_the_spot_is_kept_masked_and_told_to_whoever_asked() -> None:
    (receipt,) = bring(ASKED)
    opened = receipts.read(receipt.code, later())
    assert any("请到派出所换领" in told.text for told in opened.told)
    with seeing(CENTRE):
        assert "陈小梅" not in "".join(Content.objects.values_list("text", flat=True))


def test_an_answer_without_a_rating_is_no_answer_on_the_spot() -> None:
    (receipt,) = bring(Spoken(ASKED.demand, "", "请到派出所换领。"))
    assert receipts.read(receipt.code, later()).stage == "received"


def test_the_same_call_sent_twice_is_one_call_and_another_under_its_key_is_refused() -> None:
    assert bring(LEAK, LIGHT, key="k") == bring(LEAK, LIGHT, key="k")
    with seeing(CENTRE):
        assert Case.objects.count() == 2
    with pytest.raises(KeyConflict):
        bring(LEAK, key="k")


def test_a_call_of_which_one_demand_is_refused_leaves_none() -> None:
    complaint = Spoken(LIGHT.demand, "yes", "已转告")
    with pytest.raises(NotAllowed):
        bring(LEAK, complaint)
    with seeing(CENTRE):
        assert not Case.objects.exists()


@pytest.mark.parametrize("spoken", [[], [LEAK] * 21])
def test_a_call_brings_at_least_one_demand_and_not_more_than_twenty(spoken: list[Spoken]) -> None:
    with pytest.raises(NotAllowed) as refused:
        bring(*spoken)
    assert refused.value.refused.code == "number_out_of_range"


def test_a_visit_that_brings_two_things_is_counted_once_and_followed_by_one() -> None:
    first, second = bring(LEAK, LIGHT, channel="visit")
    with seeing(CENTRE):
        rows = {case.number: (case.visit, case.follower) for case in Case.objects.all()}
    assert rows == {first.number: ("first", "xiaoli"), second.number: ("", "xiaoli")}


def test_a_three_way_call_is_kept_as_a_masked_text_of_an_act() -> None:
    said = ThreeWay(WATER, "陈小梅女士在线，水务局说今天派人。", "今天上门")
    (receipt,) = bring(LEAK, three_way=said)
    with seeing(CENTRE):
        act = Act.objects.get(act="three_way")
        kept = dict(Content.objects.filter(position=act.position).values_list("name", "text"))
    assert act.body["given"] == {"unit": WATER}
    assert set(act.commitments) == {"said", "result"}
    assert "水务局说今天派人" in kept["said"]
    assert "陈小梅" not in kept["said"]
    assert "三方通话" in [told.title for told in receipts.read(receipt.code, later()).told]
    assert verify(file_digest=digest_of).differences == ()


@pytest.mark.parametrize(
    ("spoken", "unit", "code"),
    [
        (LIGHT, STREETS, "unit_in_conflict"),
        (Spoken(Demand(text="有人收钱", kind="report", contact=CHEN)), WATER, "through_the_centre"),
        (Spoken(Demand(text="漏水", confidential=True, contact=CHEN)), WATER, "through_the_centre"),
        (LEAK, "nobody", "not_listed"),
    ],
)
def test_no_unit_is_on_the_line_that_may_not_hear_of_whoever_calls(spoken: Spoken, unit: str, code: str) -> None:
    with pytest.raises(NotAllowed) as refused:
        bring(spoken, three_way=ThreeWay(unit, "说了"))
    assert refused.value.refused.code == code
    with seeing(CENTRE):
        assert not Case.objects.exists()


def test_a_three_way_call_may_be_noted_later_and_once() -> None:
    (receipt,) = bring(LEAK)
    for _ in range(2):
        note_three_way(receipt.number, ThreeWay(WATER, "水务局说明天来"), by=LI, at=later(1), key="k")
    with seeing(CENTRE):
        assert Act.objects.filter(act="three_way").count() == 1
    with pytest.raises(NotAllowed):
        note_three_way(receipt.number, ThreeWay(WATER, " "), by=LI, at=later(1))
    with pytest.raises(NotAllowed):
        note_three_way(receipt.number, ThreeWay(WATER, "说了"), by=ZHOU, at=later(1))


def test_who_asks_how_it_stands_joins_the_case_and_brings_no_new_one() -> None:
    (receipt,) = bring(LEAK)
    for _ in range(2):
        inquire(receipt.number, by=LI, at=later(1), key="k")
    flow.act(receipt.number, "urge", by=LI, at=later(2), given={})
    flow.act(receipt.number, "supplement", by=LI, at=later(3), given={"what": "漏得更厉害了"})
    with seeing(CENTRE):
        case = Case.objects.get()
        assert [act.act for act in case.ledger.order_by("position")] == ["register", "inquire", "urge", "supplement"]
        assert read_case(case).state.steps["main"] == "verifying"
    with pytest.raises(NotAllowed):
        inquire(receipt.number, by=ZHOU, at=later(4))
