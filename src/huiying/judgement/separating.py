"""Tells classes apart in a space: weighted likenesses to messages whose class is known, and what scores are worth."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from huiying.judgement.spaces import Doubles, Floats

#: How fast likeness falls with distance.
REACH = 0.5


def lengths_of(located: Floats) -> Floats:
    """Return the square of how far from the middle each message lies."""
    found: Floats = np.einsum("ij,ij->i", located, located)
    return found


def likeness(one: Floats, other: Floats, lengths: Floats | None = None) -> Floats:
    """Return how alike messages are, 1 where they lie in one place: a row for each of `one`. `lengths`: of `other`."""
    far = lengths_of(other) if lengths is None else lengths
    apart = lengths_of(one)[:, None] + far[None] - 2 * (one @ other.T)
    found: Floats = np.exp(-REACH * np.maximum(apart, 0))
    return found


@dataclass(frozen=True)
class Separator:
    """Scores messages by those that it compares them with. `weights`: one row each, one column a class."""

    compared: Floats
    weights: Floats

    @cached_property
    def lengths(self) -> Floats:
        """The lengths of those that are compared: the same for every message that comes."""
        return lengths_of(self.compared)

    def scores(self, located: Floats) -> Floats:
        """Return one score a class, one row a message."""
        found: Floats = likeness(located, self.compared, self.lengths) @ self.weights
        return found

    def pull(self, place: Floats, chosen: int, other: int) -> Floats:
        """Return the direction in which a place would have to move to be more of one class and less of another."""
        alike = likeness(place[None], self.compared, self.lengths)[0]
        weighed = alike * (self.weights[:, chosen] - self.weights[:, other])
        found: Floats = 2 * REACH * (weighed @ self.compared - weighed.sum() * place)
        return found


@dataclass(frozen=True, slots=True)
class Calibration:
    """Scores become probabilities: one slope for all, one shift for each class."""

    slope: float
    shifts: Doubles

    def probabilities(self, scores: Floats) -> Doubles:
        """Return probabilities, which are 1 together, one row a message."""
        likely: Doubles = self.slope * scores.astype(np.float64) + self.shifts
        likely = np.exp(likely - likely.max(axis=1, keepdims=True))
        found: Doubles = likely / likely.sum(axis=1, keepdims=True)
        return found
