"""`huiying triage urgency`: what of a table must reach a person at once, and which words say so."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from huiying.commands.output import fail, print_json, words
from huiying.commands.triage_model import loaded, usable
from huiying.commands.triage_rows import data_option, text_option, texts_of
from huiying.judgement.urgency import LOOKED_AT_FROM, ORDINARY, URGENT, urgency_of

if TYPE_CHECKING:
    from huiying.judgement.model import Model


@click.command()
@data_option
@text_option
@click.option(
    "--model", type=click.Path(path_type=Path), help="Folder of a model that learned the labels urgent and ordinary."
)
def urgency(*, data: Path, text: str, model: Path | None) -> None:
    """Print one JSON line a row: level (0, 1, 2), kinds of danger, and the words that say so."""
    found = texts_of(data, text)
    judge = _judge(model) if model else None
    lines: dict[int, dict[str, Any]] = {row: {"row": row, "error": why} for row, why in found.unreadable.items()}
    lines |= {row: {"row": row, "error": words("triage.no_text")} for row in found.empty}
    said = dict(zip(found.numbers, found.texts, strict=True))
    for row in sorted([*lines, *said]):
        print_json(lines[row] if row in lines else {"row": row, **_line(said[row], judge)})


def _judge(folder: Path) -> Model:
    with usable(folder):
        judge = loaded(folder)
    if set(judge.labels) != {URGENT, ORDINARY}:
        fail(str(folder), words("triage.no_urgency_model", {"labels": "、".join(judge.labels)}))
    return judge


def _line(text: str, judge: Model | None) -> dict[str, Any]:
    found = urgency_of(text)
    line: dict[str, Any] = {"level": found.level, "kinds": list(found.kinds), "words": found.words}
    if judge is not None:
        likely = float(judge.probabilities([text])[0, list(judge.labels).index(URGENT)])
        line |= {"probability": round(likely, 4), "model": judge.version}
        line["level"] = max(found.level, int(likely >= LOOKED_AT_FROM))
    return line
