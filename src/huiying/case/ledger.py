"""The chain: what an act says, its hash, and commitments to contents that may one day be erased."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any

from huiying.case.models import Act
from huiying.procedure.schema import Procedure
from huiying.procedure.state import Actor

SALT_BYTES = 16
START = b""


@dataclass(frozen=True, slots=True)
class Entry:
    """An act about to be appended: what folds (`given`, `sets`) and commitments to what does not."""

    act: str
    actor: Actor
    at: datetime
    track: str = ""
    given: Mapping[str, object] = field(default_factory=dict)
    sets: Mapping[str, object] = field(default_factory=dict)
    commitments: Mapping[str, str] = field(default_factory=dict)


def plain(value: object) -> Any:  # noqa: ANN401  # JSON's own types
    """Return a given value as JSON keeps it."""
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    return value


def given_again(procedure: Procedure, act: str, given: Mapping[str, Any]) -> dict[str, object]:
    """Return what an act was given, in the types that rules expect, from JSON."""
    kinds = {ask.name: ask.kind for ask in procedure.acts[act].asks}
    typed: dict[str, object] = {}
    for name, value in given.items():
        if kinds[name] in {"choices", "parties"}:
            typed[name] = tuple(value)
        else:
            typed[name] = date.fromisoformat(value) if kinds[name] == "date" else value
    return typed


def link(subject: str, position: int, previous: bytes, entry: Act) -> bytes:
    """Return the hash of an act: of the one before it, and of all that this one says."""
    said = {
        "subject": subject,
        "position": position,
        "act": entry.act,
        "track": entry.track,
        "person": entry.person,
        "role": entry.role,
        "unit": entry.unit,
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "body": entry.body,
        "commitments": entry.commitments,
    }
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(previous + text.encode()).digest()


def chained(subject: str, position: int, previous: bytes, entry: Entry, case_id: int | None = None) -> Act:
    """Return the act that follows on a subject, hashed and not yet written."""
    act = Act(
        subject=subject,
        position=position,
        case_id=case_id,
        act=entry.act,
        track=entry.track,
        person=entry.actor.person,
        role=entry.actor.role,
        unit=entry.actor.unit,
        at=entry.at,
        body={"given": plain(entry.given), "sets": plain(entry.sets)},
        commitments=dict(entry.commitments),
        previous=previous,
    )
    act.hash = link(subject, position, previous, act)
    return act


def commit(text: str, salt: bytes) -> str:
    """Return the commitment to a text: without its salt, which lies beside it, nobody can try texts against it."""
    return sha256(salt + text.encode()).hexdigest()


def salted(text: str) -> tuple[bytes, str]:
    """Return a new salt and the commitment to a text under it."""
    salt = secrets.token_bytes(SALT_BYTES)
    return salt, commit(text, salt)


def case_subject(number: str) -> str:
    """Return the name of a case as a subject of the ledger."""
    return f"case:{number}"
