"""What can be wrong with an instrument, found before anyone lives under it. Each fault says what and where.

Paths through steps and acts are checked in `paths`; here are names that must exist, and what each part needs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations

from pydantic import TypeAdapter, ValidationError

from huiying.procedure.guard_parameters import Refers, refers_to
from huiying.procedure.guards import GUARDS, parameters
from huiying.procedure.library import Fault, Instrument, Library, duplicates
from huiying.procedure.paths import check_paths
from huiying.procedure.schema import (
    ANYWHERE,
    CLOCKWORK,
    COMPLAINANT,
    PARTY,
    ROLES,
    UNSET,
    Act,
    Guard,
    Limit,
    Procedure,
    ProcedureFile,
)
from huiying.procedure.state import MAIN
from huiying.procedure.time_limits import Term

#: What an act that touches a clock or hands the case on must be given, and of which kind.
NEEDS = {
    "extends": ("days", "number"),
    "suspends": ("ground", "choice"),
    "gives_to": (None, "unit"),
    "delivers_by": (None, "date"),
    "counts_from": (None, "date"),
    "passes_on": (None, "choice"),
    "labels": (None, "date"),
}


#: Without these an act does the same: a track delivers when it can, a clock runs from the act itself.
MAY_BE_LEFT_OUT = {"delivers_by", "counts_from"}
#: Kinds of field that an act must ask for share a sentence.
CODES = {
    Refers.OUTCOMES: "guard_ask_unknown",
    Refers.DATE: "guard_ask_unknown",
    Refers.NUMBER: "guard_ask_unknown",
    Refers.UNIT: "guard_ask_unknown",
    Refers.TRACK: "track_unknown",
    Refers.TEXT: "guard_ask_unknown",
}


def check(library: Library) -> tuple[Fault, ...]:
    """Return everything that is wrong with a library: what could not be read, and what does not hold together."""
    faults = [*library.faults, *_check_terms(library.instruments.values())]
    for instrument in library.instruments.values():
        if instrument.file is not None:
            faults += _check_ids(instrument.id, instrument.file)
    for procedure in library.procedures.values():
        own = library.instruments[procedure.id].file
        if own is not None and own.extends is not None:  # the rest is its base's, and checked there
            faults += _check_guards(procedure, only={tighten.act for tighten in own.tighten})
            faults += _check_limits(procedure, own.limit)
        else:
            faults += check_procedure(procedure)
    return tuple(faults)


def check_procedure(procedure: Procedure) -> Iterator[Fault]:
    """Yield the faults of one procedure that stands on its own."""
    misplaced = list(_check_places(procedure))
    yield from misplaced
    yield from _check_people(procedure)
    yield from _check_papers(procedure)
    misguarded = list(_check_guards(procedure, only=set(procedure.acts)))
    yield from misguarded
    yield from _check_limits(procedure, procedure.limits)
    yield from _check_clocks(procedure)
    if not misplaced and not misguarded:  # where the parts do not fit, paths mean nothing
        yield from check_paths(procedure)


def _check_ids(instrument: str, file: ProcedureFile) -> Iterator[Fault]:
    for table in ("track", "step", "act", "clock"):
        for item in duplicates(entry.id for entry in getattr(file, table)):
            yield Fault("duplicate_id", instrument, f"{table} {item}", {"id": item})
    for item in duplicates(act.name for act in file.act):
        yield Fault("duplicate_id", instrument, f"act {item}", {"id": item})


def _check_terms(instruments: Iterable[Instrument]) -> Iterator[Fault]:
    rows = [(instrument.id, row) for instrument in instruments if instrument.terms for row in instrument.terms.term]
    for (_, other), (instrument, row) in combinations(rows, 2):
        same = (row.procedure, row.step) == (other.procedure, other.step)
        if same and row.id != other.id and _overlap(row, other):
            yield Fault("terms_overlap", instrument, f"term {row.id}", {"other": other.id})


def _overlap(row: Term, other: Term) -> bool:
    return row.valid_from <= other.valid_to and other.valid_from <= row.valid_to


def _check_places(procedure: Procedure) -> Iterator[Fault]:
    """Every act leads between steps of its own track, and every track begins once and can be opened."""
    for track in procedure.tracks:
        starts = [step.id for step in procedure.steps.values() if step.track == track and step.start]
        if len(starts) != 1:
            yield Fault("start_not_one", procedure.id, f"track {track}", {"starts": len(starts)})
        if track != MAIN and not any(act.opens == track for act in procedure.acts.values()):
            yield Fault("track_never_opened", procedure.id, f"track {track}", {"track": track})
    if MAIN not in procedure.tracks:
        yield Fault("track_unknown", procedure.id, "track", {"track": MAIN})
    for step in procedure.steps.values():
        if step.track not in procedure.tracks:
            yield Fault("track_unknown", procedure.id, f"step {step.id}", {"track": step.track})
    for act in procedure.acts.values():
        yield from _check_place(procedure, act)


def _check_place(procedure: Procedure, act: Act) -> Iterator[Fault]:
    if act.track not in procedure.tracks:
        yield Fault("track_unknown", procedure.id, f"act {act.id}", {"track": act.track})
    if act.returns and any(
        procedure.steps[step].start for step in procedure.sources[act.id] if step in procedure.steps
    ):
        yield Fault("returns_nowhere", procedure.id, f"act {act.id}")
    if act.opens is not None and act.opens not in procedure.tracks:
        yield Fault("track_unknown", procedure.id, f"act {act.id}", {"track": act.opens})
    if act.opens == MAIN:
        yield Fault("opens_main", procedure.id, f"act {act.id}")
    named = [source for source in act.source if source != ANYWHERE]
    for step_id in [*named, *([act.target] if act.target is not None else [])]:
        step = procedure.steps.get(step_id)
        if step is None or (step.track != act.track and step.track in procedure.tracks):
            yield Fault("step_unknown", procedure.id, f"act {act.id}", {"step": step_id})


def _check_people(procedure: Procedure) -> Iterator[Fault]:
    """Roles exist, whoever holds a case can move it on, and no machine decides, answers, asks or ends."""
    for step in procedure.steps.values():
        if step.holder not in ROLES:
            yield Fault("role_unknown", procedure.id, f"step {step.id}", {"role": step.holder})
        elif step.holder == CLOCKWORK:
            yield Fault("machine_decides", procedure.id, f"step {step.id}")
        elif not step.ending:
            leaves = [act for act in procedure.acts.values() if procedure.leaves(act, step)]
            if leaves and not any(step.holder in act.by for act in leaves):  # with no way out at all, it is a dead end
                yield Fault("holder_cannot_act", procedure.id, f"step {step.id}", {"role": step.holder})
    for act in procedure.acts.values():
        for role in sorted({*act.by, *(notice.to for notice in act.notices)} - ROLES - {PARTY}):
            yield Fault("role_unknown", procedure.id, f"act {act.id}", {"role": role})
        weighty = act.decides or act.answers or act.follows_up or act.target in procedure.endings
        if weighty and CLOCKWORK in act.by:
            yield Fault("machine_decides", procedure.id, f"act {act.id}")
        if act.wishes_to_end and act.by != (COMPLAINANT,):
            yield Fault("wish_not_the_persons", procedure.id, f"act {act.id}")


def _check_papers(procedure: Procedure) -> Iterator[Fault]:
    """Every act and notice cites an article, an extension is told, and every act is given what it needs."""
    for act in procedure.acts.values():
        where = f"act {act.id}"
        if not act.article.strip():
            yield Fault("act_without_article", procedure.id, where)
        for notice in act.notices:
            if not notice.article.strip():
                yield Fault("notice_without_article", procedure.id, where, {"notice": notice.name})
        if act.extends is not None and not any(notice.to == COMPLAINANT for notice in act.notices):
            yield Fault("extension_untold", procedure.id, where)
        asked = {ask.name: ask for ask in act.asks}
        for flag, (fixed, kind) in NEEDS.items():
            field = getattr(act, flag) if fixed is None else fixed
            ask = asked.get(field)
            left_out = ask is not None and ask.optional and flag not in MAY_BE_LEFT_OUT
            if getattr(act, flag) is not None and (ask is None or ask.kind != kind or left_out):
                yield Fault("ask_missing", procedure.id, where, {"field": field, "kind": kind})


def _check_guards(procedure: Procedure, *, only: set[str]) -> Iterator[Fault]:
    for act in procedure.acts.values():
        for guard in act.guards if act.id in only else ():
            where = f"act {act.id}, guard {guard.name}"
            if guard.name not in GUARDS:
                yield Fault("guard_unknown", procedure.id, where, {"guard": guard.name, "known": "、".join(GUARDS)})
            elif (wrong := _wrong_parameters(guard)) is not None:
                yield Fault("guard_params_wrong", procedure.id, where, {"why": wrong})
            else:
                yield from _check_references(procedure, act, guard, where)


def _wrong_parameters(guard: Guard) -> str | None:
    """Say what is wrong with a guard's parameters, or None: each must be there, and of the kind the guard takes."""
    wanted = parameters(guard.name)
    if set(wanted) != set(guard.params):
        return f"{'、'.join(sorted(guard.params)) or '—'} ≠ {'、'.join(sorted(wanted)) or '—'}"
    for name, hint in wanted.items():
        try:
            TypeAdapter(hint).validate_python(guard.params[name])
        except ValidationError as error:
            return f"{name}: {error.errors()[0]['msg']}"
    return None


def _check_references(procedure: Procedure, act: Act, guard: Guard, where: str) -> Iterator[Fault]:
    """What a guard's parameters name must exist, and be what the guard takes it for."""
    for name, hint in parameters(guard.name).items():
        refers = refers_to(hint)
        value = guard.params[name]
        for item in [value] if isinstance(value, str) else value if refers is not None else []:
            if refers is not None and not _refers_to_something(procedure, act, refers, item):
                code = CODES.get(refers, f"guard_{refers.value}_unknown")
                yield Fault(code, procedure.id, where, {"track" if refers is Refers.TRACK else "named": item})


def _refers_to_something(procedure: Procedure, act: Act, refers: Refers, name: str) -> bool:
    named = procedure.acts.get(name)
    counted = any(_asks_for(other, "demands", "number") for other in procedure.acts.values())
    return {
        Refers.ACT: named is not None,
        Refers.RULING: named is not None and named.gives_to is not None,
        Refers.ASKING: named is not None and _asks_the_person(named),
        Refers.CLOCK: name in procedure.clocks,
        Refers.FACT: name in _facts(procedure),
        Refers.OUTCOMES: _asks_for(act, name, "choices") and counted,
        Refers.DATE: _asks_for(act, name, "date"),
        Refers.NUMBER: _asks_for(act, name, "number"),
        Refers.UNIT: _asks_for(act, name, "unit"),
        Refers.TEXT: _asks_for(act, name, "text"),
        Refers.TERM: name in procedure.terms,
        Refers.TRACK: name in procedure.tracks,
    }[refers]


def _asks_for(act: Act, name: str, kind: str) -> bool:
    return any((ask.name, ask.kind, ask.optional) == (name, kind, False) for ask in act.asks)


def _sets_day(act: Act, field: str) -> bool:
    """Whether an act is given a day for a clock, and one that lies ahead: a limit of nothing is no limit."""
    ahead = any(guard.name == "date_ahead" and guard.params.get("field") == field for guard in act.guards)
    return _asks_for(act, field, "date") and ahead


def _asks_the_person(act: Act) -> bool:
    """An act in which the person is reached, or is said not to have been."""
    reached = any(ask.name == "reached" and ask.kind == "flag" and not ask.optional for ask in act.asks)
    return reached or act.by == (COMPLAINANT,)


def _facts(procedure: Procedure) -> Mapping[str, set[str]]:
    """Return what acts may make a fact of, with the values that it may take where they are listed."""
    facts: dict[str, set[str]] = {}
    for act in procedure.acts.values():
        for ask in act.asks:
            if ask.kind != "text":
                facts.setdefault(ask.name, set()).update(ask.options)
    return facts


def _check_limits(procedure: Procedure, own: Sequence[Limit]) -> Iterator[Fault]:
    facts = _facts(procedure)
    for limit in procedure.limits:
        where = f"limit {limit.term}"
        if limit.clock not in procedure.clocks:
            yield Fault("clock_unknown", procedure.id, where, {"clock": limit.clock})
        for fact, values in limit.when.items():
            for value in values:
                if value != UNSET and value not in facts.get(fact, ()):
                    yield Fault("limit_when_unknown", procedure.id, where, {"fact": fact, "value": value})
    for earlier, later in combinations(own, 2):  # a pack's limits come before its base's, and may replace them
        if _shadows(procedure, earlier, later):
            yield Fault("limit_shadowed", procedure.id, f"limit {later.term}", {"by": earlier.term})


def _shadows(procedure: Procedure, earlier: Limit, later: Limit) -> bool:
    """Whether the later limit can never be taken, since the earlier one fits wherever it does."""
    first, second = procedure.terms[earlier.term], procedure.terms[later.term]
    covers = first.valid_from <= second.valid_from and second.valid_to <= first.valid_to
    wider = all(fact in later.when and set(later.when[fact]) <= set(values) for fact, values in earlier.when.items())
    return earlier.clock == later.clock and covers and wider


def _check_clocks(procedure: Procedure) -> Iterator[Fault]:
    """Every clock that is named exists, starts somewhere, stops somewhere, and runs again after standing still."""
    acts = procedure.acts.values()
    for act in acts:
        for clock in (*act.starts, *act.renews, *procedure.stopped_by(act), act.extends, act.suspends, act.resumes):
            if clock is not None and clock not in procedure.clocks:
                yield Fault("clock_unknown", procedure.id, f"act {act.id}", {"clock": clock})
    for clock, known in procedure.clocks.items():
        starting = [act for act in acts if clock in (*act.starts, *act.renews)]
        if not starting:
            yield Fault("clock_never_starts", procedure.id, f"clock {clock}")
        for act in starting:
            if known.until is not None and not _sets_day(act, known.until):
                params = {"clock": known.name, "field": known.until}
                yield Fault("clock_day_not_set", procedure.id, f"act {act.id}", params)
        if not any(clock in act.stops for act in acts):  # by name: an end of the case is no place where a duty is done
            yield Fault("clock_never_stops", procedure.id, f"clock {clock}")
        if any(act.suspends == clock for act in acts) and not any(act.resumes == clock for act in acts):
            yield Fault("clock_never_resumes", procedure.id, f"clock {clock}")
