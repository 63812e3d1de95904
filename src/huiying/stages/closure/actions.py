"""Verbs of closure: serve a reply that speaks of this very case, ask for a review, erase what a term has ended for."""

from __future__ import annotations

from datetime import datetime

from huiying.case.ledger import Entry
from huiying.case.models import Case, Content, Notice
from huiying.case.recording import NotAllowed, Recorded, lock_case
from huiying.case.scope import working
from huiying.procedure.closure import may_erase, reply_speaks
from huiying.procedure.decision import Refused
from huiying.procedure.schema import Stage
from huiying.procedure.state import Actor
from huiying.stages.identity.actions import write
from huiying.stages.intake.removing import remove_files

ANSWERED = frozenset({Stage.ANSWERED, Stage.FOLLOWING_UP, Stage.CLOSED})
REVIEW_ARTICLE = "国办函〔2025〕66号（六）"


def check_reply(case: Case, reply: str) -> None:
    """Refuse a reply that says nothing of this case: one too short to, or one that another case was served already."""
    elsewhere = Content.objects.filter(name="reply", text=reply).exclude(case=case).exists()
    decision = reply_speaks(reply, served_elsewhere=elsewhere)
    if isinstance(decision, Refused):
        raise NotAllowed(decision)


def ask_review(case_number: str, why: str, *, by: Actor, at: datetime) -> Recorded:
    """Ask that an answer be reviewed: a supervisor reads the reasons and takes the case up again, or says why not."""
    with working():
        case = lock_case(case_number)
        if case.stage not in ANSWERED:
            raise NotAllowed(Refused("not_answered_yet", REVIEW_ARTICLE))
        if not why.strip():
            raise NotAllowed(Refused("not_given", REVIEW_ARTICLE, {"field": "不同意答复的理由"}))
        recorded = write(case, Entry("ask_review", by, at), {"what": why})
        Notice.objects.create(
            case=case, position=recorded.act.position, name="请求复核", to="supervisor", article=REVIEW_ARTICLE, at=at
        )
        return recorded


def erase(case_number: str, *, by: Actor, at: datetime) -> Recorded:
    """Erase text, identity and files of a case whose term has ended; number, acts and commitments stay."""
    with working():
        case = lock_case(case_number)
        decision = may_erase(case.closed_at, at, role=by.role, erased=case.erased_at is not None)
        if isinstance(decision, Refused):
            raise NotAllowed(decision)
        recorded = write(case, Entry("erase", by, at, sets={"erased_at": at.isoformat()}))
        remove_files(case)
        return recorded
