"""The stages in the order a demand travels, and the one door through which acts of a procedure are done.

Most acts are wholly said by the procedure: who, from where, what must be given, which clocks move. `act` does those.
A few need more than the rules can see, and have a verb of their own here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from huiying.case.commands import Key, once
from huiying.case.folding import law
from huiying.case.ledger import Entry
from huiying.case.recording import NotAllowed, Recorded, lock_case
from huiying.case.scope import working
from huiying.procedure.decision import Refused
from huiying.procedure.state import MAIN, Actor
from huiying.stages.closure.actions import check_reply
from huiying.stages.identity.actions import write
from huiying.stages.intake.removing import remove_files
from huiying.stages.triage import actions as triage

ORDER = ("identity", "intake", "triage", "supervision", "closure")


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


def _act(number: str, name: str, by: Actor, at: datetime, given: Mapping[str, object], track: str) -> str:
    if name == "join":  # it locks two cases, in an order of its own
        return _step(triage.join(number, str(given.get("into", "")), by=by, at=at), track)
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
    recorded = write(case, Entry(name, by, at, track, facts, sets), words)
    if recorded.act.body["sets"].get("purges"):
        remove_files(case)
    return _step(recorded, track)


def _step(recorded: Recorded, track: str) -> str:
    steps = recorded.now.state.steps
    return steps.get(track, steps[MAIN])
