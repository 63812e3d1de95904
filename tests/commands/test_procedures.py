"""`huiying procedures`: check and draw, as officials and scripts use them."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner

from huiying.commands.main import main
from huiying.procedure.library import library

BROKEN = Path(__file__).resolve().parents[1] / "procedure" / "broken"


def test_check_counts_every_instrument_and_finds_nothing_wrong() -> None:
    result = CliRunner().invoke(main, ["procedures", "check", "--json"])
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    assert document["ok"] is True
    by_id = {instrument["id"]: instrument for instrument in document["instruments"]}
    assert set(by_id) == set(library().instruments)
    assert sum(instrument["terms"] for instrument in by_id.values()) == len(library().terms)
    assert by_id["hotline"]["steps"] > 20
    assert by_id["hotline"]["acts"] > 50
    assert all(instrument["failed"] == [] and instrument["examples"] > 0 for instrument in by_id.values())


def test_check_names_the_fault_of_a_pack_and_leaves_with_1() -> None:
    pack = str(BROKEN / "correction_loosens--value")
    result = CliRunner().invoke(
        main, ["procedures", "check", "--pack", str(BROKEN / "_sound"), "--pack", pack, "--json"]
    )
    assert result.exit_code == 1
    document = json.loads(result.stdout)
    assert document["ok"] is False
    failed = [fault for instrument in document["instruments"] for fault in instrument["failed"]]
    assert [fault["code"] for fault in failed] == ["correction_loosens"]
    assert failed[0]["where"].startswith("correct ")
    people = CliRunner().invoke(main, ["procedures", "check", "--pack", str(BROKEN / "_sound"), "--pack", pack])
    assert people.exit_code == 1
    assert failed[0]["message"] in people.stdout


@pytest.mark.parametrize("language", ["zh_hans", "en"])
def test_draw_makes_a_picture_of_each(tmp_path: Path, language: str) -> None:
    result = CliRunner(env={"HUIYING_LANGUAGE": language}).invoke(
        main, ["procedures", "draw", str(tmp_path / "pictures")]
    )
    assert result.exit_code == 0, result.output
    pictures = {path.stem: ET.parse(path).getroot() for path in (tmp_path / "pictures").glob("*.svg")}  # noqa: S314  # ours
    assert set(pictures) == set(library().instruments)
    words = {text.text for text in pictures["hotline"].iter("{http://www.w3.org/2000/svg}text")}
    assert {"接听登记", "初步核实", "属实性判定", "立案调查"} <= words


def test_drawing_where_nobody_may_write_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = CliRunner().invoke(main, ["procedures", "draw", str(tmp_path / "file" / "below")])
    assert result.exit_code == 2
    assert str(tmp_path / "file") in result.stderr


def test_an_unknown_command_is_named_with_the_known_ones() -> None:
    assert CliRunner().invoke(main, ["no-such-command"]).exit_code == 2
    listing = CliRunner().invoke(main, ["--help"]).stdout
    assert all(name in listing for name in ("deadline", "procedures", "doctor", "db-url", "manage"))
