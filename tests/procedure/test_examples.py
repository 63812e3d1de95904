"""The examples that officials check, run against the rules as they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from huiying.procedure.checking import check
from huiying.procedure.examples import run
from huiying.procedure.library import Instrument, library

CASES = [(instrument, path) for instrument in library().instruments.values() for path in instrument.examples]


def test_what_ships_has_no_fault() -> None:
    assert check(library()) == ()


@pytest.mark.parametrize(("instrument", "path"), CASES, ids=lambda case: getattr(case, "stem", getattr(case, "id", "")))
def test_an_example_comes_out_as_written(instrument: Instrument, path: Path) -> None:
    assert run(library(), instrument, path) == []


def test_every_instrument_has_examples() -> None:
    assert [instrument.id for instrument in library().instruments.values() if not instrument.examples] == []
