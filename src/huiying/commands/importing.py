"""`huiying import FILE`: register a table of demands; rows that cannot be are listed with their reason."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from huiying.commands.output import fail, json_option, language, print_json, words
from huiying.commands.ready import ready
from huiying.procedure.words import say

if TYPE_CHECKING:
    from huiying.stages.intake.maps import Draft, Map
    from huiying.stages.intake.receiving import Received
    from huiying.stages.intake.tables import Rejected, Table, Unreadable

#: Channels that pages have words for; a city may have others.
CHANNELS = ("phone", "portal", "app", "wechat", "sms", "weibo", "email", "letter", "visit", "qr", "other")
CHANNEL = re.compile(r"[a-z0-9][a-z0-9_-]{0,11}")
SHOWN = 20


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--map", "map_file", type=click.Path(path_type=Path), help="How columns become a demand (TOML).")
@click.option("--channel", required=True, help="Channel of rows that name none: phone, portal, visit …")
@click.option(
    "--processes", default=2, show_default=True, type=click.IntRange(1, 64), help="Processes for long tables."
)
@json_option
def import_(*, file: Path, map_file: Path | None, channel: str, processes: int, as_json: bool) -> None:
    """Register the rows of FILE (csv, csv.gz, xlsx). Safe to run twice. Exit 0 with rejections, 2 if unreadable."""
    from django.utils import timezone  # noqa: PLC0415  # Django only where it is used

    from huiying.stages.intake import maps, tables  # noqa: PLC0415  # as above

    if not CHANNEL.fullmatch(channel):
        fail("--channel", words("command.not_a_channel", {"channel": channel, "known": "、".join(CHANNELS)}))
    table, source = the_table(file, map_file)
    try:
        with ready():
            from huiying.stages.intake.receiving import Received, receive_many  # noqa: PLC0415  # needs Django

            now = timezone.now()
            tally = Received()
            drafts: Iterator[Draft | Rejected] = (maps.apply(source, row, now) for row in table.rows)
            with click.progressbar(label=words("command.importing"), length=0, file=sys.stderr) as bar:
                for tally in receive_many(drafts, channel=channel, at=now, processes=processes):  # the last one is told
                    bar.length = tally.rows
                    bar.update(tally.rows - bar.pos)
    except tables.Unreadable as unreadable:
        fail(str(file), reason_of(unreadable), words("command.file_wanted"))
    _tell(tally, as_json=as_json)


def the_table(file: Path, map_file: Path | None) -> tuple[Table, Map]:
    """Return a table and the map of its columns; leave with what is wrong with the one or the other."""
    from huiying.stages.intake import maps, tables  # noqa: PLC0415  # not needed by other commands

    where = file
    try:
        table = tables.read(file)
        where = map_file or file
        source = maps.load(map_file) if map_file else maps.detect(table.columns)
        if source is None:
            fail(str(file), words("command.no_map", {"columns": "、".join(table.columns)}))
        maps.check(source, table.columns)
    except tables.Unreadable as unreadable:
        remedy = "command.file_wanted" if where == file else "command.map_wanted"
        fail(str(where), reason_of(unreadable), words(remedy))
    return table, source


def _tell(tally: Received, *, as_json: bool) -> None:
    reasons = [{"row": row.number, "column": row.column, "reason": reason_of(row)} for row in tally.rejected]
    if as_json:
        print_json({"rows": tally.rows, "created": tally.created, "already": tally.already, "rejected": reasons})
        return
    click.echo(
        words(
            "command.imported",
            {"rows": tally.rows, "created": tally.created, "already": tally.already, "rejected": len(reasons)},
        )
    )
    for reason in reasons[:SHOWN]:
        click.echo(words("command.rejected_row", {**reason, "column": reason["column"] or "—"}))
    if len(reasons) > SHOWN:
        click.echo(words("command.rejected_more", {"more": len(reasons) - SHOWN}))


def reason_of(wrong: Rejected | Unreadable) -> str:
    """Return what is wrong with a row, or with a whole file, in the language of messages."""
    from huiying.stages.intake.tables import WORDS  # noqa: PLC0415  # Django-free, but not needed by other commands

    return say(f"import.{wrong.code}", wrong.params, language(), WORDS)
