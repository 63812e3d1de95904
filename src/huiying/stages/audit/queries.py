"""What is read of audits: the lists, whether one is still as it was committed to, and the drawn cases."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import QuerySet

from huiying.case.models import Act
from huiying.procedure.audit_draw import Listed, root, tally
from huiying.stages.audit.models import Audit, Entry

SUBJECT = "audit:"


def audits() -> QuerySet[Audit]:
    """Return all audits, the latest first."""
    return Audit.objects.all()


def entries(audit: Audit) -> list[Listed]:
    """Return an audit's list in its order."""
    rows = audit.entries.order_by("position").values_list("commitment", "stratum")
    return [Listed(commitment, stratum) for commitment, stratum in rows.iterator()]


def committed(audit: Audit) -> str:
    """Return the hash that the ledger says of an audit's list, "" where it says nothing."""
    act = Act.objects.filter(subject=f"{SUBJECT}{audit.name}", act="commit_list").first()
    return str(act.commitments.get("list", "")) if act else ""


def is_as_committed(audit: Audit) -> bool:
    """Whether the list still is the one that the ledger committed to."""
    return root(entries(audit)) == committed(audit)


def drawn(audit: Audit) -> QuerySet[Entry]:
    """Return the drawn cases that the asker may see, in the order of the list."""
    return audit.entries.filter(drawn=True).select_related("case").order_by("position")


def results(audit: Audit) -> Mapping[str, int]:
    """Return how many drawn cases have each verdict, and how many ("") none yet."""
    return tally(audit.entries.filter(drawn=True).values_list("verdict", flat=True))
