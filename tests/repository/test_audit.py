"""`scripts/audit` judges what the lists of known faults say. Asking them needs the network; judging does not."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
FAULT = {"id": "PYSEC-2026-1", "aliases": ["CVE-2026-1", "GHSA-aaaa-bbbb-cccc"], "fix_versions": ["2.0"]}


def judge(tmp_path: Path, accepted: str, *dependencies: dict[str, Any]) -> tuple[int, str]:
    """Judge a report in a checkout of its own, with its own list of what was looked at."""
    (tmp_path / "scripts").mkdir()
    script = tmp_path / "scripts" / "audit"
    script.write_bytes((ROOT / "scripts" / "audit").read_bytes())
    (tmp_path / "scripts" / "audit-accepted.toml").write_text(accepted, "utf-8")
    report = tmp_path / "report.json"
    report.write_text(json.dumps({"dependencies": dependencies, "fixes": []}), "utf-8")
    done = subprocess.run([sys.executable, script, report], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


def package(*faults: dict[str, Any]) -> dict[str, Any]:
    return {"name": "thing", "version": "1.0", "vulns": list(faults)}


REASON = "We never call the function that is at fault."


def row(reason: str = REASON, until: str = "2999-01-01", name: str = "CVE-2026-1") -> str:
    return f'[[accepted]]\nid = "{name}"\nreason = "{reason}"\nuntil = {until}\n'


def test_nothing_known_is_nothing_wrong(tmp_path: Path) -> None:
    assert judge(tmp_path, "", package()) == (0, "1 packages, no known fault that nobody has looked at\n")


@pytest.mark.parametrize("accepted", ["", row(reason="fine"), row(until="2020-01-01"), row(name="CVE-2026-2")])
def test_a_fault_that_nobody_has_looked_at_fails_and_is_named(tmp_path: Path, accepted: str) -> None:
    status, said = judge(tmp_path, accepted, package(FAULT))
    assert (status, said) == (1, "thing 1.0: PYSEC-2026-1, mended in 2.0\n")


def test_one_that_was_looked_at_passes_by_any_of_its_names(tmp_path: Path) -> None:
    assert judge(tmp_path, row(), package(FAULT))[0] == 0


def test_a_package_that_could_not_be_looked_at_fails(tmp_path: Path) -> None:
    assert judge(tmp_path, "", {"name": "thing", "skip_reason": "unknown"})[0] == 1


def test_what_is_accepted_here_has_its_reason_and_is_not_over() -> None:
    rows = tomllib.loads((ROOT / "scripts" / "audit-accepted.toml").read_text("utf-8"))["accepted"]
    for one in rows:
        assert len(one["reason"]) >= 20, one["id"]
        assert one["until"] >= datetime.now(UTC).date(), one["id"]
