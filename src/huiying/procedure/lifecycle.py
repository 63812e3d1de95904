"""The life of a case: `may` says whether an act is possible, `fold` what the case is afterwards, `apply` both.

A case is tracks. Its state is what its acts say: folding them from the beginning gives it, and nothing else does. Text
is content, sealed elsewhere, and never part of a state.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time

from huiying.procedure.closure import open_tracks
from huiying.procedure.decision import Allowed, Decision, Refused
from huiying.procedure.guards import GUARDS
from huiying.procedure.routing import in_conflict, may_assign
from huiying.procedure.schema import CENTRE_ROLES, UNIT_ROLES, Act, Ask, Kind, Procedure
from huiying.procedure.state import MAIN, Attempt, Done, RunningClock, Scene, State, Surroundings, parties
from huiying.procedure.time_limits import SHANGHAI, Suspension, Term, Unit, may_extend, may_suspend

#: What a given value must be, by the kind of its ask; choices are tuples, units and texts are strings.
VALUES: Mapping[str, type] = {"number": int, "date": date, "flag": bool, "choices": tuple, "parties": tuple}
#: A number or mark by which another system or office knows the case. It is no text: it says nothing of the demand.
CODE = r"[0-9A-Za-z\u4e00-\u9fff〔〕()（）/_.-]{4,40}"
#: What rows call the centre where it approves an extension.
HOTLINE = "hotline"
SECRECY = "《信访工作条例》第30条、第46条"


def begin(procedure: Procedure) -> State:
    """Return the state of a case of which nothing has been done yet."""
    return State(steps={MAIN: procedure.start(MAIN).id})


def may(procedure: Procedure, state: State, attempt: Attempt, around: Surroundings) -> Decision:
    """Whether an act may be done now, by this person, with what they give. Button, verb, API and letter ask this."""
    act = procedure.acts.get(attempt.act)
    if act is None:
        return Refused("act_unknown", "", {"act": attempt.act})
    refused = (
        _wrong_place(procedure, state, act, attempt)
        or _wrong_person(state, act, attempt, around)
        or _not_given(state, act, attempt, around)
        or _delivery_passed(act, attempt)
        or _tracks_open(procedure, state, act, attempt)
        or _guarded(procedure, state, act, attempt, around)
        or _clock_refuses(state, act, attempt, around)
    )
    return refused or Allowed(act.article)


def apply(procedure: Procedure, state: State, attempt: Attempt, around: Surroundings) -> State | Refused:
    """Return the state after an act, or why it may not be done."""
    decision = may(procedure, state, attempt, around)
    return decision if isinstance(decision, Refused) else fold(procedure, state, attempt)


def fold(procedure: Procedure, state: State, attempt: Attempt) -> State:
    """Return the state after an act that was done: asked of nobody, since a ledger's acts were allowed when they were.

    Folding a case's acts from `begin` gives its state, also where today's units or calendar would say otherwise.
    """
    act = procedure.acts[attempt.act]
    if act.target is not None and procedure.steps[act.target].content_free:
        return _stub(state, attempt, act.target)
    given = {ask.name: attempt.given[ask.name] for ask in act.asks if ask.kind != "text" and ask.name in attempt.given}
    facts = {**state.facts, **given}
    steps, units, came_from = dict(state.steps), dict(state.units), dict(state.came_from)
    here = steps[attempt.track]
    if act.returns:
        steps[attempt.track] = came_from[attempt.track, here]
    elif act.target is not None:
        steps[attempt.track] = act.target
        if act.target != here:
            came_from[attempt.track, act.target] = here
    holder = attempt.track
    if act.opens is not None:
        number = 1 + sum(track.startswith(f"{act.opens}-") for track in steps)
        holder = f"{act.opens}-{number}"
        steps[holder] = procedure.start(act.opens).id
    if act.gives_to is not None:
        units[holder] = str(given[act.gives_to])
    clocks = _move_clocks(procedure, state.clocks, act, attempt, facts)
    entry = Done(attempt.act, attempt.actor, attempt.at, attempt.track, given)
    return State(steps=steps, units=units, facts=facts, clocks=clocks, done=(*state.done, entry), came_from=came_from)


def _stub(state: State, attempt: Attempt, step: str) -> State:
    """Return what is left of a case whose content may not be kept: that it was here, who did what, and when."""
    entries = (*state.done, Done(attempt.act, attempt.actor, attempt.at, attempt.track, {}))
    return State(steps={MAIN: step}, done=tuple(replace(entry, given={}) for entry in entries))


def _wrong_place(procedure: Procedure, state: State, act: Act, attempt: Attempt) -> Refused | None:
    step = state.steps.get(attempt.track)
    if step is None:
        return Refused("track_unknown", act.article, {"track": attempt.track})
    if step not in procedure.sources[act.id]:
        return Refused("not_at_this_step", act.article, {"act": act.name, "step": procedure.steps[step].name})
    return None


def _wrong_person(state: State, act: Act, attempt: Attempt, around: Surroundings) -> Refused | None:
    actor = attempt.actor
    if actor.role not in act.by:
        return Refused("not_this_role", act.article, {"act": act.name, "role": actor.role})
    if actor.unit is not None and in_conflict(
        actor.unit, state.respondents(), around.units, superiors_too=_is_report(state.facts)
    ):
        return Refused("unit_in_conflict", SECRECY, {"unit": actor.unit})
    if actor.role in UNIT_ROLES and actor.unit != state.units.get(attempt.track):
        return Refused("not_your_unit", act.article, {"act": act.name})
    return None


def _not_given(state: State, act: Act, attempt: Attempt, around: Surroundings) -> Refused | None:
    for ask in act.asks:
        value = attempt.given.get(ask.name)
        if value in (None, "", ()):
            if not ask.optional:
                return Refused("not_given", act.article, {"field": ask.label})
            continue
        refused = _not_acceptable(ask, value, act, {**state.facts, **attempt.given}, around)
        if refused is not None:
            return refused
    unknown = sorted(set(attempt.given) - {ask.name for ask in act.asks})
    if unknown:
        return Refused("not_asked", act.article, {"act": act.name, "field": "、".join(unknown)})
    return None


def _not_acceptable(
    ask: Ask, value: object, act: Act, facts: Mapping[str, object], around: Surroundings
) -> Refused | None:
    if ask.kind in {"choice", "choices"}:
        chosen = value if isinstance(value, tuple) else (value,)
        wrong = tuple(choice for choice in chosen if choice not in ask.options)
        if wrong:
            return Refused("not_listed", act.article, {"field": ask.label, "value": wrong})
    if ask.kind == "code" and not re.fullmatch(CODE, str(value)):
        return Refused("not_a_code", act.article, {"field": ask.label})
    if ask.kind in VALUES and not isinstance(value, VALUES[ask.kind]):
        return Refused("not_of_kind", act.article, {"field": ask.label, "kind": ask.kind})
    if ask.kind == "unit":
        decision = may_assign(
            str(value),
            around.units,
            respondents=parties(facts),
            superiors_too=_is_report(facts),
            department_duty=bool(facts.get("department_duty")),
        )
        return decision if isinstance(decision, Refused) else None
    return None


def _delivery_passed(act: Act, attempt: Attempt) -> Refused | None:
    """Whether a track would have to deliver on a day that does not lie ahead."""
    day = attempt.given.get(act.delivers_by or "")
    if not isinstance(day, date) or day > attempt.at.astimezone(SHANGHAI).date():
        return None
    return Refused("date_not_ahead", act.article, {"date": day.isoformat()})


def _is_report(facts: Mapping[str, object]) -> bool:
    return facts.get("kind") == Kind.REPORT


def _tracks_open(procedure: Procedure, state: State, act: Act, attempt: Attempt) -> Refused | None:
    ends = attempt.track == MAIN and act.target in procedure.endings
    if ends and not procedure.steps[str(act.target)].content_free:
        tracks = open_tracks(procedure, state.steps, but=MAIN)
        if tracks:
            return Refused("tracks_open", act.article, {"tracks": procedure.track_names(tracks)})
    return None


def _guarded(procedure: Procedure, state: State, act: Act, attempt: Attempt, around: Surroundings) -> Refused | None:
    scene = Scene(procedure, state, attempt, around)
    for guard in act.guards:
        refused = GUARDS[guard.name](scene, **guard.params)
        if refused is not None:
            code, params = refused
            return Refused(code, guard.article or act.article, {"act": act.name, **params})
    return None


def _clock_refuses(state: State, act: Act, attempt: Attempt, around: Surroundings) -> Refused | None:
    """Whether an act that extends, stops or restarts a clock may do so: the row's own words decide."""
    name = act.extends or act.suspends or act.resumes
    if name is None:
        return None
    clock = state.clocks.get(name)
    if clock is None or clock.stopped is not None:
        return Refused("clock_not_running", act.article, {"act": act.name})
    if clock.term is None:
        return Refused("clock_has_no_limit", act.article, {"act": act.name})
    if act.extends:
        decision = _extends(clock, clock.term, act, attempt, around)
    elif (clock.stands_since is None) is bool(act.resumes):
        code = "clock_runs_already" if act.resumes else "clock_stands_already"
        decision = Refused(code, clock.term.article, {"act": act.name})
    elif act.suspends:
        decision = may_suspend(clock.term, str(attempt.given["ground"]))
    else:
        decision = Allowed(clock.term.article)
    return decision if isinstance(decision, Refused) else None


def never_possible(state: State, act: Act) -> Refused | None:
    """Why an act on a clock is not possible whatever it is given: the clock's row knows no such thing."""
    name = act.extends or act.suspends
    clock = state.clocks.get(name) if name else None
    if clock is None:
        return None
    if clock.term is None:
        return Refused("clock_has_no_limit", act.article, {"act": act.name})
    if act.extends and not clock.term.extensions:
        return Refused("extension_never", clock.term.article, {"term": clock.term.name})
    if act.suspends and not clock.term.suspend_on:
        return Refused("suspension_never", clock.term.article, {"term": clock.term.name, "ground": "", "grounds": ()})
    return None


def _extends(clock: RunningClock, term: Term, act: Act, attempt: Attempt, around: Surroundings) -> Decision:
    """Whether a clock may be extended: before it has run out, by who may, and no further than the row says."""
    ended = clock.run_out(attempt.at, around.calendar)
    if ended is not None:
        return Refused("extension_after_expiry", term.article, {"due": ended.at.isoformat()})
    return may_extend(term, attempt.number("days"), already=clock.extended, by=_approver(act, attempt))


def _approver(act: Act, attempt: Attempt) -> str:
    """Whose approval an act is, in the words of a row's `by`: as the act says, the hotline's, or the role's own."""
    if act.approves_as is not None:
        return act.approves_as
    return HOTLINE if attempt.actor.role in CENTRE_ROLES else attempt.actor.role


def _move_clocks(
    procedure: Procedure, clocks: Mapping[str, RunningClock], act: Act, attempt: Attempt, facts: Mapping[str, object]
) -> Mapping[str, RunningClock]:
    moved = dict(clocks)
    today = attempt.at.astimezone(SHANGHAI).date()
    begins = _begins(act, attempt)
    for name in act.starts:
        if name in moved and procedure.clocks[name].whose == "person":
            # handing the case on, or back, never sets the person's clock to zero
            moved[name] = replace(moved[name], stopped=None)
        else:
            moved[name] = RunningClock(_limit(procedure, name, act, facts, begins), begins)
    for name in act.renews:
        moved[name] = RunningClock(_limit(procedure, name, act, facts, begins), begins)
    for name in procedure.stopped_by(act):
        if name in moved and moved[name].stopped is None:
            moved[name] = replace(moved[name], stopped=attempt.at)
    if act.extends is not None:
        clock = moved[act.extends]
        moved[act.extends] = replace(
            clock, extended=clock.extended + attempt.number("days"), extended_by=_approver(act, attempt)
        )
    if act.suspends is not None:
        ground = str(attempt.given["ground"])
        moved[act.suspends] = replace(moved[act.suspends], stands_since=today, stands_on=ground)
    if act.resumes is not None:
        clock = moved[act.resumes]
        assert clock.stands_since is not None  # noqa: S101  # _clock_refuses has seen to it
        stood = Suspension(clock.stands_since, today, clock.stands_on)
        moved[act.resumes] = replace(clock, suspensions=(*clock.suspensions, stood), stands_since=None, stands_on=None)
    return moved


def _limit(procedure: Procedure, name: str, act: Act, facts: Mapping[str, object], begins: datetime) -> Term | None:
    """Return the row of a clock that begins: the one in force, or one made of the day that the act sets for it."""
    clock, on = procedure.clocks[name], begins.astimezone(SHANGHAI).date()
    day = facts.get(clock.until or "")
    if not isinstance(day, date):
        return procedure.limit_for(name, facts, on)
    return Term(
        id="",
        name=clock.name,
        procedure=procedure.id,
        step=name,
        from_event=act.id,
        value=(day - on).days,
        unit=Unit.NATURAL_DAYS,
        article=act.article,
        status=act.status,
    )


def _begins(act: Act, attempt: Attempt) -> datetime:
    """Return when the clocks that an act starts begin: at the act, or on the day of what it records (a service)."""
    day = attempt.given.get(act.counts_from or "")
    return datetime.combine(day, time(12), SHANGHAI) if isinstance(day, date) else attempt.at
