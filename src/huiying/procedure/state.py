"""What a case is, as procedures see it: its tracks, facts, clocks, and the acts that made them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time

from huiying.procedure.decision import Refused
from huiying.procedure.routing import Unit
from huiying.procedure.schema import Procedure
from huiying.procedure.time_limits import SHANGHAI, Due, Suspension, Term, due
from huiying.procedure.workdays import Calendar

MAIN = "main"


def parties(facts: Mapping[str, object]) -> tuple[str, ...]:
    """Return the ids of the units that a demand is directed against."""
    respondents = facts.get("respondents", ())
    return respondents if isinstance(respondents, tuple) else ()


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a person, in a role, for a unit where the role belongs to one."""

    person: str
    role: str
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """An act somebody wants to do: what, who, when (aware), on which track, and what they give with it."""

    act: str
    actor: Actor
    at: datetime
    given: Mapping[str, object] = field(default_factory=dict)
    track: str = MAIN

    def number(self, name: str, default: int = 0) -> int:
        """Return a number that was given."""
        value = self.given.get(name, default)
        if not isinstance(value, int):
            raise TypeError(f"{name} of {self.act} is {value!r}, not a number")
        return value


@dataclass(frozen=True, slots=True)
class Done:
    """An act that was done; `given` holds only what is not text."""

    act: str
    actor: Actor
    at: datetime
    track: str
    given: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class RunningClock:
    """A clock's facts. `term` stays the row that was in force when it started; None where no rule sets a limit."""

    term: Term | None
    started: datetime
    stopped: datetime | None = None
    extended: int = 0
    extended_by: str | None = None
    suspensions: tuple[Suspension, ...] = ()
    stands_since: date | None = None
    stands_on: str | None = None

    def due(self, calendar: Calendar) -> Due | Refused | None:
        """Return when it ends, why that cannot be said, or None where no rule sets a limit."""
        if self.term is None:
            return None
        return due(
            self.term,
            self.started,
            calendar,
            suspensions=self.suspensions,
            extended=self.extended,
            extended_by=self.extended_by,
        )

    def run_out(self, at: datetime, calendar: Calendar) -> Due | None:
        """Return when it ended, None if it has not by then. One that stands has not run since it was stopped."""
        ends = self.due(calendar)
        now = at if self.stands_since is None else datetime.combine(self.stands_since, time(), SHANGHAI)
        return ends if isinstance(ends, Due) and now >= ends.moment else None


@dataclass(frozen=True, slots=True)
class State:
    """Where a case stands: step and unit of each track, facts, what was done, and the clocks."""

    steps: Mapping[str, str]
    units: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, object] = field(default_factory=dict)
    clocks: Mapping[str, RunningClock] = field(default_factory=dict)
    done: tuple[Done, ...] = ()
    #: (Track, step) → the step from which it was entered last, for acts that lead back.
    came_from: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def persons(self, acts: Iterable[str]) -> frozenset[str]:
        """Return who did any of these acts."""
        wanted = frozenset(acts)
        return frozenset(entry.actor.person for entry in self.done if entry.act in wanted)

    def times(self, act: str, *, track: str, unit: str | None) -> int:
        """Return how often an act was done on a track, by one unit or (None) by anyone."""
        same_act = [entry for entry in self.done if entry.act == act and entry.track == track]
        return sum(unit in {None, entry.actor.unit} for entry in same_act)

    def respondents(self) -> tuple[str, ...]:
        """Return the units that the demand is directed against."""
        return parties(self.facts)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a decision needs besides the case: the units there are, and the calendar as it is known."""

    units: Mapping[str, Unit]
    calendar: Calendar


@dataclass(frozen=True, slots=True)
class Scene:
    """All that a guard may look at."""

    procedure: Procedure
    state: State
    attempt: Attempt
    around: Surroundings

    def fact(self, name: str) -> object:
        """Return what this act gives under a name, or else the case's fact, or None."""
        return self.attempt.given.get(name, self.state.facts.get(name))
