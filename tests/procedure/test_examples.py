"""The examples that officials check, run against the rules as they are."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from huiying.procedure.checking import check
from huiying.procedure.examples import Example, run
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
