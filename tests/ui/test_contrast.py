"""Contrast as WCAG computes it, of every pair of colours that tokens.css declares, in each mode."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import huiying.ui

TOKENS = (Path(huiying.ui.__file__).parent / "tokens.css").read_text("utf-8")
MODES = ("light", "dark", "contrast")
#: What text and marks need, in high contrast more (WCAG 2.2, 1.4.3 AA and 1.4.6 AAA; 1.4.11).
LEAST = {("text", "light"): 4.5, ("text", "dark"): 4.5, ("text", "contrast"): 7.0}
LEAST_MARK = 3.0
COLOUR = re.compile(r"--([\w-]+): var\(--light, (.+?)\) var\(--dark, (.+?)\) var\(--contrast, (.+?)\);")
#: Not stood upon by anything, and carrying no meaning of their own: hairlines and shadows.
DECORATION = {"line", "shadow-ink"}


def palette(mode: str, *, elder: bool) -> dict[str, str]:
    rules = TOKENS.split(':root[data-view="elder"]')
    found = COLOUR.findall(rules[0]) + (COLOUR.findall(rules[1]) if elder else [])
    return {name: values[MODES.index(mode)] for name, *values in found}


def pairs() -> list[tuple[str, str, str]]:
    declared = re.findall(r"/\* (text|mark): ([\w -]+?) on ([\w -]+?) \*/", TOKENS)
    return [
        (kind, above, below) for kind, tops, grounds in declared for above in tops.split() for below in grounds.split()
    ]


def luminance(colour: str) -> float:
    digits = colour.removeprefix("#")
    whole = "".join(2 * digit for digit in digits) if len(digits) == 3 else digits
    parts = [int(whole[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_the_measure_is_the_known_one() -> None:
    assert contrast("#000", "#fff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("elder", [False, True])
@pytest.mark.parametrize("mode", MODES)
def test_every_declared_pair_is_told_apart(mode: str, elder: bool) -> None:  # noqa: FBT001  # a table
    colours = palette(mode, elder=elder)
    weak = {
        f"{above} on {below}": round(ratio, 2)
        for kind, above, below in pairs()
        if (ratio := contrast(colours[above], colours[below])) < LEAST.get((kind, mode), LEAST_MARK)
    }
    assert weak == {}


def test_every_colour_stands_in_a_pair() -> None:
    assert len(pairs()) > 40
    paired = {name for _, above, below in pairs() for name in (above, below)}
    assert {name for name in palette("light", elder=False) if name not in paired} == DECORATION
