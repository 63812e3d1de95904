"""Reading instruments, examples and pictures at their edges."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from huiying.procedure.drawing import draw_instrument
from huiying.procedure.examples import run
from huiying.procedure.library import Library, library, load
from huiying.procedure.routing import in_conflict
from huiying.procedure.time_limits import Unit
from people import UNITS, WATER

TERM = """
title = "某市时限"
[[term]]
id = "MS-01"
name = "答复"
procedure = "some_city"
step = "answer"
from_event = "received"
value = 7
unit = "wd"
extensions = [{ by = "unit_head", most = "unknown" }]
article = "某市时限规定第1条"
status = "D"
"""
PROCEDURE = """
title = "最短的规程"
track = [{ id = "main", name = "主线" }]
[[step]]
id = "begun"
name = "开始"
holder = "officer"
stage = "received"
start = true
[[step]]
id = "over"
name = "结束"
holder = "officer"
stage = "closed"
ending = true
[[act]]
id = "finish"
name = "办结"
from = ["begun"]
to = "over"
by = ["officer"]
article = "某规定第1条"
"""


def written(folder: Path, **files: str) -> Library:
    folder.mkdir(parents=True)
    for name, text in files.items():
        (folder / f"{name}.toml").write_text(text, "utf-8")
    return load([folder])


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (
            'asks = [{ name = "x", label = "甲", is = "text" }, { name = "x", label = "乙", is = "flag" }]',
            "asked for twice",
        ),
        ('asks = [{ name = "x", label = "甲", is = "choice" }]', "needs options"),
    ],
)
def test_an_act_that_asks_wrongly_is_not_read(tmp_path: Path, more: str, says: str) -> None:
    (fault,) = written(tmp_path / "wrong", procedure=f"{PROCEDURE}{more}\n").faults
    assert (fault.code, says in str(fault.params["why"])) == ("field_wrong", True)
    assert fault.where.startswith("procedure.toml: act.finish")


def test_a_procedure_that_ends_before_it_begins_is_not_read(tmp_path: Path) -> None:
    years = "valid_from = 2026-01-02\nvalid_to = 2026-01-01\n"
    (fault,) = written(tmp_path / "wrong", procedure=years + PROCEDURE).faults
    assert "valid_to lies before valid_from" in str(fault.params["why"])


def test_a_picture_of_nothing_but_steps(tmp_path: Path) -> None:
    small = written(tmp_path / "small", procedure=PROCEDURE)
    drawn = ET.fromstring(draw_instrument(small, small.instruments["small"], "zh_hans"))  # noqa: S314  # our own
    words = [text.text for text in drawn.iter("{http://www.w3.org/2000/svg}text")]
    assert {"开始", "结束", "办结"} <= set(words)
    assert "期限" not in words


@pytest.mark.parametrize(
    ("correction", "value", "most"),
    [("value = 5", 5, "unknown"), ("extension = 3", 7, 3)],
)
def test_a_pack_shortens_and_fills_in(tmp_path: Path, correction: str, value: int, most: object) -> None:
    pack = f'title = "本地"\n[[correct]]\nterm = "MS-01"\n{correction}\narticle = "本地规定第2条"\n'
    for name, text in (("city", TERM), ("pack", pack)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "terms.toml").write_text(text, "utf-8")
    loaded = load([tmp_path / "city", tmp_path / "pack"])
    assert loaded.faults == ()
    row = loaded.terms["MS-01"]
    assert (row.value, row.unit, row.extensions[0].most) == (value, Unit.WORKING_DAYS, most)
    assert row.article == "某市时限规定第1条；本地规定第2条"


def test_an_example_that_calls_a_provisional_date_fixed_has_failed(tmp_path: Path) -> None:
    city = written(tmp_path / "city", terms=TERM)
    example = tmp_path / "new-year.yaml"
    example.write_text(
        "标题: 跨年\n日历截至: 2026\n期限:\n  - {规则: MS-01, 起算: 2026-12-28, 届满: 2027-01-07}\n", "utf-8"
    )
    (difference,) = run(city, city.instruments["city"], example)
    assert "False" in difference
    assert "True" in difference


def test_an_example_with_a_day_that_does_not_exist_is_named(tmp_path: Path) -> None:
    city = written(tmp_path / "city", terms=TERM)
    example = tmp_path / "february.yaml"
    example.write_text("标题: 笔误\n期限:\n  - {规则: MS-01, 起算: 2026-02-30}\n", "utf-8")
    (difference,) = run(city, city.instruments["city"], example)
    assert difference.startswith("读不懂这个示例")


def test_days_of_an_unknown_kind_do_not_become_hours(tmp_path: Path) -> None:
    pack = 'title = "本地"\n[[correct]]\nterm = "MS-01"\nunit = "h"\narticle = "本地规定第2条"\n'
    for name, text in (("city", TERM.replace('"wd"', '"unknown"')), ("pack", pack)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "terms.toml").write_text(text, "utf-8")
    (fault,) = load([tmp_path / "city", tmp_path / "pack"]).faults
    assert (fault.code, fault.params["what"]) == ("correction_loosens", "unit")


def test_a_row_that_is_not_there_names_its_neighbours() -> None:
    missing = library().term("SC-99")
    assert not hasattr(missing, "value")
    assert "SC-06" in str(getattr(missing, "params", {})["near"])
    assert "HL-16a" in str(getattr(library().term("nothing"), "params", {})["near"])


def test_someone_of_a_unit_that_we_do_not_know_has_no_known_interest() -> None:
    assert in_conflict("外市单位", [WATER], UNITS, superiors_too=True) is False
    assert library().procedures["hotline"].limit_for("handle", {}, date(2026, 1, 1)) is None
