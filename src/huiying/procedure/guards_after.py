"""Guards of what comes after a judgement: objections, 澄清正名, 容错, 纠错, 一案双查. Merged into `guards.GUARDS`."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from huiying.procedure.decision import NOTHING
from huiying.procedure.guard_parameters import (
    Acts,
    ClockName,
    FactName,
    Facts,
    Guard,
    Refusal,
    Times,
    TrackKind,
    Values,
)
from huiying.procedure.state import MAIN, Done, Scene
from huiying.procedure.time_limits import SHANGHAI

NEVER = -1


def once_since(scene: Scene, *, acts: Acts) -> Refusal:
    """This act was not done since the latest of these: one objection a judgement."""
    latest = _latest(scene.state.done, {scene.attempt.act})
    return None if latest <= _latest(scene.state.done, acts) else ("done_once_already", NOTHING)


def awaits(scene: Scene, *, asked: Acts, answers: Acts) -> Refusal:
    """One of `asked` was done, and none of `answers` since: only what was asked is answered, and once."""
    return None if _waiting(scene, asked, answers) else ("nothing_to_answer", NOTHING)


def nothing_awaits(scene: Scene, *, asked: Acts, answers: Acts) -> Refusal:
    """Whatever of `asked` was done has had one of `answers` since: nobody's objection is closed over."""
    if not _waiting(scene, asked, answers):
        return None
    return "objection_unanswered", {"acts": "、".join(scene.procedure.acts[act].name for act in answers)}


def awaited(scene: Scene, *, clock: ClockName) -> Refusal:
    """A clock has begun and was not stopped: something is owed by its end."""
    return None if _owed(scene, clock) else ("nothing_awaited", {"clock": scene.procedure.clocks[clock].name})


def not_awaited(scene: Scene, *, clock: ClockName) -> Refusal:
    """Nothing is owed by a clock's end, or it was done: an assigned item is reported before its case ends."""
    return ("still_awaited", {"clock": scene.procedure.clocks[clock].name}) if _owed(scene, clock) else None


def not_recused(scene: Scene, *, asked: Acts, decided: Acts, whom: FactName, so: FactName) -> Refusal:
    """Nobody goes on with a case who has an interest in it (XF-30): whoever acted in the role that had to stand aside.

    `asked`: the acts that ask for recusal, of which `whom` says the role; `decided`: those that decide, `so` says how.
    Whoever asked for their own recusal in that role is out too, also if they had done nothing yet.
    """
    waiting: Done | None = None
    out: set[str] = set()
    for index, entry in enumerate(scene.state.done):
        if entry.act in asked:
            waiting = entry
        elif entry.act in decided and waiting is not None and entry.given[so] is True:
            role = waiting.given[whom]
            out |= {earlier.actor.person for earlier in scene.state.done[:index] if earlier.actor.role == role}
    return ("recused", NOTHING) if scene.attempt.actor.person in out else None


def carried_out(scene: Scene, *, fact: FactName, among: Values, acts: Acts, since: Acts) -> Refusal:
    """Where a fact is one of these values, one of `acts` was done after the latest of `since`, which made it so."""
    if scene.fact(fact) not in among or _latest(scene.state.done, acts) > _latest(scene.state.done, since):
        return None
    return "must_come_first", {"acts": "、".join(scene.procedure.acts[act].name for act in acts)}


def followed_if(scene: Scene, *, where: FactName, fact: FactName, among: Values, acts: Acts) -> Refusal:
    """Where `where` is so and a fact is one of these values, one of `acts` was done: 一案双查 after what was found."""
    if scene.fact(where) is not True or scene.fact(fact) not in among or scene.state.persons(acts):
        return None
    return "must_come_first", {"acts": "、".join(scene.procedure.acts[act].name for act in acts)}


def one_is(scene: Scene, *, facts: Facts, among: Values) -> Refusal:
    """At least one of several facts is one of these values: without any clue nothing is handed over."""
    if any(scene.fact(fact) in among for fact in facts):
        return None
    return "none_is", {"facts": "、".join(scene.procedure.labels[fact] for fact in facts)}


def none_open(scene: Scene, *, track: TrackKind) -> Refusal:
    """No track of this kind is under way: the same is not looked into twice at once."""
    steps, endings = scene.state.steps, scene.procedure.endings
    under_way = [name for name, step in steps.items() if name.rpartition("-")[0] == track and step not in endings]
    return ("tracks_open", {"tracks": scene.procedure.track_names(under_way)}) if under_way else None


def answered(scene: Scene) -> Refusal:
    """The person has an answer that stands: whatever is granted to staff comes after the resident's remedy."""
    return None if _latest_answer(scene) is not None else ("answer_comes_first", NOTHING)


def review_over(scene: Scene, *, days: Times) -> Refusal:
    """So many whole days have passed since the latest answer, and the case has ended: nothing is under review."""
    latest = _latest_answer(scene)
    if latest is None or scene.state.steps[MAIN] not in scene.procedure.endings:
        return "review_open", NOTHING
    ends = latest.at.astimezone(SHANGHAI).date() + timedelta(days=days)
    if scene.attempt.at.astimezone(SHANGHAI).date() > ends:
        return None
    return "review_not_over", {"until": ends.isoformat()}


def outside_the_units(scene: Scene) -> Refusal:
    """Whoever decides belongs to no unit that has, or had, a part in the case: nobody is lenient to their own house."""
    units = {*scene.state.units.values(), *(entry.actor.unit for entry in scene.state.done)} - {None}
    theirs = {entry.actor.unit for entry in scene.state.done if entry.actor.person == scene.attempt.actor.person}
    own = (theirs | {scene.attempt.actor.unit}) & units
    return ("unit_has_a_part", {"unit": min(str(unit) for unit in own)}) if own else None


def _latest(done: Collection[Done], acts: Collection[str]) -> int:
    return max((index for index, entry in enumerate(done) if entry.act in acts), default=NEVER)


def _owed(scene: Scene, clock: str) -> bool:
    running = scene.state.clocks.get(clock)
    return running is not None and running.stopped is None


def _waiting(scene: Scene, asked: Acts, answers: Acts) -> bool:
    return _latest(scene.state.done, asked) > _latest(scene.state.done, answers)


def _latest_answer(scene: Scene) -> Done | None:
    acts = scene.procedure.acts
    return next((entry for entry in reversed(scene.state.done) if acts[entry.act].answers), None)


AFTER: dict[str, Guard] = {
    guard.__name__: guard
    for guard in (
        once_since,
        awaits,
        nothing_awaits,
        awaited,
        not_awaited,
        not_recused,
        carried_out,
        followed_if,
        one_is,
        none_open,
        answered,
        review_over,
        outside_the_units,
    )
}
