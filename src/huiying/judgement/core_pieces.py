"""Pieces of a text, and the sentences and clauses that it is made of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

SENTENCE = re.compile(r"[^。！？!?；;\n\r⏎]+")
CLAUSE = re.compile(r"[^，,：:]+")
#: What stands at the edges of a sentence and says nothing.
EDGES = " \t\u3000，,、~～."
TOKEN = re.compile(r"〔[^〔〕\n]{1,12}〕")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a text, `start` to `end` in characters, and what it means (its own words, a date, a code)."""

    start: int
    end: int
    value: str


@dataclass(frozen=True, slots=True)
class Clause:
    """A sentence or a part of one, without what ends it."""

    start: int
    end: int


def sentences(text: str) -> list[Clause]:
    """Return a text's sentences that hold something, a line being one at most."""
    return list(_trimmed(text, ((found.start(), found.end()) for found in SENTENCE.finditer(text))))


def clauses(text: str, sentence: Clause) -> Iterator[Clause]:
    """Yield the clauses of a sentence, parted by commas."""
    return _trimmed(text, ((f.start(), f.end()) for f in CLAUSE.finditer(text, sentence.start, sentence.end)))


def _trimmed(text: str, spans: Iterable[tuple[int, int]]) -> Iterator[Clause]:
    for start, end in spans:
        held = text[start:end]
        begins, ends = start + len(held) - len(held.lstrip(EDGES)), end - len(held) + len(held.rstrip(EDGES))
        if begins < ends:
            yield Clause(begins, ends)


def none_cut(text: str, pieces: Iterable[Piece]) -> tuple[Piece, ...]:
    """Return the pieces that neither begin nor end inside a masked token 〔…〕, in the text's order."""
    inside = {position for token in TOKEN.finditer(text) for position in range(token.start() + 1, token.end())}
    kept = (piece for piece in pieces if piece.start not in inside and piece.end not in inside)
    return tuple(sorted(kept, key=lambda piece: (piece.start, piece.end)))
