"""What can be wrong with an instrument, found before anyone lives under it. Each fault says what and where."""

from __future__ import annotations

import inspect
from collections.abc import Collection, Iterable, Iterator
from itertools import pairwise

from huiying.procedure.guards import GUARDS
from huiying.procedure.library import Fault, Instrument, Library, duplicates
from huiying.procedure.schema import ANYWHERE, CLOCKWORK, COMPLAINANT, ROLES, Act, Guard, Procedure, ProcedureFile, Step
from huiying.procedure.state import MAIN
from huiying.procedure.time_limits import Term

#: What an act that touches a clock must be given to be recorded.
NEEDS = {"extends": "days", "suspends": "ground"}


def check(library: Library) -> tuple[Fault, ...]:
    """Return everything that is wrong with a library: what could not be read, and what does not hold together."""
    faults = list(library.faults)
    for instrument in library.instruments.values():
        faults += _check_terms(instrument)
        if instrument.file is not None:
            faults += _check_ids(instrument.id, instrument.file)
    for procedure in library.procedures.values():
        own = library.instruments[procedure.id].file
        if own is not None and own.extends is None:
            faults += check_procedure(procedure)
        else:
            faults += _check_guards(procedure)
            faults += _check_limits(procedure)
    return tuple(faults)


def check_procedure(procedure: Procedure) -> Iterator[Fault]:
    """Yield the faults of one procedure that stands on its own."""
    yield from _check_places(procedure)
    yield from _check_people(procedure)
    yield from _check_papers(procedure)
    yield from _check_guards(procedure)
    yield from _check_limits(procedure)
    yield from _check_clocks(procedure)
    sound = not any(True for _ in _check_places(procedure))
    if sound:  # where steps and acts do not fit, paths mean nothing
        yield from _check_paths(procedure)


def _check_ids(instrument: str, file: ProcedureFile) -> Iterator[Fault]:
    for table in ("track", "step", "act", "clock"):
        for item in duplicates(entry.id for entry in getattr(file, table)):
            yield Fault("duplicate_id", instrument, f"{table} {item}", {"id": item})


def _check_terms(instrument: Instrument) -> Iterator[Fault]:
    rows = instrument.terms.term if instrument.terms else ()
    for index, row in enumerate(rows):
        for other in rows[index + 1 :]:
            same = (row.procedure, row.step) == (other.procedure, other.step)
            if same and row.id != other.id and _overlap(row, other):
                yield Fault("terms_overlap", instrument.id, f"term {row.id}", {"other": other.id})


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
    for place, track in [
        *((f"step {step.id}", step.track) for step in procedure.steps.values()),
        *((f"act {act.id}", act.track) for act in procedure.acts.values()),
        *((f"act {act.id}", act.opens) for act in procedure.acts.values() if act.opens),
    ]:
        if track not in procedure.tracks:
            yield Fault("track_unknown", procedure.id, place, {"track": track})
    for act in procedure.acts.values():
        named = [step for step in (*act.source, act.target) if step not in {None, ANYWHERE}]
        for step_id in named:
            step = procedure.steps.get(step_id or "")
            if step is None or step.track != act.track:
                yield Fault("step_unknown", procedure.id, f"act {act.id}", {"step": step_id})


def _check_people(procedure: Procedure) -> Iterator[Fault]:
    """Roles exist, whoever holds a case can act on it, and no machine decides."""
    for step in procedure.steps.values():
        if step.holder not in ROLES:
            yield Fault("role_unknown", procedure.id, f"step {step.id}", {"role": step.holder})
        elif not step.ending and not any(
            step.holder in act.by and act.target and step.id in procedure.sources[act.id]
            for act in procedure.acts.values()
        ):
            yield Fault("holder_cannot_act", procedure.id, f"step {step.id}", {"role": step.holder})
    for act in procedure.acts.values():
        for role in sorted(set(act.by) - ROLES):
            yield Fault("role_unknown", procedure.id, f"act {act.id}", {"role": role})
        if act.decides and CLOCKWORK in act.by:
            yield Fault("machine_decides", procedure.id, f"act {act.id}")


def _check_papers(procedure: Procedure) -> Iterator[Fault]:
    """Every act and notice cites an article, and every act is given what it needs to be recorded."""
    for act in procedure.acts.values():
        if not act.article.strip():
            yield Fault("act_without_article", procedure.id, f"act {act.id}")
        for notice in act.notices:
            if not notice.article.strip():
                yield Fault("notice_without_article", procedure.id, f"act {act.id}", {"notice": notice.name})
        asked = {ask.name: ask.kind for ask in act.asks}
        if act.gives_to is not None and asked.get(act.gives_to) != "unit":
            yield Fault("ask_missing", procedure.id, f"act {act.id}", {"field": act.gives_to})
        for flag, field in NEEDS.items():
            if getattr(act, flag) is not None and field not in asked:
                yield Fault("ask_missing", procedure.id, f"act {act.id}", {"field": field})


def _check_guards(procedure: Procedure) -> Iterator[Fault]:
    for act in procedure.acts.values():
        for guard in act.guards:
            where = f"act {act.id}, guard {guard.name}"
            if guard.name not in GUARDS:
                yield Fault("guard_unknown", procedure.id, where, {"guard": guard.name, "known": "、".join(GUARDS)})
                continue
            try:
                inspect.signature(GUARDS[guard.name]).bind(None, **guard.params)
            except TypeError as error:
                yield Fault("guard_params_wrong", procedure.id, where, {"why": str(error)})
                continue
            for name in _acts_named(guard):
                if name not in procedure.acts:
                    yield Fault("guard_act_unknown", procedure.id, where, {"act": name})


def _acts_named(guard: Guard) -> Iterable[str]:
    """Return the acts that a guard's parameters name."""
    for parameter in ("acts", "than", "by"):
        yield from guard.params.get(parameter, ())
    if "ruling" in guard.params:
        yield guard.params["ruling"]


def _check_limits(procedure: Procedure) -> Iterator[Fault]:
    for limit in procedure.limits:
        if limit.clock not in procedure.clocks:
            yield Fault("clock_unknown", procedure.id, f"limit {limit.term}", {"clock": limit.clock})


def _check_clocks(procedure: Procedure) -> Iterator[Fault]:
    """Every clock that is named exists, starts somewhere and stops somewhere."""
    acts = procedure.acts.values()
    for act in acts:
        for clock in (*act.starts, *act.stops, act.extends, act.suspends, act.resumes):
            if clock is not None and clock not in procedure.clocks:
                yield Fault("clock_unknown", procedure.id, f"act {act.id}", {"clock": clock})
    for clock in procedure.clocks:
        if not any(clock in act.starts for act in acts):
            yield Fault("clock_never_starts", procedure.id, f"clock {clock}")
        if not any(clock in act.stops for act in acts):
            yield Fault("clock_never_stops", procedure.id, f"clock {clock}")


def _check_paths(procedure: Procedure) -> Iterator[Fault]:
    """Every step can be reached and left, and no ending escapes an answer and a follow-up."""
    for track in procedure.tracks:
        steps = [step for step in procedure.steps.values() if step.track == track]
        acts = [act for act in procedure.acts.values() if act.track == track]
        reached = _reach(procedure, track, acts)
        for step in steps:
            if step.id not in reached:
                yield Fault("step_unreachable", procedure.id, f"step {step.id}", {"step": step.name})
            elif not step.ending and not any(_leaves(procedure, act, step) for act in acts):
                yield Fault("step_dead_end", procedure.id, f"step {step.id}", {"step": step.name})
            elif not step.ending and not _can_end(procedure, step, acts):
                yield Fault("step_trapped", procedure.id, f"step {step.id}", {"step": step.name})
    yield from _check_endings(procedure)
    for way in procedure.ways:
        for here, there in pairwise(way.steps):
            if not any(act.target == there and here in procedure.sources[act.id] for act in procedure.acts.values()):
                yield Fault("way_broken", procedure.id, f"way {way.name}", {"here": here, "there": there})


def _leaves(procedure: Procedure, act: Act, step: Step) -> bool:
    return step.id in procedure.sources[act.id] and act.target not in {None, step.id}


def _reach(procedure: Procedure, track: str, acts: Collection[Act]) -> frozenset[str]:
    """Return the steps of a track that can be reached from its start by these acts."""
    reached, waiting = set[str](), [procedure.start(track).id]
    while waiting:
        step = waiting.pop()
        if step not in reached:
            reached.add(step)
            waiting += [act.target for act in acts if act.target and step in procedure.sources[act.id]]
    return frozenset(reached)


def _can_end(procedure: Procedure, step: Step, acts: Collection[Act]) -> bool:
    seen, waiting = set[str](), [step.id]
    while waiting:
        current = waiting.pop()
        if current in procedure.endings:
            return True
        if current not in seen:
            seen.add(current)
            waiting += [act.target for act in acts if act.target and current in procedure.sources[act.id]]
    return False


def _check_endings(procedure: Procedure) -> Iterator[Fault]:
    main = [act for act in procedure.acts.values() if act.track == MAIN]
    for act in main:
        if act.follows_up and not _really_follows_up(act):
            yield Fault("follow_up_in_name_only", procedure.id, f"act {act.id}")
    endings = [step for step in procedure.steps.values() if step.track == MAIN and step.ending]
    for need, has in (("answer", "answers"), ("follow_up", "follows_up")):
        escaped = _reach(procedure, MAIN, [act for act in main if not getattr(act, has)])
        for step in endings:
            if step.id not in escaped:
                continue
            if need not in step.without:
                yield Fault(f"ending_without_{need}", procedure.id, f"step {step.id}", {"step": step.name})
            elif not _may_go_without(procedure, step, main):
                yield Fault("waiver_not_allowed", procedure.id, f"step {step.id}", {"step": step.name})


def _really_follows_up(act: Act) -> bool:
    """A follow-up asks the person: by calls that are counted, or by their own rating on the spot."""
    return any(guard.name == "person_asked" for guard in act.guards) or any(
        ask.name == "exit_rating" for ask in act.asks
    )


def _may_go_without(procedure: Procedure, step: Step, acts: Collection[Act]) -> bool:
    """Only a content-free stub, or an ending that nobody reaches unless the person asked for it, may waive them."""
    if step.content_free:
        return True
    others = [act for act in acts if COMPLAINANT not in act.by or len(act.by) > 1]
    return step.id not in _reach(procedure, MAIN, others)
