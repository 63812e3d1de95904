"""The named predicates that instruments may put on an act. Each answers None, or a refusal's code and parameters."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, get_type_hints

from huiying.procedure.closure import Call, Outcome, answers_complete, follow_up_done, open_tracks
from huiying.procedure.decision import NOTHING, Refused
from huiying.procedure.exclusion import OF_THE_CASE, OF_WHAT_IS_GIVEN
from huiying.procedure.guard_parameters import (
    ActName,
    Acts,
    Asking,
    ClockName,
    DateName,
    FactName,
    Guard,
    NumberName,
    Outcomes,
    Refusal,
    Ruling,
    TermId,
    Times,
    UnitName,
    Values,
)
from huiying.procedure.guards_after import AFTER
from huiying.procedure.routing import stands_above
from huiying.procedure.schema import COMPLAINANT, UNIT_ROLES
from huiying.procedure.state import MAIN, Scene
from huiying.procedure.time_limits import SHANGHAI, Due, due


def fact_is(scene: Scene, *, fact: FactName, among: Values) -> Refusal:
    """What this act gives, or else a fact of the case, is one of these values."""
    value = scene.fact(fact)
    return None if value in among else ("fact_differs", {"fact": scene.procedure.labels[fact], "value": value})


def after(scene: Scene, *, acts: Acts) -> Refusal:
    """One of these acts was done before."""
    if scene.state.persons(acts):
        return None
    return "must_come_first", {"acts": "、".join(scene.procedure.acts[act].name for act in acts)}


def before(scene: Scene, *, acts: Acts) -> Refusal:
    """None of these acts was done before: a demand that was dispatched is withdrawn through the centre."""
    if not scene.state.persons(acts):
        return None
    return "no_longer_possible", {"acts": "、".join(scene.procedure.acts[act].name for act in acts)}


def person_contacted(scene: Scene, *, by: Asking) -> Refusal:
    """The unit has tried to reach the person first; whoever left no way to be reached need not be (invariant 7)."""
    return None if scene.state.facts.get("anonymous") else after(scene, acts=by)


def not_bound(scene: Scene, *, ruling: Ruling) -> Refusal:
    """No ruling has named this very unit: what it was ruled to do it cannot return (潍坊条例 22, invariant 15)."""
    unit, field = scene.attempt.actor.unit, scene.procedure.acts[ruling].gives_to
    bound = any(entry.act == ruling and entry.given.get(field or "") == unit for entry in scene.state.done)
    return ("bound_by_ruling", {"unit": unit}) if bound else None


def at_most(scene: Scene, *, times: Times) -> Refusal:
    """The act was done fewer than so many times on this track; a unit's acts count for that unit alone."""
    attempt = scene.attempt
    done = scene.state.times(attempt.act, track=attempt.track, unit=attempt.actor.unit)
    return None if done < times else ("too_many_times", {"times": times})


def someone_else(scene: Scene, *, than: Acts) -> Refusal:
    """Whoever does this did none of these acts: handler, reviewer and follow-up caller differ (invariant 19)."""
    return ("same_person", NOTHING) if scene.attempt.actor.person in scene.state.persons(than) else None


def within(scene: Scene, *, clock: ClockName) -> Refusal:
    """The clock has not run out. Where no rule sets a limit, or its unit is unknown, nothing has run out."""
    running = scene.state.clocks.get(clock)
    ended = running.run_out(scene.attempt.at, scene.around.calendar) if running else None
    return ("too_late", {"due": ended.at.isoformat()}) if ended else None


def demands_answered(scene: Scene, *, outcomes: Outcomes) -> Refusal:
    """Every demand in the case has its own outcome, and what is called resolved has evidence."""
    demands, given = scene.fact("demands"), scene.attempt.given[outcomes]
    assert isinstance(demands, int)  # noqa: S101  # registered as a number
    assert isinstance(given, tuple)  # noqa: S101  # asked for as choices
    decision = answers_complete(demands, given, evidence=scene.attempt.number("evidence"))
    if not isinstance(decision, Refused):
        return None
    labels = {ask.name: ask.label for ask in scene.procedure.acts[scene.attempt.act].asks}
    return decision.code, {**decision.params, "field": labels.get("evidence", "")}


def deferral_dated(scene: Scene, *, outcomes: Outcomes, by: Acts) -> Refusal:
    """What is called deferred (挂账) was given an owner, measures and a definite date by one of these acts."""
    given = scene.attempt.given[outcomes]
    assert isinstance(given, tuple)  # noqa: S101  # asked for as choices
    return after(scene, acts=by) if Outcome.DEFERRED in given else None


def tracks_ended(scene: Scene) -> Refusal:
    """No support order is open: the lead gives one answer, with what its helpers delivered."""
    tracks = open_tracks(scene.procedure, scene.state.steps, but=MAIN)
    return ("tracks_open", {"tracks": scene.procedure.track_names(tracks)}) if tracks else None


def person_asked(scene: Scene, *, by: Asking) -> Refusal:
    """The person was asked, or validly tried, since the latest answer. `by`: the acts that record it.

    A rating given by the person counts as reached. Whoever left no way to be reached cannot be asked, and this is not
    held against anyone (rule XF-05, invariant 7).
    """
    if scene.state.facts.get("anonymous"):
        return None
    done, acts = scene.state.done, scene.procedure.acts
    latest = max((index for index, entry in enumerate(done) if acts[entry.act].answers), default=0)
    calls = [
        Call(entry.at, entry.given.get("reached", entry.actor.role == COMPLAINANT) is True)
        for entry in done[latest:]
        if entry.act in by
    ]
    decision = follow_up_done(calls)
    return (decision.code, decision.params) if isinstance(decision, Refused) else None


def date_ahead(scene: Scene, *, field: DateName) -> Refusal:
    """A date that is given lies ahead: 挂账 needs a definite date, not a wish."""
    day = scene.attempt.given[field]
    assert isinstance(day, date)  # noqa: S101  # asked for as a date
    if day > scene.attempt.at.astimezone(SHANGHAI).date():
        return None
    return "date_not_ahead", {"date": day.isoformat()}


def date_reached(scene: Scene, *, field: DateName) -> Refusal:
    """A date of something that was done (a service, a decision) does not lie ahead."""
    day = scene.attempt.given[field]
    assert isinstance(day, date)  # noqa: S101  # asked for as a date
    if day <= scene.attempt.at.astimezone(SHANGHAI).date():
        return None
    return "date_still_ahead", {"date": day.isoformat()}


def days_ahead(scene: Scene, *, field: DateName, term: TermId) -> Refusal:
    """There is the time that a row wants before a date: a hearing's notice comes seven working days before it."""
    day = scene.attempt.given[field]
    assert isinstance(day, date)  # noqa: S101  # asked for as a date
    latest = due(scene.procedure.terms[term], day, scene.around.calendar)
    assert isinstance(latest, Due)  # noqa: S101  # a row in days, and a day
    if scene.attempt.at < latest.moment:
        return None
    return "too_short_before", {"date": day.isoformat(), "latest": latest.at.isoformat()}


def ran_out(scene: Scene, *, clock: ClockName, unless: Acts) -> Refusal:
    """A clock has run out, or one of these acts was done: whoever had time to speak spoke, or let it pass."""
    if scene.state.persons(unless):
        return None
    running = scene.state.clocks.get(clock)
    if running is None or running.run_out(scene.attempt.at, scene.around.calendar):
        return None
    ends = running.due(scene.around.calendar)
    return ("still_running", {"due": ends.at.isoformat()}) if isinstance(ends, Due) else None


def runs(scene: Scene, *, clock: ClockName) -> Refusal:
    """A clock does not stand: what goes on while it stands would leave nobody able to let it run again."""
    running = scene.state.clocks.get(clock)
    return ("clock_stands_already", NOTHING) if running and running.stands_since is not None else None


def dates_in_order(scene: Scene, *, earlier: FactName, later: DateName) -> Refusal:
    """A date that is given does not lie before one that the case has: nothing is decided before it was announced."""
    before, day = scene.state.facts.get(earlier), scene.attempt.given[later]
    assert isinstance(day, date)  # noqa: S101  # asked for as a date
    if not isinstance(before, date) or before <= day:
        return None
    return "date_too_early", {"date": day.isoformat(), "before": before.isoformat()}


def same_day(scene: Scene, *, fact: FactName, field: DateName) -> Refusal:
    """A date that is given is the one that the case has: what is announced is the day that the party was told."""
    known, day = scene.state.facts.get(fact), scene.attempt.given[field]
    assert isinstance(day, date)  # noqa: S101  # asked for as a date
    if not isinstance(known, date) or known == day:
        return None
    return "not_the_same_day", {"date": day.isoformat(), "known": known.isoformat()}


def next_level(scene: Scene, *, field: UnitName, above: str) -> Refusal:
    """A unit stands next above the one that has a track: no level of review is skipped or repeated (invariant 18)."""
    organ = scene.state.units[above]
    known = scene.around.units.get(organ)
    superior = known.superior if known else None
    wanted = scene.attempt.given[field]
    return None if wanted == superior else ("not_the_next_level", {"unit": wanted, "organ": organ})


def level_moved(scene: Scene, *, field: UnitName, direction: FactName) -> Refusal:
    """A unit stands above, or below, the one that leads, as it was proposed: no level is changed on the side (C6)."""
    organ, wanted = scene.state.units[MAIN], str(scene.attempt.given[field])
    up = scene.fact(direction) == "level_up"
    higher, lower = (wanted, organ) if up else (organ, wanted)
    if stands_above(higher, lower, scene.around.units):
        return None
    return "not_that_level", {"unit": wanted, "organ": organ, "value": scene.fact(direction)}


def given_if(scene: Scene, *, fact: FactName, among: Values, field: str) -> Refusal:
    """Where a fact is one of these values, the act is given this too."""
    if scene.fact(fact) not in among or scene.attempt.given.get(field):
        return None
    labels = {ask.name: ask.label for ask in scene.procedure.acts[scene.attempt.act].asks}
    return "not_given", {"field": labels[field]}


def number_between(scene: Scene, *, field: NumberName, least: Times, most: Times) -> Refusal:
    """A number that is given lies between two: at most five representatives, at least two officers."""
    if least <= scene.attempt.number(field) <= most:
        return None
    label = scene.procedure.labels[field]
    return "number_out_of_range", {"field": label, "least": least, "most": most}


def after_if(scene: Scene, *, fact: FactName, among: Values, acts: Acts) -> Refusal:
    """Where a fact is one of these values, one of these acts was done before."""
    return after(scene, acts=acts) if scene.fact(fact) in among else None


def offered_if_heavy(scene: Scene, *, heavy: FactName, offered: FactName) -> Refusal:
    """Where the penalty to come is a heavy one, the party was told that it may ask for a hearing (听证办法 5)."""
    if scene.fact(heavy) is not True or scene.fact(offered) is True:
        return None
    return "hearing_not_offered", NOTHING


def penalty_prepared(
    scene: Scene, *, decision: FactName, notice: ActName, review: ActName, heavy: FactName, collective: FactName
) -> Refusal:
    """A penalty was reviewed and announced before, and a heavy one decided collectively (invariant 20)."""
    if scene.fact(decision) != "penalty":
        return None
    missing = after(scene, acts=(review,)) or after(scene, acts=(notice,))
    if missing is None and scene.fact(heavy) is True and scene.fact(collective) is not True:
        return "not_collective", NOTHING
    return missing


def uninvolved(scene: Scene) -> Refusal:
    """Whoever does this had no part in the case in another role: neither handled nor decided anything in it."""
    me, acts = scene.attempt.actor, scene.procedure.acts
    mine = (done for done in scene.state.done if done.actor.person == me.person and done.actor.role != me.role)
    involved = any(acts[done.act].decides or done.actor.role in UNIT_ROLES for done in mine)
    return ("same_person", NOTHING) if involved else None


GUARDS: Mapping[str, Guard] = (
    AFTER
    | OF_THE_CASE
    | OF_WHAT_IS_GIVEN
    | {
        guard.__name__: guard
        for guard in (
            fact_is,
            after,
            before,
            person_contacted,
            not_bound,
            at_most,
            someone_else,
            within,
            demands_answered,
            deferral_dated,
            tracks_ended,
            person_asked,
            date_ahead,
            date_reached,
            days_ahead,
            ran_out,
            runs,
            dates_in_order,
            same_day,
            next_level,
            level_moved,
            given_if,
            number_between,
            after_if,
            offered_if_heavy,
            penalty_prepared,
            uninvolved,
        )
    }
)


def parameters(name: str) -> Mapping[str, Any]:
    """Return what a guard may be given: each parameter and its type."""
    hints = get_type_hints(GUARDS[name], include_extras=True)
    return {parameter: hint for parameter, hint in hints.items() if parameter not in {"scene", "return"}}
