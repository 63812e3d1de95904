"""Urgency (紧急识别): what must reach a person before anything else is finished.

Recall first, and every hit shows its words. A lexicon with the sentences in which its words count is read by anybody; a model that learned from what people called
urgent may add what no word of it names. Neither lowers what the other raised.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

#: Characters of one message that are read.
MOST_CHARACTERS = 20_000
SENTENCE = re.compile(r"[^。！？!?；;\n]+")


class Danger(StrEnum):
    """What kind of danger a message speaks of."""

    LIFE = "life"
    UTILITY = "utility"
    MASS = "mass"
    HEALTH = "health"
    MINOR = "minor"
    SELFHARM = "selfharm"
    THREAT = "threat"


@dataclass(frozen=True, slots=True)
class Hit:
    """Words that raised a message, where they stand in it (characters from `start` to `end`), what they speak of."""

    kind: Danger
    level: int
    words: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Urgency:
    """0: nothing; 1: a person looks today; 2: somebody may be in danger this moment. With the words that say so."""

    level: int
    hits: Sequence[Hit]

    @property
    def kinds(self) -> list[Danger]:
        """The kinds of danger, in their order."""
        said = {hit.kind for hit in self.hits}
        return [kind for kind in Danger if kind in said]

    @property
    def words(self) -> list[str]:
        """The words, each once, as they stand in the message."""
        return list(dict.fromkeys(hit.words for hit in self.hits))


@dataclass(frozen=True, slots=True)
class Rule:
    """Words that count where one of `near` stands in their sentence, if it names any, and none of `unless`."""

    kind: Danger
    level: int
    any: re.Pattern[str]
    near: re.Pattern[str] | None
    unless: re.Pattern[str] | None

    def hits(self, sentence: str, begin: int) -> Iterator[Hit]:
        """Yield what the rule finds in a sentence that begins at a place of its message."""
        if self.unless and self.unless.search(sentence):
            return
        for found in self.any.finditer(sentence):
            if self.near is None or any(not _same(found, other) for other in self.near.finditer(sentence)):
                yield Hit(self.kind, self.level, found[0], begin + found.start(), begin + found.end())


def _same(one: re.Match[str], other: re.Match[str]) -> bool:
    """Whether what stands near is only a part of the word itself."""
    return one.start() <= other.start() and other.end() <= one.end()


def _words(said: Sequence[str]) -> re.Pattern[str]:
    """Return a pattern of plain words, the longest first; it looks at each character a bounded number of times."""
    return re.compile("|".join(re.escape(word) for word in sorted(said, key=lambda word: (-len(word), word))))


@cache
def lexicon() -> Sequence[Rule]:
    """Return the rules as they are written."""
    read = tomllib.loads(files(__package__).joinpath("urgency.toml").read_text("utf-8"))
    return [
        Rule(
            Danger(rule["kind"]),
            rule["level"],
            _words(rule["any"]),
            _words(rule["near"]) if "near" in rule else None,
            _words(rule["unless"]) if "unless" in rule else None,
        )
        for rule in read["rule"]
    ]


def urgency_of(text: str) -> Urgency:
    """Return how urgent a message is by the lexicon."""
    hits: list[Hit] = []
    for sentence in SENTENCE.finditer(text[:MOST_CHARACTERS]):
        for rule in lexicon():
            hits += rule.hits(sentence[0], sentence.start())
    hits.sort(key=lambda hit: (hit.start, -hit.level, hit.kind))
    return Urgency(max((hit.level for hit in hits), default=0), hits)
