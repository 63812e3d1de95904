"""What a large model drafted, as it is kept: who decided to use it, or not, and with which act. Calls nobody."""

from __future__ import annotations

from datetime import datetime

from huiying.case.models import Case
from huiying.case.scope import working
from huiying.stages.triage.models import Draft


def undecided(case: Case, act: str, person: str) -> Draft | None:
    """Return the last draft that somebody asked for and has not said of whether it was used."""
    return Draft.objects.filter(case=case, act=act, person=person, used=None).order_by("-id").first()


def decide(number: str, act: str, person: str, *, used: bool, at: datetime) -> None:
    """Keep, in the transaction of the act that was just done, whether its text began as a machine's draft."""
    with working():
        case = Case.objects.get(number=number)
        Draft.objects.filter(case=case, act=act, person=person, used=None).update(
            used=used, decided_at=at, position=case.acts
        )


def forget(case: Case) -> None:
    """Destroy the drafts of a case of whose content nothing may be kept any more."""
    Draft.objects.filter(case=case).delete()
