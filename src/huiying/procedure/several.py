"""Which acts may be done on several cases at once.

Safe is what the procedure itself shows to be no judgement of the single case. Such an act asks for nothing, decides
nothing, answers nobody and tells the person nothing; it gives the case to no other unit and opens no track; it moves
no clock of the person's and ends no case. In the general flow these are 签收承办, 签收核查 and 协办签收 (a unit takes
what is its own; the unit's time for returning it stops, the person's clock runs on), 挂账续办, 提交联合审计,
指定专人督办 (somebody takes a duty upon themselves) and 归档 (from one ending to the next). What decides (审核通过,
结案, 裁定), what speaks to the person (答复, 请诉求人补充) and what moves their clock (延期, 中止, 恢复) is done case
by case, after reading it.
"""

from __future__ import annotations

from huiying.procedure.schema import COMPLAINANT, Act, Procedure


def is_safe(procedure: Procedure, act: Act) -> bool:
    """Whether an act may be done on several cases at once, by what the procedure says of it (see the module)."""
    judges = act.asks or act.decides or act.answers or act.follows_up or act.wishes_to_end
    hands_on = act.opens or act.gives_to or any(notice.to == COMPLAINANT for notice in act.notices)
    moves = act.starts or act.renews or act.extends or act.suspends or act.resumes
    persons = any(procedure.clocks[name].whose == "person" for name in procedure.stopped_by(act))
    ends = act.target in procedure.endings and not set(procedure.sources[act.id]) <= procedure.endings
    return not (judges or hands_on or moves or persons or ends)


def safe_acts(procedure: Procedure, role: str, step: str) -> list[Act]:
    """Return the safe acts that a role has at a step, those first that lead on."""
    acts = [
        act
        for act in procedure.acts.values()
        if role in act.by and step in procedure.sources[act.id] and is_safe(procedure, act)
    ]
    return sorted(acts, key=lambda act: not act.moves)
