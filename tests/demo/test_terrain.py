from __future__ import annotations

import pytest

from huiying.demo.city import city
from huiying.demo.terrain import area, outlines
from huiying.directory.places import encloses

Outlines = dict[str, tuple[tuple[float, float], ...]]


@pytest.fixture(scope="module")
def made() -> Outlines:
    return outlines({one.code: one.parent for one in city().areas.values()})


def test_every_area_has_an_outline_and_the_parts_fill_the_whole(made: Outlines) -> None:
    areas = city().areas
    assert made.keys() == areas.keys()
    for length in (6, 9, 12):
        assert sum(area(ring) for code, ring in made.items() if len(code) == length) == pytest.approx(
            area(made["9901"]), rel=1e-3
        )


def test_a_position_lies_in_one_community_and_in_all_that_it_is_a_part_of(made: Outlines) -> None:
    for code in (code for code in made if len(code) == 12):
        corners = made[code][:-1]
        middle = sum(y for _, y in corners) / len(corners), sum(x for x, _ in corners) / len(corners)
        around = {other for other, ring in made.items() if encloses(ring, *middle)}
        assert around == {code[:4], code[:6], code[:9], code}


def test_the_same_city_has_the_same_outlines(made: Outlines) -> None:
    assert made == outlines({one.code: one.parent for one in city().areas.values()})
