"""Paths through a procedure: every step can be reached and left, and no ending escapes an answer and a follow-up."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import pairwise

from huiying.procedure.library import Fault
from huiying.procedure.schema import UNIT_ROLES, Act, Procedure, Step
from huiying.procedure.state import MAIN


def check_paths(procedure: Procedure) -> Iterator[Fault]:
    """Yield the faults of a procedure's paths. Its steps, acts and tracks are known to fit together."""
    for track in procedure.tracks:
        yield from _check_track(procedure, track)
    endings = list(_check_endings(procedure))
    yield from endings
    unanswered = any(fault.code == "ending_without_answer" for fault in endings)
    yield from _check_follow_ups(procedure, tell_order=not unanswered)  # else the same mistake is told twice
    yield from _check_ways(procedure)


def reach(procedure: Procedure, starts: Iterable[str], acts: Collection[Act]) -> frozenset[str]:
    """Return the steps that can be reached from some steps by these acts, the steps themselves included.

    An act that returns leads to where the case has been, so to nothing new, save from a step at which one begins.
    """
    beginnings = frozenset(starts)
    reached, waiting = set[str](), list(beginnings)
    while waiting:
        step = waiting.pop()
        if step not in reached:
            reached.add(step)
            for act in (act for act in acts if step in procedure.sources[act.id]):
                if act.target:
                    waiting.append(act.target)
                elif act.returns and step in beginnings:
                    waiting += procedure.entered_from(step)
    return frozenset(reached)


def _on(procedure: Procedure, track: str) -> list[Act]:
    return [act for act in procedure.acts.values() if act.track == track]


def _check_track(procedure: Procedure, track: str) -> Iterator[Fault]:
    acts, start = _on(procedure, track), procedure.start(track).id
    reached = reach(procedure, [start], acts)
    unowned = _unowned(procedure, track, start, acts)
    for step in (step for step in procedure.steps.values() if step.track == track):
        where, params = f"step {step.id}", {"step": step.name}
        leaves = [act for act in acts if procedure.leaves(act, step)]
        if step.id not in reached:
            yield Fault("step_unreachable", procedure.id, where, params)
        elif not step.ending and not leaves:
            yield Fault("step_dead_end", procedure.id, where, params)
        elif not step.ending and not reach(procedure, [step.id], acts) & procedure.endings:
            yield Fault("step_trapped", procedure.id, where, params)
        if step.id in unowned and step.holder in UNIT_ROLES and not step.ending:
            yield Fault("unit_never_given", procedure.id, where, params)
        if step.optional and not _can_be_skipped(procedure, step, start, acts):
            yield Fault("optional_not_skippable", procedure.id, where, params)


def _unowned(procedure: Procedure, track: str, start: str, acts: Collection[Act]) -> frozenset[str]:
    """Return the steps that can be reached before any act has given the track to a unit."""
    openings = [act for act in procedure.acts.values() if act.opens == track]
    if track != MAIN and all(act.gives_to is not None for act in openings):
        return frozenset()
    return reach(procedure, [start], [act for act in acts if not _presupposes_a_unit(procedure, act)])


def _presupposes_a_unit(procedure: Procedure, act: Act) -> bool:
    """Whether the act itself gives the case to a unit, or is possible only after one that did."""
    if act.gives_to is not None and act.opens is None:
        return True
    befores = [guard.params["acts"] for guard in act.guards if guard.name == "after"]
    giving = {name for name, before in procedure.acts.items() if before.gives_to is not None and before.opens is None}
    return any(set(acts) <= giving for acts in befores)


def _can_be_skipped(procedure: Procedure, step: Step, start: str, acts: Collection[Act]) -> bool:
    others = [act for act in acts if act.target != step.id]
    ends = reach(procedure, [start], acts) & procedure.endings
    return reach(procedure, [start], others) & procedure.endings == ends


def _check_endings(procedure: Procedure) -> Iterator[Fault]:
    """From the beginning, and again after every reopening, an ending lies behind an answer and a follow-up."""
    acts, starts = _on(procedure, MAIN), _beginnings(procedure)
    for step in (step for step in procedure.steps.values() if step.track == MAIN and step.ending):
        escapes = [
            need
            for need, has in (("answer", "answers"), ("follow_up", "follows_up"))
            if step.id in reach(procedure, starts, [act for act in acts if not getattr(act, has)])
        ]
        for need in escapes:
            if need not in step.without:
                yield Fault(f"ending_without_{need}", procedure.id, f"step {step.id}", {"step": step.name})
        if set(escapes) & set(step.without) and not _may_go_without(procedure, step, starts, acts):
            yield Fault("waiver_not_allowed", procedure.id, f"step {step.id}", {"step": step.name})


def _beginnings(procedure: Procedure) -> list[str]:
    """Return where a case begins: its start, and wherever a case that had ended is taken up again."""
    reopened = [
        act.target
        for act in _on(procedure, MAIN)
        if act.target and act.target not in procedure.endings and set(procedure.sources[act.id]) & procedure.endings
    ]
    return [procedure.start(MAIN).id, *reopened]


def _may_go_without(procedure: Procedure, step: Step, starts: Iterable[str], acts: Collection[Act]) -> bool:
    """Waived by a stub without content, by what goes on in other cases, and by what nobody reaches unasked."""
    if step.continues:
        return all(act.passes_on for act in acts if act.target == step.id)
    unasked = [act for act in acts if not act.wishes_to_end]
    return step.content_free or step.id not in reach(procedure, starts, unasked)


def _check_follow_ups(procedure: Procedure, *, tell_order: bool) -> Iterator[Fault]:
    """A follow-up asks the person, and asks after the answer and not before."""
    acts = _on(procedure, MAIN)
    unanswered = reach(procedure, _beginnings(procedure), [act for act in acts if not act.answers])
    for act in (act for act in acts if act.follows_up):
        if not _really_follows_up(act):
            yield Fault("follow_up_in_name_only", procedure.id, f"act {act.id}")
        if tell_order and not act.answers and set(procedure.sources[act.id]) & unanswered:
            yield Fault("follow_up_before_answer", procedure.id, f"act {act.id}")


def _really_follows_up(act: Act) -> bool:
    """A follow-up asks the person: by calls that are counted, or by their own rating on the spot."""
    rated = any(ask.name == "exit_rating" and ask.kind == "choice" and not ask.optional for ask in act.asks)
    return rated or any(guard.name == "person_asked" for guard in act.guards)


def _check_ways(procedure: Procedure) -> Iterator[Fault]:
    for way in procedure.ways:
        for here, there in pairwise(way.steps):
            if not any(
                there in procedure.targets[act.id] and here in procedure.sources[act.id]
                for act in procedure.acts.values()
            ):
                yield Fault("way_broken", procedure.id, f"way {way.name}", {"here": here, "there": there})
                break
