"""`huiying triage train`, `evaluate`, `predict`: what demands are about, learned from a table of them."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from huiying.commands.output import fail, json_option, print_json, words
from huiying.commands.triage_rows import Texts, data_option, text_option, texts_of
from huiying.procedure.time_limits import SHANGHAI

if TYPE_CHECKING:
    import numpy as np

    from huiying.judgement.model import Model, Proposal, Unusable

CHUNK = 2**20
model_option = click.option(
    "--model", type=click.Path(path_type=Path), required=True, help="Folder that `triage train` wrote."
)
label_option = click.option("--label", required=True, metavar="COL", help="Column of the label; a/b is a path.")


@click.command()
@data_option
@text_option
@label_option
@click.option("--group", metavar="COL", help="Column that near duplicates share: never on both sides of a check.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="New folder for the model.")
@json_option
def train(*, data: Path, text: str, label: str, group: str | None, out: Path, as_json: bool) -> None:
    """Learn from the labelled rows of a table; rows without a label help to know how people write."""
    from huiying.judgement.learning import learn  # noqa: PLC0415  # brings scikit-learn, which other commands do without

    if out.exists():
        fail(str(out), words("triage.out_exists"), words("triage.out_wanted"))
    found = texts_of(data, text, [label, *([group] if group else [])])
    labelled = [place for place, said in enumerate(found.beside[label]) if said]
    if not labelled:
        fail(str(data), words("triage.nothing_labelled", {"column": label}))
    groups = found.beside[group] if group else [str(number) for number in found.numbers]
    with usable(data):
        model = learn(
            [found.texts[place] for place in labelled],
            [found.beside[label][place] for place in labelled],
            [groups[place] or str(found.numbers[place]) for place in labelled],
            on=datetime.now(UTC).astimezone(SHANGHAI).date(),
            unlabelled=[said for place, said in enumerate(found.texts) if not found.beside[label][place]],
            live=[found.sources[place] == first_choice(text) for place in labelled],
            data=fingerprint(data),
        )
    model.save(out)
    checked = model.card["left_out"]
    told = {"out": str(out), "version": model.version, "n": len(labelled), "labels": len(model.labels)}
    if as_json:
        print_json({**told, **skipped(found), "left_out": checked})
        return
    click.echo(words("triage.learned", told | {"f1": f"{checked['macro_f1']:.3f}", "ece": f"{checked['ece']:.3f}"}))


@click.command()
@model_option
@data_option
@text_option
@label_option
@json_option
def evaluate(*, model: Path, data: Path, text: str, label: str, as_json: bool) -> None:
    """Compare what a model says of rows with their labels; texts from different columns are reported apart."""
    found = texts_of(data, text, [label])
    with usable(model):
        judge = loaded(model)
    known = [place for place, said in enumerate(found.beside[label]) if said]
    strange = sorted({found.beside[label][place] for place in known} - set(judge.labels))
    if not known:
        fail(str(data), words("triage.nothing_labelled", {"column": label}))
    if strange:
        fail(str(data), words("triage.labels_unknown", {"labels": "、".join(strange[:10])}))
    begun = time.perf_counter()
    probabilities = judge.probabilities([found.texts[place] for place in known])
    took = time.perf_counter() - begun
    report = _report(judge, found, label, known, probabilities)
    report |= {"docs_per_second": len(known) / took, "version": judge.version, **skipped(found)}
    if as_json:
        print_json(report)
        return
    for name, part in {"": report, **report["by_source"]}.items():
        click.echo(
            words(
                "triage.evaluated",
                {
                    "part": name or words("triage.all_rows"),
                    "n": part["n"],
                    "f1": f"{part['macro_f1']:.3f}",
                    "accuracy": f"{part['accuracy']:.3f}",
                    "ece": f"{part['ece']:.3f}",
                    "coverage": f"{part['coverage_at_precision_97']:.2f}",
                },
            )
        )


def _report(
    judge: Model, found: Texts, label: str, known: list[int], probabilities: np.ndarray[Any, np.dtype[np.float64]]
) -> dict[str, Any]:
    import numpy as np  # noqa: PLC0415  # not needed by other commands

    from huiying.judgement.measuring import figures  # noqa: PLC0415  # as above

    true = np.array([list(judge.labels).index(found.beside[label][place]) for place in known])
    sources = np.array([found.sources[place] for place in known])
    apart = {}
    for source in dict.fromkeys(sources.tolist()):
        rows = sources == source
        apart[source] = figures(judge.labels, true[rows], probabilities[rows])
    return {**figures(judge.labels, true, probabilities), "by_source": apart}


@click.command()
@model_option
@data_option
@text_option
def predict(*, model: Path, data: Path, text: str) -> None:
    """Print one JSON line a row: label, probability, whether the model abstained, and the words that led to it."""
    with usable(model):
        judge = loaded(model)
    found = texts_of(data, text)
    lines: dict[int, dict[str, Any]] = {row: {"row": row, "error": why} for row, why in found.unreadable.items()}
    lines |= {row: {"row": row, "error": words("triage.no_text")} for row in found.empty}
    said = dict(zip(found.numbers, found.texts, strict=True))
    for row in sorted([*lines, *said]):
        print_json(lines[row] if row in lines else {"row": row, **as_line(judge.propose(said[row]), judge.version)})


def as_line(proposal: Proposal, version: str) -> dict[str, Any]:
    """Return a proposal as a JSON line says it."""
    return {
        "label": proposal.label,
        "probability": round(proposal.probability, 4),
        "abstained": proposal.abstained,
        "broader": proposal.broader,
        "others": [{"label": label, "probability": round(one, 4)} for label, one in proposal.others],
        "reasons": [{"words": reason.words, "share": round(reason.share, 3)} for reason in proposal.reasons],
        "model": version,
    }


def loaded(folder: Path) -> Model:
    """Return the model of a folder."""
    from huiying.judgement.model import Model  # noqa: PLC0415  # NumPy only where it is used

    return Model.load(folder)


@contextmanager
def usable(where: Path) -> Iterator[None]:
    """Leave with a sentence where a model cannot be learned from a table, or read from a folder."""
    from huiying.judgement.model import Unusable  # noqa: PLC0415  # as above

    try:
        yield
    except Unusable as unusable:
        fail(str(where), why(unusable))


def why(unusable: Unusable) -> str:
    """Return what is wrong, in the language of messages."""
    return words(f"triage.{unusable.code}", unusable.params)


def first_choice(text: str) -> str:
    """Return the columns that a text stands in when it is as people wrote it: the first of the alternatives."""
    return "+".join(name.strip() for name in text.split(",", maxsplit=1)[0].split("+"))


def skipped(found: Texts) -> dict[str, Any]:
    """Return which rows were not looked at, and why."""
    return {
        "empty": len(found.empty),
        "unreadable": [{"row": row, "reason": reason} for row, reason in found.unreadable.items()],
    }


def fingerprint(path: Path) -> str:
    """Return a file's name and hash: which data a model was learned from."""
    marked = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            marked.update(chunk)
    return f"{path.name} sha256:{marked.hexdigest()}"
