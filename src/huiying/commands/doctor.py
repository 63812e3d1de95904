"""`huiying doctor`: what is right and wrong with this installation, in plain words, and what to do."""

from __future__ import annotations

import platform
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

import click

from huiying.commands.output import EXIT_FELL_SHORT, json_option, print_json, words
from huiying.commands.packs import the_library
from huiying.config import binaries, database, postgres, roles, safety
from huiying.config.environment import home
from huiying.config.trouble import Trouble
from huiying.procedure.checking import check
from huiying.procedure.time_limits import SHANGHAI
from huiying.procedure.workdays import china

#: From this month on, next year's holiday notice should be there.
NOTICE_EXPECTED_MONTH = 12


@dataclass(frozen=True, slots=True)
class Finding:
    """What one examination found; a remedy with nothing wrong is something that somebody should still see to."""

    says: str
    remedy: str = ""
    ok: bool = True
    where: str = ""


@click.command()
@json_option
def doctor(*, as_json: bool) -> None:
    """Look at this installation: machine, home, PostgreSQL, roles, calendar, instruments."""
    findings = {name: _examine(examination) for name, examination in EXAMINATIONS.items()}
    ok = all(finding.ok for finding in findings.values())
    if as_json:
        print_json({"ok": ok, "findings": [{"name": name, **asdict(finding)} for name, finding in findings.items()]})
    else:
        for name, finding in findings.items():
            click.echo(f"{'✓' if finding.ok else '✗'} {words(f'doctor.{name}')}: {finding.says}")
            if finding.remedy:
                click.echo(f"  → {finding.remedy}")
    sys.exit(0 if ok else EXIT_FELL_SHORT)


def _examine(examination: Callable[[], Finding]) -> Finding:
    try:
        return examination()
    except Trouble as trouble:
        params = {"where": trouble.where, **trouble.params}
        return Finding(
            words(f"trouble.{trouble.code}", params),
            words(f"remedy.{trouble.code}", params),
            ok=False,
            where=trouble.where,
        )


def _python() -> Finding:
    return Finding(f"{platform.python_version()} · {platform.platform()}")


def _programs() -> Finding:
    if not database.is_embedded():
        return Finding(words("doctor.not_embedded"))
    folder = binaries.find()
    user = binaries.account(home() / "postgres")
    as_whom = words("doctor.runs_as", {"user": user.name}) if user else ""
    return Finding(f"PostgreSQL {binaries.version(folder)} · {folder}{as_whom}")


def _home() -> Finding:
    if database.is_embedded():
        postgres.cluster()
    nearest = next(folder for folder in (home(), *home().parents) if folder.exists())
    return Finding(words("doctor.room", {"home": home(), "free": shutil.disk_usage(nearest).free // 2**20}))


def _server() -> Finding:
    with database.available():
        roles.inspect(database.url("owner"))
        return Finding(roles.inspect(database.url("app")))


def _calendar() -> Finding:
    known, today = max(china().years), datetime.now(SHANGHAI).date()
    if (today.year, today.month) >= (known, NOTICE_EXPECTED_MONTH):
        return Finding(words("doctor.calendar_ends", {"known": known}), words("doctor.calendar_wanted"))
    return Finding(words("doctor.calendar_known", {"first": min(china().years), "last": known}))


def _instruments() -> Finding:
    library = the_library(())
    faults = check(library)
    if faults:
        raise Trouble("instruments_faulty", faults[0].instrument, count=len(faults))
    counts = {"count": len(library.instruments), "terms": len(library.terms)}
    return Finding(words("doctor.instruments_sound", counts))


def _safety() -> Finding:
    worry = next(safety.worries(), None)
    if worry is not None:
        raise worry
    return Finding(words("doctor.safe"))


EXAMINATIONS: Mapping[str, Callable[[], Finding]] = {
    "python": _python,
    "programs": _programs,
    "home": _home,
    "server": _server,
    "safety": _safety,
    "calendar": _calendar,
    "instruments": _instruments,
}
