"""What custodians have before them, the oldest first."""

from __future__ import annotations

from django.db.models import QuerySet

from huiying.case.recording import NoSuchCase
from huiying.stages.identity.models import Opening


def to_decide() -> QuerySet[Opening]:
    """Return the requests that wait for a custodian's word."""
    known = Opening.objects.select_related("case")
    return known.filter(approved=None, opened_at=None).order_by("asked_at")


def to_review() -> QuerySet[Opening]:
    """Return the openings that nobody has reviewed yet."""
    known = Opening.objects.select_related("case")
    return known.exclude(opened_at=None).filter(reviewed_at=None).order_by("opened_at")


def must_be_visible(opening_id: int) -> None:
    """Raise `NoSuchCase` for an opening of a case that the asker may not see, as for one that there never was."""
    if not Opening.objects.filter(pk=opening_id).exists():
        raise NoSuchCase(str(opening_id))
