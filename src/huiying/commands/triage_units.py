"""`huiying triage units`: the units that old replies name, and how well they can be proposed from the demands."""

from __future__ import annotations

from pathlib import Path

import click

from huiying.commands.output import json_option, print_json, words
from huiying.commands.triage_rows import data_option, text_option, texts_of


@click.command("units")
@data_option
@text_option
@click.option("--reply", metavar="COL", required=True, help="Column of the reply, whose words name the unit.")
@click.option("--area", metavar="COL", help="Column of the place.")
@click.option("--group", metavar="COL", help="Column of near duplicates, never on both sides of a check.")
@json_option
def units(*, data: Path, text: str, reply: str, area: str | None, group: str | None, as_json: bool) -> None:
    """Read the answering unit's kind out of replies, and check proposals of it on five folds."""
    from huiying.judgement.answering import answering_unit, names  # noqa: PLC0415  # NumPy, only where it is used
    from huiying.judgement.unit_check import check  # noqa: PLC0415  # with it
    from huiying.judgement.units import Precedent  # noqa: PLC0415  # with it

    table = texts_of(data, text, [name for name in (reply, area, group) if name])
    said = [answering_unit(cell) for cell in table.beside[reply]]
    named = [(row, found) for row, found in enumerate(said) if found is not None]
    cases = [
        Precedent(str(table.numbers[row]), table.texts[row], found.kind, table.beside[area][row] if area else "")
        for row, found in named
    ]
    groups = [(table.beside[group][row] if group else "") or f"row {table.numbers[row]}" for row, _ in named]
    checked = check(cases, groups)
    evidence: dict[str, int] = {}
    kinds: dict[str, int] = {}
    for _, found in named:
        evidence[found.evidence] = evidence.get(found.evidence, 0) + 1
        kinds[found.kind] = kinds.get(found.kind, 0) + 1
    result = {
        "rows": len(said),
        "named": len(named),
        "evidence": dict(sorted(evidence.items())),
        "kinds": {kind: kinds[kind] for kind in sorted(kinds, key=lambda kind: (-kinds[kind], kind))},
        "top1": round(checked.top1, 4),
        "top3": round(checked.top3, 4),
        "baseline_top1": round(checked.base_top1, 4),
        "baseline_top3": round(checked.base_top3, 4),
        "ece": round(checked.error, 4),
    }
    if as_json:
        print_json(result)
        return
    shown = {name: value for name, value in result.items() if name not in {"kinds", "evidence"}}
    click.echo(words("command.units_checked", shown))
    for kind, count in kinds.items():
        click.echo(f"  {names().kinds[kind].name} {count}")
