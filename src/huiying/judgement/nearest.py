"""The texts that are most like one text among a million: an index of pairs of characters that can be added to.

The likeness is the cosine of what `grams.kept` keeps of two texts. An index is a few parts, the newer the smaller; a
part lists for each pair the texts that have it. What is asked for is found in the lists of the rarest pairs first, and
only the best found there are looked up in the long lists of common ones. Plain arrays in a folder, mapped, not read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from huiying.judgement.grams import BITS, HEAD_BOOST, Array, Kept, Worth, kept

#: So many entries of lists are added up for one question, and so many texts are then compared in full.
MOST_ENTRIES, COMPARED = 150_000, 400
#: A part is joined with the one before it when it is more than half as large: n texts lie in about log2(n) parts.
GROWN = 2
ARRAYS = ("gram", "start", "entry", "norm", "key")


@dataclass(frozen=True, slots=True)
class Part:
    """Texts and the lists of their pairs.

    `gram` uint32 ascending; `start` int64, one more than grams: where each list begins; `entry` uint32 ascending within
    a list: text << 1, plus 1 where the pair stands in its head; `norm` float32 and `key` int64: one a text.
    """

    gram: Array
    start: Array
    entry: Array
    norm: Array
    key: Array


@dataclass(frozen=True, slots=True)
class Near:
    """A text that is like the one asked about, and how like: from 0 to 1."""

    key: int
    likeness: float


class Nearest:
    """An index over texts, each under a whole number of the caller's."""

    def __init__(self, worth: Worth, parts: Sequence[Part] = ()) -> None:
        """Begin an index that weighs pairs by `worth`."""
        self.worth = worth
        self.parts = list(parts)

    def __len__(self) -> int:
        """Return how many texts are held."""
        return sum(len(part.key) for part in self.parts)

    def add(self, keys: Sequence[int], texts: Sequence[str]) -> None:
        """Add texts. Costs grow with what is added: a text is moved about log2(n) times in the life of an index."""
        if not texts:
            return
        held = kept(texts, self.worth)
        entry = (held.grams.text << 1) | held.grams.head
        pairs = np.sort((held.grams.gram.astype(np.int64) << 32) | entry)
        parts = [*self.parts, _part(pairs, held.norm, np.array(keys, dtype=np.int64))]
        while len(parts) > 1 and len(parts[-2].key) < GROWN * len(parts[-1].key):
            parts[-2:] = [_joined(parts[-2], parts[-1])]
        self.parts = parts  # at once: whoever searches meanwhile sees the old parts or the new ones

    def weighed_anew(self) -> Nearest:
        """Return the same texts weighed by how many of them have a pair now: what was rare may have become common.

        Nothing is read again; of a long text the pairs stay that were the worthiest when it came.
        """
        held = np.zeros(1 << BITS, dtype=np.uint32)
        for part in self.parts:
            held[part.gram] += np.diff(part.start).astype(np.uint32)
        worth, parts = Worth(held, len(self)), []
        for part in self.parts:
            weight = np.repeat(worth.of(part.gram), np.diff(part.start)) * _boost(part.entry)
            square = np.bincount(part.entry >> 1, weight.astype(np.float64) ** 2, minlength=len(part.key))
            parts.append(replace(part, norm=np.sqrt(square).astype(np.float32)))
        return Nearest(worth, parts)

    def search(self, text: str, most: int = 10) -> list[Near]:
        """Return the texts most like one, the likeliest first; texts equally like in no particular order."""
        asked = kept([text], self.worth)
        if not len(asked.weight):
            return []
        found = [_best(part, asked, most) for part in self.parts]
        likeness = np.concatenate([each[1] for each in found]) if found else np.empty(0)
        keys = np.concatenate([each[0] for each in found]) if found else np.empty(0)
        order = np.argsort(-likeness, kind="stable")[:most]
        return [Near(int(keys[at]), float(likeness[at])) for at in order]

    def search_all(self, text: str, most: int = 10) -> list[Near]:
        """Return the same by comparing with every text: what `search` is measured against."""
        asked, rows = kept([text], self.worth), []
        for part in self.parts:
            scores = np.zeros(len(part.key))
            for gram, weight in zip(asked.grams.gram, asked.weight, strict=True):
                entry = _list(part, gram)
                scores[entry >> 1] += weight * self.worth.of(gram) * _boost(entry)
            rows += [
                Near(int(part.key[at]), float(scores[at] / (part.norm[at] * asked.norm[0])))
                for at in np.argsort(-scores / np.maximum(part.norm, 1e-9), kind="stable")[:most]
                if scores[at] > 0
            ]
        return sorted(rows, key=lambda near: -near.likeness)[:most]

    def save(self, folder: Path) -> None:
        """Write the index as plain arrays into a folder, which is made."""
        folder.mkdir(parents=True)
        np.savez(folder / "worth.npz", held=self.worth.held, texts=np.int64(self.worth.texts))
        for number, part in enumerate(self.parts):
            for name in ARRAYS:
                np.save(folder / f"{number:02d}.{name}.npy", getattr(part, name), allow_pickle=False)

    @classmethod
    def load(cls, folder: Path) -> Nearest:
        """Return a saved index; its lists are mapped and read only where a question needs them."""
        with np.load(folder / "worth.npz", allow_pickle=False) as worth:
            counted = Worth(worth["held"], int(worth["texts"]))
        numbers = sorted({path.name.partition(".")[0] for path in folder.glob("*.key.npy")})
        return cls(
            counted,
            [
                Part(*(np.load(folder / f"{number}.{name}.npy", mmap_mode="r", allow_pickle=False) for name in ARRAYS))
                for number in numbers
            ],
        )


def _part(pairs: Array, norm: Array, key: Array) -> Part:
    """Return a part of sorted pairs: gram << 32 | entry."""
    gram = (pairs >> 32).astype(np.uint32)
    start = np.flatnonzero(np.concatenate([[True], gram[1:] != gram[:-1]])) if len(gram) else np.empty(0, np.int64)
    return Part(
        gram[start], np.append(start, len(gram)).astype(np.int64), (pairs & 0xFFFFFFFF).astype(np.uint32), norm, key
    )


def _joined(first: Part, second: Part) -> Part:
    pairs = np.concatenate([_pairs(first, 0), _pairs(second, len(first.key))])
    pairs.sort(kind="stable")  # two sorted runs are merged, not sorted anew
    return _part(pairs, np.concatenate([first.norm, second.norm]), np.concatenate([first.key, second.key]))


def _pairs(part: Part, moved: int) -> Array:
    gram = np.repeat(part.gram, np.diff(part.start)).astype(np.int64)
    return (gram << 32) | (part.entry.astype(np.int64) + (moved << 1))


def _list(part: Part, gram: int) -> Array:
    at = int(np.searchsorted(part.gram, gram))
    if at == len(part.gram) or part.gram[at] != gram:
        return part.entry[:0]
    return part.entry[part.start[at] : part.start[at + 1]]


def _boost(entry: Array) -> Array:
    return np.where(entry & 1, np.float32(1 + HEAD_BOOST), np.float32(1))


def _best(part: Part, asked: Kept, most: int) -> tuple[Array, Array]:
    """Return the keys and likenesses of a part's best texts."""
    plain = asked.weight / np.where(asked.grams.head, np.float32(1 + HEAD_BOOST), np.float32(1))
    lists = [(_list(part, gram), weight) for gram, weight in zip(asked.grams.gram, asked.weight * plain, strict=True)]
    lists = sorted((each for each in lists if len(each[0])), key=lambda each: len(each[0]))
    sizes = np.array([len(entry) for entry, _weight in lists], dtype=np.int64)
    if not len(sizes):
        return part.key[:0], np.empty(0, np.float32)
    short = max(1, int(np.searchsorted(np.cumsum(sizes), MOST_ENTRIES)))
    entry = np.concatenate([entry for entry, _weight in lists[:short]])
    worth = np.repeat(np.array([weight for _entry, weight in lists[:short]], np.float32), sizes[:short])
    text = entry >> 1
    sums = np.bincount(text, worth * _boost(entry))
    texts = np.flatnonzero(sums)
    scores: Array = sums[texts] / part.norm[texts]
    if len(texts) > COMPARED:
        best = np.sort(np.argpartition(-scores, COMPARED)[:COMPARED])
        texts, scores = texts[best], scores[best]
    for common, weight in lists[short:]:
        scores += weight * _held(common, texts) / part.norm[texts]
    scores = scores / asked.norm[0]
    best = np.argsort(-scores, kind="stable")[:most]
    return part.key[texts[best]], scores[best]


def _held(entry: Array, texts: Array) -> Array:
    """Return for texts what a pair is worth in each by its place: 0 where a text does not have it."""
    at = np.minimum(np.searchsorted(entry, (texts << 1).astype(np.uint32)), len(entry) - 1)
    there = entry[at]
    return np.where(there >> 1 == texts, _boost(there), np.float32(0))
