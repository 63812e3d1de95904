"""`huiying audit`: a list is committed to and drawn from, and anybody works the draw out again with no database."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

import psycopg
import pytest

from closing import closed
from conftest import Installation
from huiying.procedure.time_limits import SHANGHAI

HUIYING = Path(sys.executable).with_name("huiying")
CLOCK = Path(__file__).parents[1] / "faults" / "clock"
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


class Shell:
    """Somebody at the shell of an installation, whose machine's clock goes as they say."""

    def __init__(self, installation: Installation, folder: Path) -> None:
        self.installation, self.clock = installation, folder / "clock"
        self.list = folder / "list.txt"

    def audit(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        paths = os.pathsep.join([str(CLOCK), *filter(None, sys.path)])
        environment = {**self.installation.environment(), "PYTHONPATH": paths, "FAULTS_CLOCK": str(self.clock)}
        return subprocess.run(
            [HUIYING, "audit", *arguments], env=environment, capture_output=True, text=True, check=False
        )

    def commit(self, **other: str) -> subprocess.CompletedProcess[str]:
        """Commit to the cases closed on the Monday, for numbers of the day after tomorrow, or as otherwise said."""
        named = {
            "from": "2026-11-02", "to": "2026-11-03", "count": "2", "source": "下一期双色球，中国福利彩票官网",
            "published": f"{tomorrow(2)}T21:15", "out": str(self.list), "by": "qianshen",
        } | other  # fmt: skip
        name = named.pop("name", "2026-11")
        return self.audit("commit", name, *(part for key, said in named.items() for part in (f"--{key}", said)))

    def draw(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.audit("draw", *(arguments or ("2026-11", NUMBERS)), "--by", "qianshen")

    def days_later(self, days: int) -> None:
        self.clock.write_text(str(-days * 86400), "utf-8")


def tomorrow(days: int = 1) -> str:
    return (datetime.now(SHANGHAI).date() + timedelta(days=days)).isoformat()


@pytest.fixture
def shell(own_database: Installation, tmp_path: Path) -> Shell:
    return Shell(own_database, tmp_path)


def test_a_list_is_committed_to_drawn_from_and_worked_out_again_by_somebody_else(shell: Shell) -> None:
    numbers = [closed(which) for which in range(5)]
    made = shell.commit()
    assert (made.returncode, made.stderr) == (0, "")
    listed = shell.list.read_text("utf-8")
    root = sha256(shell.list.read_bytes()).hexdigest()
    assert len(listed.splitlines()) == 5
    assert root in made.stdout
    assert not any(number in listed for number in numbers)

    early = shell.draw()
    assert early.returncode == 2
    assert f"{tomorrow(2)} 21:15 才公布" in early.stderr

    shell.days_later(3)
    drawn = shell.draw()
    assert (drawn.returncode, drawn.stderr) == (0, "")
    places = drawn.stdout.split("：")[-1].strip().rstrip("。")
    anybody = run("verify", str(shell.list), "--randomness", NUMBERS, "--count", "2", "--root", root, "--drawn", places)
    assert (anybody.returncode, anybody.stderr) == (0, "")
    again = shell.draw()
    assert again.returncode == 2
    assert "一份名单只抽一次" in again.stderr
    assert shell.installation.huiying("ledger", "verify").returncode == 0


def test_what_was_given_wrongly_is_said_and_nothing_is_committed(shell: Shell) -> None:
    assert "没有结案的工单" in shell.commit().stderr
    assert not shell.list.exists()
    closed(1)
    for wrong, said in (
        ({"published": f"{tomorrow(-1)}T21:15"}, "公布时间要晚于现在"),
        ({"published": "下周日"}, "下周日"),
        ({"name": "第一次"}, "小写字母"),
        ({"from": "2026-11-09"}, "早于开始的日子"),
        ({"by": "laowang"}, "laowang"),
        ({"out": str(shell.list.parent / "none" / "list.txt")}, "none"),
    ):
        refused = shell.commit(**wrong)
        assert refused.returncode == 2, wrong
        assert said in refused.stderr, wrong
        assert "Traceback" not in refused.stderr
        assert not shell.list.exists()
    shell.list.write_text("另一份名单", "utf-8")
    assert shell.commit().returncode == 2
    assert shell.list.read_text("utf-8") == "另一份名单"
    missing = shell.draw("2026-11", NUMBERS)
    assert missing.returncode == 2
    assert "2026-11" in missing.stderr


def test_numbers_that_are_too_short_and_a_list_that_was_changed_are_refused(shell: Shell) -> None:
    for which in range(3):
        closed(which)
    assert shell.commit().returncode == 0
    assert "已有名为 2026-11" in shell.commit(out=str(shell.list.with_name("other.txt"))).stderr
    shell.days_later(3)
    short = shell.draw("2026-11", "7")
    assert short.returncode == 2
    assert "随机数至少" in short.stderr
    with psycopg.connect(shell.installation.admin) as owner:
        owner.execute("UPDATE audit_entry SET stratum = 'city' WHERE position = 1")
    changed = shell.draw()
    assert changed.returncode == 2
    assert "与登记时的承诺值不符" in changed.stderr
