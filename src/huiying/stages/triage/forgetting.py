"""What machines kept of a case's words goes with its content: proposals, drafts, and the words that raised it."""

from __future__ import annotations

from huiying.case.models import Case
from huiying.stages.intake.models import Raising
from huiying.stages.triage import drafts
from huiying.stages.triage.models import Suggestion


def forget(case: Case) -> None:
    """Remove it, in the transaction of the act that erases or purges the case."""
    drafts.forget(case)
    Suggestion.objects.filter(case=case).delete()
    Raising.objects.filter(case=case).delete()
