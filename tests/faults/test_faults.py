"""Whatever is killed, full, broken or wrong in the middle of work: what was acknowledged is there, exactly once."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from faults.house import HERE, HUIYING, House, chance, found, house
from faults.storm import Storm
from faults.weather import Weather
from guests import guest
from huiying.config import postgres

HANDLED, LATE = 25, 60
SEEDS = range(20)
WALK = [
    "dispatch", "sign_for", "contact", "submit_result", "approve_result", "serve_reply", "record_call", "close",
]  # fmt: skip

#: What there must be nothing of afterwards.
NONE_OF = (
    "notices missing", "notices to spare", "rang twice", "alarms due", "alarms without a job", "not witnessed",
    "without vault", "files unnamed", "files missing",
)  # fmt: skip


@pytest.fixture(scope="session")
def founded() -> Iterator[tuple[Path, dict[str, Any]]]:
    """A home with a city, of which every storm's is a copy."""
    folder = Path(tempfile.mkdtemp(prefix="huiying-founded-"))
    folder.chmod(0o711)
    yield folder / "home", found(folder / "home", handled=HANDLED, late=LATE)
    shutil.rmtree(folder)


@pytest.fixture
def folder() -> Path:
    made = Path(tempfile.mkdtemp(prefix="huiying-storm-"))
    made.chmod(0o711)
    return made


def differences(it: House, storm: Storm, prepared: list[str], late: int) -> list[str]:
    """Return everything that is not as the acknowledgements say, after the worker's next rounds."""
    it.set_clock_back(0)
    it.query("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour' RETURNING 1")
    found = json.loads(it.run(sys.executable, HERE / "aftermath.py"))
    verified = json.loads(it.run(HUIYING, "ledger", "verify", "--json"))
    wrong = list(storm.wrong)
    if not verified["ok"]:
        wrong.append(f"ledger verify: {verified['differences'][:5]}")
    for name, code in storm.receipts.items():
        number = found["codes"].get(code)
        if number is None:
            wrong.append(f"{name}: acknowledged with a receipt of no case")
        elif not found["texts"].get(number, "").startswith(f"{name}："):
            wrong.append(f"{name}: its receipt opens another case")
        elif found["cases"][number] != ["register"]:
            wrong.append(f"{name}: {found['cases'][number]}")
    if len(found["cases"]) != len(storm.receipts) + len(prepared) + late:
        wrong.append(f"{len(found['cases'])} cases for {len(storm.receipts)} + {len(prepared)} + {late}")
    for number, acts in storm.acts.items():
        there = [act for act in found["cases"][number] if act in WALK]
        if there != acts:
            wrong.append(f"{number}: acknowledged {acts}, there {there}")
    wrong += [f"{kind}: {found[kind]}" for kind in NONE_OF if found[kind]]
    wrong += [f"jobs: {kind} {count}" for kind, count in found["jobs"].items() if kind.endswith(" doing")]
    storm.answers["rang"] = found["rang"]
    storm.answers["files"] = found["files"]
    return wrong


def weather_through(
    founded: tuple[Path, dict[str, Any]], folder: Path, seed: int, submissions: int, handled: int, more: int
) -> None:
    """Have a storm of a seed over a copy of the founded home, and find nothing wrong afterwards."""
    home, said = founded
    began, wrong = time.monotonic(), []
    with house(home, said, folder) as (it, small_disk):
        storm = Storm(it.port, said["tokens"], chance(seed))
        storm.fill(submissions, said["numbers"][:handled])
        weather = Weather(it, storm, small_disk=small_disk)
        names, total = weather.chosen(more), submissions + handled * len(WALK)
        try:
            storm.blow(lambda: weather.happen(total, names))
            status = it.stop()
            with guest(it.home) as somebody:  # keeps the database up
                assert somebody.line() == "in"
                wrong += differences(it, storm, said["numbers"], said["late"])
            if status != 0:
                wrong.append(f"huiying serve ended with {status}")
        except AssertionError as error:
            wrong += [*storm.wrong, f"after {storm.faults}: {error}", postgres.last_words(postgres.cluster(it.home))]
        finally:
            storm.over = True
        log = it.home.with_name(f"{it.home.name}.log").read_text("utf-8", "replace")
    told = {
        "seed": seed, "faults": storm.faults, "acknowledged": [len(storm.receipts), sum(map(len, storm.acts.values()))],
        "retried": storm.retried, "answers": dict(storm.answers), "longest_s": round(storm.longest_s, 1),
        "took_s": round(time.monotonic() - began), "wrong": wrong[:20],
    }  # fmt: skip
    print(json.dumps(told, ensure_ascii=False))  # noqa: T201  # the figures of docs/faults.md
    again = f"pytest --long 'tests/faults/test_faults.py::test_a_storm[{seed}]'"
    assert not wrong, "\n".join([*wrong[:20], *storm.faults, f"again: {again}", log[-6000:]])


def test_a_short_storm_of_every_kind(founded: tuple[Path, dict[str, Any]], folder: Path) -> None:
    weather_through(founded, folder, seed=1, submissions=150, handled=6, more=0)


@pytest.mark.long
@pytest.mark.parametrize("seed", SEEDS)
def test_a_storm(founded: tuple[Path, dict[str, Any]], folder: Path, seed: int) -> None:
    weather_through(founded, folder, seed, submissions=1000, handled=HANDLED, more=3)
