"""The stages in the order a demand travels, and the one door through which acts of a procedure are done.

Most acts are wholly said by the procedure: who, from where, what must be given, which clocks move. `act` does those.
A few need more than the rules can see, and have a verb of their own here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from huiying.case.commands import Key, once
from huiying.case.folding import Folded, law
from huiying.case.ledger import Entry
from huiying.case.models import Case
from huiying.case.recording import NotAllowed, Recorded, lock_case, read_case, surroundings
from huiying.case.scope import working
from huiying.procedure.decision import Refused
from huiying.procedure.lifecycle import may
from huiying.procedure.schema import Act
from huiying.procedure.several import safe_acts
from huiying.procedure.state import MAIN, Actor, Attempt
from huiying.stages.closure.actions import check_reply
from huiying.stages.identity.actions import write
from huiying.stages.intake.removing import remove_files
from huiying.stages.supervision.actions import least_burdened, protect
from huiying.stages.triage import actions as triage
from huiying.stages.triage.forgetting import forget

ORDER = ("identity", "intake", "triage", "supervision", "closure", "audit", "papers", "insight")


#: Acts of a procedure that have a verb of their own.
OF_TRIAGE: Mapping[str, Callable[[str, Mapping[str, object], Actor, datetime], Recorded]] = {
    "join": lambda number, given, by, at: triage.join(
        number, str(given.get("into", "")), str(given.get("new_facts") or ""), by=by, at=at
    ),
    "pass_on": lambda number, given, by, at: triage.pass_on(
        number, str(given.get("special", "")), str(given.get("complaint_words", "")), by=by, at=at
    ),
}


def act(
    number: str,
    name: str,
    *,
    by: Actor,
    at: datetime,
    given: Mapping[str, object],
    track: str = MAIN,
    key: str | None = None,
) -> str:
    """Do an act of a case's procedure and return the step that its track is at afterwards.

    `given`: what the act asks for, by name, texts among it. Raises `NotAllowed` with the rule's reason and article,
    `NoSuchCase`, or `KeyConflict` where the key was used for something else.
    """
    command = Key(f"{by.role}:{by.person}", name, f"{number}/{key}", {"track": track, **given}) if key else None
    with working():
        result, _ = once(command, lambda: {"step": _act(number, name, by, at, given, track)})
    return str(result["step"])


def act_that_fits(
    number: str, names: Sequence[str], *, by: Actor, at: datetime, track: str = MAIN, key: str | None = None
) -> tuple[str, str]:
    """Do the one of several acts, safe for many cases at once, that a track takes now; return it and the step after.

    As one command: all of it or nothing, and once however often it is sent. Raises as `act` does.
    """
    scope = f"several {' '.join(names)}"
    command = Key(f"{by.role}:{by.person}", scope, f"{number}/{track}/{key}", {}) if key else None
    with working():
        done, _ = once(command, lambda: _fitting_act(number, names, by, at, track))
    return str(done["act"]), str(done["step"])


def _fitting_act(number: str, names: Sequence[str], by: Actor, at: datetime, track: str) -> dict[str, str]:
    fits = _fitting(read_case(lock_case(number)), names, by, track, at)
    if isinstance(fits, Refused):
        raise NotAllowed(fits)
    return {"act": fits.id, "step": _act(number, fits.id, by, at, {}, track)}


def _fitting(now: Folded, acts: Sequence[str], actor: Actor, track: str, at: datetime) -> Act | Refused:
    """Return the act of several that a track of a case takes now, or why it takes none."""
    step, around = now.state.steps.get(track), surroundings()
    refusals = []
    for act in safe_acts(now.procedure, actor.role, step or ""):
        if act.id not in acts:
            continue
        decision = may(now.procedure, now.state, Attempt(act.id, actor, at, {}, track), around)
        if not isinstance(decision, Refused):
            return act
        refusals.append(decision)
    if refusals:
        return refusals[0]
    known = next((now.procedure.acts[name] for name in acts if name in now.procedure.acts), None)
    named = now.procedure.steps[step or now.state.steps[MAIN]].name
    article, name = (known.article, known.name) if known else ("", "")
    return Refused("not_at_this_step", article, {"act": name, "step": named})


def _act(number: str, name: str, by: Actor, at: datetime, given: Mapping[str, object], track: str) -> str:
    if name in OF_TRIAGE:  # they touch other cases too, in an order of their own
        _known(number, name)
        return _step(OF_TRIAGE[name](number, given, by, at), track)
    case = lock_case(number)
    procedure = law(case.law_id)
    if name not in procedure.acts:
        raise NotAllowed(Refused("act_unknown", "", {"act": name}))
    texts = {ask.name for ask in procedure.acts[name].asks if ask.kind == "text"}
    words = {field: str(value) for field, value in given.items() if field in texts and value}
    if procedure.acts[name].answers and words.get("reply"):
        check_reply(case, words["reply"])
    facts = {field: value for field, value in given.items() if field not in texts}
    sets = {"unjoin": {"joined_into": ""}, "name_supervisor": {"supervisor": by.person}}.get(name, {})
    if procedure.acts[name].supervises and not case.supervisor:  # one matter, one line of supervision
        sets = {"supervisor": least_burdened(at)}
    if procedure.acts[name].answers and case.follower:  # a first visit has been followed to its first answer
        sets = {**sets, "follower": ""}
    recorded = write(case, Entry(name, by, at, track, facts, sets), words)
    if procedure.acts[name].protects:
        protect(recorded, at)
    if recorded.act.body["sets"].get("purges"):
        remove_files(case)
        forget(case)
    return _step(recorded, track)


def _known(number: str, name: str) -> None:
    """Raise `NotAllowed` where a case's procedure has no such act."""
    named = Case.objects.filter(number=number).values_list("law_id", flat=True).first()
    if named is not None and name not in law(named).acts:
        raise NotAllowed(Refused("act_unknown", "", {"act": name}))


def _step(recorded: Recorded, track: str) -> str:
    steps = recorded.now.state.steps
    return steps.get(track, steps[MAIN])
