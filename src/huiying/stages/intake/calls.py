"""Verbs of a live call: register all that it brings, note a three-way call, note that somebody asked how a case stands.

A demand is a case of its own, so that each has its clock and its answer. The first of a call is where the others were
split from: its receipt opens them all, and only one code is read out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from huiying.case.commands import Key, once
from huiying.case.ledger import Entry
from huiying.case.models import Case
from huiying.case.numbers import number, receipt_code, serials
from huiying.case.recording import NotAllowed, instrument_in_force, lock_case
from huiying.case.scope import working
from huiying.directory.queries import unit_names, units_for_routing, unknown_units
from huiying.procedure.decision import NOTHING, Refused
from huiying.procedure.routing import CONVERSATION, may_join_a_call
from huiying.procedure.schema import Kind
from huiying.procedure.state import Actor
from huiying.stages.identity.actions import write
from huiying.stages.identity.texts import check_words
from huiying.stages.intake.actions import (
    INTAKE_ARTICLE,
    MOST_DEMANDS,
    VISIT,
    Demand,
    Receipt,
    at_once,
    coming,
    visit_of,
    write_coming,
    wrong,
)
from huiying.stages.intake.lookups import LOOKERS


@dataclass(frozen=True, slots=True)
class Spoken:
    """One demand of a call. `rating`: how the person found an answer on the spot (即答); empty where there was none."""

    demand: Demand
    rating: str = ""
    answer: str = ""


@dataclass(frozen=True, slots=True)
class ThreeWay:
    """A call between the person, the centre and a unit: with which unit, what was said, what came of it."""

    unit: str
    said: str
    result: str = ""


def take(
    spoken: Sequence[Spoken],
    *,
    channel: str,
    by: Actor,
    at: datetime,
    key: str | None = None,
    three_way: ThreeWay | None = None,
) -> list[Receipt]:
    """Register what one call brings, each demand a case of its own; all of them, or none. The first receipt is told.

    The same key and body give the same receipts, and no second case. Raises `NotAllowed` for the first thing refused.
    """
    if not 1 <= len(spoken) <= MOST_DEMANDS:
        given = {"field": "诉求件数", "least": 1, "most": MOST_DEMANDS}
        raise NotAllowed(Refused("number_out_of_range", INTAKE_ARTICLE, given))
    for one in spoken:
        refused = wrong(one.demand)
        if refused is not None:
            raise NotAllowed(refused)
        check_words({"即答内容": one.answer})
    body = {"spoken": [asdict(one) for one in spoken], "three_way": asdict(three_way) if three_way else None}
    command = Key(f"{by.role}:{by.person}", "take", key, body) if key else None
    with working():
        numbers = serials(len(spoken))
        foreseen = {"numbers": [number(at, serial) for serial in numbers]}
        result, _ = once(command, lambda: _take(spoken, channel, by, at, numbers, three_way), foreseen)
    return [Receipt(one, receipt_code(one)) for one in result["numbers"]]


def _take(
    spoken: Sequence[Spoken],
    channel: str,
    by: Actor,
    at: datetime,
    numbers: Sequence[int],
    three_way: ThreeWay | None,
) -> dict[str, list[str]]:
    first = number(at, numbers[0])
    visit = visit_of(spoken[0].demand, by) if channel == VISIT else {}
    # One visit is counted once, however much it brought.
    later = {**visit, **({"visit": ""} if visit else {}), "split_from": first}
    law = instrument_in_force(at)
    arriving = [
        coming(
            one.demand, channel, at, at, serial, law, by,
            at_once(1, one.rating) if one.rating else NOTHING,
            sets=later if place else visit,
            answer=one.answer if one.rating else "",
        )
        for place, (one, serial) in enumerate(zip(spoken, numbers, strict=True))
    ]  # fmt: skip
    write_coming(arriving)
    if three_way is not None:
        _note(lock_case(first), three_way, by, at)
    return {"numbers": [new.case.number for new in arriving]}


def note_three_way(case_number: str, three_way: ThreeWay, *, by: Actor, at: datetime, key: str | None = None) -> None:
    """Keep with a case what a three-way call gave."""
    command = Key(f"{by.role}:{by.person}", "three_way", f"{case_number}/{key}", asdict(three_way)) if key else None
    with working():
        once(command, lambda: _note(lock_case(case_number), three_way, by, at))


def _note(case: Case, three_way: ThreeWay, by: Actor, at: datetime) -> dict[str, int]:
    """Note the call, unless the unit may not hear of the person: one complained of, or any in a protected case."""
    _for_lookers(by, "三方通话")
    if unknown_units([three_way.unit]):
        raise NotAllowed(Refused("not_listed", CONVERSATION, {"field": "通话单位", "value": three_way.unit}))
    if not three_way.said.strip():
        raise NotAllowed(Refused("not_given", CONVERSATION, {"field": "通话内容"}))
    protected = case.kind == Kind.REPORT or case.confidential
    decision = may_join_a_call(three_way.unit, units_for_routing(), respondents=case.respondents, protected=protected)
    if isinstance(decision, Refused):
        raise NotAllowed(replace(decision, params={"unit": unit_names()[three_way.unit]}))
    words = {"said": three_way.said, "result": three_way.result}
    check_words({"通话内容": three_way.said, "通话结果": three_way.result})
    recorded = write(case, Entry("three_way", by, at, given={"unit": three_way.unit}), words)
    return {"position": recorded.act.position}


def inquire(case_number: str, *, by: Actor, at: datetime, key: str | None = None) -> None:
    """Keep with a case that the person asked how it stands: the call joins the case, and is no new demand (H3)."""
    _for_lookers(by, "询问进度")
    command = Key(f"{by.role}:{by.person}", "inquire", f"{case_number}/{key}", {}) if key else None
    with working():
        once(command, lambda: _inquired(lock_case(case_number), by, at))


def _inquired(case: Case, by: Actor, at: datetime) -> dict[str, int]:
    return {"position": write(case, Entry("inquire", by, at)).act.position}


def _for_lookers(by: Actor, what: str) -> None:
    if by.role not in LOOKERS:
        raise NotAllowed(Refused("not_this_role", INTAKE_ARTICLE, {"act": what, "role": by.role}))
