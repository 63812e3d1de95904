"""The examples that officials check, run against the rules as they are."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from huiying.procedure.checking import check
from huiying.procedure.examples import Example, dates, read, run
from huiying.procedure.library import Instrument, library
from huiying.procedure.words import catalogue

CASES = [(instrument, path) for instrument in library().instruments.values() for path in instrument.examples]


def test_what_ships_has_no_fault() -> None:
    assert check(library()) == ()


@pytest.mark.parametrize(("instrument", "path"), CASES, ids=lambda case: getattr(case, "stem", getattr(case, "id", "")))
def test_an_example_comes_out_as_written(instrument: Instrument, path: Path) -> None:
    assert run(library(), instrument, path) == []


def test_every_instrument_has_examples() -> None:
    assert [instrument.id for instrument in library().instruments.values() if not instrument.examples] == []


@pytest.mark.parametrize(("instrument", "path"), CASES, ids=lambda case: getattr(case, "stem", getattr(case, "id", "")))
def test_every_date_that_an_example_names_is_given_with_its_reasons(instrument: Instrument, path: Path) -> None:
    example = read(path.read_text("utf-8"))
    assert isinstance(example, Example)
    asked = [line.ends for line in example.terms if line.refused is None]
    told = [at for line in example.story for at in line.due.values() if at is not None]
    found = dates(library(), instrument, example)
    assert len(found) == len(asked) + len(told)
    assert all(one.ends.derivation for one in found)


def test_a_story_that_names_a_stranger_has_no_dates() -> None:
    hotline = library().instruments["hotline"]
    example = read("标题: 没有这个人\n经过:\n  - {时间: 2026-09-01 10:00:00, 谁: 某人, 做: 登记}\n")
    assert isinstance(example, Example)
    assert dates(library(), hotline, example) == []


def test_an_example_in_another_encoding_or_of_an_unknown_row_says_so(tmp_path: Path) -> None:
    hotline, file = library().instruments["hotline"], tmp_path / "example.yaml"
    words = "标题: 没有这条规则\n期限:\n  - {规则: GD-99, 起算: 2026-09-18, 届满: 2026-09-29}\n"
    file.write_text(words, "utf-8")
    assert "没有编号为 GD-99 的期限规则" in run(library(), hotline, file)[0]
    file.write_bytes(words.encode("gb18030"))
    assert "读不懂这个示例" in run(library(), hotline, file)[0]


#: Grounds and outcomes that an official picks: each is seen at work in a story at least once.
PICKED = [
    ("market_2026", "refuse", "refusal_ground"),
    ("market_2026", "end_mediation", "end_ground"),
    ("market_2026", "keep_record", "no_document_because"),
    ("market_penalty", "decide_not_to_file", "no_filing_ground"),
    ("petition", "refuse", "refusal_ground"),
    ("petition", "issue_opinion", "opinion"),
]


@pytest.mark.parametrize(("procedure", "act", "field"), PICKED)
def test_every_ground_and_outcome_is_seen_at_work_in_a_story(procedure: str, act: str, field: str) -> None:
    does = library().procedures[procedure].acts[act]
    [asked] = [ask for ask in does.asks if ask.name == field]
    stories = [Example.model_validate(yaml.safe_load(path.read_text("utf-8"))) for _, path in CASES]
    picked = {
        line.given.get(asked.label)
        for story in stories
        for line in story.story
        if line.does == does.name and line.refused is None
    }
    assert {catalogue("zh_hans")[f"choice.{option}"] for option in asked.options} <= picked


def test_every_act_with_a_condition_is_refused_in_a_story() -> None:
    """What nobody was ever told no by, officials cannot check. What procedures share is refused in one of theirs."""
    special = ("market_2026", "market_penalty", "petition")
    refused = {
        (instrument.id, line.does)
        for instrument, path in CASES
        for line in Example.model_validate(yaml.safe_load(path.read_text("utf-8"))).story
        if line.refused is not None
    }
    acts = {name: library().procedures[name].acts for name in special}
    shared = set.intersection(*(set(of) for of in acts.values()))
    for name, of in acts.items():
        for act in of.values():
            among = special if act.id in shared else (name,)
            assert not act.guards or any((one, act.name) in refused for one in among)
