"""The installation's secrets, each in a file of its own: the vault's keys, the key of all keyed hashes, the sessions'.

Preparing an installation creates what is missing; nothing else does, so that a process with the wrong folder says so
and never seals with a key that nobody keeps.
"""

from __future__ import annotations

import hmac
import os
import secrets
from functools import cache
from pathlib import Path

from huiying.config.environment import folder, read
from huiying.config.trouble import Trouble

KEY_BYTES = 32
DIGESTS, SESSIONS, VAULT = "digests", "sessions", "vault-1"


def key_folder() -> Path:
    """Return the folder of the key files."""
    return folder("HUIYING_KEYS", "keys")


def create_missing() -> None:
    """Create the keys that are not there yet, readable by this account alone."""
    where = key_folder()
    where.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in (DIGESTS, SESSIONS, VAULT):
        new = where / f".{name}.{os.getpid()}"
        if (where / f"{name}.key").exists():
            continue
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(KEY_BYTES))
        try:
            os.link(new, where / f"{name}.key")  # whole or not at all; of two at once the first stays
        except FileExistsError:
            continue
        finally:
            new.unlink()


@cache
def _key(name: str, *where: str) -> bytes:
    """Read a key of the installation once. `where`: all that its folder depends on."""
    del where
    return _read(key_folder() / f"{name}.key")


def _read(path: Path) -> bytes:
    try:
        return bytes.fromhex(path.read_text().strip())
    except (OSError, ValueError) as error:
        raise Trouble("key_missing", path, why=str(error)) from error


def key(name: str) -> bytes:
    """Return a key's bytes; raise a Trouble where its file is missing or no key."""
    return _key(name, read("HUIYING_KEYS"), read("HUIYING_HOME"), os.getcwd())  # noqa: PTH109  # asked for every digest


def names(where: Path) -> list[str]:
    """Return the names of the keys in a folder."""
    return sorted(path.stem for path in where.glob("*.key"))


def proof(name: str, where: Path) -> str:
    """Return what only this very key gives, and what tells nothing of it: a backup says it of each of its keys."""
    return hmac.digest(_read(where / f"{name}.key"), b"huiying: proof of a key", "sha256").hex()


def copy(source: Path, to: Path) -> None:
    """Copy key files into a folder that has none, readable by this account alone."""
    to.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in names(source):
        data = (source / f"{name}.key").read_bytes()
        with os.fdopen(os.open(to / f"{name}.key", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())


def newest_vault_key() -> str:
    """Return the name of the key that seals from now on: the one with the highest number."""
    names = [path.stem for path in key_folder().glob("vault-*.key")]
    return max(names, key=lambda name: int(name.rpartition("-")[2]), default=VAULT)


def digest(purpose: str, *parts: str | bytes) -> bytes:
    """Return a keyed hash (32 bytes). Purposes never share values; parts are taken with their lengths."""
    message = b"".join(
        len(part).to_bytes(8, "big") + part
        for part in (part.encode() if isinstance(part, str) else part for part in (purpose, *parts))
    )
    return hmac.digest(key(DIGESTS), message, "sha256")


def session_secret() -> str:
    """Return what signs sessions. A process without keys, such as a type check, signs for itself alone."""
    try:
        return key(SESSIONS).hex()
    except Trouble:
        return secrets.token_hex(KEY_BYTES)
