"""What a text is compared by: pairs of neighbouring characters, those that it begins with before all others.

No words to cut and no model: a pair is a number of 20 bits (two pairs rarely share one), a pair is worth the more the
fewer texts have it, and one that stands in the first line, or in the first characters where there is no short first
line, is worth several times as much: people say first what they come for. See docs/judgement/repeats.md.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: What stands for something masked is alike in every text; so are marks and spaces.
MASKED, NOTHING_SAID = re.compile(r"〔[^〔〕]{0,20}〕"), re.compile(r"[\W_]+")
#: Characters compared of what comes after the head, of a head at most, and of a text without a short first line.
MOST_AFTER_HEAD, MOST_OF_HEAD, HEAD_WITHOUT_LINE = 200, 60, 30
#: A pair in the head is worth so many times more; so many pairs of a text are kept, the worthiest.
HEAD_BOOST, MOST_GRAMS = 4.0, 64
BITS = 20
#: So few texts do not tell what is rare.
FEW = 1_000

Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Grams:
    """The distinct pairs of texts, ordered by text: `text` int64, `gram` uint32, `head` bool, one row a pair."""

    text: Array
    gram: Array
    head: Array


def plain(text: str) -> str:
    """Return what is said in a text: one width, one case, no marks, spaces or masked places."""
    return NOTHING_SAID.sub("", unicodedata.normalize("NFKC", MASKED.sub(" ", text)).casefold())


def head_and_rest(text: str) -> tuple[str, str]:
    """Return what a text says first and what it says then: a short first line, or its first characters."""
    first, _line, rest = text.strip().partition("\n")
    if rest and len(first) <= MOST_OF_HEAD:
        return plain(first), plain(rest[: 2 * MOST_AFTER_HEAD])[:MOST_AFTER_HEAD]
    said = plain(text[: 2 * MOST_AFTER_HEAD])
    return said[:HEAD_WITHOUT_LINE], said[HEAD_WITHOUT_LINE - 1 : MOST_AFTER_HEAD]


def grams_of(texts: Sequence[str]) -> Grams:
    """Return the pairs of texts, numbered from 0 in their order; a text of fewer than two characters has none."""
    pieces = [piece for text in texts for piece in head_and_rest(text)]
    sizes = np.array([len(piece) for piece in pieces], dtype=np.int64)
    letters = np.frombuffer("".join(pieces).encode("utf-32-le"), dtype="<u4").astype(np.uint32)
    piece_of = np.repeat(np.arange(len(pieces), dtype=np.int64), sizes)
    within = piece_of[:-1] == piece_of[1:]
    mixed = (letters[:-1] * np.uint32(0x9E3779B1)) ^ (letters[1:] * np.uint32(0x85EBCA6B))
    gram = ((mixed ^ (mixed >> np.uint32(15))) * np.uint32(0x2C1B3C6D) >> np.uint32(32 - BITS))[within]
    piece = piece_of[:-1][within]
    # Where a pair stands in the head and after it, the head's comes first and is the one that is kept.
    keys = np.sort(((piece >> 1) << (BITS + 1)) | (gram.astype(np.int64) << 1) | (piece & 1))
    keys = keys[np.concatenate([[True], keys[1:] >> 1 != keys[:-1] >> 1])] if len(keys) else keys
    return Grams(
        keys >> (BITS + 1),
        ((keys >> 1) & ((1 << BITS) - 1)).astype(np.uint32),
        (keys & 1) == 0,
    )


@dataclass(frozen=True, slots=True)
class Worth:
    """How much a pair tells: `held` texts of `texts` have it (uint32, one place a gram). Counted once, then fixed."""

    held: Array
    texts: int

    @classmethod
    def counted(cls, texts: Sequence[str], at_once: int = 20_000) -> Worth:
        """Count pairs in texts."""
        held = np.zeros(1 << BITS, dtype=np.uint32)
        for start in range(0, len(texts), at_once):
            held += np.bincount(grams_of(texts[start : start + at_once]).gram, minlength=1 << BITS).astype(np.uint32)
        return cls(held, len(texts))

    def of(self, gram: Array) -> Array:
        """Return float32 weights: the logarithm of how rare a pair is, as if `FEW` texts more had been counted.

        Of the first hundred texts of a city nobody can say which pairs are rare: all weigh nearly the same then.
        """
        rare = np.log((FEW + 2.0 + self.texts) / (1.0 + np.maximum(self.held[gram], 1)))
        return np.maximum(rare, 0.0).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Kept:
    """The worthiest pairs of texts with their weights (float32), ordered by text; `norm`: a text's length (float32)."""

    grams: Grams
    weight: Array
    norm: Array


def kept(texts: Sequence[str], worth: Worth, most: int = MOST_GRAMS) -> Kept:
    """Return what of texts is compared: at most so many pairs each."""
    found = grams_of(texts)
    weight = worth.of(found.gram) * np.where(found.head, np.float32(1 + HEAD_BOOST), np.float32(1))
    order = np.lexsort((-weight, found.text))
    text = found.text[order]
    begins = np.searchsorted(text, np.arange(len(texts)))
    order = order[(np.arange(len(text)) - begins[text] < most) & (weight[order] > 0)]
    grams = Grams(found.text[order], found.gram[order], found.head[order])
    weight = weight[order]
    norm = np.sqrt(np.bincount(grams.text, weight.astype(np.float64) ** 2, minlength=len(texts)))
    return Kept(grams, weight, norm.astype(np.float32))
