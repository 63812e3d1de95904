"""What `huiying triage` reads: the texts of a table's rows, and what stands beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import click

from huiying.commands.importing import reason_of
from huiying.commands.output import fail, words

if TYPE_CHECKING:
    from huiying.stages.intake.tables import Row, Table

#: In `--text`: between columns that are joined, and between columns of which the first that is not empty is taken.
JOIN, ELSE = "+", ","

data_option = click.option(
    "--data", type=click.Path(path_type=Path), required=True, help="Table of demands: csv, csv.gz or xlsx."
)
text_option = click.option(
    "--text",
    "text",
    metavar="COLS",
    required=True,
    help="Columns of the text: a+b joins, a,b takes the first that is filled.",
)


@dataclass(frozen=True, slots=True)
class Texts:
    """The rows of a table that hold a text, each with its number, where its text stood, and what was asked for.

    `sources`: the columns a row's text was taken from, as they were given. `beside`: column → one cell a row.
    `empty`, `unreadable`: how many rows had no text, or could not be read.
    """

    numbers: list[int] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    beside: dict[str, list[str]] = field(default_factory=dict)
    empty: list[int] = field(default_factory=list)
    unreadable: dict[int, str] = field(default_factory=dict)


def texts_of(data: Path, text: str, beside: Sequence[str] = ()) -> Texts:
    """Return a table's texts; leave with code 2 and a sentence where the file or a column is not there.

    `text`: `a+b` joins columns, each on lines of its own; `a,b` takes the first that is not empty.
    `beside`: other columns whose cells are wanted.
    """
    from huiying.stages.intake import tables  # noqa: PLC0415  # not needed by other commands

    choices = [[name.strip() for name in choice.split(JOIN)] for choice in text.split(ELSE)]
    try:
        table = tables.read(data)
        _check(data, table, [*(name for choice in choices for name in choice), *beside])
        found = Texts(beside={name: [] for name in beside})
        for row in table.rows:
            if isinstance(row, tables.Rejected):
                found.unreadable[row.number] = reason_of(row)
            else:
                _take(found, row, choices)
    except tables.Unreadable as unreadable:
        fail(str(data), reason_of(unreadable), words("command.file_wanted"))
    return found


def _check(data: Path, table: Table, wanted: Sequence[str]) -> None:
    missing = [name for name in dict.fromkeys(wanted) if name not in table.columns]
    if missing:
        fail(
            str(data),
            words("command.columns_missing", {"columns": "、".join(missing)}),
            words("command.columns_there", {"columns": "、".join(table.columns)}),
        )


def _take(found: Texts, row: Row, choices: Sequence[Sequence[str]]) -> None:
    for choice in choices:
        said = "\n".join(row.cells[name].strip() for name in choice if row.cells[name].strip())
        if said:
            break
    else:
        found.empty.append(row.number)
        return
    found.numbers.append(row.number)
    found.texts.append(said)
    found.sources.append(JOIN.join(choice))
    for name, cells in found.beside.items():
        cells.append(row.cells[name].strip())
