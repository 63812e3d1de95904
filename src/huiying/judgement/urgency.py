"""Urgency (紧急识别): what must reach a person before anything else is finished.

Recall first, and every hit shows its words. A lexicon with the sentences in which its words count is read by anybody;
a model that learned from what people called urgent may add what no word of it names. Neither lowers what the other
raised.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from hashlib import sha256
from importlib.resources import files
from operator import add

#: What a model that learned from what people called urgent calls them.
URGENT, ORDINARY = "urgent", "ordinary"
#: From this probability on a person looks: of three such demands one is urgent, and a glance at two costs little.
LOOKED_AT_FROM = 0.3
#: Characters of one message that are read.
MOST_CHARACTERS = 20_000
SENTENCE = re.compile(r"[^。！？!?；;\n]+")
#: Words are found by how they begin.
HEAD = 2


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
        """The words, each once, as they stand in the message; of those that lie in each other the longer."""
        said = list(dict.fromkeys(hit.words for hit in self.hits))
        return [word for word in said if not any(word != other and word in other for other in said)]


@dataclass(frozen=True, slots=True)
class Rule:
    """Words that count where one of `near` stands in their sentence, if it names any, and none of `unless`."""

    kind: Danger
    level: int
    near: Sequence[str]
    unless: Sequence[str]

    def holds(self, sentence: str, start: int, end: int) -> bool:
        """Whether the rule's words, which stand in a sentence from `start` to `end`, count there."""
        if any(word in sentence for word in self.unless):
            return False
        return not self.near or any(_stands(word, sentence, start, end) for word in self.near)


def _stands(word: str, sentence: str, start: int, end: int) -> bool:
    """Whether a word stands in a sentence, and not only inside the words that it is looked for beside."""
    at = sentence.find(word)
    while start <= at and at + len(word) <= end:
        at = sentence.find(word, at + 1)
    return at >= 0


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The rules, by the beginnings of their words: of the words that begin alike the longest comes first.

    `version`: a mark of all that is written in it, under which it is remembered what it found.
    """

    heads: Mapping[str, Sequence[tuple[str, Rule]]]
    version: str

    def hits(self, sentence: str, begin: int) -> Iterator[Hit]:
        """Yield what is found in a sentence that begins at a place of its message. Each character is looked at once."""
        for start, head in enumerate(map(add, sentence, sentence[1:])):
            words = self.heads.get(head)
            if words is None:
                continue
            seen: set[int] = set()
            for word, rule in words:
                end = start + len(word)
                if id(rule) not in seen and sentence.startswith(word, start) and rule.holds(sentence, start, end):
                    seen.add(id(rule))
                    yield Hit(rule.kind, rule.level, word, begin + start, begin + end)


@cache
def lexicon() -> Lexicon:
    """Return the rules as they are written. No word is shorter than a head."""
    written = files(__package__).joinpath("urgency.toml").read_text("utf-8")
    read = tomllib.loads(written)
    found: dict[str, list[tuple[str, Rule]]] = {}
    for said in read["rule"]:
        rule = Rule(Danger(said["kind"]), said["level"], tuple(said.get("near", ())), tuple(said.get("unless", ())))
        for word in said["any"]:
            found.setdefault(word[:HEAD], []).append((word, rule))
    longest_first = {head: sorted(words, key=lambda one: (-len(one[0]), one[0])) for head, words in found.items()}
    return Lexicon(longest_first, sha256(written.encode()).hexdigest()[:12])


def urgency_of(text: str) -> Urgency:
    """Return how urgent a message is by the lexicon."""
    hits = [
        hit
        for sentence in SENTENCE.finditer(text[:MOST_CHARACTERS])
        for hit in lexicon().hits(sentence[0], sentence.start())
    ]
    return Urgency(max((hit.level for hit in hits), default=0), hits)
