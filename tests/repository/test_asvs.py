"""`docs/asvs.md`: every requirement of its chapters has one row, and the evidence that a row names is there."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest

from shared_data import shared

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "asvs.md").read_text("utf-8")
ROWS = re.findall(r"(?m)^\| (V\d+\.\d+\.\d+) \| ([12]) \| (.+) \|$", PAGE)
CHAPTERS = re.findall(r"(?m)^## (V\d+) ", PAGE)
NAMED = re.compile(r"`((?:src|tests|docs|scripts)/[\w./-]+|pyproject\.toml)(?:::(\w+))?`")


def test_every_requirement_of_its_chapters_has_one_row() -> None:
    flat = json.loads(shared("data/asvs/asvs_5.0.0_en.flat.json").read_text("utf-8"))["requirements"]
    asked = [(one["req_id"], str(one["L"])) for one in flat if one["chapter_id"] in CHAPTERS and str(one["L"]) in "12"]
    assert [(name, level) for name, level, _ in ROWS] == asked
    assert len(CHAPTERS) == 14


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_what_a_row_names_is_there(chapter: str) -> None:
    for name, _, said in (row for row in ROWS if row[0].startswith(f"{chapter}.")):
        found = NAMED.findall(said)
        assert found or re.match(r"(gap|not applicable): \w+", said), f"{name}: no evidence, no gap, no reason"
        for file, test in found:
            path = ROOT / file
            assert path.exists(), f"{name}: {file}"
            if test:
                functions = {
                    node.name
                    for node in ast.walk(ast.parse(path.read_text("utf-8")))
                    if isinstance(node, ast.FunctionDef)
                }
                assert test in functions, f"{name}: {test}"


def test_its_count_is_right() -> None:
    gaps = sum(said.startswith("gap: ") for _, _, said in ROWS)
    idle = sum(said.startswith("not applicable: ") for _, _, said in ROWS)
    assert f"{len(ROWS) - gaps - idle} shown · {gaps} gaps · {idle} not applicable." in PAGE


def test_it_says_nothing_in_the_standards_own_words() -> None:
    flat = json.loads(shared("data/asvs/asvs_5.0.0_en.flat.json").read_text("utf-8"))["requirements"]
    for one in flat:
        words = one["req_description"].split()
        for at in range(len(words) - 8):
            assert " ".join(words[at : at + 9]) not in PAGE, one["req_id"]


@pytest.mark.parametrize("name", sorted(set(NAMED.findall((ROOT / "docs" / "security.md").read_text("utf-8")))))
def test_what_the_model_of_threats_names_is_there(name: tuple[str, str]) -> None:
    file, test = name
    assert (ROOT / file).exists(), file
    assert not test or f"def {test}(" in (ROOT / file).read_text("utf-8"), test
