"""Whether something was said before: the same text, the same event, and how sure."""

from __future__ import annotations

import csv
import gzip
import json
from itertools import combinations
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from huiying.commands.main import main
from huiying.judgement.grams import plain
from huiying.judgement.repeats import Group, grouped, groups, runs, same_event, same_text, shared_words
from shared_data import shared

LAMP = "东门口的路灯坏了三天，晚上看不见路，老人走路很危险，请尽快派人来修。"
AGAIN = "东门口的路灯坏了三天了，晚上看不见路，老人走路很危险，请尽快派人来修！！"
OTHER = "小区垃圾三天没有人收，臭气熏天，夏天苍蝇很多，请环卫处理一下。"


def test_nearly_the_same_text_is_found_and_another_one_is_not() -> None:
    (found,) = groups([LAMP, OTHER, AGAIN])
    assert found.texts == (0, 2)
    assert found.probability > 0.8
    assert groups([LAMP, OTHER]) == groups([LAMP]) == groups([]) == []


def test_the_probability_is_one_of_the_weakest_link_that_holds_a_group() -> None:
    links = [(0.9, 0, 1), (0.8, 1, 2), (0.75, 0, 2), (0.99, 4, 3)]
    assert grouped(6, links) == [Group((3, 4), 0.99), Group((0, 1, 2), 0.8)]


def test_the_same_words_make_it_sure_and_no_words_make_it_nothing() -> None:
    assert same_text(runs(LAMP), runs(LAMP)) > 0.98
    assert same_text(runs(LAMP), runs(OTHER)) < 0.01
    assert same_text(runs(""), runs("")) == 0
    assert same_event(0.05) < 0.02
    assert 0.3 < same_event(0.32) < 0.7
    assert same_event(0.6) > 0.95


def test_what_two_texts_share_is_shown_in_words() -> None:
    assert shared_words("我家东门口的路灯坏了", LAMP) == ["东门口的路灯坏了"]
    assert shared_words(LAMP, "") == shared_words("", LAMP) == []


@given(st.text(max_size=60), st.text(max_size=60))
def test_a_probability_is_one_whoever_came_first(one: str, other: str) -> None:
    first, second = runs(one), runs(other)
    assert 0 <= same_text(first, second) == same_text(second, first) <= 1
    assert all(word in plain(one) and word in plain(other) for word in shared_words(one, other))


def test_the_command_says_which_rows_are_one_text(tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text(f"no,title,body\n1,路灯,{LAMP}\n2,垃圾,{OTHER}\n3,,\n4,路灯,{AGAIN}\n", encoding="utf-8")
    run = CliRunner().invoke(main, ["triage", "repeats", "--data", str(table), "--text", "title+body", "--json"])
    assert run.exit_code == 0, run.output
    said = json.loads(run.stdout)
    assert (said["rows"], said["empty"]) == (4, [3])
    ((rows, probability),) = [(group["rows"], group["probability"]) for group in said["groups"]]
    assert rows == [1, 4]
    assert 0.7 <= probability <= 1
    readable = CliRunner().invoke(main, ["triage", "repeats", "--data", str(table), "--text", "title+body"])
    assert "路灯" in readable.stdout
    missing = CliRunner().invoke(main, ["triage", "repeats", "--data", str(table), "--text", "words", "--json"])
    assert missing.exit_code == 2
    assert "words" in missing.stderr


@pytest.fixture(scope="module")
def messages() -> list[dict[str, str]]:
    with gzip.open(shared("data/tipdm_c/hot_messages.csv.gz"), "rt", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_groups_of_real_messages_are_found(messages: list[dict[str, str]]) -> None:
    made = {
        pair
        for group in groups([f"{row['title']}\n{row['body']}" for row in messages])
        for pair in combinations(group.texts, 2)
    }
    places: dict[str, list[int]] = {}
    for place, row in enumerate(messages):
        places.setdefault(row["dup_group"], []).append(place)
    true = {pair for members in places.values() for pair in combinations(members, 2)}
    assert 2 * len(made & true) / (len(made) + len(true)) >= 0.96
