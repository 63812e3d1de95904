"""Which words of a message led to what was said of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from huiying.judgement.spaces import Floats, Space, View, letters

MOST_REASONS, LONGEST = 5, 8
#: n-grams of a view that are laid on a message: the others hardly pull.
MOST_LAID = 120


@dataclass(frozen=True, slots=True)
class Reason:
    """Some characters of a message, as they are counted, and which part of the reasons for a label they are."""

    words: str
    share: float


def reasons_of(space: Space, text: str, pull: Floats) -> list[Reason]:
    """Return the words that pulled a message towards its label, the strongest first.

    `pull`: the direction in the space in which a message is more of its label. Every n-gram of the message points
    somewhere; as far as it points that way it is laid on the characters it consists of, and runs of them are words.
    """
    said = letters(text)
    laid = np.zeros(len(said))
    begin = 0
    for view in space.views:
        end = begin + view.basis.shape[1]
        _lay(view, said, pull[begin:end], laid)
        begin = end
    return _runs(said, laid)


def _lay(view: View, said: str, pull: Floats, laid: np.ndarray[tuple[int], np.dtype[np.float64]]) -> None:
    chosen, weighed = view.terms(said)
    if not chosen:
        return
    basis = view.basis[view.rows(chosen)]
    place = weighed @ basis
    length = float(np.linalg.norm(place))
    if not length:
        return
    unit = place / length
    # Every view is as long as its weight: what would only lengthen it moves nothing.
    towards = basis @ (pull - (pull @ unit) * unit)
    values = view.weight * weighed * towards / length
    seen = said[: view.opening]
    for one in np.argsort(-np.abs(values), kind="stable")[:MOST_LAID]:
        gram = chosen[one]
        each = values[one] / len(gram) / max(1, seen.count(gram))
        at = seen.find(gram)
        while at >= 0:
            laid[at : at + len(gram)] += each
            at = seen.find(gram, at + 1)


def _runs(said: str, laid: np.ndarray[tuple[int], np.dtype[np.float64]]) -> list[Reason]:
    """Return runs of characters that pull more than most, what a run occurs as several times taken together."""
    pulling = laid[laid > 0]
    if not pulling.size:
        return []
    enough = float(pulling.mean())
    runs: dict[str, float] = {}
    start = None
    for place in range(len(said) + 1):
        inside = place < len(said) and laid[place] >= enough and (start is None or place - start < LONGEST)
        if inside and start is None:
            start = place
        elif not inside and start is not None:
            if place - start > 1:
                words = said[start:place]
                runs[words] = runs.get(words, 0.0) + float(laid[start:place].sum())
            start = place if place < len(said) and laid[place] >= enough else None
    if not runs and len(said) > 1:  # nothing pulls much more than the rest: the two characters that pull most together
        best = max(range(len(said) - 1), key=lambda place: float(laid[place] + laid[place + 1]))
        runs[said[best : best + 2]] = 1.0
    total = sum(runs.values())
    strongest: Sequence[str] = sorted(runs, key=lambda words: (-runs[words], words))[:MOST_REASONS]
    return [Reason(words, runs[words] / total) for words in strongest]
