"""Tables of demands of the past, and a naive count of what they would have come to, written from the packs' texts."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from huiying.procedure.schema import Kind
from huiying.procedure.workdays import china
from naive import naive_due

KINDS = {"咨询": "consultation", "求助": "help", "投诉": "complaint", "举报": "report", "建议": "suggestion",
         "表扬": "praise"}  # fmt: skip
#: Pack → since when; and its limits in working days, by kind where the text tells kinds apart.
SINCE = {
    "guangdong": date(2022, 9, 1),
    "shandong": date(2020, 1, 1),
    "jinan": date(2018, 9, 1),
    "weifang": date(2021, 12, 15),
}
FIVE_DAYS = {"shandong": "SD-01", "jinan": "JN-01", "weifang": "WF-01"}
GUANGDONG = {
    "consultation": ("GD-02a", 2),
    "help": ("GD-02b", 10),
    "suggestion": ("GD-02b", 10),
    "praise": ("GD-02b", 10),
    "complaint": ("GD-02c", 15),
    "report": ("GD-02c", 15),
}


def clock(*parts: int) -> datetime:
    """Return a time as people write it down: without a zone, as their clock shows it."""
    return datetime(*parts)  # type: ignore[arg-type]  # noqa: DTZ001  # see above


@dataclass(frozen=True)
class Line:
    """One demand as people would write it down: times as their clock showed them."""

    kind: str
    received: datetime
    answered: datetime | None
    unit: str | None = None


def table(path: Path, lines: Sequence[Line]) -> Path:
    chinese = {kind: word for word, kind in KINDS.items()}
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["编号", "标题", "内容", "类型", "时间", "办结时间", "承办单位"])
        for number, line in enumerate(lines, 1):
            answered = line.answered.isoformat(" ") if line.answered else ""
            received = line.received.isoformat(" ")
            writer.writerow(
                [number, f"第{number}件", "路灯不亮", chinese[line.kind], received, answered, line.unit or ""]
            )
    return path


def limit(pack: str, kind: str) -> tuple[str, int]:
    return GUANGDONG[kind] if pack == "guangdong" else (FIVE_DAYS[pack], 5)


def days() -> dict[str, set[date]]:
    first, last = date(2003, 12, 1), date(2026, 12, 31)
    every = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    known = [(day, china().day(day)) for day in every if day.year in china().years]
    return {
        "off": {day for day, kind in known if kind.kind in {"holiday", "statutory"}},
        "makeup": {day for day, kind in known if kind.kind == "makeup"},
        "statutory": {day for day, kind in known if kind.statutory},
    }


DAYS = days()


def naive_count(pack: str, lines: Iterable[Line]) -> tuple[dict[str, Counter[str]], dict[str, Counter[str]], int]:
    """Return counts by row and by unit, and how many demands began before the pack was in force."""
    rules: dict[str, Counter[str]] = {}
    units: dict[str, Counter[str]] = {}
    outside = 0
    for line in lines:
        term, value = limit(pack, line.kind)
        due, provisional = naive_due(
            unit="wd",
            value=value,
            start=line.received.date(),
            known_years=range(2004, 2027),
            off=DAYS["off"],
            makeup=DAYS["makeup"],
            statutory=DAYS["statutory"],
        )
        assert not isinstance(due, datetime)
        counted = Counter(n=line.answered is not None, open=line.answered is None)
        counted["on_time"] = line.answered is not None and line.answered.date() <= due
        rules.setdefault(term, Counter()).update(counted)
        rules[term]["provisional"] += provisional and line.answered is not None
        if line.unit:
            units.setdefault(line.unit, Counter()).update(counted)
        outside += line.received.date() < SINCE[pack]
    return rules, units, outside


assert set(KINDS.values()) == set(Kind)
