from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from huiying.case import registry
from huiying.commands.main import main
from huiying.directory.models import Area
from huiying.directory.places import area_at
from huiying.procedure.state import Actor

pytestmark = pytest.mark.django_db


def square(west: float, south: float, size: float) -> list[list[float]]:
    east, north = west + size, south + size
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


@pytest.fixture
def outlined() -> None:
    for code, name, parent in (("88", "八省", None), ("8801", "一市", "88"), ("880101", "甲区", "8801")):
        Area.objects.create(code=code, name=name, parent_id=parent)
    rings = {"88": square(0, 0, 10), "8801": square(0, 0, 4), "880101": square(1, 1, 1), "99": square(0, 0, 1)}
    unknown = registry.set_outlines(rings, Actor("mapper", "administrator"), datetime(2026, 9, 1, tzinfo=UTC))
    assert unknown == ("99",)


@pytest.mark.usefixtures("outlined")
def test_a_position_lies_in_the_narrowest_area_that_encloses_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUIYING_AREA", "88")
    found = [area_at(*position) for position in ((1.5, 1.5), (3, 3), (9, 9), (11, 11))]
    assert [area.name if area else None for area in found] == ["甲区", "一市", "八省", None]


@pytest.mark.usefixtures("outlined")
def test_an_installation_of_a_part_finds_places_in_that_part_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUIYING_AREA", "8801")
    inside, outside = area_at(1.5, 1.5), area_at(9, 9)
    assert inside is not None
    assert inside.name == "甲区"
    assert outside is None


def test_a_file_that_is_no_map_is_refused_with_what_is_wanted(tmp_path: Path) -> None:
    wrong = tmp_path / "map.geojson"
    wrong.write_text(json.dumps({"features": [{"properties": {"code": "88"}, "geometry": {"type": "Point"}}]}))
    said = CliRunner().invoke(main, ["areas", "outlines", str(wrong)])
    assert said.exit_code == 2
    assert "FeatureCollection" in said.output
