"""A sample of demands walked by the very verbs of the system, in the database that Django's connection has entered.

What the database then says of each clock is judged like the reckoning, and must be the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from huiying.case import registry
from huiying.case.models import Act, Case, Clock
from huiying.case.recording import NotAllowed
from huiying.case.scope import CENTRE, seeing
from huiying.config.keys import digest
from huiying.directory.models import Unit
from huiying.procedure.state import Actor
from huiying.procedure.time_limits import SHANGHAI
from huiying.procedure.workdays import Calendar
from huiying.replay.packs import Pack
from huiying.replay.reading import Demand
from huiying.replay.reckoning import REGISTER, UNIT, Planned, Stand, Stopped, Verdict, judge, planned, replayed
from huiying.stages import flow
from huiying.stages.intake.receiving import receive_many

FOUNDER = Actor("replay", "administrator")


@dataclass(slots=True)
class Walked:
    """How many demands were walked, as how many cases and acts, and where the database said something else."""

    rows: int = 0
    cases: int = 0
    acts: int = 0
    differences: list[tuple[str, int]] = field(default_factory=list)


def walk_all(packs: Sequence[Pack], sample: Sequence[Demand], calendar: Calendar) -> Iterator[Walked]:
    """Walk each demand under each pack and yield the tally after each demand."""
    walked = Walked()
    if sample:
        unit = Unit(code=UNIT.id, name="重放中的承办单位", level=UNIT.level.value)
        registry.bring_in([unit], FOUNDER, min(demand.past.received_at for demand in sample))
    for demand in sample:
        for pack in packs:
            if walked_by_verbs(pack, demand) != replayed(pack, demand.past, calendar):
                walked.differences.append((pack.id, demand.past.row))
        walked.rows += 1
        with seeing(CENTRE):
            walked.cases, walked.acts = Case.objects.count(), Act.objects.exclude(case=None).count()
        yield walked


def walked_by_verbs(pack: Pack, demand: Demand) -> tuple[Verdict, ...] | Stopped:
    """Register a demand under a pack, do its acts, and return how the database says that its clocks came out."""
    past = demand.past
    procedure = pack.law(past.facts, past.received_at.astimezone(SHANGHAI).date())
    plan = tuple(planned(procedure, past, pack.id))
    draft = replace(demand.draft, source_key=f"{pack.id}:{past.key}")
    for _ in receive_many([draft], channel="other", at=past.received_at, procedure=procedure):
        pass
    with seeing(CENTRE):
        number = Case.objects.get(origin=digest("origin", draft.source_key)).number
    for step in plan:
        if step.act == REGISTER:
            continue
        try:
            flow.act(number, step.act, by=step.by, at=step.at, given=step.given)
        except NotAllowed as refused:
            return Stopped(step.act, refused.refused)
    return _verdicts(pack, plan, number)


def _verdicts(pack: Pack, plan: Sequence[Planned], number: str) -> tuple[Verdict, ...]:
    with seeing(CENTRE):
        clocks = list(Clock.objects.filter(case__number=number).exclude(term="").order_by("id"))
    return tuple(
        judge(
            pack,
            plan,
            Stand(clock.name, clock.term, clock.started_at, clock.stopped_at, clock.due_at, clock.provisional),
        )
        for clock in clocks
    )
