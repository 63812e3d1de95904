"""A caller's open matters, found by a keyed hash of the number; every look-up is an act."""

from __future__ import annotations

from datetime import datetime

from huiying.case.ledger import Entry
from huiying.case.models import Case
from huiying.case.recording import NotAllowed
from huiying.case.registry import append
from huiying.case.scope import working
from huiying.procedure.decision import Refused
from huiying.procedure.schema import Kind
from huiying.procedure.state import Actor
from huiying.stages.identity import vault

#: Whoever answers calls and visits.
LOOKERS = ("call_taker", "grid_worker")
SUBJECT, MOST = "lookups", 50


def open_matters(phone: str, *, by: Actor, at: datetime) -> list[str]:
    """Return the numbers of the cases that came from a phone; what may be seen of them the asker's scope says.

    Reports and confidential cases are left out: a number alone must not tell who reported (F1).
    """
    if by.role not in LOOKERS:
        raise NotAllowed(Refused("not_this_role", "《个人信息保护法》第6条", {"act": "来电查询", "role": by.role}))
    with working():
        found = Case.objects.filter(number__in=vault.find(phone), confidential=False).exclude(kind=Kind.REPORT)
        numbers = list(found.order_by("-id").values_list("number", flat=True)[:MOST])
        append(SUBJECT, Entry("look_up", by, at, given={"found": len(numbers)}))
    return numbers
