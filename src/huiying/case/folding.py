"""From acts to a case: folding the ledger gives the state, and the row that lists are made from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, TypeVar

from huiying.case.ledger import given_again, plain
from huiying.case.models import Act, Case, Clock, Instrument, Track
from huiying.procedure.lifecycle import begin, fold
from huiying.procedure.schema import Kind, Procedure
from huiying.procedure.state import MAIN, Actor, Attempt, State
from huiying.procedure.time_limits import SHANGHAI, Due
from huiying.procedure.workdays import Calendar, china

Part = TypeVar("Part", Track, Clock)

#: What acts may set on a case besides what its procedure folds, and what it is before any act did.
SETTABLE: Mapping[str, object] = {
    "channel": "",
    "received_at": "",
    "matter": "",
    "area": "",
    "place": False,
    "confidential": False,
    "joined_into": "",
    "split_from": "",
    "supervisor": "",
    "visit": "",
    "follower": "",
    "erased_at": None,
}


@dataclass(frozen=True, slots=True)
class Folded:
    """A case as its acts say it is."""

    procedure: Procedure
    state: State
    sets: Mapping[str, Any] = field(default_factory=dict)
    acts: int = 0
    head: bytes = b""
    ended_at: datetime | None = None

    @property
    def protected(self) -> bool:
        """Whether identities open only after a custodian's approval: reports, and confidential cases."""
        return self.state.facts.get("kind") == Kind.REPORT or bool(self.sets.get("confidential"))

    def setting(self, name: str) -> Any:  # noqa: ANN401  # JSON's own types
        """Return what acts have set, or what it is before any did."""
        return self.sets.get(name, SETTABLE[name])


@lru_cache(maxsize=32)
def law(fingerprint: str) -> Procedure:
    """Return a procedure as it was when it was written down."""
    return Procedure.model_validate(Instrument.objects.get(pk=fingerprint).content)


def nothing_yet(procedure: Procedure) -> Folded:
    """Return a case of which nothing has been done."""
    return Folded(procedure, begin(procedure))


def folded(procedure: Procedure, acts: Iterable[Act]) -> Folded:
    """Return the case that these acts, in their order, make."""
    case = nothing_yet(procedure)
    for act in acts:
        case = after(case, act)
    return case


def after(case: Folded, act: Act) -> Folded:
    """Return the case after one more act. An act that is not of the procedure moves no track and no clock."""
    state, ended_at = case.state, case.ended_at
    facts = act.body["sets"].get("facts", {})
    if facts:
        typed = {name: tuple(value) if isinstance(value, list) else value for name, value in facts.items()}
        state = replace(state, facts={**state.facts, **typed})
    if act.act in case.procedure.acts:
        given = given_again(case.procedure, act.act, act.body["given"])
        actor = Actor(act.person, act.role, act.unit)
        state = fold(case.procedure, state, Attempt(act.act, actor, act.at, given, act.track))
    ended = state.steps[MAIN] in case.procedure.endings
    if not ended:
        ended_at = None
    elif ended_at is None:
        ended_at = act.at
    sets = {**case.sets, **{name: value for name, value in act.body["sets"].items() if name in SETTABLE}}
    if case.procedure.steps[state.steps[MAIN]].content_free:
        sets = {name: sets[name] for name in ("channel", "received_at", "erased_at") if name in sets}
    return Folded(case.procedure, state, sets, case.acts + 1, bytes(act.hash), ended_at)


def row(case: Folded, clocks: Iterable[Clock]) -> dict[str, Any]:
    """Return the columns of `Case` that acts decide. `clocks`: the rows of its clocks, as `clock_rows` gives them."""
    state, procedure = case.state, case.procedure
    step = procedure.steps[state.steps[MAIN]]
    dues = [clock.due_at for clock in clocks if clock.stopped_at is None and clock.due_at is not None]
    return {
        "kind": str(state.facts.get("kind", "")),
        "step": step.id,
        "stage": step.stage.value,
        "channel": case.setting("channel"),
        "received_at": datetime.fromisoformat(case.setting("received_at")),
        "matter": case.setting("matter"),
        "area": case.setting("area"),
        "place": case.setting("place"),
        "confidential": case.setting("confidential"),
        "anonymous": bool(state.facts.get("anonymous")),
        "respondents": list(state.respondents()),
        "units": sorted(set(state.units.values())),
        "facts": plain(state.facts),
        "joined_into": case.setting("joined_into"),
        "split_from": case.setting("split_from"),
        "supervisor": case.setting("supervisor"),
        "visit": case.setting("visit"),
        "follower": case.setting("follower"),
        "due_at": min(dues, default=None),
        "closed_at": case.ended_at,
        "erased_at": None if case.setting("erased_at") is None else datetime.fromisoformat(case.setting("erased_at")),
        "acts": case.acts,
        "head": case.head,
    }


def track_rows(case: Folded, due_at: datetime | None) -> list[Track]:
    """Return the rows of a case's tracks, not yet tied to it. `due_at`: when the case is due."""
    rows = []
    limits = delivery_dates(case)
    for name, step_id in case.state.steps.items():
        step = case.procedure.steps[step_id]
        rows.append(
            Track(
                name=name,
                step=step_id,
                holder=step.holder,
                unit=case.state.units.get(name, ""),
                deliver_by=limits.get(name),
                due_at=end_of(limits[name]) if name in limits else due_at,
                open=not step.ending,
            )
        )
    return rows


def end_of(day: date) -> datetime:
    """Return the moment at which a day has ended, in Beijing."""
    return datetime.combine(day + timedelta(days=1), time(), SHANGHAI)


def delivery_dates(case: Folded) -> dict[str, date]:
    """Return by which day each track delivers, where the act that opened it said so."""
    dates: dict[str, date] = {}
    opened: Counter[str] = Counter()
    for entry in case.state.done:
        act = case.procedure.acts[entry.act]
        if act.opens is None:
            continue
        opened[act.opens] += 1
        day = entry.given.get(act.delivers_by or "")
        if isinstance(day, date):
            dates[f"{act.opens}-{opened[act.opens]}"] = day
    return dates


def clock_rows(case: Folded, calendar: Calendar | None = None) -> list[Clock]:
    """Return the rows of a case's clocks, not yet tied to it. A clock that stands has no due date until it runs."""
    rows = []
    for name, clock in case.state.clocks.items():
        ends = clock.due(calendar or china())
        standing = clock.stands_since is not None
        known = isinstance(ends, Due) and not standing
        rows.append(
            Clock(
                name=name,
                term=clock.term.id if clock.term else "",
                started_at=clock.started,
                stopped_at=clock.stopped,
                standing=standing,
                due_at=ends.moment if known and isinstance(ends, Due) else None,
                provisional=known and isinstance(ends, Due) and ends.provisional,
            )
        )
    return rows


def of_case(case: Case, parts: Iterable[Part]) -> list[Part]:
    """Return rows, tied to their case."""
    tied = list(parts)
    for part in tied:
        part.case = case
    return tied


def write_down(case: Case, was: Folded, now: Folded, *, anew: bool = False) -> None:
    """Bring a case's rows to what its acts say, writing what changed; `anew`: the dates by today's calendar too.

    Where a calendar came since, the case's date is today's already: its clocks' dates then are written with it.
    """
    clocks = clock_rows(now)
    columns = row(now, clocks)
    changed = [name for name, value in columns.items() if getattr(case, name) != value]
    for name in changed:
        setattr(case, name, columns[name])
    case.save(update_fields=changed)
    if (was.state.steps, was.state.units) != (now.state.steps, now.state.units) or "due_at" in changed:
        _replace(Track, case, track_rows(now, columns["due_at"]), gone=set(was.state.steps) - set(now.state.steps))
    if anew or was.state.clocks != now.state.clocks or "due_at" in changed:
        _replace(Clock, case, clocks, gone=set(was.state.clocks) - set(now.state.clocks))


def dated(case: Case, now: Folded) -> bool:
    """Whether the dates of a case and of its clocks, as they are written down, are those by today's calendar."""
    clocks = clock_rows(now)
    there = {clock.name: (clock.due_at, clock.provisional) for clock in case.clocks.all()}
    found = {clock.name: (clock.due_at, clock.provisional) for clock in clocks}
    return found == there and row(now, clocks)["due_at"] == case.due_at


def _replace(model: type[Part], case: Case, rows: Sequence[Part], gone: Collection[str]) -> None:
    """Write a case's rows of one kind: those there are, anew; those that are gone, away."""
    rows = of_case(case, rows)
    fields = [field.name for field in model._meta.concrete_fields if field.name not in {"id", "case", "name"}]  # noqa: SLF001  # Django's public way to ask
    model.objects.bulk_create(rows, update_conflicts=True, unique_fields=["case", "name"], update_fields=fields)
    if gone:
        model.objects.filter(case=case, name__in=gone).delete()
