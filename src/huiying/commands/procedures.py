"""`huiying procedures`: check every instrument with its examples, and draw each as a picture."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from huiying.commands import local_limits
from huiying.commands.output import EXIT_FELL_SHORT, fail, json_option, language, print_json, rule_words, words
from huiying.commands.packs import pack_option, the_library
from huiying.procedure.checking import check
from huiying.procedure.drawing import draw_instrument
from huiying.procedure.examples import run
from huiying.procedure.library import Fault, Instrument, Library


@click.group()
def procedures() -> None:
    """Check instruments, or draw them."""


@procedures.command("check")
@pack_option
@json_option
def check_command(*, packs: tuple[Path, ...], as_json: bool) -> None:
    """Check that every instrument holds together, run its examples, and list the local limits of this installation."""
    library = the_library(packs)
    faults = [*check(library), *_failed_examples(library)]
    reports = [_report(library, instrument, faults) for instrument in library.instruments.values()]
    local = local_limits.reports(library)
    wrong = len(faults) + sum(bool(limit["failed"]) for limit in local)
    if as_json:
        print_json({"ok": not wrong, "instruments": reports, "local_limits": local})
    else:
        for report in reports:
            counts = "  ".join(f"{key} {report[key]}" for key in ("steps", "acts", "terms", "examples"))
            click.echo(f"{'✗' if report['failed'] else '✓'} {report['id']:<16} {counts}  {report['title']}")
        for fault in faults:
            click.echo(f"  {fault.instrument} · {fault.where}: {_say(fault)}")
        for limit in local:
            click.echo(_local(limit))
        click.echo(words("command.procedures_failed", {"count": wrong}) if wrong else words("command.procedures_ok"))
    sys.exit(EXIT_FELL_SHORT if wrong else 0)


@procedures.command("draw")
@click.argument("folder", type=click.Path(path_type=Path))
@pack_option
def draw_command(*, folder: Path, packs: tuple[Path, ...]) -> None:
    """Draw each instrument into FOLDER: its steps by who holds them, its acts, its limits with article and status."""
    library = the_library(packs)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for instrument in library.instruments.values():
            (folder / f"{instrument.id}.svg").write_text(draw_instrument(library, instrument, language()), "utf-8")
    except OSError as error:
        fail(str(folder), words("command.folder_not_writable", {"why": error.strerror}))
    click.echo(words("command.drawn", {"count": len(library.instruments), "folder": folder}))


def _failed_examples(library: Library) -> Iterator[Fault]:
    for instrument in library.instruments.values():
        for path in instrument.examples:
            for difference in run(library, instrument, path):
                yield Fault("example_failed", instrument.id, f"examples/{path.name}", {"why": difference})


def _report(library: Library, instrument: Instrument, faults: list[Fault]) -> dict[str, object]:
    procedure = library.procedures.get(instrument.id)
    return {
        "id": instrument.id,
        "title": instrument.title,
        "steps": len(procedure.steps) if procedure else 0,
        "acts": len(procedure.acts) if procedure else 0,
        "terms": len(instrument.terms.term) if instrument.terms else 0,
        "examples": len(instrument.examples),
        "failed": [
            {"code": fault.code, "where": fault.where, "message": _say(fault)}
            for fault in faults
            if fault.instrument == instrument.id
        ],
    }


def _local(limit: dict[str, object]) -> str:
    """Return a local limit as a line: ✓ where it holds or will, ✗ with the reason where it fits its row no more."""
    said = {**limit, "measure": rule_words(f"unit.{limit['unit']}")}
    line = words("command.local_limit", said)
    return f"✗ {line}\n  {limit['failed']}" if limit["failed"] else f"✓ {line}"


def _say(fault: Fault) -> str:
    return rule_words(f"fault.{fault.code}", fault.params)
