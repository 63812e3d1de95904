"""`huiying areas import FILE…`: bring in a country's divisions from lists of code and name."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import click

from huiying.commands.output import fail, json_option, language, print_json, words
from huiying.commands.ready import ready
from huiying.procedure.words import say

CODE = re.compile(r"[0-9]{2,12}")
SHOWN = 20


@click.group()
def areas() -> None:
    """Divisions: provinces, cities, districts, streets, villages."""


@areas.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@json_option
def import_areas(*, files: tuple[Path, ...], as_json: bool) -> None:
    """Bring in FILES (csv, csv.gz or xlsx with columns code and name). Codes nest by prefix; running twice is safe."""
    from huiying.stages.intake import tables  # noqa: PLC0415  # only where it is used

    rows: dict[str, str] = {}
    rejected: list[int] = []
    for file in files:
        try:
            table = tables.read(file)
            if not {"code", "name"} <= set(table.columns):
                fail(str(file), words("command.areas_columns"))
            for row in table.rows:
                cells = row.cells if isinstance(row, tables.Row) else {"code": "", "name": ""}
                if CODE.fullmatch(cells["code"].strip()) and cells["name"].strip():
                    rows[cells["code"].strip()] = cells["name"].strip()
                else:
                    rejected.append(row.number)
        except tables.Unreadable as unreadable:
            fail(str(file), say(f"import.{unreadable.code}", unreadable.params, language(), tables.WORDS))
    with ready():
        from django.utils import timezone  # noqa: PLC0415  # needs Django

        from huiying.case import registry  # noqa: PLC0415  # needs Django
        from huiying.procedure.state import Actor  # noqa: PLC0415  # with it

        by = Actor("areas-import", "administrator")
        count = registry.import_areas(sorted(rows.items(), key=lambda row: len(row[0])), by, timezone.now())
    if as_json:
        print_json({"read": len(rows), "areas": count, "rejected": rejected})
    else:
        said = "、".join(map(str, rejected[:SHOWN])) or "0"
        click.echo(words("command.areas_imported", {"read": len(rows), "count": count, "rejected": said}))


@areas.command("outlines")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--code", "name", default="code", show_default=True, help="Property that holds an area's code.")
@json_option
def import_outlines(*, file: Path, name: str, as_json: bool) -> None:
    """Bring in the outlines of areas from FILE (GeoJSON; of several parts the largest). Use an approved map's."""
    try:
        content = json.loads(file.read_bytes())
        outlines = dict(_outlines(content["features"], name))
    except (OSError, ValueError, KeyError, TypeError, IndexError) as unreadable:
        fail(
            str(file), words("command.outlines_unreadable", {"why": str(unreadable)}), words("command.outlines_wanted")
        )
    with ready():
        from django.utils import timezone  # noqa: PLC0415  # needs Django

        from huiying.case import registry  # noqa: PLC0415  # needs Django
        from huiying.procedure.state import Actor  # noqa: PLC0415  # with it

        unknown = registry.set_outlines(outlines, Actor("areas-import", "administrator"), timezone.now())
    if as_json:
        print_json({"read": len(outlines), "outlined": len(outlines) - len(unknown), "unknown": unknown})
    else:
        said = "、".join(unknown[:SHOWN]) or "0"
        click.echo(words("command.outlined", {"count": len(outlines) - len(unknown), "unknown": said}))


def _outlines(features: list[dict[str, dict[str, object]]], name: str) -> Iterator[tuple[str, list[list[float]]]]:
    """Yield each feature's code and its outer ring; raise what reading wrong GeoJSON raises."""
    for feature in features:
        form, parts = feature["geometry"]["type"], feature["geometry"]["coordinates"]
        if not isinstance(parts, list) or form not in {"Polygon", "MultiPolygon"}:
            raise ValueError(f"geometry of type {form}")
        rings = [parts[0]] if form == "Polygon" else [part[0] for part in parts]
        yield str(feature["properties"][name]), [[float(x), float(y)] for x, y, *_ in max(rings, key=len)]
