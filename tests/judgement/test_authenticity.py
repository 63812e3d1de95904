"""What speaks for and against what was said: of the demand, never of the person, and never added up."""

from __future__ import annotations

from dataclasses import fields

from hypothesis import given
from hypothesis import strategies as st

from huiying.judgement.authenticity import Facts, Side, Signal, signals

FACTS = st.builds(
    Facts,
    named_place=st.sampled_from(["", "东门〔门牌〕"]),
    places=st.lists(st.sampled_from(["东门", "西门"]), unique=True, max_size=2),
    times=st.lists(st.sampled_from(["昨晚"]), max_size=1),
    beginnings=st.lists(st.sampled_from(["11月1日起", "三年来"]), unique=True, max_size=2),
    files=st.integers(0, 9),
    like=st.lists(st.sampled_from(["1", "2"]), unique=True, max_size=2),
    joined=st.integers(0, 5),
    unreached=st.integers(0, 3),
    anonymous=st.booleans(),
    taken_back=st.booleans(),
)


@given(FACTS)
def test_each_signal_is_said_once_for_before_against_before_the_rest(facts: Facts) -> None:
    found = signals(facts)
    assert len({one.signal for one in found}) == len(found)
    sides = [list(Side).index(one.side) for one in found]
    assert sides == sorted(sides)
    assert {Signal.PLACE, Signal.NO_PLACE} & {one.signal for one in found}
    assert {Signal.TIME, Signal.NO_TIME} & {one.signal for one in found}


@given(FACTS)
def test_no_name_and_nobody_reached_never_speak_against(facts: Facts) -> None:
    against = {one.signal for one in signals(facts) if one.side is Side.AGAINST}
    assert against <= {Signal.SEVERAL_BEGINNINGS, Signal.SEVERAL_PLACES}


def test_nothing_of_whoever_brought_it_is_asked_for() -> None:
    known = {field.name for field in fields(Facts)}
    assert not {name for name in known if any(word in name for word in ("person", "caller", "earlier", "score"))}


def test_two_beginnings_are_doubtful_and_quoted() -> None:
    found = {one.signal: one for one in signals(Facts(beginnings=["11月1日起", "三年来"]))}
    assert found[Signal.SEVERAL_BEGINNINGS].sources == ["11月1日起", "三年来"]
    assert found[Signal.TIME].side is Side.FOR
