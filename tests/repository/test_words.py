"""Words on pages are plain Chinese: short sentences, pauses in them, and for residents no word of the trade."""

from __future__ import annotations

import re
import runpy
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from huiying.procedure.words import catalogue
from plain_words import JARGON, jargon

ROOT = Path(__file__).resolve().parents[2]
#: Nobody holds more in mind; most sentences have half of it.
LONGEST_SENTENCE = 60
#: Two lines of a phone in the elder version, which holds twelve characters in a line: who reads slowly needs a pause.
LONGEST_BREATH = 24
ENDS, PAUSES = re.compile(r"[。！？!?\n]"), re.compile(r"[，、；：,;:（）()“”\"《》〔〕·–—/… ]+")
#: What is put into a message, and marks that are not read.
FILLED, MARKS = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w+\}"), re.compile(r"<[^>]+>|&\w+;")
CHINESE = re.compile(r"[\u3400-\u9fff]")
#: Where residents' words stand.
RESIDENTS = ("doors/complainant/", "doors/public/", "doors/templates/complainant/", "doors/templates/public/")


@cache
def said() -> dict[str, list[str]]:
    """Return message → files that say it: what is translated, and the rules' words."""
    found: dict[str, list[str]] = {}
    for file, message, _ in runpy.run_path(str(ROOT / "scripts" / "words"))["said"]():
        for one in [message] if isinstance(message, str) else message:
            found.setdefault(one, []).append(file)
    for code, sentence in catalogue("zh_hans").items():
        found.setdefault(sentence, []).append(f"procedure/words: {code}")
    return found


def spoken(message: str) -> str:
    """Return a message as it is read, with a few characters where something is filled in."""
    return MARKS.sub("", FILLED.sub("某某某", message))


def too_long(message: str) -> Iterator[str]:
    """Yield the sentences, and stretches without a pause, that are too long."""
    for sentence in ENDS.split(spoken(message)):
        if len(CHINESE.findall(sentence)) > LONGEST_SENTENCE:
            yield sentence
        for breath in PAUSES.split(sentence):
            if len(CHINESE.findall(breath)) > LONGEST_BREATH:
                yield breath


def test_sentences_are_short_and_have_pauses() -> None:
    wrong = [f"{files[0]}: {one}" for message, files in said().items() for one in too_long(message)]
    assert wrong == [], "\n".join(wrong)


def test_the_words_of_the_trade_are_the_glossarys() -> None:
    glossary = (ROOT / "docs" / "glossary.md").read_text("utf-8")
    terms = " ".join(line.split("|")[1] for line in glossary.splitlines() if line.startswith("| "))
    assert [word for word in JARGON if word not in terms] == []


def test_residents_are_told_in_their_own_words() -> None:
    wrong = [
        f"{file}: “{word}” in {message!r}; say {JARGON[word]}"
        for message, files in said().items()
        for file in files
        if file.startswith(RESIDENTS)
        for word in jargon(message)
    ]
    assert wrong == [], "\n".join(wrong)


@pytest.mark.parametrize(
    ("message", "long"),
    [
        ("请写明什么事、什么地方。", 0),
        ("一" * 61 + "。", 2),
        ("，".join(["一二三四五六七八九"] * 7) + "。", 1),
        ("这是一句中间没有任何停顿所以读的人要一口气念到底的话。", 1),
    ],
)
def test_what_is_too_long_is_found(message: str, long: int) -> None:
    assert len(list(too_long(message))) == long
