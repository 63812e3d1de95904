"""Verbs of closure: serve a reply that speaks of this very case, ask for a review, erase what a term has ended for."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from huiying.case.commands import Key, once
from huiying.case.folding import law
from huiying.case.ledger import Entry
from huiying.case.models import Case, Content, Notice
from huiying.case.recording import NotAllowed, Recorded, lock_case
from huiying.case.scope import working
from huiying.procedure.closure import ANSWER_EACH, may_ask_review, may_erase, reply_speaks
from huiying.procedure.decision import Refused
from huiying.procedure.state import Actor
from huiying.stages.identity.actions import write
from huiying.stages.identity.texts import check_words, from_staff
from huiying.stages.intake.removing import remove_files
from huiying.stages.triage.forgetting import forget


def check_reply(case: Case, reply: str) -> None:
    """Refuse a reply that says nothing of this case: one too short to, or one that another case was served already.

    A joined case may be told what the case was told that it joined.
    """
    check_words({law(case.law_id).labels["reply"]: reply})
    kept = from_staff(reply, case.number)
    told = Content.objects.filter(name="reply", text=kept).exclude(case=case).exclude(case__number=case.joined_into)
    elsewhere = told.exists()
    decision = reply_speaks(reply, served_elsewhere=elsewhere)
    if isinstance(decision, Refused):
        raise NotAllowed(decision)


def ask_review(case_number: str, why: str, *, by: Actor, at: datetime, key: str | None = None) -> None:
    """Ask that an answer be reviewed: a supervisor reads the reasons and takes the case up again, or says why not."""
    command = Key(f"{by.role}:{by.person}", "ask_review", f"{case_number}/{key}", {"why": why}) if key else None
    with working():
        once(command, lambda: _ask_review(case_number, why, by, at))


def _ask_review(case_number: str, why: str, by: Actor, at: datetime) -> dict[str, Any]:
    case = lock_case(case_number)
    decision = may_ask_review(case.stage)
    if isinstance(decision, Refused):
        raise NotAllowed(decision)
    if not why.strip():
        raise NotAllowed(Refused("not_given", ANSWER_EACH, {"field": "不同意答复的理由"}))
    recorded = write(case, Entry("ask_review", by, at), {"what": why})
    Notice.objects.create(
        case=case, position=recorded.act.position, name="请求复核", to="supervisor", article=ANSWER_EACH, at=at
    )
    return {"position": recorded.act.position}


def erase(case_number: str, *, by: Actor, at: datetime) -> Recorded:
    """Erase text, identity and files of a case whose term has ended; number, acts and commitments stay."""
    with working():
        case = lock_case(case_number)
        decision = may_erase(case.closed_at, at, role=by.role, erased=case.erased_at is not None)
        if isinstance(decision, Refused):
            raise NotAllowed(decision)
        recorded = write(case, Entry("erase", by, at, sets={"erased_at": at.isoformat()}))
        remove_files(case)
        forget(case)
        return recorded
