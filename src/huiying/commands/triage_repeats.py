"""`huiying triage repeats`: which rows of a table say the same thing in nearly the same words. No database."""

from __future__ import annotations

from pathlib import Path

import click

from huiying.commands.output import json_option, print_json, words
from huiying.commands.triage_rows import data_option, text_option, texts_of

#: Of a text so many characters are shown in a readable line.
SHOWN = 40


@click.command()
@data_option
@text_option
@json_option
def repeats(data: Path, text: str, *, as_json: bool) -> None:
    """Find near duplicates: groups of row numbers, as the file counts them, each with its probability."""
    from huiying.judgement.repeats import groups  # noqa: PLC0415  # loads numpy, which other commands do without

    found = texts_of(data, text)
    together = groups(found.texts)
    if as_json:
        print_json(
            {
                "rows": len(found.numbers) + len(found.empty) + len(found.unreadable),
                "empty": found.empty,
                "unreadable": [{"row": row, "reason": reason} for row, reason in found.unreadable.items()],
                "groups": [
                    {
                        "rows": [found.numbers[place] for place in group.texts],
                        "probability": round(group.probability, 4),
                    }
                    for group in together
                ],
            }
        )
        return
    click.echo(words("command.repeats_found", {"rows": len(found.numbers), "groups": len(together)}))
    for group in together:
        numbers = "、".join(str(found.numbers[place]) for place in group.texts)
        start = " ".join(found.texts[group.texts[0]].split())[:SHOWN]
        click.echo(f"{group.probability:.2f}  {numbers}  {start}")
