"""The shape of an instrument's files: `procedure.toml` (steps, acts, guards, notices) and `terms.toml` (limits).

TOML names guards and gives their parameters; it holds no expressions. What is wrong with a file is said by `checking`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from huiying.procedure.time_limits import Status, Term, Unit

ANYWHERE = "*"
#: What a limit's `when` calls a fact that nobody has given.
UNSET = "unset"


class Kind(StrEnum):
    """What a demand is."""

    CONSULTATION = "consultation"
    HELP = "help"
    COMPLAINT = "complaint"
    REPORT = "report"
    SUGGESTION = "suggestion"
    PRAISE = "praise"


class Stage(StrEnum):
    """How far a demand is, in the words of a receipt."""

    RECEIVED = "received"
    ASSIGNED = "assigned"
    HANDLING = "handling"
    ANSWERED = "answered"
    FOLLOWING_UP = "following_up"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


#: Roles of staff, the person who brought the demand, and the clockwork that runs without a person.
COMPLAINANT, CLOCKWORK = "complainant", "clockwork"
#: Whoever is to be punished, mediated with, or cleared: told by notices, and never signed in here.
PARTY = "party"
UNIT_ROLES = frozenset({"clerk", "officer", "unit_head"})
CENTRE_ROLES = frozenset(
    {
        "call_taker",
        "dispatcher",
        "follow_up",
        "ruler",
        "supervisor",
        "leader",
        "custodian",
        "secrecy_officer",
        "auditor",
        "grid_worker",
        "editor",
        "administrator",
    }
)
ROLES = UNIT_ROLES | CENTRE_ROLES | {COMPLAINANT, CLOCKWORK}


Filled = Annotated[str, Field(pattern=r"\S")]


class Frozen(BaseModel):
    """A part of a file: immutable, and nothing in it that we do not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Track(Frozen):
    """A kind of track. A case has one main track; others open by an act and end before it does."""

    id: str
    name: str
    #: Runs beside the case and may outlive it: what becomes of staff, or of a good name, holds no answer up (B9).
    beside: bool = False


class Step(Frozen):
    """A place in the procedure (环节): who holds the case there and what the receipt calls it."""

    id: str
    name: str
    track: str = "main"
    holder: str
    stage: Stage
    start: bool = False
    ending: bool = False
    optional: bool = False
    #: What people see of it where the law's own steps are finer than what anybody follows: 立案受理.
    phase: str = ""
    #: Nothing of the demand's content is kept: only a stub remains (rule JC-02, 保密法 31).
    content_free: bool = False
    #: The demand goes on in cases of its own, which whatever leads here has begun: there it is answered.
    continues: bool = False
    #: A case that stays here is looked at again every so many days (挂账 is no place to be forgotten).
    recheck_days: Annotated[int, Field(gt=0)] | None = None
    #: An ending that leaves only a content-free stub, or that the person chose, may go without these; nothing else may.
    without: tuple[Literal["answer", "follow_up"], ...] = ()
    because: str = ""

    @model_validator(mode="after")
    def _says_why(self) -> Self:
        if self.without and not self.because.strip():
            raise ValueError("an ending that goes without an answer or a follow-up must say why (because)")
        return self


class Ask(Frozen):
    """What an act must be given. Text is content and never becomes state; the rest is folded into the case's facts."""

    name: str
    label: str
    kind: Literal["text", "choice", "choices", "unit", "parties", "number", "date", "flag", "code"] = Field(alias="is")
    options: tuple[str, ...] = ()
    optional: bool = False

    @model_validator(mode="after")
    def _offers_a_choice(self) -> Self:
        if (self.kind in {"choice", "choices"}) != bool(self.options):
            raise ValueError("a choice needs options, and nothing else has any")
        return self


class Guard(Frozen):
    """A named predicate with its parameters."""

    name: str
    article: str | None = None
    params: Mapping[str, Any] = {}


class Notice(Frozen):
    """A notice that an act owes to someone, and the article that says so."""

    name: str
    to: str
    article: str


class Act(Frozen):
    """Something a person may do: from where, to where, under which article, on which conditions."""

    id: str
    name: str
    track: str = "main"
    source: Annotated[tuple[str, ...], Field(alias="from", min_length=1)]
    target: str | None = Field(default=None, alias="to")
    #: Leads back to the step from which the one was reached where the act is done: a question in between is settled.
    returns: bool = False
    by: Annotated[tuple[str, ...], Field(min_length=1)]
    article: str = ""
    status: Status = Status.VERIFIED
    asks: tuple[Ask, ...] = ()
    guards: tuple[Guard, ...] = ()
    notices: tuple[Notice, ...] = ()
    starts: tuple[str, ...] = ()
    #: Clocks that begin anew, the person's too: new facts after the end are a new matter to be answered.
    renews: tuple[str, ...] = ()
    stops: tuple[str, ...] = ()
    extends: str | None = None
    #: As whom a row knows whoever extends by this act, where that is not their role: the head of an authority.
    approves_as: str | None = None
    #: The field with the day from which the clocks that the act starts run: that of a service, not that of its record.
    counts_from: str | None = None
    suspends: str | None = None
    resumes: str | None = None
    opens: str | None = None
    gives_to: str | None = None
    #: The field in which the act says by which day the track that it opens delivers.
    delivers_by: str | None = None
    #: The field that says under which special procedures the demand goes on, in cases of its own.
    passes_on: str | None = None
    #: Units do not read of it: it may be about them.
    kept_from_units: bool = False
    #: Whoever answers calls does not read of it: what was thought of one demand follows nobody to their next call.
    kept_from_desk: bool = False
    #: The field that says until when what the act says of this demand keeps it out of the named indicators (EX-03).
    labels: str | None = None
    #: What keeps this demand out of any indicator ends with it.
    ends_label: bool = False
    #: From then on a named supervisor sees to the case (《济南市12345市民服务热线条例》第40条).
    supervises: bool = False
    #: A case of its own is opened at once against whoever threatened or retaliated, kept from the units (XF-57).
    protects: bool = False
    #: What whoever does it says to the person, word for word where that matters.
    script: str = ""
    answers: bool = False
    follows_up: bool = False
    decides: bool = False
    #: The person asks for the case to end; no other act of theirs means that.
    wishes_to_end: bool = False

    @model_validator(mode="after")
    def _asks_once(self) -> Self:
        names = [ask.name for ask in self.asks]
        if len(set(names)) < len(names):
            raise ValueError("the same field is asked for twice")
        return self

    @model_validator(mode="after")
    def _leads_to_one_place(self) -> Self:
        if self.returns and self.target is not None:
            raise ValueError("an act that returns to where the case came from leads to no step of its own (to)")
        return self

    @property
    def moves(self) -> bool:
        """Whether a case is at another step afterwards, or may be."""
        return self.returns or self.target is not None


class Clock(Frozen):
    """A limit's place in the procedure; which row fills it is for the instrument or a local pack to say.

    The person's clock is never set to zero by handing the case on; a unit's own clock begins anew with each unit. A
    duty is what an authority owes to itself or to others: it warns as the person's does, and is not shown to them.
    """

    id: str
    name: str
    whose: Literal["person", "unit", "duty"] = "person"
    #: The field in which whatever starts it says by which day: a day set for this case, by no row.
    until: str | None = None


class Limit(Frozen):
    """Binds a clock to a row of terms, for the facts that `when` lists. The first that fits is taken."""

    clock: str
    term: str
    when: Mapping[str, tuple[str, ...]] = {}


class Way(Frozen):
    """One usual way through the steps, for people who want to see the whole at a glance."""

    name: str
    steps: tuple[str, ...]


class Tighten(Frozen):
    """What is added to an act of the base or of a shared part: guards, clocks that it starts or renews.

    `article`: under which article of its own law a procedure has an act that is shared; its notices rest on it too. A
    guard that the act has already is asked once, under the article that is named here.
    """

    act: str
    article: Filled | None = None
    status: Status = Status.VERIFIED
    guards: tuple[Guard, ...] = ()
    starts: tuple[str, ...] = ()
    renews: tuple[str, ...] = ()


class Correction(Frozen):
    """What a local pack fills in or shortens in a row of another instrument: a unit not known, a limit kept shorter."""

    term: str
    value: Annotated[int, Field(gt=0)] | None = None
    unit: Unit | None = None
    extension: Annotated[int, Field(gt=0)] | None = None
    article: Filled
    status: Status = Status.DESIGN

    @model_validator(mode="after")
    def _sets_something(self) -> Self:
        if self.value is None and self.unit is None and self.extension is None:
            raise ValueError("a correction sets a value, a unit or an extension")
        return self


class SharedFile(Frozen):
    """`shared/<name>.toml`: steps and acts that several procedures have word for word."""

    step: tuple[Step, ...] = ()
    act: tuple[Act, ...] = ()


class ProcedureFile(Frozen):
    """`procedure.toml`. `extends` names the instrument whose steps and acts a local pack takes over.

    `shares` names files of `procedure/shared` whose steps and acts are this procedure's too. `takes` says of which
    special kind of demand it is the procedure; of several, the one in force when a case begins.
    """

    title: str
    summary: str = ""
    extends: str | None = None
    shares: tuple[str, ...] = ()
    takes: str = ""
    valid_from: date = date.min
    valid_to: date = date.max
    track: tuple[Track, ...] = ()
    step: tuple[Step, ...] = ()
    act: tuple[Act, ...] = ()
    clock: tuple[Clock, ...] = ()
    limit: tuple[Limit, ...] = ()
    way: tuple[Way, ...] = ()
    tighten: tuple[Tighten, ...] = ()

    @model_validator(mode="after")
    def _is_one_thing(self) -> Self:
        if self.valid_to < self.valid_from:
            raise ValueError("valid_to lies before valid_from")
        if self.extends is not None and (self.shares or self.track or self.step or self.act or self.clock or self.way):
            raise ValueError(
                "a pack that extends a procedure adds limits and guards only, no tracks, steps, acts or ways"
            )
        return self


class TermsFile(Frozen):
    """`terms.toml`."""

    title: str
    term: tuple[Term, ...] = ()
    correct: tuple[Correction, ...] = ()


class Procedure(Frozen):
    """A procedure ready to run: an instrument's own, or the one it extends with its limits and guards added."""

    id: str
    title: str
    tracks: Mapping[str, Track]
    steps: Mapping[str, Step]
    acts: Mapping[str, Act]
    clocks: Mapping[str, Clock]
    limits: tuple[Limit, ...]
    ways: tuple[Way, ...]
    terms: Mapping[str, Term]

    def start(self, track: str) -> Step:
        """Return the step at which a track begins."""
        return next(step for step in self.steps.values() if step.track == track and step.start)

    @cached_property
    def endings(self) -> frozenset[str]:
        """The ids of the steps that end a track."""
        return frozenset(step.id for step in self.steps.values() if step.ending)

    @cached_property
    def sources(self) -> Mapping[str, tuple[str, ...]]:
        """Act → the steps from which it is possible; `*` is every step of its track that is no ending."""
        return {act.id: tuple(self._sources(act)) for act in self.acts.values()}

    def _sources(self, act: Act) -> Iterator[str]:
        for named in act.source:
            if named == ANYWHERE:
                yield from (step.id for step in self.steps.values() if step.track == act.track and not step.ending)
            else:
                yield named

    @cached_property
    def targets(self) -> Mapping[str, tuple[str, ...]]:
        """Act → the steps to which it may lead: its own, or, if it returns, each from which its steps are entered."""
        return {act.id: tuple(self._targets(act)) for act in self.acts.values()}

    def _targets(self, act: Act) -> Iterator[str]:
        if act.target is not None:
            yield act.target
        elif act.returns:
            for step in self.sources[act.id]:
                yield from self.entered_from(step)

    def entered_from(self, step: str) -> tuple[str, ...]:
        """Return the other steps from which an act leads to one."""
        entering = (act for act in self.acts.values() if act.target == step)
        return tuple(dict.fromkeys(source for act in entering for source in self.sources[act.id] if source != step))

    def stopped_by(self, act: Act) -> Iterable[str]:
        """Return the clocks that an act stops; `*` is every clock there is."""
        return self.clocks if act.stops == (ANYWHERE,) else act.stops

    @cached_property
    def labels(self) -> Mapping[str, str]:
        """What people call each field that an act asks for."""
        return {ask.name: ask.label for act in self.acts.values() for ask in act.asks}

    def leaves(self, act: Act, step: Step) -> bool:
        """Whether an act leads away from a step."""
        return step.id in self.sources[act.id] and any(target != step.id for target in self.targets[act.id])

    def beside(self, track: str) -> bool:
        """Whether a track (`clearing-1`), or a kind of track, runs beside the case and is no part of its answer."""
        known = self.tracks.get(track) or self.tracks.get(track.rpartition("-")[0])
        return known is not None and known.beside

    @cached_property
    def kept_tracks(self) -> frozenset[str]:
        """The kinds of track of which units do not read: those that an act opens which is kept from them."""
        return frozenset(act.opens for act in self.acts.values() if act.opens and act.kept_from_units)

    @cached_property
    def kept_facts(self) -> frozenset[str]:
        """The facts of which units do not read: those that only acts make which are kept from them."""
        kept = {ask.name for act in self.acts.values() if act.kept_from_units for ask in act.asks}
        return frozenset(kept - {ask.name for act in self.acts.values() if not act.kept_from_units for ask in act.asks})

    def track_names(self, tracks: Iterable[str]) -> str:
        """Return tracks as people call them: `support-1` is 协办1."""
        kinds = ((*track.rpartition("-")[::2],) for track in tracks)
        return "、".join(f"{self.tracks[kind].name}{number}" for kind, number in kinds)

    @cached_property
    def rows(self) -> frozenset[str]:
        """The ids of the rows that a case keeps of its law: those that fill clocks, and those that guards count by."""
        guards = (guard for act in self.acts.values() for guard in act.guards)
        counted = {str(guard.params["term"]) for guard in guards if "term" in guard.params}
        return frozenset({limit.term for limit in self.limits} | counted)

    def set_under(self, clock: str) -> str:
        """Return the article of the act that sets a clock's day, "" where no act does."""
        setting = (act.article for act in self.acts.values() if clock in act.starts)
        return next(setting) if self.clocks[clock].until else ""

    def limit_for(self, clock: str, facts: Mapping[str, object], on: date) -> Term | None:
        """Return the row that fills a clock for these facts on the day it starts, None where no rule does."""
        for limit in self.limits:
            fits = all(str(facts.get(fact, UNSET)) in values for fact, values in limit.when.items())
            if limit.clock == clock and fits and self.terms[limit.term].in_force(on):
                return self.terms[limit.term]
        return None
