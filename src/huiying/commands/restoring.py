"""Restoring: what must be so before anything is written, the order in which it is written, and what then proves it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from huiying.commands.ready import UNFINISHED, set_up_django
from huiying.config import archive, database, dumping, keys
from huiying.config.environment import folder, home
from huiying.config.trouble import Trouble

if TYPE_CHECKING:
    from huiying.case.verifying import Report
    from huiying.case.witness import Seen

Step = Callable[[str], AbstractContextManager[None]]
#: The subject whose chain says when an installation was restored, and what was lost.
SUBJECT = "installation"
#: How many subjects are compared with the database at once.
AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Lost:
    """What the checkpoints outside know, and the backup did not: acts, whole cases, and the time of the last seal."""

    acts: int = 0
    cases: int = 0
    until: str = ""


@dataclass(frozen=True, slots=True)
class Restored:
    """What verifying a restored installation found."""

    report: Report
    lost: Lost


def check_place(key_source: Path, manifest: dict[str, Any], *, own_keys: bool, checkpoints: Path | None) -> None:
    """Raise a Trouble unless the home is empty, the keys are those of the backup and the checkpoints can be read."""
    kept = {keys.key_folder(), key_source.absolute(), *([checkpoints.absolute()] if checkpoints else [])}
    if home().exists() and (found := sorted(path.name for path in home().iterdir() if path not in kept)):
        raise Trouble("home_not_empty", home(), found="、".join(found))
    own = folder("HUIYING_CHECKPOINTS", "checkpoints")
    if own.exists() and any(own.glob("*.log")):
        raise Trouble("checkpoints_there", own)
    if not own_keys and keys.names(keys.key_folder()):
        raise Trouble("keys_there", keys.key_folder())
    if checkpoints is not None and not any(checkpoints.glob("*.log")):
        raise Trouble("no_checkpoints", checkpoints)
    proofs = manifest["keys"]
    if missing := sorted(set(proofs) - set(keys.names(key_source))):
        raise Trouble("keys_missing", key_source, names="、".join(missing))
    if other := [name for name in sorted(proofs) if keys.proof(name, key_source) != proofs[name]]:
        raise Trouble("keys_other", key_source, names="、".join(other))


def restore_into_place(
    source: Path, manifest: dict[str, Any], key_source: Path | None, checkpoints: Path | None, step: Step
) -> Restored:
    """Put everything in its place and prove it. Files come first: a database that is there has what it names.

    A home in which this began and did not end says so to every other command.
    """
    home().mkdir(mode=0o711, parents=True, exist_ok=True)
    try:
        (home() / UNFINISHED).touch(mode=0o600)
        with step("copy"):
            if key_source is not None:
                keys.copy(key_source, keys.key_folder())
            _put_files(source)
    except OSError as error:
        raise Trouble("home_not_writable", error.filename or home(), why=error.strerror) from error
    with database.available():
        with step("restore"):
            dumping.make_empty()
            dumping.load(source / archive.DUMP)
            keys.create_missing()
            set_up_django()
            _settle(manifest, checkpoints)
            _prove_keys()
        (home() / UNFINISHED).unlink()
        with step("verify"):
            return _verify(manifest, checkpoints)


def _put_files(source: Path) -> None:
    own = folder("HUIYING_CHECKPOINTS", "checkpoints")
    for name, digest in archive.parts(source):
        kind, _, rest = name.partition("/")
        if rest:
            to = (own if kind == archive.CHECKPOINTS else home() / kind) / rest
            with (source / name).open("rb") as part:
                if archive.written(part, to) != digest:
                    raise Trouble("changed_meanwhile", source / name)


def _settle(manifest: dict[str, Any], checkpoints: Path | None) -> None:
    """Bring the database to this code's schema, and its numbers beyond all that were given."""
    from django.db import connection  # noqa: PLC0415  # needs Django
    from django.db.migrations.loader import MigrationLoader  # noqa: PLC0415  # as above

    from huiying.case.witness import Witnesses, last_act  # noqa: PLC0415  # as above
    from huiying.config.migrating import bring_up_to_date  # noqa: PLC0415  # as above

    known = {f"{app}.{name}" for app, name in MigrationLoader(connection).disk_migrations}
    if newer := sorted(set(manifest["migrations"]) - known):
        raise Trouble("backup_newer", manifest["version"], first=newer[0])
    serials = (_serial(subject) for subject, _ in Witnesses(where=checkpoints))
    dumping.settle(last_act(checkpoints), max(serials, default=0))
    bring_up_to_date()


def _serial(subject: str) -> int:
    """Return the serial in a case's subject `case:YYYYMMDD-NNNNNNNN-C`, and 0 of anything else."""
    cells = subject.split("-")
    return int(cells[1]) if subject.startswith("case:") and len(cells) > 1 and cells[1].isdecimal() else 0


def _prove_keys() -> None:
    """Try each key on something that it sealed. Nobody sees what it was."""
    for name, bound, nonce, ciphertext in dumping.sample_sealed():
        try:
            AESGCM(keys.key(name)).decrypt(nonce, ciphertext, bound)
        except InvalidTag:
            raise Trouble("keys_other", keys.key_folder(), names=name) from None


def _verify(manifest: dict[str, Any], checkpoints: Path | None) -> Restored:
    from django.utils import timezone  # noqa: PLC0415  # needs Django

    from huiying.case import registry  # noqa: PLC0415  # as above
    from huiying.case.ledger import Entry  # noqa: PLC0415  # as above
    from huiying.case.scope import working  # noqa: PLC0415  # as above
    from huiying.case.verifying import verify  # noqa: PLC0415  # as above
    from huiying.case.witness import Witnesses, last_seal  # noqa: PLC0415  # as above
    from huiying.procedure.state import Actor  # noqa: PLC0415  # as above
    from huiying.stages.intake.uploads import digest_of  # noqa: PLC0415  # as above

    with working():
        report = verify(file_digest=digest_of, checkpoints=checkpoints)
        lost = _lost(Witnesses(where=checkpoints), last_seal(checkpoints))
    with working():
        given = {"taken_at": manifest["taken_at"], "acts_lost": lost.acts, "cases_lost": lost.cases}
        registry.append(SUBJECT, Entry("restore", Actor("command", "administrator"), timezone.now(), given=given))
    return Restored(report, lost)


def _lost(witnessed: Iterable[tuple[str, Seen]], until: str) -> Lost:
    from django.db.models import Max  # noqa: PLC0415  # needs Django

    from huiying.case.models import Act  # noqa: PLC0415  # as above

    acts = cases = 0
    rest = iter(witnessed)
    while some := dict(islice(rest, AT_ONCE)):
        held = dict(Act.objects.filter(subject__in=some).values_list("subject").annotate(Max("position")).order_by())
        for subject, last in some.items():
            there = held.get(subject, 0)
            acts += max(0, last.position - there)
            cases += not there and subject.startswith("case:")
    return Lost(acts, cases, until if acts else "")
