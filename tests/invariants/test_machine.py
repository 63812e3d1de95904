"""Random runs of every hotline procedure in a database of their own: a short one every time, long ones on demand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from conftest import Installation
from huiying.case.scope import WORK, seeing
from huiying.case.verifying import verify
from huiying.stages.intake.uploads import digest_of
from invariants.calendars import Calendars
from invariants.machine import CHEN, AnyHotline
from invariants.trace import Reader

#: Explaining a failure traces every line, and slows every run down for it.
PHASES = (Phase.generate, Phase.shrink)


@pytest.fixture
def city(own_database: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Reader]:
    """A city of which everything is read and whose calendar may be an old one, for one run."""
    for name in ("HUIYING_PROCEDURE", "HUIYING_PACKS"):
        monkeypatch.setenv(name, "")
    AnyHotline.reader, AnyHotline.calendars = Reader(own_database.admin), Calendars(tmp_path)
    yield AnyHotline.reader
    AnyHotline.calendars.know(2026)
    AnyHotline.reader.database.close()


def run(city: Reader, **profile: object) -> None:
    """Run the machine; then nothing of anybody's identity lies about (26), and the whole ledger verifies."""
    run_state_machine_as_test(
        AnyHotline,
        settings=settings(
            deadline=None,  # a step is many statements on a machine that others use too
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],  # real verbs, long walks
            report_multiple_bugs=False,
            phases=PHASES,
            **profile,  # type: ignore[arg-type]  # hypothesis's own names
        ),
    )
    with seeing(WORK):
        report = verify(file_digest=digest_of)
    assert report.ok
    assert report.acts > 100
    everything = city.everything()
    for private in (CHEN.name, CHEN.phone, "3栋2单元501室"):
        assert private not in everything


def test_no_order_of_verbs_breaks_an_invariant(city: Reader) -> None:
    run(city, max_examples=14, stateful_step_count=8, derandomize=True, database=None)


@pytest.mark.long
@pytest.mark.parametrize("part", range(10))
def test_no_order_of_verbs_breaks_an_invariant_for_long(city: Reader, part: int) -> None:
    del part
    run(city, max_examples=100, stateful_step_count=40, print_blob=True)
