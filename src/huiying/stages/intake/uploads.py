"""Stored files: encrypted under a key of their own before they touch the disk, in the folder `uploads` of the home.

A file is written before the transaction that names it commits; one whose transaction failed is named by nobody, cannot
be read by anybody, and is swept away (`sweep`).
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from huiying.config.environment import home

NONCE_BYTES = 12
UNNAMED_FOR = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Stored:
    """An encrypted file: its name in the store, its digest, and what opens it, to be sealed."""

    ref: str
    digest: str
    secret: str


def path_of(ref: str) -> Path:
    """Return where a stored file lies."""
    return home() / "uploads" / ref[:2] / ref


def store(data: bytes, name: str, content_type: str) -> Stored:
    """Encrypt a file and write it, whole or not at all."""
    ref, key, nonce = secrets.token_hex(16), AESGCM.generate_key(256), secrets.token_bytes(NONCE_BYTES)
    ciphertext = AESGCM(key).encrypt(nonce, data, ref.encode())
    path = path_of(ref)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = path.with_suffix(".new")
    try:
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(ciphertext)
            file.flush()
            os.fsync(file.fileno())
        new.rename(path)
    except OSError:  # a full disk keeps half of it
        new.unlink(missing_ok=True)
        raise
    secret = {"key": key.hex(), "nonce": nonce.hex(), "name": name, "type": content_type}
    return Stored(ref, sha256(ciphertext).hexdigest(), json.dumps(secret, ensure_ascii=False))


@dataclass(frozen=True, slots=True)
class Read:
    """A file as it was brought."""

    name: str
    content_type: str
    data: bytes


def read(ref: str, secret: str) -> Read:
    """Return a stored file, given what was sealed of it."""
    said = json.loads(secret)
    data = AESGCM(bytes.fromhex(said["key"])).decrypt(
        bytes.fromhex(said["nonce"]), path_of(ref).read_bytes(), ref.encode()
    )
    return Read(said["name"], said["type"], data)


def digest_of(ref: str) -> str | None:
    """Return a stored file's SHA-256, or None where it is gone."""
    path = path_of(ref)
    return sha256(path.read_bytes()).hexdigest() if path.is_file() else None


def remove(refs: Iterable[str]) -> None:
    """Remove stored files. Without their sealed keys nobody could read them any more in any case."""
    for ref in refs:
        path_of(ref).unlink(missing_ok=True)


def sweep(named: set[str], now: datetime) -> int:
    """Remove files that nobody has named for a day, and return how many."""
    unnamed = [
        path
        for path in (home() / "uploads").glob("??/*")
        if path.stem not in named and datetime.fromtimestamp(path.stat().st_mtime, tz=now.tzinfo) < now - UNNAMED_FOR
    ]
    for path in unnamed:
        path.unlink(missing_ok=True)
    return len(unnamed)
