"""Changes of the directory are acts too: each object is a subject with a history of its own."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256

from django.db import connection, models

from huiying.case.ledger import Entry, chained
from huiying.case.models import Act
from huiying.case.scope import working
from huiying.case.witness import witness
from huiying.directory.models import Area, Duty, Guidance, LocalLimit, Matter, Post, Spot, Staff, Unit
from huiying.procedure.state import Actor

Outline = Sequence[Sequence[float]]
#: What of an object its acts say. Passwords and the time of the last login are not history.
REGISTERED: Mapping[type[models.Model], tuple[str, ...]] = {
    Area: ("code", "name", "parent_id"),
    Unit: ("code", "name", "level", "superior_id", "agent_of_id", "area_id", "active"),
    Staff: ("username", "name", "is_active"),
    Post: ("staff_id", "role_id", "unit_id", "since", "until"),
    Matter: ("code", "name", "parent_id", "active"),
    Duty: ("matter_id", "area_id", "lead_id", "support", "basis", "version", "valid_from", "valid_to"),
    Guidance: ("title", "text", "matter_id", "words", "unit_id", "article", "review_by", "active"),
    Spot: ("code", "name", "area_id", "address", "matter_id", "unit_id", "post_id", "active"),
    LocalLimit: (
        *("term", "value", "unit", "article", "valid_from", "ends"),
        *("proposed_by", "approved_by", "approved_at", "withdrawn_by"),
    ),
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
    """Bring in a country's divisions; a name that changed is changed. Returns how many areas there are now.

    `rows`: code and name. Codes nest by prefix. One act commits to all areas that came by lists; an area that has a
    history of its own gets an act of its own if its name changes.
    """
    known = {area.code: area for area in Area.objects.all()}
    codes = {code for code, _ in rows} | set(known)
    own = _with_history()
    with working():
        for code, name in rows:
            if code in own and known[code].name != name:
                known[code].name = name
                change(known[code], by, at)
        new = [Area(code=code, name=name, parent_id=_parent(code, codes)) for code, name in rows if code not in own]
        Area.objects.bulk_create(
            sorted(new, key=lambda area: len(area.code)),
            batch_size=5000,
            update_conflicts=True,
            unique_fields=["code"],
            update_fields=["name", "parent"],
        )
        append("areas", Entry("import", by, at, given={"count": len(rows)}, commitments={"list": listed_areas()}))
    return Area.objects.count()


def set_outlines(outlines: Mapping[str, Outline], by: Actor, at: datetime) -> tuple[str, ...]:
    """Keep the outlines of areas, with one act that commits to them. Returns the codes that are no areas of ours.

    `outlines`: code → closed ring of [longitude, latitude].
    """
    known = list(Area.objects.filter(code__in=list(outlines)))
    for area in known:
        area.boundary = [list(point) for point in outlines[area.code]]
    told = json.dumps({area.code: area.boundary for area in known}, sort_keys=True)
    with working():
        Area.objects.bulk_update(known, ["boundary"], batch_size=1000)
        outlined = {"outlines": sha256(told.encode()).hexdigest()}
        append("outlines", Entry("import", by, at, given={"count": len(known)}, commitments=outlined))
    return tuple(sorted(set(outlines) - {area.code for area in known}))


def _with_history() -> set[str]:
    subjects = Act.objects.filter(subject__startswith="area:").values_list("subject", flat=True).distinct()
    return {subject.partition(":")[2] for subject in subjects}


def listed_areas() -> str:
    """Return the hash of all areas that came by lists: code, name and what they lie in."""
    own = _with_history()
    hashed = sha256()
    for code, name, parent in Area.objects.order_by("code").values_list("code", "name", "parent_id").iterator():
        if code not in own:
            hashed.update(f"{code}\t{name}\t{parent}\n".encode())
    return hashed.hexdigest()


def _parent(code: str, codes: set[str]) -> str | None:
    return next((code[:length] for length in range(len(code) - 1, 1, -1) if code[:length] in codes), None)
