"""What of an installation's set-up invites strangers. `huiying doctor` says it in words, Django's checks warn of it."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from psycopg.conninfo import conninfo_to_dict

from huiying.config.environment import hosts, is_https, read, roles_with_second_factor
from huiying.config.keys import key_folder
from huiying.config.trouble import Trouble
from huiying.procedure.schema import ROLES

AT_HOME = frozenset({"localhost", "127.0.0.1", "[::1]", "::1", "testserver"})
PASSWORD_FILES = (
    "HUIYING_MAILBOX_PASSWORD_FILE",
    "HUIYING_MODEL_KEY_FILE",
    "DATABASE_PASSWORD_FILE",
    "DATABASE_OWNER_PASSWORD_FILE",
)
#: How a connection to another machine must be made, for nobody to listen or to stand in between.
SURE = frozenset({"verify-full", "verify-ca"})


def worries() -> Iterator[Trouble]:
    """Yield what should not stay as it is, the worst first."""
    yield from (Trouble("others_may_read", path) for path in secrets_on_disk() if _is_open(path))
    if "*" in hosts():
        yield Trouble("any_host", "HUIYING_HOSTS")
    abroad = [host for host in hosts() if host not in AT_HOME]
    if abroad and not is_https():
        yield Trouble("no_https", "HUIYING_HTTPS", host=abroad[0])
    if is_https() and not roles_with_second_factor():
        yield Trouble("no_second_factor", "HUIYING_SECOND_FACTOR")
    if unknown := sorted(roles_with_second_factor() - ROLES):
        yield Trouble("second_factor_unknown", "HUIYING_SECOND_FACTOR", role=unknown[0])
    mailbox = urlsplit(read("HUIYING_MAILBOX"))
    if mailbox.scheme == "imap" and mailbox.hostname not in AT_HOME:
        yield Trouble("mailbox_in_the_clear", "HUIYING_MAILBOX", host=mailbox.hostname)
    model = urlsplit(read("HUIYING_MODEL_URL"))
    if model.scheme == "http" and model.hostname not in AT_HOME:
        yield Trouble("model_in_the_clear", "HUIYING_MODEL_URL", host=model.hostname)
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL"):
        host, mode = _reached(read(name))
        if host and host not in AT_HOME and not host.startswith("/") and mode not in SURE:
            yield Trouble("database_in_the_clear", name, host=host)


def secrets_on_disk() -> list[Path]:
    """Return what nobody but the installation's own account should read. Uploads are encrypted, and not among it."""
    named = [Path(read(name)) for name in PASSWORD_FILES if read(name)]
    folders = [key_folder()] if key_folder().is_dir() else []
    return [*folders, *sorted(key_folder().glob("*.key")), *(path for path in named if path.is_file())]


def _is_open(path: Path) -> bool:
    facts = path.stat()
    return bool(facts.st_mode & (stat.S_IRWXG | stat.S_IRWXO)) or facts.st_uid not in {os.geteuid(), 0}


def _reached(url: str) -> tuple[str, str]:
    found = conninfo_to_dict(url) if url else {}
    return str(found.get("host") or ""), str(found.get("sslmode") or "")
