"""Takes a case's files away, when nothing of its content may be kept."""

from __future__ import annotations

from functools import partial

from django.db import transaction

from huiying.case.models import Case
from huiying.stages.intake.models import Attachment
from huiying.stages.intake.uploads import remove


def remove_files(case: Case) -> None:
    """Forget a case's files inside the open transaction, and remove them once it has committed.

    A file that a case split off shares stays for as long as that one names it.
    """
    refs = list(Attachment.objects.filter(case=case).values_list("ref", flat=True))
    Attachment.objects.filter(case=case).delete()
    transaction.on_commit(partial(remove, refs))
