"""How much the masked copy hides of 300 real messages that people marked, and how much of what it hides they marked.

`marks.json` holds offsets and no text: message → [start, end, what]. Two annotators read 150 messages each, before the
rules were tuned; 200 of the 300 were drawn from messages that look as if they held something, 100 from the rest. The
figures stand in `docs/masking.md`; the bounds here are those figures, rounded down.
"""

from __future__ import annotations

import csv
import gzip
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from huiying.stages.identity.masking import find
from shared_data import shared

MARKS = Path(__file__).with_name("marks.json")
SOURCES = {
    "hot": ("data/tipdm_c/hot_messages.csv.gz", "msg_no"),
    "replies": ("data/tipdm_c/replies.csv.gz", "msg_no"),
    "fuzhou": ("data/fuzhou_rivers/train.csv.gz", "id"),
}


def messages() -> Iterator[tuple[str, str]]:
    for source, (name, key) in SOURCES.items():
        with gzip.open(shared(name), "rt", encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                yield f"{source}:{row[key]}", f"{row['title'].strip()}\n{row['body'].strip()}"


@pytest.fixture(scope="module")
def counts() -> dict[str, Counter[str]]:
    marks: dict[str, list[tuple[int, int, str]]] = json.loads(MARKS.read_text("ascii"))
    counted: dict[str, Counter[str]] = {name: Counter() for name in ("marked", "hidden", "found", "right")}
    for message, text in messages():
        if message not in marks:
            continue
        spans = find(text)
        for start, end, label in marks[message]:
            covered = sum(max(0, min(end, span.end) - max(start, span.start)) for span in spans)
            counted["marked"][label] += 1
            counted["hidden"][label] += covered >= end - start
        for span in spans:
            counted["found"][span.kind.value] += 1
            counted["right"][span.kind.value] += any(s < span.end and span.start < e for s, e, _ in marks[message])
    assert sum(counted["marked"].values()) > 300
    return counted


@pytest.mark.parametrize(("label", "recall"), [("name", 0.87), ("door", 0.92), ("phone", 1.0)])
def test_what_people_marked_is_hidden(counts: dict[str, Counter[str]], label: str, recall: float) -> None:
    hidden, marked = counts["hidden"][label], counts["marked"][label]
    assert hidden / marked >= recall, f"{hidden} of {marked}"


@pytest.mark.parametrize(("label", "precision"), [("name", 0.97), ("door", 0.96), ("phone", 1.0)])
def test_what_is_hidden_people_marked(counts: dict[str, Counter[str]], label: str, precision: float) -> None:
    right, found = counts["right"][label], counts["found"][label]
    assert right / found >= precision, f"{right} of {found}"
