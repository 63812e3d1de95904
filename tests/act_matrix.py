"""Every act at every step by every role: cases brought there by their own acts, and what the rules answer then.

A procedure is driven breadth-first, as officials would drive it: each in their role, with what an act asks for. A case
is kept where it shows something new: somebody may do there what nobody could before, or is told another reason why not.
So each step is seen in all the ways that matter: a complaint and a request, before and after the call.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache, cached_property
from typing import NamedTuple

from huiying.procedure.decision import Allowed, Refused
from huiying.procedure.library import library
from huiying.procedure.lifecycle import begin, fold, may
from huiying.procedure.routing import Level, Unit
from huiying.procedure.schema import CLOCKWORK, COMPLAINANT, UNIT_ROLES, Act, Ask, Kind, Procedure
from huiying.procedure.state import MAIN, Actor, Attempt, State, Surroundings
from huiying.procedure.time_limits import SHANGHAI
from huiying.procedure.words import catalogue
from huiying.procedure.workdays import china

#: The roles in the order in which a demand meets them; the last is no person's.
ROLES = (
    COMPLAINANT, "call_taker", "grid_worker", "dispatcher", "clerk", "officer", "unit_head", "ruler", "supervisor",
    "auditor", "editor", "follow_up", "secrecy_officer", "custodian", "leader", "administrator", CLOCKWORK,
)  # fmt: skip
OWN, HELPER, OTHER, ABOVE, RESPONDENT = "主办单位", "协办单位", "外单位", "被诉单位的上级", "被诉单位"
NEXT, HIGHEST = "上一级机关", "再上一级机关"
UNITS = {
    unit.id: unit
    for unit in (
        Unit(OWN, Level.DEPARTMENT, superior=NEXT),
        Unit(NEXT, Level.CITY, superior=HIGHEST),
        Unit(HIGHEST, Level.PROVINCE),
        Unit(HELPER, Level.DEPARTMENT),
        Unit(OTHER, Level.DEPARTMENT),
        Unit(ABOVE, Level.DEPARTMENT),
        Unit(RESPONDENT, Level.DEPARTMENT, superior=ABOVE),
    )
}
AROUND = Surroundings(UNITS, china())
MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=SHANGHAI)
#: The demands that are driven: kinds that go different ways. The report protects, where a procedure knows of that:
#: it may do all that any report may.
BROUGHT: tuple[Mapping[str, object], ...] = (
    {"kind": Kind.HELP.value, "respondents": ()},
    {"kind": Kind.COMPLAINT.value, "respondents": (RESPONDENT,)},
    {"kind": Kind.REPORT.value, "respondents": (RESPONDENT,), "protection": True},
)
FEW = 6
STEP, LATE = timedelta(minutes=10), timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Seat:
    """A role, and for whose unit where the role belongs to one."""

    role: str
    unit: str | None = None

    @property
    def said(self) -> str:
        """What people call it."""
        role = catalogue("zh_hans")[f"role.{self.role}"]
        return role if self.unit is None else f"{self.unit}的{role}"

    def actor(self, person: str = "") -> Actor:
        """Return somebody in this seat, of whom nothing else is known unless a person is named."""
        return Actor(person or self.said, self.role, self.unit)


SEATS = tuple(
    Seat(role, unit)
    for role in ROLES
    for unit in ((OWN, HELPER, OTHER, ABOVE, RESPONDENT, NEXT, HIGHEST) if role in UNIT_ROLES else (None,))
)


def colleague(seat: Seat) -> str:
    """Return somebody else in a seat: what one of them did, the other may look over."""
    return f"{seat.said}乙"


def colleagues(seat: Seat) -> tuple[Actor, Actor]:
    """Return whoever sits in a seat, and a colleague."""
    return seat.actor(), seat.actor(colleague(seat))


#: Under which names guards are told the acts upon which they look back.
LOOKING_BACK = ("acts", "than", "by", "unless", "asked", "answers")


class Reason(NamedTuple):
    """A refusal that can be a member of a set."""

    code: str
    article: str
    params: tuple[tuple[str, object], ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody in a seat is told of an act at a step, in all cases that were brought there."""

    allowed: bool
    reasons: frozenset[Reason]


@dataclass(frozen=True, slots=True)
class Witness:
    """A case that was really brought somewhere: its state, the acts that did it, and when the next may be done."""

    state: State
    at: datetime

    @property
    def looks(self) -> tuple[object, ...]:
        """What makes a difference besides what was done: steps, what the demand is, untrue, clues, limits."""
        limits = tuple(sorted((name, clock.term and clock.term.id) for name, clock in self.state.clocks.items()))
        untrue = self.state.facts.get("verdict") == "untrue"
        clue = "clue" in self.state.facts.values()
        return (tuple(sorted(self.state.steps.items())), self.state.facts.get("kind"), untrue, clue, limits)


def base(ask: Ask, state: State, act: Act, at: datetime) -> object:
    """Return what somebody would plausibly give for an ask: what the act's guards say of it, or else anything."""
    if ask.kind == "unit":
        above = {guard.params["above"] for guard in act.guards if guard.name == "next_level"}
        if any(guard.name == "level_moved" for guard in act.guards):  # ours is a department of the next level
            return HIGHEST
        superiors = [UNITS[state.units[track]].superior for track in above if state.units.get(track) in UNITS]
        return superiors[0] if superiors else HELPER if act.opens else OWN
    if ask.kind == "choices":
        return (ask.options[0],) * int(str(state.facts.get("demands", 1)))
    if ask.kind == "date":
        guards = {guard.name for guard in act.guards if guard.params.get("field") == ask.name}
        days = 0 if "date_reached" in guards else 30 if "days_ahead" in guards else 10
        return date.fromordinal(at.date().toordinal() + days)
    least = [g.params["least"] for g in act.guards if g.name == "number_between" and g.params["field"] == ask.name]
    plain: Mapping[str, object] = {
        "text": "写明情况",
        "number": least[0] if least else 1,
        "flag": True,
        "parties": (),
        "code": "2026-0001",
    }
    return ask.options[0] if ask.kind == "choice" else plain[ask.kind]


def others(ask: Ask, state: State, at: datetime) -> Iterator[object]:
    """Yield what else could be given for an ask, each of which may make a difference."""
    if ask.kind == "choice":
        yield from ask.options[1:]
    elif ask.kind == "choices":
        yield from ((option,) * int(str(state.facts.get("demands", 1))) for option in ask.options[1:])
    elif ask.kind == "flag":
        yield False
    elif ask.kind == "date":
        yield from (at.date(), at.date() + timedelta(days=3))
    elif ask.kind == "code":
        yield "？"
    elif ask.kind == "unit":
        yield RESPONDENT
    elif ask.kind == "number":
        yield 99


def given(act: Act, state: State, at: datetime) -> list[Mapping[str, object]]:
    """Return the ways to fill in an act: plausibly, and then with one thing changed or, if optional, left out."""
    wanted = {ask.name: base(ask, state, act, at) for ask in act.asks}
    ways: list[Mapping[str, object]] = [wanted]
    for ask in act.asks:
        ways += [{**wanted, ask.name: value} for value in others(ask, state, at)]
        if ask.optional:
            ways.append({name: value for name, value in wanted.items() if name != ask.name})
    return ways


def in_its_time(here: Witness, act: Act) -> Witness:
    """Return a case when an act's time has come: nobody asks for a review any more, the day of the hearing is here."""
    at = here.at + LATE if any(guard.name == "review_over" for guard in act.guards) else here.at
    days = [here.state.facts.get(str(guard.params.get("earlier"))) for guard in act.guards]
    last = max((day for day in days if isinstance(day, date)), default=at.date())
    return replace(here, at=at if last <= at.date() else datetime.combine(last, at.timetz()))


@cache
def matrix(procedure_id: str) -> Matrix:
    """Return the matrix of a procedure that ships with us."""
    return Matrix(library().procedures[procedure_id])


class Matrix:
    """A procedure, the cases brought to each of its steps, and what may be done there."""

    def __init__(self, procedure: Procedure) -> None:
        self.procedure = procedure

    @property
    def start(self) -> datetime:
        """When cases are brought: on one Monday, or the first on which the procedure is in force."""
        file = library().instruments[self.procedure.id].file
        assert file is not None
        day = max(MONDAY.date(), file.valid_from)
        return MONDAY + timedelta(days=-(-(day - MONDAY.date()).days // 7) * 7)

    @cached_property
    def witnesses(self) -> Mapping[str, list[tuple[Witness, str]]]:
        """Step → the cases that stand there, each with the track on which they do."""
        found: dict[str, list[tuple[Witness, str]]] = {step: [] for step in self.procedure.steps}
        waiting, seen, known = deque([Witness(begin(self.procedure), self.start)]), set[object](), set[object]()
        while waiting:
            here = waiting.popleft()
            nexts, answers = list(self._nexts(here)), set(self._first_answers(here))
            places = {("stands", step) for step in here.state.steps.values()}
            shows = {*answers, *self._remembers(here), *places} | {(here.looks, *what) for _, *what in nexts}
            if shows <= known:
                continue
            known |= shows
            for track, step in here.state.steps.items():
                found[step].append((here, track))
            for after, *_ in nexts:
                looks = (after.looks, frozenset(self._remembers(after)))
                twice = any(track.endswith("-2") for track in after.state.steps)
                moved = after.state.units.get(MAIN, OWN) != OWN
                if looks not in seen and not twice and not moved:
                    # one track of a kind shows what two would, and one unit what another does after it
                    seen.add(looks)
                    waiting.append(after)
        return found

    def _possible(self, here: Witness) -> Iterator[tuple[str, Act, Seat]]:
        """Yield the acts that a case's steps have, with each role that has them, in the unit that has the track."""
        aside = [track for track in here.state.steps if self.procedure.beside(track)]
        noted = any(entry.act in self._noted for entry in here.state.done)
        for track, step in here.state.steps.items():
            if aside and track not in aside:  # the case goes on as it does without what runs beside it
                continue
            for act in self.procedure.acts.values():
                if noted and not self._runs_beside(act):  # and as it does without what only that looks back upon
                    continue
                if step in self.procedure.sources[act.id]:
                    for role in act.by:
                        unit = here.state.units.get(track, OWN if track == MAIN else HELPER)
                        yield track, act, Seat(role, unit if role in UNIT_ROLES else None)

    def _nexts(self, here: Witness) -> Iterator[tuple[Witness, str, str]]:
        """Yield what can be made of a case by one act: whoever may do it does, in each way that leads elsewhere."""
        for track, act, seat in self._possible(here):
            for after in self._ways(here, act, seat, track):
                yield after, act.id, seat.said

    def _first_answers(self, here: Witness) -> Iterator[tuple[str, str, Seat, str]]:
        """Yield what is answered where a case stands to whoever fills in an act plausibly: a no is worth seeing too."""
        for track, act, seat in self._possible(here):
            attempt = Attempt(act.id, seat.actor(), here.at, given(act, here.state, here.at)[0], track)
            decision = may(self.procedure, here.state, attempt, AROUND)
            yield here.state.steps[track], act.id, seat, decision.code if isinstance(decision, Refused) else ""

    def _remembers(self, here: Witness) -> Iterator[tuple[str, str]]:
        """Yield, with where a case stands, what guards look back upon (acts, facts), and the clocks that stand."""
        at = here.state.steps[MAIN]
        for entry in here.state.done:
            if entry.act in self._looked_back_upon:
                yield at, entry.act
        for fact, wanted in self._facts_looked_upon.items():
            if fact in here.state.facts:
                value = here.state.facts[fact]
                yield at, f"{fact}: {[value in among for among in wanted] or value}"
        for name, clock in here.state.clocks.items():
            if clock.stands_since is not None:
                yield at, f"{name} stands"

    def _runs_beside(self, act: Act) -> bool:
        return self.procedure.beside(act.track) or (act.opens is not None and self.procedure.beside(act.opens))

    @cached_property
    def _noted(self) -> frozenset[str]:
        """What moves nothing, and is looked back upon by nothing but what runs beside a case: a dissuasion."""
        acts = self.procedure.acts.values()
        still = {act.id for act in acts if not (act.moves or act.opens or act.starts or act.stops or act.answers)}
        asks = [(act, guard) for act in acts for guard in act.guards if not self._runs_beside(act)]
        missed = {name for _, guard in asks for key in LOOKING_BACK for name in guard.params.get(key, ())}
        missed |= {act.id for act, guard in asks if "times" in guard.params}
        return frozenset(still & self._looked_back_upon - missed)

    @cached_property
    def _facts_looked_upon(self) -> Mapping[str, tuple[tuple[object, ...], ...]]:
        """Fact → the values that guards want of it, each guard's apart; none where they do not list them."""
        named: dict[str, set[tuple[object, ...]]] = {}
        listed: set[str] = set()
        for act in self.procedure.acts.values():
            for guard in act.guards:
                for name in ("fact", "where", "heavy", "offered"):
                    fact = str(guard.params.get(name, ""))
                    if fact and fact not in {ask.name for ask in act.asks}:
                        named.setdefault(fact, set())
                        if name == "fact" and "among" in guard.params:
                            named[fact].add(tuple(guard.params["among"]))
                        else:
                            listed.add(fact)
        named.pop("kind", None)
        return {
            fact: () if fact in listed else tuple(sorted(wanted, key=str)) for fact, wanted in sorted(named.items())
        }

    @cached_property
    def _looked_back_upon(self) -> frozenset[str]:
        guards = [(act.id, guard) for act in self.procedure.acts.values() for guard in act.guards]
        named = {name for _, guard in guards for key in LOOKING_BACK for name in guard.params.get(key, ())}
        named |= {str(guard.params[key]) for _, guard in guards for key in ("notice", "review") if key in guard.params}
        return frozenset(named | {act for act, guard in guards if "times" in guard.params})

    def _ways(self, here: Witness, act: Act, seat: Seat, track: str) -> Iterator[Witness]:
        here = in_its_time(here, act)
        ways = given(act, here.state, here.at)
        if any(ask.name == "kind" for ask in act.asks):
            named = {ask.name for ask in act.asks}
            plain = {name: value for name, value in ways[0].items() if name not in {"anonymous", "protection"}}
            ways = [
                {name: value for name, value in {**plain, **brought}.items() if name in named} for brought in BROUGHT
            ]
        made = set()
        for way in ways:
            actor = next((one for one in colleagues(seat) if self._allows(here, act, one, track, way)), None)
            if actor is not None:
                after = Witness(
                    fold(self.procedure, here.state, Attempt(act.id, actor, here.at, way, track)), here.at + STEP
                )
                looks = (after.looks, frozenset(self._remembers(after)))
                if looks not in made:
                    made.add(looks)
                    yield after

    def _allows(self, here: Witness, act: Act, actor: Actor, track: str, way: Mapping[str, object]) -> bool:
        attempt = Attempt(act.id, actor, here.at, way, track)
        return isinstance(may(self.procedure, here.state, attempt, AROUND), Allowed)

    @cached_property
    def answers(self) -> Mapping[tuple[str, str, Seat], Answer]:
        """(Step, act, seat) → what is answered."""
        return {
            (step, act.id, seat): self._answer(step, act, seat)
            for step in self.procedure.steps
            for act in self.procedure.acts.values()
            for seat in SEATS
        }

    def _answer(self, step: str, act: Act, seat: Seat) -> Answer:
        reasons, allowed = set(), False
        for here, attempt in self._attempts(step, act, seat):
            decision = may(self.procedure, here.state, attempt, AROUND)
            if isinstance(decision, Refused):
                reasons.add(Reason(decision.code, decision.article, tuple(sorted(decision.params.items()))))
            allowed = allowed or isinstance(decision, Allowed)
        return Answer(allowed, frozenset(reasons))

    def _attempts(self, step: str, act: Act, seat: Seat) -> Iterator[tuple[Witness, Attempt]]:
        """Yield how an act may be tried at a step.

        Whoever has it by their role tries it in every way: in each case, filled in with one thing changed, much later,
        and as each person who had a part before. Others try it plainly, in the first cases of a step: their answer
        comes before anything is looked at that is not the same in all of them.
        """
        theirs = seat.role in act.by
        for here, track in self.witnesses[step][: None if theirs else FEW]:
            ways = given(act, here.state, here.at)
            yield here, Attempt(act.id, seat.actor(), here.at, ways[0], track)
            if step not in self.procedure.sources[act.id]:
                return
            if theirs:
                if (waited := in_its_time(here, act)) != here:
                    here, ways = waited, given(act, waited.state, waited.at)  # noqa: PLW2901  # the same case, later
                    yield here, Attempt(act.id, seat.actor(), here.at, ways[0], track)
                for way in ways[1:]:
                    yield here, Attempt(act.id, seat.actor(), here.at, way, track)
                way = next((way for way in ways if self._allows(here, act, seat.actor(), track, way)), ways[0])
                for person in sorted({entry.actor.person for entry in here.state.done} | {colleague(seat)}):
                    yield here, Attempt(act.id, seat.actor(person), here.at, way, track)
                yield here, Attempt(act.id, seat.actor(), here.at + LATE, ways[0], track)
