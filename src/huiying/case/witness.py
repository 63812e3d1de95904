"""Checkpoints outside the database: every act's place and hash, written down where the database's owner does not write.

A file a month. A line is `act id, subject, position, hash`; a line that starts with `=` seals all before it in the file
by a running hash, and is what an operator publishes. Acts are witnessed right after their commit. A process that dies
between the two leaves acts that `catch_up`, which workers run every minute, adds before it seals.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from huiying.case.models import Act
from huiying.config.environment import folder

SEAL = "="
#: How far back `catch_up` looks for acts that nobody witnessed: longer than any transaction lasts.
SLACK = timedelta(hours=1)


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
    transaction.on_commit(partial(_append, list(acts)))


def _line(act: Act) -> str:
    return f"{act.pk}\t{act.subject}\t{act.position}\t{bytes(act.hash).hex()}\n"


def _append(acts: list[Act]) -> None:
    _write("".join(map(_line, acts)))


def _write(text: str) -> None:
    where = checkpoint_folder()
    where.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (where / f"{timezone.localdate():%Y-%m}.log").open("a", encoding="ascii") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.write(text)
        file.flush()


def files() -> list[Path]:
    """Return the checkpoint files, oldest first."""
    return sorted(checkpoint_folder().glob("*.log"))


def _entries(paths: Iterable[Path]) -> Iterator[tuple[int, str, int, str]]:
    for path in paths:
        with path.open(encoding="ascii", errors="replace") as file:
            for line in file:
                cells = line.rstrip("\n").split("\t")
                if len(cells) == 4 and cells[0].isdigit() and cells[2].isdigit():  # noqa: PLR2004  # a line's four cells
                    yield int(cells[0]), cells[1], int(cells[2]), cells[3]


def seen(subject: str | None = None) -> dict[str, Seen]:
    """Return the last witnessed act of every subject, or of one."""
    last: dict[str, Seen] = {}
    for _, name, position, hashed in _entries(files()):
        if (subject is None or name == subject) and (name not in last or last[name].position <= position):
            last[name] = Seen(position, hashed)
    return last


def catch_up(now: datetime) -> int:
    """Witness the acts of late that nobody has, seal the file, and return how many there were."""
    known = {act_id for act_id, *_ in _entries(files()[-2:])}
    first = Act.objects.filter(written_at__gte=now - SLACK).order_by("id")
    missing = [act for act in first.iterator() if act.pk not in known]
    if missing:
        _append(missing)
    _seal(now)
    return len(missing)


def _seal(now: datetime) -> None:
    path = checkpoint_folder() / f"{timezone.localdate():%Y-%m}.log"
    if not path.exists():
        return
    with path.open("rb+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        content = file.read()
        last = content.rstrip(b"\n").rpartition(b"\n")[2]
        if not last.startswith(SEAL.encode()):
            file.write(f"{SEAL}\t{now.isoformat()}\t{sha256(content).hexdigest()}\n".encode())
            file.flush()
            os.fsync(file.fileno())


def broken_seals() -> list[str]:
    """Return the names of files in which a seal does not fit what stands before it."""
    broken = []
    for path in files():
        running, content = sha256(), path.read_bytes()
        for line in content.splitlines(keepends=True):
            if (
                line.startswith(SEAL.encode())
                and line.rstrip(b"\n").rpartition(b"\t")[2] != running.hexdigest().encode()
            ):
                broken.append(path.name)
                break
            running.update(line)
    return broken
