"""`huiying procedures`: check every instrument with its examples, and draw each as a picture."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import click

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
    """Check that every instrument holds together, and run its examples."""
    library = the_library(packs)
    faults = [*check(library), *_failed_examples(library)]
    reports = [_report(library, instrument, faults) for instrument in library.instruments.values()]
    if as_json:
        print_json({"ok": not faults, "instruments": reports})
    else:
        for report in reports:
            counts = "  ".join(f"{key} {report[key]}" for key in ("steps", "acts", "terms", "examples"))
            click.echo(f"{'✗' if report['failed'] else '✓'} {report['id']:<16} {counts}  {report['title']}")
        for fault in faults:
            click.echo(f"  {fault.instrument} · {fault.where}: {_say(fault)}")
        click.echo(
            words("command.procedures_failed", {"count": len(faults)}) if faults else words("command.procedures_ok")
        )
    sys.exit(EXIT_FELL_SHORT if faults else 0)


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


def _say(fault: Fault) -> str:
    return rule_words(f"fault.{fault.code}", fault.params)
