"""Checkpoints outside the database: every act's place and hash, written down where the database's owner does not write.

A file a month. A line is `act id, subject, position, hash`; a line that starts with `=` seals all before it in the file
by a running hash, and is what an operator publishes. Acts are witnessed right after their commit. A process that dies
between the two leaves acts that `catch_up`, which workers run every minute, adds before it seals.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from io import FileIO
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from huiying.case.models import Act
from huiying.config.environment import folder

SEAL = "="
#: How many acts before the last known one are looked at: more than commit while any transaction lasts.
LOOK_BACK, AT_ONCE = 10_000, 1000
#: Holds more lines than are looked back at, at some hundred bytes an act.
TAIL_BYTES, BLOCK_BYTES = 16 * 2**20, 2**16
#: An act's line has four cells; whatever has fewer, or no whole hash, was cut off.
CELLS, HASH_DIGITS = 4, 64
SEAL_START = SEAL.encode() + b"\t"


@dataclass(frozen=True, slots=True)
class Seen:
    """What the checkpoints say of one subject: its last act's place and that act's hash."""

    position: int
    hash: str


def checkpoint_folder() -> Path:
    """Return the folder of the checkpoints."""
    return folder("HUIYING_CHECKPOINTS", "checkpoints")


def witness(acts: Iterable[Act]) -> None:
    """Write these acts down once the transaction that made them has committed, and not if it fails."""
    written = list(acts)

    def after_commit() -> None:  # a function with a name: Django names it where it fails, which must hurt nobody
        _append(written)

    transaction.on_commit(after_commit, robust=True)


def _line(act: Act) -> str:
    return f"{act.pk}\t{act.subject}\t{act.position}\t{bytes(act.hash).hex()}\n"


def _append(acts: list[Act]) -> None:
    _write("".join(map(_line, acts)))


def _write(text: str) -> None:
    where = checkpoint_folder()
    where.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (where / f"{timezone.localdate():%Y-%m}.log").open("ab+", buffering=0) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        _add(file, text.encode())


def _add(file: FileIO, lines: bytes) -> None:
    """Write lines at the end, all or none: a full disk takes half a line, to which the next would be glued."""
    whole = file.seek(0, os.SEEK_END)
    file.seek(max(0, whole - 1))
    if file.read(1) not in {b"", b"\n"}:  # the machine went down in the middle of a line
        lines = b"\n" + lines
    try:
        while lines:
            lines = lines[file.write(lines) :]
    except OSError:
        file.truncate(whole)
        raise


def files(where: Path | None = None) -> list[Path]:
    """Return the checkpoint files of a folder, or else of the installation's own, oldest first."""
    return sorted((where or checkpoint_folder()).glob("*.log"))


def _entries(paths: Iterable[Path]) -> Iterator[tuple[int, str, int, str]]:
    for path in paths:
        with path.open(encoding="utf-8", errors="replace") as file:
            for line in file:
                cells = line.rstrip("\n").split("\t")
                if len(cells) == CELLS and cells[0].isdigit() and cells[2].isdigit() and len(cells[3]) == HASH_DIGITS:
                    yield int(cells[0]), cells[1], int(cells[2]), cells[3]


class Witnesses:
    """The last witnessed act of every subject, or of one, until they are taken.

    They lie in a scratch file of this machine: memory does not grow with the ledger, and what stands against the
    database is not asked of it.
    """

    def __init__(self, subject: str | None = None, where: Path | None = None) -> None:
        self._scratch = sqlite3.connect("")  # a file of its own that is gone when this is
        self._scratch.execute("PRAGMA cache_size = -16384")
        self._scratch.execute("CREATE TABLE seen (subject TEXT PRIMARY KEY, position INTEGER, hash TEXT) WITHOUT ROWID")
        self._scratch.executemany(
            "INSERT INTO seen VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET position = excluded.position,"
            " hash = excluded.hash WHERE excluded.position >= position",
            (entry[1:] for entry in _entries(files(where)) if subject is None or entry[1] == subject),
        )

    def take(self, subjects: Sequence[str]) -> dict[str, Seen]:
        """Return what was witnessed of these subjects, and forget it."""
        taken: dict[str, Seen] = {}
        for asked in subjects:
            row = self._scratch.execute("DELETE FROM seen WHERE subject = ? RETURNING subject, position, hash", [asked])
            taken |= {subject: Seen(position, hashed) for subject, position, hashed in row.fetchall()}
        return taken

    def __iter__(self) -> Iterator[tuple[str, Seen]]:
        """Yield the subjects that nobody has taken, by their names."""
        for subject, position, hashed in self._scratch.execute("SELECT * FROM seen ORDER BY subject"):
            yield subject, Seen(position, hashed)


def last_act(where: Path | None = None) -> int:
    """Return the highest act's id that was witnessed."""
    return max((act_id for act_id, *_ in _entries(files(where))), default=0)


def last_seal(where: Path | None = None) -> str:
    """Return when the last seal was set, as it says; nothing where there is none."""
    said = ""
    for path in files(where):
        with path.open(encoding="utf-8", errors="replace") as file:
            for line in file:
                if line.startswith(f"{SEAL}\t"):
                    said = line.split("\t")[1]
    return said


def catch_up(now: datetime) -> int:
    """Witness the acts of late that nobody has, seal the file, and return how many there were."""
    known = {act_id for path in files()[-2:] for act_id in _late_ids(path)}
    # Ids grow; a transaction that lasted may have committed a lower one later. Whatever stood still meanwhile, the
    # acts after the last that is known, and those shortly before it, are all that may be missing.
    late = Act.objects.filter(pk__gt=max(known, default=0) - LOOK_BACK).order_by("id")
    missing = [act_id for act_id in late.values_list("pk", flat=True) if act_id not in known]
    for start in range(0, len(missing), AT_ONCE):
        _append(list(Act.objects.filter(pk__in=missing[start : start + AT_ONCE]).order_by("id")))
    _seal(now)
    return len(missing)


def _late_ids(path: Path) -> Iterator[int]:
    """Yield the ids of the acts in the end of a file."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - TAIL_BYTES))
        for line in file:
            cells = line.rstrip(b"\n").split(b"\t")
            if len(cells) == CELLS and cells[0].isdigit() and len(cells[3]) == HASH_DIGITS:
                yield int(cells[0])


def _seal(now: datetime) -> None:
    """Seal what a file holds since its last seal; a file with nothing new is left as it is."""
    path = checkpoint_folder() / f"{timezone.localdate():%Y-%m}.log"
    if not path.exists():
        return
    with path.open("rb+", buffering=0) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        before, since = _since_last_seal(file)
        if since:
            _add(file, f"{SEAL}\t{now.isoformat()}\t{_sealed(before, since)}\n".encode())
            os.fsync(file.fileno())


def _sealed(before: str, since: bytes) -> str:
    """Return the hash of a seal: of the seal before it and all lines since."""
    return sha256(before.encode() + since).hexdigest()


def _since_last_seal(file: FileIO) -> tuple[str, bytes]:
    """Return the last seal's hash and what stands after it, reading no more of the file than that."""
    at, tail = file.seek(0, os.SEEK_END), b""
    while at:
        step = min(at, BLOCK_BYTES)
        at -= step
        file.seek(at)
        tail = file.read(step) + tail
        start = tail.rfind(b"\n" + SEAL_START)
        if start >= 0:  # a file begins with an act's line, never with a seal
            line, _, since = tail[start + 1 :].partition(b"\n")
            return line.rpartition(b"\t")[2].decode(), since
    return "", tail


def broken_seals(where: Path | None = None) -> list[str]:
    """Return the names of files in which a seal does not fit what stands before it."""
    return [path.name for path in files(where) if not _is_sealed(path)]


def _is_sealed(path: Path) -> bool:
    since = sha256()
    with path.open("rb") as file:
        for line in file:
            if not line.startswith(SEAL_START):
                since.update(line)
                continue
            said = line.rstrip(b"\n").rpartition(b"\t")[2].decode("ascii", "replace")
            if said != since.hexdigest():
                return False
            since = sha256(said.encode())
    return True
