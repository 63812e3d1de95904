"""`huiying ledger verify`: prove that nothing was changed, cut off or taken away."""

from __future__ import annotations

import sys

import click

from huiying.commands.output import EXIT_FELL_SHORT, fail, json_option, print_json, words
from huiying.commands.ready import ready


@click.group()
def ledger() -> None:
    """The ledger of all acts."""


@ledger.command()
@click.option("--case", "number", metavar="NO", help="One case only.")
@json_option
def verify(*, number: str | None, as_json: bool) -> None:
    """Recompute every chain, replay every case against its row, ask the checkpoints. Exit 1: differences."""
    with ready():
        from huiying.case.models import Case  # noqa: PLC0415  # needs Django
        from huiying.case.scope import working  # noqa: PLC0415  # needs Django
        from huiying.case.verifying import verify as verify_ledger  # noqa: PLC0415  # needs Django
        from huiying.stages.intake.uploads import digest_of  # noqa: PLC0415  # needs Django

        with working():
            total = 1 if number else Case.objects.count()
            with click.progressbar(length=total, label=words("command.verifying"), file=sys.stderr) as bar:
                report = verify_ledger(number, file_digest=digest_of, progress=bar.update)
    if number and report.ok and not report.cases:
        fail("--case", words("command.no_such_case", {"number": number}))
    if as_json:
        print_json(
            {
                "ok": report.ok,
                "cases": report.cases,
                "acts": report.acts,
                "differences": [
                    {"case": found.case, "act": found.act, "kind": found.kind} for found in report.differences
                ],
            }
        )
    else:
        for found in report.differences:
            click.echo(words(f"difference.{found.kind}", {"case": found.case, "act": found.act}))
        click.echo(
            words("command.verified", {"cases": report.cases, "acts": report.acts, "found": len(report.differences)})
        )
    if not report.ok:
        sys.exit(EXIT_FELL_SHORT)
