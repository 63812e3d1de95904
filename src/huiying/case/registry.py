"""Changes of the directory are acts too: each object is a subject with a history of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256

from django.db import connection, models

from huiying.case.ledger import Entry, chained
from huiying.case.models import Act
from huiying.case.scope import working
from huiying.case.witness import witness
from huiying.directory.models import Area, Duty, Matter, Post, Staff, Unit
from huiying.procedure.state import Actor

#: What of an object its acts say. Passwords and the time of the last login are not history.
REGISTERED: Mapping[type[models.Model], tuple[str, ...]] = {
    Area: ("code", "name", "parent_id"),
    Unit: ("code", "name", "level", "superior_id", "agent_of_id", "area_id", "active"),
    Staff: ("username", "name", "is_active"),
    Post: ("staff_id", "role_id", "unit_id", "since", "until"),
    Matter: ("code", "name", "parent_id", "active"),
    Duty: ("matter_id", "area_id", "lead_id", "support", "basis", "version", "valid_from", "valid_to"),
}


def subject_of(item: models.Model) -> str:
    """Return the name of a registry object as a subject of the ledger."""
    return f"{item._meta.model_name}:{item.pk}"  # noqa: SLF001  # Django's public way to ask


def facts_of(item: models.Model) -> dict[str, object]:
    """Return what the ledger says of an object, from its row."""
    return {name: getattr(item, name) for name in REGISTERED[type(item)]}


def change(item: models.Model, by: Actor, at: datetime) -> Act:
    """Save an object of the directory and append what it is now, in one transaction."""
    with working():
        item.full_clean()
        item.save()
        return append(subject_of(item), Entry("set", by, at, sets=facts_of(item)))


def append(subject: str, entry: Entry) -> Act:
    """Append an act to a subject of the registry, inside the open transaction."""
    with connection.cursor() as cursor:  # two writers of one subject, one after the other
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [subject])
    last = Act.objects.filter(subject=subject).order_by("-position").first()
    act = chained(subject, last.position + 1 if last else 1, bytes(last.hash) if last else b"", entry)
    act.save(force_insert=True)
    witness([act])
    return act


def bring_in(items: Sequence[models.Model], by: Actor, at: datetime) -> int:
    """Save many new objects of one kind, each with its first act; those that are there already stay as they are."""
    if not items:
        return 0
    rows = type(items[0])._default_manager  # noqa: SLF001  # Django's public way to ask
    with working():
        known = set(rows.filter(pk__in=[item.pk for item in items if item.pk]).values_list("pk", flat=True))
        new = [item for item in items if item.pk not in known]
        rows.bulk_create(new)
        acts = [chained(subject_of(item), 1, b"", Entry("set", by, at, sets=facts_of(item))) for item in new]
        Act.objects.bulk_create(acts)
        witness(acts)
    return len(new)


def import_areas(rows: Sequence[tuple[str, str]], by: Actor, at: datetime) -> int:
    """Bring in a country's divisions: one act for the list, committing to it; a name that changed is changed.

    `rows`: code and name, parents before their children. Codes nest by prefix. Returns how many areas there are now.
    """
    codes = {code for code, _ in rows} | set(Area.objects.values_list("code", flat=True))
    areas = [Area(code=code, name=name, parent_id=_parent(code, codes)) for code, name in rows]
    listed = sha256("".join(f"{code}\t{name}\n" for code, name in rows).encode()).hexdigest()
    with working():
        Area.objects.bulk_create(
            areas, batch_size=5000, update_conflicts=True, unique_fields=["code"], update_fields=["name", "parent"]
        )
        append("areas", Entry("import", by, at, given={"count": len(rows)}, commitments={"list": listed}))
    return Area.objects.count()


def _parent(code: str, codes: set[str]) -> str | None:
    return next((code[:length] for length in range(len(code) - 1, 1, -1) if code[:length] in codes), None)
