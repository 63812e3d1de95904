"""Commands are carried out once: the same one again gives the first result, another under its key is a conflict."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from huiying.case.ledger import plain
from huiying.case.models import Command
from huiying.config.keys import digest
from huiying.config.prepared import run


class KeyConflict(Exception):  # noqa: N818  # what the caller did, as people say it
    """The same key was used before with another body. Whose, and what came of it, is not said."""


@dataclass(frozen=True, slots=True)
class Key:
    """What makes a command the same command: who sends it, which verb, the sender's key, and all that was said."""

    caller: str
    verb: str
    key: str
    body: Mapping[str, object]

    @property
    def scope(self) -> bytes:
        """The keyed hash under which the command is found."""
        return digest("command scope", self.caller, self.verb, self.key)

    @property
    def fingerprint(self) -> bytes:
        """The keyed hash of the body."""
        return digest("command body", json.dumps(plain(self.body), ensure_ascii=False, sort_keys=True))


def once(
    key: Key | None, do: Callable[[], dict[str, Any]], foreseen: dict[str, Any] | None = None
) -> tuple[dict[str, Any], bool]:
    """Carry a command out inside the open transaction, or return what it gave the first time, and which it was.

    Of two at once the second waits for the first. Without a key every call is a new command. `do` returns plain JSON
    that says nothing about a person; where that is known beforehand, `foreseen` spares writing it down afterwards.
    """
    if key is None:
        return do(), True
    first = run(
        "INSERT INTO case_command (scope, fingerprint, result, at) VALUES (%s, %s, %s::jsonb, now())"
        " ON CONFLICT DO NOTHING RETURNING true",
        [key.scope, key.fingerprint, None if foreseen is None else json.dumps(foreseen)],
    )
    if first:
        result = do()
        if foreseen is None:
            Command.objects.filter(pk=key.scope).update(result=result)
        return result, True
    known = Command.objects.get(pk=key.scope)
    if bytes(known.fingerprint) != key.fingerprint:
        raise KeyConflict
    assert known.result is not None  # noqa: S101  # written in the transaction that made the row
    return known.result, False
