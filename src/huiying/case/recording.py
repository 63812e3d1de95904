"""The one way to change a case: lock it, ask the rules, append one act, bring the rows to what the acts say.

`record` and `begin` run inside the caller's transaction (`scope.working`), which holds everything that belongs to one
act: content, what is sealed, notices, scheduled facts and jobs. All of it happens, or none.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from hashlib import sha256
from typing import Any

from django.db import connection, transaction

from huiying.case.acts import COMMON
from huiying.case.folding import (
    Folded,
    after,
    clock_rows,
    folded,
    law,
    nothing_yet,
    of_case,
    row,
    track_rows,
    write_down,
)
from huiying.case.ledger import Entry, case_subject, chained, salted
from huiying.case.models import Act, Case, Content, Instrument, Notice
from huiying.case.numbers import is_number, number, receipt_code, receipt_hash
from huiying.case.registry import append
from huiying.case.scheduling import reschedule
from huiying.case.witness import witness
from huiying.case.writing import Rows, insert
from huiying.config.environment import read
from huiying.config.packs import our_library
from huiying.config.trouble import Trouble
from huiying.directory.queries import approved_local_limits, units_for_routing
from huiying.procedure.decision import Refused
from huiying.procedure.lifecycle import may
from huiying.procedure.local_limits import LocalLimit, holding, shortened
from huiying.procedure.schema import Procedure
from huiying.procedure.state import MAIN, Actor, Attempt, Surroundings
from huiying.procedure.time_limits import SHANGHAI
from huiying.procedure.workdays import china

CLOCKWORK = Actor("clockwork", "clockwork")
NO_TEXTS: Mapping[str, str] = {}


class NotAllowed(Exception):  # noqa: N818  # an answer, not a fault
    """A verb was refused; `refused` says why, and under which article. Nothing was changed."""

    def __init__(self, refused: Refused) -> None:
        super().__init__(refused.code)
        self.refused = refused


class NoSuchCase(Exception):  # noqa: N818  # an answer, not a fault
    """There is no such case, or none that may be seen; which of the two is not said."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """An act that was appended, and the case before and after it."""

    case: Case
    act: Act
    before: Folded
    now: Folded


def surroundings() -> Surroundings:
    """Return the units as they are today, and the calendar as it is known."""
    return Surroundings(units_for_routing(), china())


def instrument_in_force(at: datetime) -> str:
    """Return the fingerprint of the procedure that new cases follow; its first use writes it down for ever.

    That it is followed from now on is an act of its own, on the subject `instrument:<id>`.
    """
    procedures, name = our_library().procedures, read("HUIYING_PROCEDURE")
    if name not in procedures:
        raise Trouble("procedure_unknown", "HUIYING_PROCEDURE", name=name, known="、".join(procedures))
    return written(in_force(procedures[name], at), at)


def in_force(procedure: Procedure, at: datetime) -> Procedure:
    """Return the version of a procedure that a case beginning at this moment follows: with the local limits of its day.

    What nobody shortened is the procedure itself; the versions that local limits make are few, and kept.
    """
    held = holding(approved_local_limits(), procedure.terms, at.astimezone(SHANGHAI).date())
    if not held:
        return procedure
    key = (id(procedure), tuple(held.values()))
    if key not in _SHORTENED:
        _SHORTENED[key] = procedure, shortened(procedure, held)
    return _SHORTENED[key][1]


#: The versions of procedures that local limits have made here, by the procedure and those limits.
_SHORTENED: dict[tuple[int, tuple[LocalLimit, ...]], tuple[Procedure, Procedure]] = {}


def special_in_force(special: str, at: datetime) -> str:
    """Return the fingerprint of the procedure in force for a special kind of demand; raise `NotAllowed` if none is."""
    day = at.astimezone(SHANGHAI).date()
    procedure = our_library().special(special, day)
    if procedure is None:
        raise NotAllowed(Refused("no_procedure_in_force", "", {"special": special, "date": day.isoformat()}))
    return written(in_force(procedure, at), at)


def written(procedure: Procedure, at: datetime) -> str:
    """Return the fingerprint under which a procedure is written down, from now on if it never was."""
    fingerprint, content = _as_written(procedure)
    here = (str(connection.settings_dict["NAME"]), fingerprint)
    if here in _ADOPTED:
        return fingerprint
    _, is_new = Instrument.objects.get_or_create(
        fingerprint=fingerprint, defaults={"procedure": procedure.id, "content": content}
    )
    if is_new:
        adopted = {"fingerprint": fingerprint, "calendar_through": max(china().years)}
        append(f"instrument:{procedure.id}", Entry("adopt", CLOCKWORK, at, given=adopted))
    transaction.on_commit(partial(_ADOPTED.add, here))
    return fingerprint


#: What this process has seen written down, and where: the database, and a procedure's fingerprint.
_ADOPTED: set[tuple[str, str]] = set()
#: Each procedure as it is written down, by the object that it is: it does not change, and is asked for with every case.
_WRITTEN: dict[int, tuple[Procedure, str, dict[str, Any]]] = {}


def _as_written(procedure: Procedure) -> tuple[str, dict[str, Any]]:
    """Return a procedure's fingerprint and its content, with the rows that it uses and no others."""
    if id(procedure) not in _WRITTEN:
        content = procedure.model_copy(
            update={"terms": {term: row for term, row in procedure.terms.items() if term in procedure.rows}}
        ).model_dump(mode="json", by_alias=True)
        _WRITTEN[id(procedure)] = procedure, fingerprint_of(content), content
    _, fingerprint, content = _WRITTEN[id(procedure)]
    return fingerprint, content


def fingerprint_of(content: object) -> str:
    """Return the fingerprint of a written procedure."""
    return sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def lock_case(number: str) -> Case:
    """Return a case, locked until the transaction ends."""
    case = Case.objects.select_for_update(of=("self",)).filter(number=number).first() if is_number(number) else None
    if case is None:
        raise NoSuchCase(number)
    return case


def read_case(case: Case) -> Folded:
    """Return a case as its acts say it is."""
    return folded(law(case.law_id), case.ledger.order_by("position"))


def new_case(serial: int, on: datetime, law: str, origin: bytes | None = None) -> Case:
    """Return a case that is not written yet: its serial is its id, and with the day it makes its number."""
    given = number(on, serial)
    return Case(id=serial, number=given, receipt=receipt_hash(receipt_code(given)), law_id=law, origin=origin)


@dataclass(frozen=True, slots=True)
class Beginning:
    """A case to be written with its first act. `case` is what `new_case` gave."""

    case: Case
    entry: Entry
    texts: Mapping[str, str]


def begin_many(beginnings: Sequence[Beginning]) -> list[Recorded]:
    """Write new cases, each with its first act; all of them, or none. Raise `NotAllowed` for the first refused."""
    prepared = [_next(new.case, nothing_yet(law(new.case.law_id)), new.entry, new.texts) for new in beginnings]
    tracks, clocks = [], []
    for recorded, _ in prepared:
        kept = clock_rows(recorded.now)
        for name, value in row(recorded.now, kept).items():
            setattr(recorded.case, name, value)
        tracks += of_case(recorded.case, track_rows(recorded.now, recorded.case.due_at))
        clocks += of_case(recorded.case, kept)
    _append(prepared, [recorded.case for recorded, _ in prepared], tracks, clocks)
    return [recorded for recorded, _ in prepared]


def record(case: Case, entry: Entry, texts: Mapping[str, str] = NO_TEXTS) -> Recorded:
    """Append one act to a locked case if the rules allow it, and raise `NotAllowed` if they do not.

    `texts`: masked texts by field. For an act of the procedure they count as given; they lie in `Content`, committed
    to by the act. An act that is not of the procedure was decided by its verb.
    """
    recorded, contents = _next(case, read_case(case), entry, texts)
    write_down(case, recorded.before, recorded.now)
    _append([(recorded, contents)])
    return recorded


def _next(case: Case, before: Folded, entry: Entry, texts: Mapping[str, str]) -> tuple[Recorded, list[Content]]:
    """Return what an act makes of a case, and the contents that come with it; nothing is written yet."""
    if entry.act in before.procedure.acts:
        _ask(before, entry, texts)
    position = before.acts + 1
    purges = purged(before.procedure, entry.act)
    contents, commitments = [], dict(entry.commitments)
    for name, text in texts.items():
        salt, commitments[name] = salted(text)
        contents.append(Content(position=position, name=name, text=text, salt=salt))
    said = replace(
        entry,
        track=entry.track or MAIN,
        given={name: value for name, value in entry.given.items() if value not in (None, "", ())},
        sets={**entry.sets, "purges": True} if purges else entry.sets,
        commitments=commitments,
    )
    act = chained(case_subject(case.number), position, before.head, said)
    return Recorded(case, act, before, after(before, act)), [] if purges else contents


def _append(prepared: Sequence[tuple[Recorded, list[Content]]], *new: Rows) -> None:
    """Append acts to the ledger with what belongs to them: contents, notices, scheduled facts, the checkpoint.

    `new`: rows of cases that begin with these acts.
    """
    acts, contents, notices = [], [], []
    for recorded, texts in prepared:
        recorded.act.case = recorded.case
        acts.append(recorded.act)
        for content in texts:
            content.case = recorded.case
        contents += texts
        notices += _notices(recorded)
    ids = insert(*new, acts, contents, notices, told=Act)
    for act, act_id in zip(acts, ids, strict=True):
        act.pk = act_id
    for recorded, _ in prepared:
        before, now = recorded.before.state, recorded.now.state
        if before.clocks != now.clocks or (before.steps != now.steps and recorded.before.acts):
            reschedule(recorded.case, recorded.now)
    witness(acts)


def _ask(before: Folded, entry: Entry, texts: Mapping[str, str]) -> None:
    """Ask the rules; raise their refusal."""
    asks = before.procedure.acts[entry.act].asks
    given = {**entry.given, **_asked(before.procedure, entry.act, texts)}
    attempt = Attempt(entry.act, entry.actor, entry.at, given, entry.track or MAIN)
    needs_units = entry.actor.unit is not None or any(ask.kind == "unit" for ask in asks)
    around = surroundings() if needs_units else Surroundings({}, china())
    decision = may(before.procedure, before.state, attempt, around)
    if isinstance(decision, Refused):
        raise NotAllowed(decision)


def _asked(procedure: Procedure, act: str, texts: Mapping[str, str]) -> dict[str, str]:
    """Return the texts that the act asks for; others, such as the demand itself, come with it unasked."""
    names = {ask.name for ask in procedure.acts[act].asks if ask.kind == "text"}
    return {name: text for name, text in texts.items() if name in names}


def purged(procedure: Procedure, act: str) -> bool:
    """Whether an act leaves nothing of a case's content: it ends in a content-free stub, or its term is over."""
    if act in COMMON:
        return act == "erase"
    target = procedure.acts[act].target
    return target is not None and procedure.steps[target].content_free


def _notices(recorded: Recorded) -> list[Notice]:
    procedure, act = recorded.now.procedure, recorded.act
    owed = procedure.acts[act.act].notices if act.act in procedure.acts else ()
    return [
        Notice(
            case=recorded.case, position=act.position, name=notice.name, to=notice.to, article=notice.article, at=act.at
        )
        for notice in owed
    ]
