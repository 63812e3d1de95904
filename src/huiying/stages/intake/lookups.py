"""A caller's open matters, found by a keyed hash of the number; every look-up is an act."""

from __future__ import annotations

from datetime import datetime

from huiying.case.ledger import Entry
from huiying.case.registry import append
from huiying.case.scope import working
from huiying.procedure.state import Actor
from huiying.stages.identity import vault

SUBJECT = "lookups"


def open_matters(phone: str, *, by: Actor, at: datetime) -> list[str]:
    """Return the numbers of the cases that came from a phone; what may be seen of them the asker's scope says."""
    with working():
        numbers = vault.find(phone)
        append(SUBJECT, Entry("look_up", by, at, given={"found": len(numbers)}))
    return numbers
