"""The index that finds the texts most like one text."""

from __future__ import annotations

import random
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from huiying.judgement.grams import MOST_GRAMS, Worth, grams_of, kept, plain
from huiying.judgement.nearest import Nearest

LETTERS = "路灯坏了三天东门口西区垃圾没人收臭气停水小区学校食堂公交站台噪音施工夜里楼道电梯"
LAMP = "东门口的路灯坏了\n东门口的路灯坏了三天，晚上看不见路"


def invented(count: int, seed: int = 1) -> list[str]:
    chance = random.Random(seed)  # noqa: S311  # texts for a test
    return ["".join(chance.choices(LETTERS, k=chance.randint(12, 60))) for _ in range(count)]


def index_of(texts: list[str], at_once: int = 50) -> Nearest:
    index = Nearest(Worth.counted(texts))
    for start in range(0, len(texts), at_once):
        index.add(range(start, min(start + at_once, len(texts))), texts[start : start + at_once])
    return index


def test_a_text_is_most_like_itself_and_what_shares_nothing_is_not_found() -> None:
    texts = [*invented(200), LAMP, "完全无关联系电话"]
    index = index_of(texts)
    best = index.search(LAMP)[0]
    assert best.key == 200
    assert 0.999 < best.likeness < 1.001
    assert index.search("qwxyz") == []
    assert index.search("") == index.search("?") == []
    assert Nearest(Worth.counted([])).search(LAMP) == []


def test_what_was_added_is_found_at_once_however_it_was_added() -> None:
    texts = invented(300)
    whole, one_by_one = index_of(texts, 300), index_of(texts, 1)
    assert len(whole) == len(one_by_one) == 300
    assert len(one_by_one.parts) < 12
    for text in texts[:40]:
        some = [(near.key, round(near.likeness, 4)) for near in whole.search(text, 5)]
        assert some == [(near.key, round(near.likeness, 4)) for near in one_by_one.search(text, 5)]


def test_it_finds_what_comparing_with_everything_finds() -> None:
    texts = invented(2_000)
    index = index_of(texts, 500)
    for text in invented(30, seed=2):
        quick = {round(near.likeness, 4) for near in index.search(text)}
        assert quick == {round(near.likeness, 4) for near in index.search_all(text)}


def test_a_saved_index_is_plain_arrays_finds_the_same_and_can_be_added_to(tmp_path: Path) -> None:
    texts = invented(120)
    index = index_of(texts)
    index.save(tmp_path / "saved")
    assert {path.suffix for path in (tmp_path / "saved").iterdir()} == {".npy", ".npz"}
    again = Nearest.load(tmp_path / "saved")
    assert again.search(texts[7]) == index.search(texts[7])
    again.add([999], [LAMP])
    assert again.search(LAMP, 1)[0].key == 999
    assert again.search(texts[7], 1) == index.search(texts[7], 1)


def test_what_a_text_says_first_weighs_more_than_what_comes_later() -> None:
    first, later = "路灯坏了\n小区的垃圾没有人收，很臭，请管一管", "垃圾没人收\n小区门口还有一个路灯坏了，请管一管"
    index = index_of([first, later, *invented(50)])
    assert [near.key for near in index.search("路灯坏了\n请来人修", 2)] == [0, 1]


def test_marks_width_case_and_what_is_masked_make_no_difference() -> None:
    assert plain("Ａ区，路 灯！〔姓名〕") == plain("a区路灯") == "a区路灯"
    assert grams_of(["", "一", "〔电话〕"]).gram.size == 0


@settings(max_examples=50, deadline=None)
@given(st.lists(st.text(max_size=400), max_size=6))
def test_any_texts_can_be_held_and_asked_for(texts: list[str]) -> None:
    worth = Worth.counted(texts)
    held = kept(texts, worth)
    assert all((held.grams.text == number).sum() <= MOST_GRAMS for number in range(len(texts)))
    index = Nearest(worth)
    index.add(range(len(texts)), texts)
    for text in texts:
        assert all(-0.001 <= near.likeness <= 1.001 for near in index.search(text))


def test_weighed_anew_it_is_as_if_it_had_been_weighed_so_from_the_beginning() -> None:
    texts = invented(100)
    early = Nearest(Worth.counted(texts[:10]))
    early.add(range(100), texts)
    anew, whole = early.weighed_anew(), index_of(texts, 100)
    for text in texts[:20]:
        assert [round(near.likeness, 3) for near in anew.search(text, 5)] == [
            round(near.likeness, 3) for near in whole.search(text, 5)
        ]
