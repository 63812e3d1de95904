"""One new demand among many stored: the quick search beside comparing with every one of them, in the same run.

The texts are made from the real ones of `../shared/data/tipdm_c`: the first line of one, sentences of it and of
another, a place's character and numbers changed by rule, from a fixed seed.
"""

from __future__ import annotations

import csv
import gzip
import random
import re
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.report import line
from huiying.judgement.grams import Worth
from huiying.judgement.nearest import Near, Nearest

REAL = Path(__file__).resolve().parents[2] / "shared/data/tipdm_c/hot_messages.csv.gz"
STORED, AT_ONCE, COUNTED, ASKED, RECALL_AT = 1_000_000, 50_000, 100_000, 200, 10
SEED, BOUND_MS, GOAL_MS = 20261125, 50, 10
SENTENCE, NUMBER = re.compile(r"(?<=[。！？；\n])"), re.compile(r"\d+")
PLACES = "东西南北中上下新老大小金银长安平和永福华"


def repeats(stored: int = STORED) -> None:
    """Build an index, save it, map it, and ask it."""
    chance = random.Random(SEED)  # noqa: S311  # texts for measuring
    sources = _sources()
    made = _made(sources, chance)
    counted = [next(made) for _ in range(COUNTED)]
    index = Nearest(Worth.counted(counted))
    begun = time.perf_counter()
    making = 0.0
    for start in range(0, stored, AT_ONCE):
        at = time.perf_counter()
        texts = [next(made) for _ in range(min(AT_ONCE, stored - start))]
        making += time.perf_counter() - at
        index.add(range(start, start + len(texts)), texts)
    took = time.perf_counter() - begun - making
    line(f"repeats: index of {stored:,} texts", f"{took:7.1f} s   {took / stored * 1e6:5.0f} µs a text")
    with tempfile.TemporaryDirectory() as folder:
        index.save(Path(folder) / "index")
        size = sum(path.stat().st_size for path in (Path(folder) / "index").iterdir())
        index = Nearest.load(Path(folder) / "index")
        _ask(index, [next(made) for _ in range(ASKED)], size)


def _ask(index: Nearest, questions: list[str], size: int) -> None:
    for question in questions[:20]:
        index.search(question)
    took, floor, found = [], [], []
    for number, question in enumerate(questions):
        begun = time.perf_counter()
        quick = index.search(question, RECALL_AT)
        took.append((time.perf_counter() - begun) * 1e3)
        if number % 4 == 0:
            begun = time.perf_counter()
            every = index.search_all(question, RECALL_AT)
            floor.append((time.perf_counter() - begun) * 1e3)
            found.append(_recall(quick, every))
    median, whole = statistics.median(took), statistics.median(floor)
    line(
        f"repeats: one among {len(index):,}, mapped",
        f"{median:6.2f} ms   95 in 100 {sorted(took)[int(len(took) * 0.95)]:6.2f} ms   against all {whole:7.1f} ms"
        f"   1/{whole / median:.0f}   recall@{RECALL_AT} {statistics.mean(found):.3f}"
        f"   bound {BOUND_MS} ms, goal {GOAL_MS} ms",
    )
    begun = time.perf_counter()
    for number, question in enumerate(questions):
        index.add([10**9 + number], [question])
    line("repeats: one more", f"{(time.perf_counter() - begun) / len(questions) * 1e3:6.2f} ms")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    line("repeats: size", f"{size / 2**20:6.0f} MiB on disk   {peak:.1f} GiB of memory at most, building included")


def _recall(quick: list[Near], every: list[Near]) -> float:
    """Return how many of the best there are were found; one that is exactly as like as the last of them is as good."""
    if not every:
        return 1.0
    least = every[-1].likeness - 1e-5
    return sum(near.likeness >= least for near in quick) / len(every)


def _sources() -> list[tuple[str, list[str]]]:
    if not REAL.exists():
        sys.exit(f"{REAL} is not there: the texts to copy are real ones")
    with gzip.open(REAL, "rt", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return [(row["title"].strip(), [part for part in SENTENCE.split(row["body"].strip()) if part]) for row in rows]


def _made(sources: list[tuple[str, list[str]]], chance: random.Random) -> Iterator[str]:
    while True:
        title, sentences = chance.choice(sources)
        own = [sentence for sentence in sentences if chance.random() < 0.6]  # noqa: PLR2004  # most of what was said
        _title, others = chance.choice(sources)
        body = "".join([*own, *chance.sample(others, min(2, len(others)))])
        old, new = chance.choice(PLACES), chance.choice(PLACES)
        text = f"{title}\n{body}".replace(old, new)
        yield NUMBER.sub(lambda _found: str(chance.randint(1, 999)), text)
