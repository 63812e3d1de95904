"""The masked copy of a demand's text: what tells who somebody is or how to reach them becomes a readable token.

Pure and deterministic. The searches are repeated on what they leave until nothing new is found, so that masking again
changes nothing. Work grows with the length of the text, and no input raises.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Self

from huiying.stages.identity.masking_names import contact_name, names, names_nobody
from huiying.stages.identity.masking_numbers import doors, numbers
from huiying.stages.identity.masking_spans import (
    FILLED,
    TOKENS,
    Hidden,
    Span,
    filled,
    joined,
    narrowed,
    touching,
    view_of,
)

__all__ = ["Hidden", "Masked", "Span", "find", "mask"]

#: More rounds than texts need; a round finds what was seen only once its neighbour was hidden.
_ROUNDS = 8
#: The shortest content of a field that is looked for: 12345 is no secret, and 鼓楼区 tells nobody where somebody lives.
_FEWEST_DIGITS, _SHORTEST_NAME, _SHORTEST_TEXT = 7, 2, 4
_PARTS = re.compile(r"[、/;；,，|]+")
_TELEPHONE = re.compile(r"[\d\s\-+()（）.·•_]+(?:转[\d\s]+)?")
_RUN = re.compile(rf"(?:\d(?:[^\w{FILLED}]|_){{0,4}})*\d")
_NO_DIGITS, _SPACES = re.compile(r"\D+"), re.compile(r"\s+")
_INSIDE = re.compile("[A-Za-z0-9一二三四五六七八九十月]")
_CODE = re.compile("[A-Za-z0-9]")
_SMALL = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}


@dataclass(frozen=True, slots=True)
class Masked:
    """The text with every span replaced by its token, and the spans in the original text."""

    text: str
    spans: tuple[Span, ...]


def mask(text: str, known: Iterable[str] = ()) -> Masked:
    """Return the masked copy; `known` are the contents of the contact fields (name, phone, address)."""
    spans = find(text, known)
    parts, at = [], 0
    for span in spans:
        parts += [text[at : span.start], TOKENS[span.kind]]
        at = span.end
    return Masked("".join([*parts, text[at:]]), spans)


def find(text: str, known: Iterable[str] = ()) -> tuple[Span, ...]:
    """Return what `mask` hides: sorted spans that do not overlap."""
    contact = _Contact.of(known)
    view = view_of(text)
    found: list[Span] = []
    for _ in range(_ROUNDS):
        fixed = joined(chain(contact.spans(view), numbers(view), doors(view)))
        view = filled(view, fixed)
        named = joined(names(view, contact.surnames))
        view = filled(view, named)
        found += fixed + named
        if not fixed and not named:
            break
    return tuple(touching(sorted(found, key=lambda span: span.start)))


@dataclass(frozen=True, slots=True)
class _Contact:
    """The contents of the contact fields, ready to be looked for: digits of telephones, names, addresses, doors."""

    digits: frozenset[str]
    texts: frozenset[str]
    surnames: frozenset[str]

    @classmethod
    def of(cls, known: Iterable[str]) -> Self:
        digits, texts, surnames = set(), set(), set()
        for field in map(narrowed, known):
            numbers_in_it = [part for part in (field, *_PARTS.split(field)) if _TELEPHONE.fullmatch(part)]
            digits |= {"".join(filter(str.isdecimal, part)) for part in numbers_in_it}
            text = "".join(field.split()).translate(_SMALL)
            if numbers_in_it or names_nobody(text) or not set(text).isdisjoint(FILLED):
                continue
            name, surname = contact_name(text)
            texts |= {text} if len(text) >= _SHORTEST_TEXT else set()
            texts |= {name} if len(name) >= _SHORTEST_NAME else set()
            texts |= {text[door.start : door.end] for door in doors(text)}
            surnames |= {surname} if surname else set()
        long = frozenset(number for number in digits if len(number) >= _FEWEST_DIGITS)
        return cls(long, frozenset(texts), frozenset(surnames))

    def spans(self, view: str) -> Iterator[Span]:
        """Where a field's content stands: digits whatever separates them, anything else with spaces in it or not."""
        for start, end in _spread(view, _NO_DIGITS, self.digits):
            if _RUN.fullmatch(view, start, end):
                yield Span(start, end, Hidden.CONTACT)
        for start, end in _spread(view, _SPACES, self.texts):
            within = _CODE.match(view, start) or view[start] in "一二三四五六七八九十"
            if within and start and _INSIDE.match(view, start - 1):
                continue
            if not (_CODE.match(view, end - 1) and _CODE.match(view, end)):
                yield Span(start, end, Hidden.CONTACT)


def _spread(view: str, between: re.Pattern[str], needles: Iterable[str]) -> Iterator[tuple[int, int]]:
    """Where the needles stand in the view when what may stand between their characters is left out."""
    line = between.sub("", view).translate(_SMALL) if needles else ""
    found = [needle for needle in needles if needle in line]
    places = [at for at, sign in enumerate(view) if not between.fullmatch(sign)] if found else []
    for needle in found:
        at = line.find(needle)
        while at >= 0:
            yield places[at], places[at + len(needle) - 1] + 1
            at = line.find(needle, at + 1)
