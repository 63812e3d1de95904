"""A backup as a folder: the database's dump, the encrypted files, the checkpoints, a manifest, and all their hashes.

`SHA256SUMS` is what `sha256sum -c` reads, so that a backup can be checked on a machine that has no Huiying. The folder
gets its name when everything in it is on the disk: what has the name is whole.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

from huiying.config.trouble import Trouble

DUMP, SUMS, MANIFEST, UPLOADS, CHECKPOINTS = "database.dump", "SHA256SUMS", "manifest.json", "uploads", "checkpoints"
FORMAT = 1
CHUNK_BYTES = 2**20
#: The parts there are. A name from a list is used as a path only if it is one of these.
PART = re.compile(r"database\.dump|manifest\.json|uploads/([0-9a-f]{2})/\1[0-9a-f]{30}|checkpoints/\d{4}-\d{2}\.log")
LINE = re.compile(r"([0-9a-f]{64})  (\S+)\n")


@contextmanager
def being_written(to: Path) -> Iterator[Path]:
    """Give a folder to write in; it gets its name when the block ends well, and is gone when it does not."""
    if to.exists() or to.is_symlink():
        raise Trouble("backup_there", to)
    new = to.with_name(f".{to.name}.unfinished-{os.getpid()}")
    try:
        new.mkdir(mode=0o700, parents=True)
        yield new
        for folder in (*(path for path in new.rglob("*") if path.is_dir()), new):
            _flush(folder)
        new.rename(to)
        _flush(to.parent)
    except OSError as error:
        raise Trouble("backup_not_written", to, why=f"{error.strerror} ({error.filename or to})") from error
    finally:
        shutil.rmtree(new, ignore_errors=True)


def _flush(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def written(source: IO[bytes], to: Path, most: int | None = None) -> str:
    """Write what a source gives (no more than `most` bytes) to a new file, and return its SHA-256."""
    hashed, left = sha256(), most
    to.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(to, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        while data := source.read(CHUNK_BYTES if left is None else min(left, CHUNK_BYTES)):
            hashed.update(data)
            file.write(data)
            left = None if left is None else left - len(data)
        file.flush()
        os.fsync(file.fileno())
    return hashed.hexdigest()


def digest_of(path: Path) -> str:
    """Return a file's SHA-256."""
    with path.open("rb") as file:
        return str(_digest(file))


def _digest(file: IO[bytes]) -> str:
    hashed = sha256()
    while data := file.read(CHUNK_BYTES):
        hashed.update(data)
    return hashed.hexdigest()


def copy_checkpoints(source: Path, new: Path) -> Iterator[tuple[str, str]]:
    """Copy the checkpoints as they are now, and yield each part's name and SHA-256. They only grow, line by line."""
    for path in sorted(source.glob("*.log")):
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH)  # no line is half written now
            most = path.stat().st_size
            fcntl.flock(file, fcntl.LOCK_UN)
            yield f"{CHECKPOINTS}/{path.name}", written(file, new / CHECKPOINTS / path.name, most)


def finish(new: Path, facts: dict[str, Any]) -> str:
    """Write the manifest, add it to the sums, and return its SHA-256."""
    text = json.dumps({"format": FORMAT, **facts}, ensure_ascii=False, indent=1) + "\n"
    (new / MANIFEST).write_text(text, "utf-8")
    digest = digest_of(new / MANIFEST)
    with (new / SUMS).open("a", encoding="utf-8") as sums:
        sums.write(f"{digest}  {MANIFEST}\n")
        sums.flush()
        os.fsync(sums.fileno())
    return digest


def manifest(backup: Path) -> dict[str, Any]:
    """Return a backup's manifest; a Trouble where this is no backup that we can read."""
    try:
        said = json.loads((backup / MANIFEST).read_text("utf-8"))
        known = isinstance(said, dict) and int(said["format"]) <= FORMAT
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Trouble("not_a_backup", backup, why=type(error).__name__) from error
    if not known:
        raise Trouble("not_a_backup", backup, why=said.get("format") if isinstance(said, dict) else "")
    return dict(said)


def parts(backup: Path) -> Iterator[tuple[str, str]]:
    """Yield the name and SHA-256 of every part, as the sums say; a Trouble where they cannot be read."""
    try:
        with (backup / SUMS).open(encoding="utf-8") as sums:
            for line in sums:
                found = LINE.fullmatch(line)
                if found is None or not PART.fullmatch(found[2]):
                    raise Trouble("not_a_backup", backup, why=SUMS)
                yield found[2], found[1]
    except (OSError, UnicodeDecodeError) as error:
        raise Trouble("not_a_backup", backup, why=SUMS) from error


def faults(backup: Path, progress: Callable[[int], None]) -> list[tuple[str, str]]:
    """Read every part and return what is wrong: name, and `part_missing` or `part_changed`."""
    found, seen = [], set()
    for name, digest in parts(backup):
        path = backup / name
        seen.add(name.partition("/")[0])
        if path.is_symlink() or not path.is_file():
            found.append((name, "part_missing"))
        elif digest_of(path) != digest:
            found.append((name, "part_changed"))
        progress(1)
    return found + [(name, "part_missing") for name in (DUMP, MANIFEST) if name not in seen]
