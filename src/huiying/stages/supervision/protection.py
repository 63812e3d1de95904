"""保护: a report of threats, pressure or retaliation opens a case of its own at once, past the units (XF-57, 18, 46).

It is linked to the case that it came from and followed from its receipt, confidential, handled like a report, and has a
named officer from its first moment. Locked out of it are the units complained about, and every unit that ever had the
first case: it is against the act, but also against whoever told of it and whoever led (一案双查).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from huiying.case.models import Case
from huiying.case.numbers import serials
from huiying.case.recording import CLOCKWORK, Beginning, Recorded, begin_many, instrument_in_force, new_case
from huiying.procedure.schema import Kind
from huiying.stages.identity import vault
from huiying.stages.identity.texts import from_staff
from huiying.stages.identity.vault import Sealing
from huiying.stages.supervision.actions import least_burdened
from huiying.stages.triage.actions import SHARED, registered

#: The fact by which a protection case is known.
PROTECTION = "protection"
WORDS = "工单{number}的诉求人因反映问题受到施压、威胁或者打击报复，由督办员核查：行为本身、是否泄露信息、领导责任。"


def protect(recorded: Recorded, at: datetime) -> str:
    """Open the protection case of a case in which a threat was reported, or return the open one. Returns its number.

    Inside the open transaction of the report. What is reported in a protection case stays in it.
    """
    origin, state = recorded.case, recorded.now.state
    if state.facts.get(PROTECTION):
        return origin.number
    known = Case.objects.filter(split_from=origin.number, facts__protection=True, closed_at=None).first()
    if known is not None:
        return known.number
    had_it = {*state.units.values(), *(entry.actor.unit for entry in state.done if entry.actor.unit)}
    new = new_case(serials(1)[0], at, instrument_in_force(at))
    words = WORDS.format(number=origin.number)
    digests = vault.digests(origin.number, SHARED)
    (sealed,) = vault.seal([Sealing(new.number, 1, "text", words)])
    commitments = {**{f"sealed:{name}": digest for name, digest in digests.items()}, "sealed:text": sealed}
    entry = registered(origin, recorded.now, Kind.REPORT, 1, new, CLOCKWORK, at, commitments)
    entry = replace(
        entry,
        given={**entry.given, "respondents": tuple(sorted({*state.respondents(), *had_it}))},
        sets={
            **entry.sets,
            "received_at": at.isoformat(),
            "confidential": True,
            "supervisor": least_burdened(at),
            "facts": {PROTECTION: True},
        },
    )
    begin_many([Beginning(new, entry, {"text": from_staff(words, new.number)})])
    vault.share(origin.number, new.number, SHARED)
    return new.number
