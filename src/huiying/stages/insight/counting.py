"""What a case counts for: pure reckoning from its rows and acts. Each case adds one to some sums, by day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from huiying.case.ledger import given_again
from huiying.case.models import Act, Case, Clock, Track
from huiying.directory.models import STREET
from huiying.procedure.exclusion import Label, standing_label
from huiying.procedure.schema import UNIT_ROLES, Procedure, Stage
from huiying.procedure.state import MAIN, Actor, Done
from huiying.procedure.time_limits import SHANGHAI
from huiying.stages.insight.models import Fact, Standing

#: The clock that a person waits by; its name is the same in every procedure.
LIMIT = "handle"
#: As fine as areas are told apart in figures: streets (街道, 镇). Communities would be too few cases to say anything.
AREA_DIGITS = STREET
RETURNED = frozenset({"return_order"})
SUBMITTED = frozenset({"submit_result", "find_untrue"})
REDONE = frozenset({"send_back", "fail_audit", "send_back_dissatisfied", "find_mismatch"})
#: What a turn may be besides the ground of a return.
TURNS = frozenset({"given", "submitted", "redone"})

#: (day, dimension, code, measure)
Cell = tuple[date, str, str, str]
#: (what, day, unit, holder, step)
Wait = tuple[str, date, str, str, str]


def day_of(moment: datetime) -> date:
    """Return the day in Beijing."""
    return moment.astimezone(SHANGHAI).date()


def last_day(due_at: datetime) -> date:
    """Return the last day of a limit: one that ends at 24:00 ends on the day before that midnight."""
    return day_of(due_at - timedelta(microseconds=1))


def fact_of(
    case: Case, procedure: Procedure, tracks: Iterable[Track], limit: Clock | None, acts: Sequence[Act], today: date
) -> Fact:
    """Return what a case counts for today. `limit`: its clock of that name; `acts`: its acts in their order."""
    step = procedure.steps[case.step]
    counted = limit is not None and limit.due_at is not None and case.stage != Stage.WITHDRAWN and not step.content_free
    due_at = limit.due_at if limit is not None and counted else None
    stopped_at = limit.stopped_at if limit is not None else None
    label = _label(procedure, acts, today)
    left_out = label is not None and "resolution" in label.left_out_of
    return Fact(
        case_id=case.pk,
        received_on=day_of(case.received_at),
        kind=case.kind,
        channel=case.channel,
        matter=case.matter,
        area=case.area[:AREA_DIGITS],
        unit=next((track.unit for track in tracks if track.name == MAIN), ""),
        visit=case.visit,
        due_on=None if due_at is None else last_day(due_at),
        kept=due_at is not None and stopped_at is not None and stopped_at < due_at,
        closed_on=None if case.closed_at is None else day_of(case.closed_at),
        solved="" if left_out else str(case.facts.get("solved", "")),
        turns=[list(turn) for turn in _turns(procedure, acts)],
        label=label.ground if label else "",
        label_until=label.until if label else None,
    )


def _label(procedure: Procedure, acts: Iterable[Act], today: date) -> Label | None:
    """Return what leaves a case out of figures today. Most cases never had a label, and nothing of them is read."""
    known = [act for act in acts if act.act in procedure.acts]
    if not any(procedure.acts[act.act].labels for act in known):
        return None
    done = [
        Done(
            act.act, Actor(act.person, act.role, act.unit), act.at, act.track,
            given_again(procedure, act.act, act.body["given"]),
        )
        for act in known
    ]  # fmt: skip
    return standing_label(procedure, done, today)


def _turns(procedure: Procedure, acts: Iterable[Act]) -> Iterator[tuple[str, str, str]]:
    """Yield (day, unit, what) for whatever a unit was given, returned (by its ground), submitted, had to do again."""
    lead = ""
    for act in acts:
        known = procedure.acts.get(act.act)
        if known is None or act.track != MAIN:
            continue
        day, given = day_of(act.at).isoformat(), act.body["given"]
        if act.act in RETURNED:
            yield day, act.unit or lead, str(given.get("ground", ""))
        elif act.act in SUBMITTED:
            yield day, lead, "submitted"
        elif act.act in REDONE:
            yield day, lead, "redone"
        if known.gives_to is not None and known.opens is None and given.get(known.gives_to):
            lead = str(given[known.gives_to])
            yield day, lead, "given"


def standings_of(case: Case, procedure: Procedure, tracks: Iterable[Track], acts: Sequence[Act]) -> list[Standing]:
    """Return where a case's open tracks stand; a unit is named where it holds them, the centre's roles have none."""
    if case.closed_at is not None:
        return []
    since = _since(procedure, acts)
    return [
        Standing(
            case_id=case.pk,
            track=track.name,
            unit=track.unit if track.holder in UNIT_ROLES else "",
            holder=track.holder,
            step=track.step,
            since=since.get(track.name, case.received_at),
            due_at=track.due_at,
        )
        for track in tracks
        if track.open
    ]


def _since(procedure: Procedure, acts: Iterable[Act]) -> Mapping[str, datetime]:
    """Return since when each track has been at its step."""
    since: dict[str, datetime] = {}
    opened: Counter[str] = Counter()
    for act in acts:
        known = procedure.acts.get(act.act)
        if known is None:
            continue
        if known.moves:
            since[act.track] = act.at
        if known.opens is not None:
            opened[known.opens] += 1
            since[f"{known.opens}-{opened[known.opens]}"] = act.at
    return since


def cells(fact: Fact) -> Iterator[Cell]:
    """Yield what a case adds one to."""
    whose = [
        ("all", ""), ("kind", fact.kind), ("channel", fact.channel), ("matter", fact.matter), ("area", fact.area),
        ("unit", fact.unit),
    ]  # fmt: skip
    for dimension, code in whose:
        for day, measure in _events(fact):
            yield day, dimension, code, measure
    if fact.visit:
        yield fact.received_on, "visit", fact.visit, "received"
        if fact.visit == "first" and fact.closed_on is not None and fact.solved:
            yield fact.received_on, "visit", "first_answered", "received"
            if fact.solved == "yes":
                yield fact.received_on, "visit", "first_solved", "received"
    if fact.label and fact.closed_on is not None:
        yield fact.closed_on, "label", f"{fact.unit} {fact.label}", "closed"
    for said, unit, what in fact.turns:
        day = date.fromisoformat(said)
        yield day, "unit", unit, what if what in TURNS else "returned"
        if what not in TURNS:
            yield day, "return", f"{unit} {what}", "returned"


def _events(fact: Fact) -> Iterator[tuple[date, str]]:
    yield fact.received_on, "received"
    if fact.due_on is not None:
        yield fact.due_on, "due"
        if fact.kept:
            yield fact.due_on, "kept"
    if fact.closed_on is not None:
        yield fact.closed_on, "closed"
        if fact.solved:
            yield fact.closed_on, "answered"
            if fact.solved == "yes":
                yield fact.closed_on, "solved"


def waits(standing: Standing) -> Iterator[Wait]:
    """Yield what an open track adds one to."""
    whose = (standing.unit, standing.holder, standing.step)
    yield ("since", day_of(standing.since), *whose)
    if standing.due_at is not None:
        yield ("due", last_day(standing.due_at), *whose)


def same(one: Any, other: Any) -> bool:  # noqa: ANN401  # two rows of one model
    """Whether two rows say the same, their ids apart."""
    names = [field.attname for field in one._meta.concrete_fields if field.attname != "id"]  # noqa: SLF001  # Django's public way to ask
    return all(getattr(one, name) == getattr(other, name) for name in names)
