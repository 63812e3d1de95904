"""The draw of an audit: the same for everybody, fair to every case, and open to nobody's choice."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from hashlib import sha256
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiying.procedure import audit_draw
from huiying.procedure.audit_draw import Listed, ListUnreadable, as_text, below, draw, read, root, shares, tally
from huiying.procedure.decision import Allowed, Decision, Refused
from huiying.procedure.time_limits import SHANGHAI

NOON = datetime(2026, 11, 24, 12, tzinfo=SHANGHAI)
CLASSES = ("department", "street", "centre")
#: The most that chi-square comes to by chance once in a thousand times, by degrees of freedom.
ONCE_IN_1000 = {9: 27.877, 19: 43.820}


def listed(size: int, classes: int = 3) -> list[Listed]:
    return [Listed(sha256(str(n).encode()).hexdigest(), CLASSES[n % classes]) for n in range(size)]


LISTS = st.integers(1, 60).map(listed)


@given(LISTS, st.text(min_size=6), st.integers(1, 70), st.booleans())
def test_everybody_draws_the_same_and_each_place_once(
    entries: list[Listed],
    randomness: str,
    count: int,
    by_class: bool,  # noqa: FBT001  # drawn
) -> None:
    first = draw(entries, randomness, count, by_class=by_class)
    assert draw(read(as_text(entries)), f" {randomness}\n", count, by_class=by_class) == first
    assert len(set(first)) == len(first) == min(count, len(entries))
    assert set(first) <= set(range(1, len(entries) + 1))
    assert list(first) == sorted(first)


def test_a_draw_of_known_numbers_comes_out_as_written_down() -> None:
    """Whoever works it out in another language must come to this: the way is fixed from the first audit on."""
    assert root(listed(30)) == sha256(as_text(listed(30)).encode()).hexdigest()
    assert draw(listed(30), "双色球第2026135期 03 08 14 21 26 33+07", 5) == KNOWN
    assert draw(listed(30), "双色球第2026135期 03 08 14 21 26 33+07", 6, by_class=True) == KNOWN_BY_CLASS


KNOWN = (3, 8, 13, 17, 29)
KNOWN_BY_CLASS = (4, 5, 22, 27, 29, 30)


@pytest.mark.parametrize("size", [10, 20])
def test_every_case_is_as_likely_as_any_other(size: int) -> None:
    chance, drawn, draws, count = Random(20261124), Counter[int](), 2000, 3  # noqa: S311  # a fixed seed
    for _ in range(draws):
        drawn.update(draw(listed(size), f"期号{chance.random()}", count))
    expected = draws * count / size
    # Places of one draw exclude each other, so that counts vary less than if each were drawn for itself.
    chi_square = sum((drawn[place] - expected) ** 2 / expected for place in range(1, size + 1)) * size / (size - count)
    assert chi_square < ONCE_IN_1000[size - 1]


def test_other_randomness_another_list_or_another_order_is_another_draw() -> None:
    entries = listed(1000)
    first = draw(entries, "第2026135期", 10)
    assert draw(entries, "第2026136期", 10) != first
    assert draw(entries[:-1], "第2026135期", 10) != first
    assert draw(entries[::-1], "第2026135期", 10) != first


@given(LISTS, st.data())
def test_a_list_that_was_changed_after_the_commitment_shows(entries: list[Listed], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(entries) - 1))
    other = Listed(sha256(b"other").hexdigest(), entries[place].stratum)
    for changed in (
        [*entries[:place], *entries[place + 1 :]],
        [*entries[:place], other, *entries[place + 1 :]],
        [*entries, other],
    ):
        assert root(changed) != root(entries)


@given(st.dictionaries(st.sampled_from("abcdefg"), st.integers(1, 50), min_size=1), st.data())
def test_each_class_gives_its_share(sizes: dict[str, int], data: st.DataObject) -> None:
    whole = sum(sizes.values())
    count = data.draw(st.integers(1, whole))
    given_ = shares(sizes, count)
    assert sum(given_.values()) == count
    assert all(abs(given_[name] - size * count / whole) < 1 and given_[name] <= size for name, size in sizes.items())


def test_by_class_a_small_class_is_not_lost_among_large_ones() -> None:
    entries = [*listed(90, classes=1), *(Listed(sha256(f"s{n}".encode()).hexdigest(), "street") for n in range(10))]
    places = draw(entries, "第2026135期", 10, by_class=True)
    assert Counter(entries[place - 1].stratum for place in places) == {"department": 9, "street": 1}


def test_numbers_past_the_last_whole_round_are_rejected() -> None:
    assert list(below(range(8), 3, span=8)) == [0, 1, 2, 0, 1, 2]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 0),
        ("abc\tstreet\n", 1),
        (as_text(listed(2)) + "x", 3),
        (as_text(listed(2)) * 2, 3),
        (as_text(listed(1)).replace("\t", " "), 1),
    ],
)
def test_what_is_no_list_is_refused_with_its_line(text: str, line: int) -> None:
    with pytest.raises(ListUnreadable) as wrong:
        read(text)
    assert wrong.value.line == line


def code(decision: Decision) -> str:
    return decision.code if isinstance(decision, Refused) else ""


def commit(*, role: str = "auditor", size: int = 3, count: int = 2, source: str = "双色球", days: float = 1) -> str:
    published = NOON + timedelta(days=days)
    decision = audit_draw.may_commit(role=role, size=size, count=count, source=source, at=NOON, published=published)
    return code(decision)


def test_a_list_is_committed_to_before_its_randomness_exists() -> None:
    assert commit() == ""
    assert commit(role="supervisor") == "not_this_role"
    assert commit(size=0) == "audit_empty"
    assert {commit(count=0), commit(count=501)} == {"number_out_of_range"}
    assert commit(source="  ") == "not_given"
    assert {commit(days=0), commit(days=-1)} == {"audit_randomness_not_ahead"}


def drawing(
    *, role: str = "auditor", minutes: int = 0, randomness: str = "第2026135期", drawn: bool = False, same: bool = True
) -> str:
    at = NOON + timedelta(minutes=minutes)
    decision = audit_draw.may_draw(role=role, at=at, published=NOON, randomness=randomness, drawn=drawn, same_list=same)
    return code(decision)


def test_a_list_is_drawn_from_once_in_time_and_as_it_was_committed_to() -> None:
    assert drawing() == ""
    assert drawing(role="leader") == "not_this_role"
    assert drawing(minutes=-1) == "audit_too_early"
    assert drawing(randomness=" 12345 ") == "audit_randomness_short"
    assert drawing(drawn=True) == "audit_drawn_already"
    assert drawing(same=False) == "audit_list_changed"


def finding(
    *, role: str = "auditor", person: str = "钱审", found: bool = False, verdict: str = "audit_sound", why: str = "核对"
) -> str:
    took_part = {"老王", "孙审", "吴姐"}
    decision = audit_draw.may_find(role=role, person=person, took_part=took_part, found=found, verdict=verdict, why=why)
    return code(decision)


def test_whoever_had_a_part_in_a_case_does_not_judge_it() -> None:
    assert finding() == ""
    assert {finding(person=person) for person in ("老王", "孙审", "吴姐")} == {"same_person"}
    assert finding(role="supervisor") == "not_this_role"
    assert finding(found=True) == "decided_already"
    assert finding(verdict="guilty") == "not_listed"
    assert finding(why=" ") == "not_given"
    assert isinstance(
        audit_draw.may_find(
            role="auditor", person="钱审", took_part=(), found=False, verdict="audit_wrong", why="期限算错"
        ),
        Allowed,
    )


def test_what_was_found_is_counted_and_what_was_not_looked_at_too() -> None:
    counted = tally(["audit_sound", "", "audit_wrong", "audit_sound"])
    assert counted == {"audit_sound": 2, "audit_flawed": 0, "audit_wrong": 1, "": 1}
