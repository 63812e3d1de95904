"""The figures of docs/replay.md are those of the files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from huiying.commands.main import main
from shared_data import shared

PAGE = Path(__file__).resolve().parents[2] / "docs" / "replay.md"
FILES = {
    "TipDM": "tipdm_c/replies.csv.gz",
    "Baltimore": "baltimore311/train.csv.gz",
    "New York": "nyc311/train.csv.gz",
}


def rows(section: str, columns: int) -> list[list[str]]:
    """Return the rows of a section's table of so many columns."""
    (text,) = (part for part in PAGE.read_text("utf-8").split("\n### ") if part.startswith(section))
    found = [[cell.strip() for cell in line.strip("| ").split("|")] for line in text.splitlines() if line[:1] == "|"]
    return [row for row in found if len(row) == columns and row[1] not in {"Row", "n", "---"}]


def percent(rate: float | None) -> str:
    return "—" if rate is None else f"{rate:.1%}".replace("%", " %")


@pytest.mark.parametrize("section", ["TipDM", pytest.param("Baltimore", marks=pytest.mark.long), "New York"])
def test_the_figures_are_those_of_the_file(section: str) -> None:
    file = shared(f"data/{FILES[section]}")
    done = CliRunner().invoke(main, ["replay", str(file), "--sample", "0", "--json"])
    assert done.exit_code == 0, done.output
    packs = {pack["id"]: pack for pack in json.loads(done.stdout)["packs"]}
    assert rows(section, 8) == [
        [
            pack["id"],
            rule["term"],
            str(rule["n"]),
            str(rule["on_time"]),
            percent(rule["rate"]),
            str(rule["open"]),
            str(rule["undecided"] + rule["unobserved"]),
            str(rule["counterfactual_rows"]),
        ]
        for pack in packs.values()
        for rule in pack["rules"]
    ]
    both = zip(packs["guangdong"]["units"], packs["jinan"]["units"], strict=True)
    assert rows(section, 5) == [
        [ten["unit"], str(ten["n"]), percent(ten["rate"]), percent(five["rate"]), str(ten["open"])]
        for ten, five in both
    ]
