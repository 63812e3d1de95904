"""Where a message lies among others: its characters counted, weighed, and brought down to some hundred directions.

Two views of a message lie beside each other: all of it, and its opening, where people say what it is about. The
directions are found without labels (latent semantic analysis), so that whatever was ever written to a city helps.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import add

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Places = NDArray[np.intp]

#: What says nothing of a matter: figures, Latin letters (places and people are masked by them), signs, spaces.
SILENT = re.compile(r"[0-9A-Za-z_]|[^\w]")
#: Characters of a message that count as its opening. A title stands in it, where there is one.
OPENING = 25
#: Characters of one message that are read: what is longer says nothing new about what it is.
MOST_CHARACTERS = 5_000
#: A view: its name, what of a text it reads, how many n-grams it keeps, directions, and its weight beside the other.
VIEWS: Mapping[str, tuple[int | None, int, int, float]] = {
    "whole": (None, 100_000, 300, 1.0),
    "opening": (OPENING, 40_000, 200, 0.7),
}


def letters(text: str) -> str:
    """Return what a message is counted by: its characters in their common forms, without what says nothing."""
    return SILENT.sub("", unicodedata.normalize("NFKC", text[:MOST_CHARACTERS]))


def grams(said: str) -> Counter[str]:
    """Return how often each character, each pair and each three in a row occur."""
    counted = Counter(said)
    pairs = list(map(add, said, said[1:]))
    counted.update(pairs)
    counted.update(map(add, pairs, said[2:]))
    return counted


@dataclass(frozen=True, slots=True)
class View:
    """One view of messages. `places`: n-gram → row of `weights` (how much it tells) and `basis` (where it points)."""

    opening: int | None
    places: Mapping[str, int]
    weights: Floats
    basis: Floats
    weight: float

    def terms(self, said: str) -> tuple[list[str], Floats]:
        """Return the n-grams of a message that the view knows, and how much each weighs in it."""
        counted = grams(said[: self.opening])
        chosen = list(filter(self.places.__contains__, counted))
        times = np.fromiter(map(counted.__getitem__, chosen), np.float32, len(chosen))
        weighed = (1 + np.log(times)) * self.weights[self.rows(chosen)]
        length = float(np.linalg.norm(weighed))
        return chosen, weighed / length if length else weighed

    def rows(self, chosen: Sequence[str]) -> NDArray[np.intp]:
        """Return the rows of n-grams."""
        return np.fromiter(map(self.places.__getitem__, chosen), np.intp, len(chosen))

    def located(self, said: Sequence[str]) -> Floats:
        """Return where messages lie: one row each, as long as the view's weight, or nothing where it knows nothing."""
        found = np.zeros((len(said), self.basis.shape[1]), np.float32)
        for row, text in enumerate(said):
            chosen, weighed = self.terms(text)
            found[row] = weighed @ self.basis[self.rows(chosen)]
        return _unit(found, self.weight)


@dataclass(frozen=True)
class Space:
    """The views beside each other."""

    views: Sequence[View]

    @cached_property
    def directions(self) -> int:
        """How many directions there are in all."""
        return sum(view.basis.shape[1] for view in self.views)

    def located(self, texts: Sequence[str]) -> Floats:
        """Return where messages lie, one row each."""
        said = [letters(text) for text in texts]
        return np.hstack([view.located(said) for view in self.views])


def _unit(rows: Floats, length: float) -> Floats:
    """Return rows brought to a length, in place; what is nothing stays nothing."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    rows *= np.where(lengths > 0, length / np.maximum(lengths, 1e-9), 0)
    return rows
