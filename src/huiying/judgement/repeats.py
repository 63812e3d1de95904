"""Has this been said before: how probable it is that two texts are one text, or about one event, and who belongs so.

A probability is a proposal and its reasons; joining demands is a named person's act. What was measured:
docs/judgement/repeats.md.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from huiying.judgement.grams import Worth, plain
from huiying.judgement.nearest import Nearest

#: Runs of so many characters are compared, of so many characters at the beginning of a text.
RUN, MOST_CHARACTERS = 5, 4_000
#: With so many of the most like texts each text of a table is compared.
COMPARED_WITH = 20
#: Words that are shown as shared: so many, of so many characters at least, and none within another.
MOST_SHARED, LEAST_SHARED = 3, 3


@dataclass(frozen=True, slots=True)
class Group:
    """Texts that are one text, nearly, by their places in what was given; the weakest link's probability holds it."""

    texts: tuple[int, ...]
    probability: float


@cache
def coefficients() -> dict[str, dict[str, float]]:
    """Return the fitted curves."""
    return tomllib.loads(files(__package__).joinpath("repeats.toml").read_text(encoding="utf-8"))


def runs(text: str) -> frozenset[str]:
    """Return the runs of five characters of a text; a shorter text is one run."""
    said = plain(text[:MOST_CHARACTERS])
    return frozenset(said[start : start + RUN] for start in range(max(1, len(said) - RUN + 1)) if said)


def same_text(one: frozenset[str], other: frozenset[str]) -> float:
    """Return the probability that two texts, given as their runs, are the same text with small changes."""
    both = len(one & other)
    if not both:
        return 0.0
    fit = coefficients()["text"]
    jaccard, contained = both / len(one | other), both / min(len(one), len(other))
    return _logistic(fit["intercept"] + fit["jaccard"] * jaccard + fit["contained"] * contained)


def same_event(likeness: float) -> float:
    """Return the probability that two texts are about one event. `likeness`: what `Nearest` says of them."""
    fit = coefficients()["event"]
    return _logistic(fit["intercept"] + fit["likeness"] * likeness)


def shared_words(one: str, other: str) -> list[str]:
    """Return the longest words that two texts have in common, longest first: why they are shown side by side."""
    said, found = plain(one), []
    there, start = plain(other), 0
    while start < len(said):
        size = 0
        while start + size < len(said) and said[start : start + size + 1] in there:
            size += 1
        if size >= LEAST_SHARED:
            found.append(said[start : start + size])
        start += max(1, size)
    return sorted(dict.fromkeys(found), key=len, reverse=True)[:MOST_SHARED]


def groups(texts: Sequence[str]) -> list[Group]:
    """Return which of some texts are one text: groups of two or more, the surest first."""
    index = Nearest(Worth.counted(texts))
    index.add(range(len(texts)), texts)
    return grouped(len(texts), _links(index, texts))


def _links(index: Nearest, texts: Sequence[str]) -> Iterator[tuple[float, int, int]]:
    least, held = coefficients()["text"]["group_from"], [runs(text) for text in texts]
    for place, text in enumerate(texts):
        for near in index.search(text, COMPARED_WITH + 1):
            if near.key != place:
                probability = same_text(held[place], held[near.key])
                if probability >= least:
                    yield probability, place, near.key


def grouped(count: int, links: Iterable[tuple[float, int, int]]) -> list[Group]:
    """Join what is linked, the surest links first, so that the last link of a group is its weakest."""
    leader, weakest = list(range(count)), [1.0] * count

    def lead(place: int) -> int:
        while leader[place] != place:
            leader[place] = leader[leader[place]]
            place = leader[place]
        return place

    for probability, one, other in sorted(links, reverse=True):
        first, second = sorted((lead(one), lead(other)))
        if first != second:
            leader[second] = first
            weakest[first] = probability
    members: dict[int, list[int]] = {}
    for place in range(count):
        members.setdefault(lead(place), []).append(place)
    found = [Group(tuple(places), weakest[first]) for first, places in members.items() if len(places) > 1]
    return sorted(found, key=lambda group: (-group.probability, group.texts))


def _logistic(value: float) -> float:
    return 1 / (1 + math.exp(-value))
