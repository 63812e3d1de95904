"""When a case may end: every demand answered, the reply served, the person asked, and by whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from huiying.procedure.decision import Allowed, Decision, Refused
from huiying.procedure.schema import Procedure, Stage
from huiying.procedure.time_limits import SHANGHAI

ANSWER_EACH = "国办函〔2025〕66号（六）"
FOLLOW_UP = "《北京市接诉即办工作条例》第23条"
ATTEMPTS_NEEDED, DAYS_NEEDED = 3, 2
CALLING_HOURS = range(8, 21)
RETENTION = "《个人信息保护法》第19条、第47条"
RETAINED = timedelta(days=5 * 365)
#: What a reply says of itself that began as a machine's draft (人工智能生成合成内容标识办法, P): it answers nothing.
MACHINE_MARK = "（本答复由人工智能辅助起草，经工作人员核对。）"
SHORTEST_REPLY = 10
#: Stages at which the person has an answer.
ANSWERED = frozenset({Stage.ANSWERED, Stage.FOLLOWING_UP, Stage.CLOSED})


class Outcome(StrEnum):
    """What became of one demand. Deferred (挂账) is neither a refusal nor a closure."""

    RESOLVED = "resolved"
    PARTLY = "partly"
    EXPLAINED = "explained"
    DEFERRED = "deferred"


@dataclass(frozen=True, slots=True)
class Call:
    """One attempt at a follow-up call (回访): when, and whether the person was reached."""

    at: datetime
    reached: bool


def answers_complete(demands: int, outcomes: Sequence[str], *, evidence: int) -> Decision:
    """Whether each demand has an outcome of its own, and what is called resolved is shown by evidence (B5, D6)."""
    if len(outcomes) != demands:
        return Refused("demands_unanswered", ANSWER_EACH, {"demands": demands, "answered": len(outcomes)})
    if evidence < 1 and any(outcome in {Outcome.RESOLVED, Outcome.PARTLY} for outcome in outcomes):
        return Refused("resolved_without_evidence", ANSWER_EACH, {})
    return Allowed(ANSWER_EACH)


def follow_up_done(calls: Sequence[Call]) -> Decision:
    """Whether the person was reached, or validly tried: three attempts, on two days, at different hours.

    An attempt at a time at which nobody should be called (H5; our own choice of hours) is no valid one.
    """
    if any(call.reached for call in calls):
        return Allowed(FOLLOW_UP)
    moments = [at for call in calls if (at := call.at.astimezone(SHANGHAI)).hour in CALLING_HOURS]
    days, hours = {at.date() for at in moments}, {at.hour for at in moments}
    if len(moments) >= ATTEMPTS_NEEDED and len(days) >= DAYS_NEEDED and len(hours) >= ATTEMPTS_NEEDED:
        return Allowed(FOLLOW_UP)
    return Refused("follow_up_missing", FOLLOW_UP, {"attempts": len(moments), "days": len(days), "hours": len(hours)})


def open_tracks(procedure: Procedure, steps: Mapping[str, str], *, but: str) -> tuple[str, ...]:
    """Return the tracks other than `but` that have not ended: a parent closes after its tracks, not those beside it."""
    unended = (track for track, step in steps.items() if track != but and step not in procedure.endings)
    return tuple(sorted(track for track in unended if not procedure.beside(track)))


def reply_speaks(reply: str, *, served_elsewhere: bool) -> Decision:
    """Whether a reply speaks of this case (B5): long enough to, and not word for word what another case was told."""
    if len(reply.replace(MACHINE_MARK, "").strip()) < SHORTEST_REPLY:
        return Refused("reply_too_short", ANSWER_EACH, {"least": SHORTEST_REPLY})
    if served_elsewhere:
        return Refused("reply_is_a_template", ANSWER_EACH)
    return Allowed(ANSWER_EACH)


def may_ask_review(stage: str) -> Decision:
    """Whether an answer may be asked to be reviewed: once there is one."""
    return Allowed(ANSWER_EACH) if stage in ANSWERED else Refused("not_answered_yet", ANSWER_EACH)


def may_erase(closed_at: datetime | None, at: datetime, *, role: str, erased: bool) -> Decision:
    """Whether what a case holds of text and identity may be erased: closed, and its term over.

    The term is our own choice of the shortest time needed (个人信息保护法 19); a city whose archives law keeps longer
    raises it before it erases anything.
    """
    if role != "administrator":
        return Refused("not_this_role", RETENTION, {"act": "删除内容", "role": role})
    if erased:
        return Refused("erased_already", RETENTION)
    if closed_at is None:
        return Refused("not_closed", RETENTION)
    ends = closed_at.astimezone(SHANGHAI).date() + RETAINED
    if at.astimezone(SHANGHAI).date() <= ends:
        return Refused("term_not_over", RETENTION, {"until": ends.isoformat()})
    return Allowed(RETENTION)
