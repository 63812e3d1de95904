"""Raises what is urgent to a person, in the transaction in which a demand comes; what it is, that person decides (B11).

The words are looked for in the masked copy. An alert holds a number, kinds of danger and words of the lexicon:
nothing of who brought it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db.models import QuerySet

from huiying.case.acts import COMMON
from huiying.case.ledger import Entry
from huiying.case.models import Case
from huiying.case.recording import NotAllowed, Recorded, lock_case
from huiying.case.scope import working
from huiying.judgement.urgency import lexicon, urgency_of
from huiying.procedure.decision import Allowed, Decision, Refused
from huiying.procedure.state import Actor
from huiying.stages.identity.actions import write
from huiying.stages.identity.texts import check_words
from huiying.stages.intake.models import Raising

#: Emergencies are the first of the classes into which demands are told apart when they come (BJ-03).
URGENCY_ARTICLE = COMMON["judge_urgency"].article
#: Who is looked to, and may say what it is.
JUDGES = ("call_taker", "dispatcher", "supervisor")
#: What a person calls a demand: level → as acts say it.
LEVELS: Mapping[int, str] = {0: "ordinary", 1: "urgent", 2: "emergency"}


def raising_of(case: Case, texts: Mapping[str, str], at: datetime) -> Raising | None:
    """Return what a machine finds urgent in a demand's masked texts, not yet written; None where it finds nothing."""
    found = urgency_of("\n".join(texts[name] for name in ("title", "text") if texts.get(name)))
    if not found.level:
        return None
    return Raising(
        case=case, level=found.level, kinds=list(found.kinds), words=found.words, lexicon=lexicon().version, made_at=at
    )


def waiting() -> QuerySet[Raising]:
    """Return what nobody has judged yet, the most urgent first, the longest waiting before others."""
    return Raising.objects.filter(judged_at=None, case__closed_at=None).select_related("case")


def may_judge(role: str) -> Decision:
    """Whether a role may say how urgent a demand is."""
    if role in JUDGES:
        return Allowed(URGENCY_ARTICLE)
    return Refused("not_this_role", URGENCY_ARTICLE, {"act": "认定紧急程度", "role": role})


def judge(case_number: str, *, level: int, why: str = "", by: Actor, at: datetime) -> Recorded:
    """Say how urgent a demand is, whatever a machine found in it. `why`: in a person's own words."""
    decision = may_judge(by.role)
    if isinstance(decision, Refused):
        raise NotAllowed(decision)
    if level not in LEVELS:
        raise NotAllowed(Refused("not_listed", URGENCY_ARTICLE, {"field": "紧急程度", "value": level}))
    check_words({"理由": why})
    with working():
        case = lock_case(case_number)
        entry = Entry("judge_urgency", by, at, given={"urgency": LEVELS[level]}, sets={"facts": {"urgent": level}})
        recorded = write(case, entry, {"why": why} if why else {})
        Raising.objects.filter(case=case).update(judged_level=level, judged_by=by.person, judged_at=at)
    return recorded
