"""`huiying audit`: anybody works a draw out again from the published list, with no database."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

HUIYING = Path(sys.executable).with_name("huiying")
NUMBERS = "双色球第2026135期 03 08 14 21 26 33+07"


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    nowhere = {**os.environ, "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none", "HUIYING_HOME": "/nonexistent"}
    return subprocess.run([HUIYING, "audit", *arguments], env=nowhere, capture_output=True, text=True, check=False)


@pytest.fixture
def published(tmp_path: Path) -> Path:
    file = tmp_path / "list.txt"
    file.write_text("".join(f"{sha256(str(n).encode()).hexdigest()}\tstreet\n" for n in range(100)), "utf-8")
    return file


def test_a_draw_is_worked_out_again_from_the_list_alone(published: Path) -> None:
    asked = ("verify", str(published), "--randomness", NUMBERS, "--count", "5")
    first = json.loads(run(*asked, "--json").stdout)
    assert first["ok"] is True
    assert first["root"] == sha256(published.read_bytes()).hexdigest()
    lines = published.read_text("utf-8").splitlines()
    assert all(lines[one["position"] - 1].startswith(one["commitment"]) for one in first["drawn"])
    places = ",".join(str(one["position"]) for one in first["drawn"])
    right = run(*asked, "--root", first["root"], "--drawn", places)
    assert (right.returncode, right.stderr) == (0, "")
    assert places in right.stdout


def test_what_does_not_come_out_as_published_is_said_and_exits_with_1(published: Path) -> None:
    asked = ("verify", str(published), "--randomness", NUMBERS, "--count", "5")
    wrong = run(*asked, "--root", "0" * 64, "--drawn", "1,2,3,4,5")
    assert wrong.returncode == 1
    assert "与登记的承诺值不同" in wrong.stdout
    assert "与公布的抽取结果不同" in wrong.stdout


def test_what_is_no_list_or_no_numbers_is_bad_input(published: Path, tmp_path: Path) -> None:
    asked = ("--randomness", NUMBERS, "--count", "5")
    missing = run("verify", str(tmp_path / "none.txt"), *asked)
    assert missing.returncode == 2
    empty = tmp_path / "empty.txt"
    empty.touch()
    assert "名单是空的" in run("verify", str(empty), *asked).stderr
    published.write_text(published.read_text("utf-8") + "hello\n", "utf-8")
    assert "第 101 行" in run("verify", str(published), *asked).stderr
    assert run("verify", str(empty), *asked, "--drawn", "one").returncode == 2
