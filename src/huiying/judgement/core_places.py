"""Where: names of the city's own places, and words that end as names of places do (…路, …小区, …河)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from huiying.judgement.core_pieces import Piece

DATA = Path(__file__).with_name("core.toml")
#: So many characters before an ending can belong to the name; so many at least must.
LONGEST, SHORTEST = 8, 2
CHARACTER = re.compile(r"[一-龥A-Za-z0-9#*]")
#: What a position within a place is said by: 二栋六楼, 39号.
WITHIN = re.compile(r"[0-9A-Za-z一二三四五六七八九十#]{1,5}(?:栋|号楼|单元|座|号|组|楼|期)")
DIVISION = re.compile(r"[A-Z][0-9]{0,2}[市区县]")


@dataclass(frozen=True, slots=True)
class Places:
    """The names of a city's areas and named places → code of the area (empty where none is known)."""

    names: Mapping[str, str] = field(default_factory=dict)

    @staticmethod
    def stops() -> frozenset[str]:
        """Return the characters at which a name is cut off."""
        return _words().stops

    @staticmethod
    def cuts() -> re.Pattern[str]:
        """Return the words after which a name begins."""
        return _words().cuts

    def lengths(self) -> list[int]:
        """Return the lengths of the names, the longest first."""
        return sorted({len(name) for name in self.names if len(name) > 1}, reverse=True)


@dataclass(frozen=True, slots=True)
class Words:
    """The words of `core.toml` about places."""

    ends: re.Pattern[str]
    nowhere: frozenset[str]
    stops: frozenset[str]
    cuts: re.Pattern[str]


@cache
def _words() -> Words:
    data = tomllib.loads(DATA.read_text("utf-8"))["place"]
    ends = sorted(data["ends"].split(), key=len, reverse=True)
    return Words(
        re.compile("|".join(ends)),
        frozenset(data["not"].split()),
        frozenset(data["stops"]),
        re.compile("|".join(data["cuts"].split())),
    )


def places_in(text: str, places: Places) -> Iterator[Piece]:
    """Yield the places that a text names, joined where they adjoin; the narrowest name of the city gives the code."""
    spans = sorted(
        [*_known(text, places), *_shaped(text), *((f.start(), f.end(), "") for f in DIVISION.finditer(text))]
    )
    seen = set[str]()
    for start, end, code in _together(text, spans):
        name = text[start:end]
        if name not in seen:
            seen.add(name)
            yield Piece(start, end, code)


Found = tuple[int, int, str]


def _known(text: str, places: Places) -> Iterator[Found]:
    lengths, at = places.lengths(), 0
    while at < len(text):
        for length in lengths:
            name = text[at : at + length]
            if len(name) == length and name in places.names:
                yield at, at + length, places.names[name]
                at += length
                break
        else:
            at += 1


def _shaped(text: str) -> Iterator[Found]:
    """Yield what ends as places do and has a name before the ending."""
    known, after = _words(), 0
    for found in known.ends.finditer(text):
        start = found.start()
        least = max(after, start - LONGEST)
        while start > least and CHARACTER.match(text[start - 1]) and text[start - 1] not in known.stops:
            start -= 1
        for cut in known.cuts.finditer(text, start, found.start()):
            start = cut.end()
        name = text[start : found.end()]
        if (found.start() - start >= SHORTEST or (0 < after == start)) and name not in known.nowhere:
            yield start, found.end(), ""
            after = found.end()


def _together(text: str, spans: list[Found]) -> Iterator[Found]:
    """Join spans that overlap or adjoin, and what says where within the place."""
    current: Found | None = None
    for start, end, code in spans:
        if current is not None and start <= current[1]:
            # Codes nest: of two the longer one is the narrower area.
            narrower = max(current[2], code, key=len)
            current = current[0], max(current[1], end), narrower
            continue
        if current is not None:
            yield _with_within(text, current)
        current = start, end, code
    if current is not None:
        yield _with_within(text, current)


def _with_within(text: str, found: Found) -> Found:
    within = WITHIN.match(text, found[1])
    return (found[0], within.end(), found[2]) if within else found
