"""Examples that an official can read and check: people, dates, acts, and what must follow. They run as tests.

A file (YAML, keys in Chinese) either walks a case through a procedure (经过) or asks for due dates (期限). Running one
returns what came out differently, as sentences; an empty answer means that everything came out as written.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BeforeValidator, Field, ValidationError

from huiying.procedure.decision import Refused
from huiying.procedure.library import Instrument, Library
from huiying.procedure.lifecycle import apply, begin
from huiying.procedure.routing import Level, Unit
from huiying.procedure.schema import Act, Ask, Frozen, Procedure
from huiying.procedure.state import MAIN, Actor, Attempt, State, Surroundings
from huiying.procedure.time_limits import SHANGHAI, Due, Roll, Suspension, Term, due
from huiying.procedure.words import catalogue, refusal, say
from huiying.procedure.workdays import Calendar, china

#: Reads what is data and nothing else; libyaml's, where it is there, is several times as fast.
Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class UnitCard(Frozen):
    """A unit of an example's cast."""

    level: str = Field(alias="层级")
    superior: str | None = Field(default=None, alias="上级")
    agent_of: str | None = Field(default=None, alias="代理")


class PersonCard(Frozen):
    """A person of an example's cast: a role, the unit it belongs to, and 本人 where one person has two roles."""

    role: str = Field(alias="角色")
    unit: str | None = Field(default=None, alias="单位")
    same_as: str | None = Field(default=None, alias="本人")


class ActLine(Frozen):
    """One act of a story and what must follow: the step, the due dates, or the sentence of the refusal."""

    at: datetime = Field(alias="时间")
    who: str = Field(alias="谁")
    does: str = Field(alias="做")
    track: str = Field(default=MAIN, alias="线")
    given: Mapping[str, Any] = Field(default={}, alias="给出")
    step: str | None = Field(default=None, alias="环节")
    due: Mapping[str, date | datetime | None] = Field(default={}, alias="期限")
    refused: str | None = Field(default=None, alias="拒绝")
    article: str | None = Field(default=None, alias="依据")


class TermLine(Frozen):
    """One due date to be found, or the sentence of the refusal."""

    term: str = Field(alias="规则")
    start: datetime | date = Field(alias="起算")
    roll: Annotated[Roll | None, BeforeValidator(lambda said: said and _id(said, "roll"))] = Field(
        default=None, alias="顺延"
    )
    suspended: tuple[tuple[date, date], ...] = Field(default=(), alias="中止")
    ground: str | None = Field(default=None, alias="中止理由")
    extended: int = Field(default=0, alias="延长")
    extended_by: str | None = Field(default=None, alias="批准人")
    ends: date | datetime | None = Field(default=None, alias="届满")
    provisional: bool = Field(default=False, alias="暂定")
    refused: str | None = Field(default=None, alias="拒绝")


class Example(Frozen):
    """The shape of an example file."""

    title: str = Field(alias="标题")
    note: str = Field(default="", alias="说明")
    calendar_through: int | None = Field(default=None, alias="日历截至")
    units: Mapping[str, UnitCard] = Field(default={}, alias="单位")
    people: Mapping[str, PersonCard | str] = Field(default={}, alias="人物")
    story: tuple[ActLine, ...] = Field(default=(), alias="经过")
    terms: tuple[TermLine, ...] = Field(default=(), alias="期限")


@dataclass(frozen=True, slots=True)
class Dated:
    """A date that an example comes to: in which line, what ends, by which row, extended by how much, and how found."""

    line: int
    name: str
    term: Term
    extended: int
    ends: Due


def run(library: Library, instrument: Instrument, path: Path) -> list[str]:
    """Return what in one example came out differently from what it says."""
    try:
        text = path.read_text("utf-8-sig")
    except ValueError as error:  # another encoding
        return [say("example.unreadable", {"why": str(error)})]
    example = read(text)
    return run_example(library, instrument, example) if isinstance(example, Example) else example


def read(text: str) -> Example | list[str]:
    """Return an example from its file's text, or what is wrong with it."""
    try:
        return Example.model_validate(yaml.load(text, Loader))  # noqa: S506  # a safe loader
    except ValidationError as error:
        return [
            say("example.field_wrong", {"where": ".".join(map(str, e["loc"])), "why": e["msg"]}) for e in error.errors()
        ]
    except (yaml.YAMLError, ValueError) as error:  # ValueError: a day like 02-30
        return [say("example.unreadable", {"why": str(error)})]


def run_example(library: Library, instrument: Instrument, example: Example) -> list[str]:
    """Return what in an example came out differently from what it says."""
    if not example.story and not example.terms:
        return [say("example.empty")]
    differences = list(_run_terms(library, example))
    if example.story:
        procedure = library.procedures.get(instrument.id)
        if procedure is None:
            return [*differences, say("example.no_procedure", {"instrument": instrument.id})]
        differences += _run_story(procedure, example)
    return differences


def dates(library: Library, instrument: Instrument, example: Example) -> list[Dated]:
    """Return the dates that an example looks at, as they come out now; none of a story that cannot be walked."""
    found = [
        Dated(number, term.name, term, line.extended, ends)
        for number, line, term, ends in _reckoned(library, example)
        if isinstance(term, Term) and isinstance(ends, Due)
    ]
    procedure = library.procedures.get(instrument.id)
    if procedure is None or list(_strangers(_Speech(procedure), example)):
        return found
    for number, line, answer in _walked(procedure, example):
        clocks = answer.clocks if isinstance(answer, State) else {}
        for clock in procedure.clocks.values():
            running = clocks.get(clock.id)
            ends = running.due(_calendar(example)) if running and clock.name in line.due else None
            if running and running.term and isinstance(ends, Due):
                found.append(Dated(number, clock.name, running.term, running.extended, ends))
    return found


def _calendar(example: Example) -> Calendar:
    return china() if example.calendar_through is None else china().through(example.calendar_through)


def _reckoned(library: Library, example: Example) -> Iterator[tuple[int, TermLine, Term | Refused, Due | Refused]]:
    """Yield each due date asked for: its line, its row, and the answer."""
    for number, line in enumerate(example.terms, start=1):
        term = library.term(line.term)
        if isinstance(term, Refused):
            yield number, line, term, term
            continue
        ground = line.ground and _id(line.ground, "choice")
        ends = due(
            term,
            _local(line.start) if isinstance(line.start, datetime) else line.start,
            _calendar(example),
            suspensions=[Suspension(first, last, ground) for first, last in line.suspended],
            extended=line.extended,
            extended_by=line.extended_by and _id(line.extended_by, "approver", "role"),
            roll=line.roll,
        )
        yield number, line, term, ends


def _run_terms(library: Library, example: Example) -> Iterator[str]:
    for number, line, _, answer in _reckoned(library, example):
        where = f"{number} {line.term}"
        if isinstance(answer, Refused):
            yield from _differ(where, line.refused, refusal(answer.code, answer.params))
        else:
            yield from _differ(where, line.refused or _plain(line.ends), _plain(answer.at))
            if answer.provisional != line.provisional:
                yield say("example.differs", {"where": where, "said": line.provisional, "came": answer.provisional})


def _local(at: datetime) -> datetime:
    """A moment without a zone is Beijing time; one with a zone is the moment it says."""
    return at.astimezone(SHANGHAI) if at.tzinfo else at.replace(tzinfo=SHANGHAI)


def _plain(at: date | datetime | None) -> str | None:
    """A date or a local moment, as an official writes it."""
    if isinstance(at, datetime):
        return at.strftime("%Y-%m-%d %H:%M:%S")
    return None if at is None else at.isoformat()


def _differ(where: str, said: str | None, came: str | None) -> Iterator[str]:
    if said != came:
        yield say("example.differs", {"where": where, "said": said, "came": came})


def _id(text: str, *tables: str) -> str:
    """Return the id behind a Chinese word of these tables; what is in none of them is an id already."""
    for code, said in catalogue("zh_hans").items():
        table, _, name = code.partition(".")
        if said == text and table in tables:
            return name
    return text


class _Speech:
    """Turns an example's Chinese words into ids: roles, acts by name, fields by label, choices by what people read."""

    def __init__(self, procedure: Procedure) -> None:
        self.procedure = procedure
        self.acts = {act.name: act for act in procedure.acts.values()}

    def given(self, act: Act, given: Mapping[str, Any]) -> dict[str, object]:
        asks = {ask.label: ask for ask in act.asks}
        return {
            asks[label].name if label in asks else label: self._value(asks.get(label), value)
            for label, value in given.items()
        }

    def _value(self, ask: Ask | None, value: object) -> object:
        if isinstance(value, list):
            return tuple(_id(str(item), "choice") for item in value)
        if ask is not None and ask.kind == "choice":
            said = catalogue("zh_hans")
            return next((option for option in ask.options if said.get(f"choice.{option}") == value), str(value))
        return value


def _run_story(procedure: Procedure, example: Example) -> Iterator[str]:
    strangers = list(_strangers(_Speech(procedure), example))
    if strangers:
        yield from strangers
        return
    for number, line, answer in _walked(procedure, example):
        where = f"{number} {line.does}"
        if isinstance(answer, Refused):
            yield from _differ(where, line.refused, refusal(answer.code, answer.params))
            yield from _differ(where, line.article or answer.article, answer.article)
            continue
        yield from _differ(where, line.refused, None)
        yield from _look(procedure, answer, line, where, _calendar(example))


def _walked(procedure: Procedure, example: Example) -> Iterator[tuple[int, ActLine, State | Refused]]:
    """Yield each act of a story with the case after it, or why it was refused. The story names no stranger."""
    speech = _Speech(procedure)
    units = {
        name: Unit(name, Level(_id(card.level, "level")), card.superior, card.agent_of)
        for name, card in example.units.items()
    }
    around = Surroundings(units, _calendar(example))
    people = {name: _actor(name, card) for name, card in example.people.items()}
    state = begin(procedure)
    for number, line in enumerate(example.story, start=1):
        act = speech.acts[line.does]
        given = speech.given(act, line.given)
        answer = apply(procedure, state, Attempt(act.id, people[line.who], _local(line.at), given, line.track), around)
        state = state if isinstance(answer, Refused) else answer
        yield number, line, answer


def _actor(name: str, card: PersonCard | str) -> Actor:
    if isinstance(card, str):
        return Actor(name, _id(card, "role"))
    return Actor(card.same_as or name, _id(card.role, "role"), card.unit)


def _strangers(speech: _Speech, example: Example) -> Iterator[str]:
    """Yield every name in a story that is on no list, and every act that comes before the one above it."""
    clocks = {clock.name for clock in speech.procedure.clocks.values()}
    named: list[tuple[object, object, Container[object]]] = []
    for name, card in example.units.items():
        named.append((name, _id(card.level, "level"), set(Level)))
        named += [(name, other, example.units) for other in (card.superior, card.agent_of) if other is not None]
    for name, person in example.people.items():
        if isinstance(person, PersonCard) and person.unit is not None:
            named.append((name, person.unit, example.units))
        if isinstance(person, PersonCard) and person.same_as is not None:
            named.append((name, person.same_as, example.people))
    for number, line in enumerate(example.story, start=1):
        named += [(number, line.does, speech.acts), (number, line.who, example.people)]
        named += [(number, clock, clocks) for clock in line.due]
    yield from (
        say("example.stranger", {"where": where, "who": who}) for where, who, known in named if who not in known
    )
    for number, (earlier, later) in enumerate(pairwise(_local(line.at) for line in example.story), start=2):
        if later < earlier:
            yield say("example.backwards", {"where": number})


def _look(procedure: Procedure, state: State, line: ActLine, where: str, calendar: Calendar) -> Iterator[str]:
    if line.step is not None:
        yield from _differ(where, line.step, procedure.steps[state.steps[line.track]].name)
    clocks = {clock.name: state.clocks.get(clock.id) for clock in procedure.clocks.values()}
    for name, said in line.due.items():
        clock = clocks[name]
        ends = clock.due(calendar) if clock else None
        yield from _differ(f"{where} {name}", _plain(said), _plain(ends.at) if isinstance(ends, Due) else None)
