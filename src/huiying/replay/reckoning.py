"""One demand of the past under one pack: its acts, the rules' own answer to each, and how its clocks came out.

No database and no clock. The walk by the verbs (`walking`) does the same acts and is judged by the same function.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from huiying.procedure.decision import Refused
from huiying.procedure.lifecycle import apply, begin
from huiying.procedure.routing import Level, Unit
from huiying.procedure.schema import Kind, Procedure
from huiying.procedure.state import Actor, Attempt, State, Surroundings
from huiying.procedure.time_limits import SHANGHAI, Due
from huiying.procedure.workdays import Calendar
from huiying.replay.packs import Pack

#: One unit stands for whichever answered: no rule of the walk asks which. Nobody does two things that must differ.
UNIT = Unit("replayed", Level.DEPARTMENT)
CALL_TAKER, DISPATCHER = Actor("import", "call_taker"), Actor("replay-dispatcher", "dispatcher")
CLERK, OFFICER = Actor("replay-clerk", "clerk", UNIT.id), Actor("replay-officer", "officer", UNIT.id)
SUPERVISOR = Actor("replay-supervisor", "supervisor")
REGISTER = "register"
TO_BE_JUDGED = frozenset({Kind.COMPLAINT, Kind.REPORT})
CONTACTED = "person_contacted"


@dataclass(frozen=True, slots=True)
class Past:
    """A demand of the past, as far as rules ask: times are those of its own city's clocks, taken for Beijing's."""

    row: int
    key: str
    kind: Kind
    anonymous: bool
    received_at: datetime
    answered_at: datetime | None
    unit: str | None = None

    @property
    def facts(self) -> Mapping[str, object]:
        """What limits may ask of it when its clock starts."""
        return {"kind": self.kind.value}


@dataclass(frozen=True, slots=True)
class Planned:
    """An act of the walk. `told`: the source itself says when it was done; else it is put at the moment of receipt."""

    act: str
    by: Actor
    at: datetime
    given: Mapping[str, object] = field(default_factory=dict)
    told: bool = False


class Fate(StrEnum):
    """How a clock came out. Only the first two are counted in a rate."""

    ON_TIME = "on_time"
    LATE = "late"
    #: No answer is known.
    OPEN = "open"
    #: The row's unit is not known, so that nobody can say when it ends.
    UNDECIDED = "undecided"
    #: It was stopped by an act whose moment the source does not tell.
    UNOBSERVED = "unobserved"


@dataclass(frozen=True, slots=True)
class Verdict:
    """How one clock of a demand came out under a row. `outside`: the row was not in force on the day it started."""

    clock: str
    term: str
    fate: Fate
    due_at: datetime | None
    provisional: bool
    outside: bool


@dataclass(frozen=True, slots=True)
class Stand:
    """A clock as it stands after the walk, whoever kept it: a state in memory, or a row of the database."""

    clock: str
    term: str
    started_at: datetime
    stopped_at: datetime | None
    due_at: datetime | None
    provisional: bool


@dataclass(frozen=True, slots=True)
class Stopped:
    """A walk that the rules did not let come to its end: at which act, and why."""

    act: str
    refused: Refused


def planned(procedure: Procedure, past: Past, pack_id: str) -> Iterator[Planned]:
    """Yield the acts of a demand's way: all at the moment of receipt until a unit has it, the others when it answered.

    A complaint or report is found true first; a pack that wants the person contacted before the result gets that.
    """
    start, end = past.received_at, past.answered_at
    said = {"kind": past.kind.value, "demands": 1, "anonymous": past.anonymous}
    yield Planned(REGISTER, CALL_TAKER, start, said, told=True)
    yield Planned("dispatch", DISPATCHER, start, {"lead": UNIT.id})
    judged = past.kind in TO_BE_JUDGED
    yield Planned("sign_for_case" if judged else "sign_for", CLERK, start)
    if end is None:
        return
    if judged:
        found = {"verdict": "true", "evidence": 1, "reasons": "重放：按来源所载结果"}
        yield Planned("find_true", OFFICER, end, found, told=True)
    if not past.anonymous and any(guard.name == CONTACTED for guard in procedure.acts["submit_result"].guards):
        yield Planned("contact", OFFICER, end, {"reached": True}, told=True)
    result = {"outcomes": ("explained",), "basis": "重放：按来源所载结果"}
    yield Planned("submit_result", OFFICER, end, result, told=True)
    yield Planned("approve_result", SUPERVISOR, end, told=True)
    reply = {"channel": "page", "reply": f"重放{pack_id}：来源第{past.row}行在此时得到答复"}
    yield Planned("serve_reply", CLERK, end, reply, told=True)


def walk(procedure: Procedure, plan: Sequence[Planned], calendar: Calendar) -> State | Stopped:
    """Send a demand through a procedure, asking the rules before each act, and return where it ends."""
    around = Surroundings({UNIT.id: UNIT}, calendar)
    state = begin(procedure)
    for step in plan:
        answer = apply(procedure, state, Attempt(step.act, step.by, step.at, step.given), around)
        if isinstance(answer, Refused):
            return Stopped(step.act, answer)
        state = answer
    return state


def stands(state: State, calendar: Calendar) -> Iterator[Stand]:
    """Yield the clocks of a state that a row governs."""
    for name, clock in state.clocks.items():
        if clock.term is None:
            continue
        ends = clock.due(calendar)
        known = isinstance(ends, Due)
        yield Stand(
            name,
            clock.term.id,
            clock.started,
            clock.stopped,
            ends.moment if known and isinstance(ends, Due) else None,
            isinstance(ends, Due) and ends.provisional,
        )


def judge(pack: Pack, plan: Sequence[Planned], stand: Stand) -> Verdict:
    """Say how a clock came out."""
    stopping = [step for step in plan if stand.clock in pack.own.stopped_by(pack.own.acts[step.act])]
    if stand.stopped_at is None:
        fate = Fate.OPEN
    elif not stopping[-1].told:
        fate = Fate.UNOBSERVED
    elif stand.due_at is None:
        fate = Fate.UNDECIDED
    else:
        fate = Fate.ON_TIME if stand.stopped_at < stand.due_at else Fate.LATE
    outside = not pack.in_force(stand.term, stand.started_at.astimezone(SHANGHAI).date())
    return Verdict(stand.clock, stand.term, fate, stand.due_at, stand.provisional, outside)


def replayed(pack: Pack, past: Past, calendar: Calendar) -> tuple[Verdict, ...] | Stopped:
    """Return how a demand's clocks would have come out under a pack, by the rules alone."""
    procedure = pack.law(past.facts, past.received_at.astimezone(SHANGHAI).date())
    plan = tuple(planned(procedure, past, pack.id))
    state = walk(procedure, plan, calendar)
    if isinstance(state, Stopped):
        return state
    return tuple(judge(pack, plan, stand) for stand in stands(state, calendar))
