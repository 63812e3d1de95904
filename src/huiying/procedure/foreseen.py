"""What of an act is refused whatever is given with it: what pages say before anybody fills in a form."""

from __future__ import annotations

from huiying.procedure.decision import Refused
from huiying.procedure.exclusion import OF_THE_CASE
from huiying.procedure.guards import GUARDS
from huiying.procedure.guards_after import AFTER
from huiying.procedure.schema import Guard, Procedure
from huiying.procedure.state import Attempt, Scene, State, Surroundings


def foreseen(procedure: Procedure, state: State, attempt: Attempt, around: Surroundings) -> Refused | None:
    """Return why an act is refused by what the case is, None where that hangs on what is given, or nothing is amiss."""
    act, scene = procedure.acts[attempt.act], Scene(procedure, state, attempt, around)
    asked = {ask.name for ask in act.asks}
    for guard in act.guards:
        if _looks_back(guard, asked):
            refused = GUARDS[guard.name](scene, **guard.params)
            if refused is not None:
                code, params = refused
                return Refused(code, guard.article or act.article, {"act": act.name, **params})
    return None


def _looks_back(guard: Guard, asked: set[str]) -> bool:
    """Whether a guard asks about the case alone: what was done of it, or a fact that the act does not bring."""
    return (
        guard.name in AFTER
        or guard.name in OF_THE_CASE
        or (guard.name == "fact_is" and guard.params["fact"] not in asked)
    )
