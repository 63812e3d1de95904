"""Verbs of an audit: commit to a list, draw from it once the randomness is public, say what was found of a case."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from huiying.case import ledger
from huiying.case.commands import Key, once
from huiying.case.models import Case, Track
from huiying.case.recording import NotAllowed, lock_case
from huiying.case.registry import append
from huiying.case.scope import working
from huiying.config.keys import digest
from huiying.directory.models import Unit
from huiying.procedure import audit_draw
from huiying.procedure.decision import Decision, Refused
from huiying.procedure.schema import CLOCKWORK, COMPLAINANT
from huiying.procedure.state import MAIN, Actor
from huiying.procedure.time_limits import SHANGHAI
from huiying.stages.audit.models import Audit, Entry
from huiying.stages.audit.queries import SUBJECT, entries, is_as_committed
from huiying.stages.identity.actions import write

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
#: The class of what the centre answered itself.
CENTRE = "centre"
ENDED = ("closed", "archived")
AT_ONCE = 5000
#: Acts that are no part in a case: whoever audits reads it, and another audit may have drawn it before.
READING = ("audit_finding", "request_opening", "approve_opening", "refuse_opening", "open", "review_opening")


class NoSuchAudit(Exception):  # noqa: N818  # an answer, not a fault
    """There is no audit of this name, or it has not drawn this place."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What an audit is to be: its name, which days' closed cases, how many are drawn, and from which randomness.

    `published`: when that will be public, at the earliest (aware).
    """

    name: str
    first: date
    last: date
    count: int
    source: str
    published: datetime
    by_class: bool = False


def commit_list(plan: Plan, *, by: Actor, at: datetime) -> Audit:
    """Commit to the list of cases closed in a period, before the randomness that draws from it exists."""
    if not NAME.fullmatch(plan.name):
        raise NotAllowed(Refused("audit_name_wrong", audit_draw.ARTICLE, {"field": "名称"}))
    if plan.last < plan.first:
        raise NotAllowed(Refused("audit_days_reversed", audit_draw.ARTICLE, {"field": "结案至"}))
    with working():
        if Audit.objects.filter(pk=plan.name).exists():
            raise NotAllowed(Refused("audit_name_taken", audit_draw.ARTICLE, {"field": "名称", "name": plan.name}))
        listed = _listed(plan)
        _ask(
            audit_draw.may_commit(
                role=by.role, size=len(listed), count=plan.count, source=plan.source, at=at, published=plan.published
            )
        )
        audit = Audit.objects.create(
            name=plan.name, first=plan.first, last=plan.last, size=len(listed), count=plan.count,
            by_class=plan.by_class, source=plan.source.strip(), published_at=plan.published,
            committed_at=at, committed_by=by.person,
        )  # fmt: skip
        Entry.objects.bulk_create(
            [
                Entry(audit=audit, position=position, case_id=case, commitment=entry.commitment, stratum=entry.stratum)
                for position, (entry, case) in enumerate(listed, start=1)
            ],
            batch_size=AT_ONCE,
        )
        given = {
            "first": plan.first, "last": plan.last, "size": len(listed), "count": plan.count,
            "by_class": plan.by_class, "source": plan.source.strip(), "published": plan.published,
        }  # fmt: skip
        root = audit_draw.root(entry for entry, _ in listed)
        append(f"{SUBJECT}{plan.name}", ledger.Entry("commit_list", by, at, given=given, commitments={"list": root}))
        return audit


def _listed(plan: Plan) -> list[tuple[audit_draw.Listed, int]]:
    """Return the closed cases of a period, ordered by their commitments, so that no place tells a number."""
    start = datetime.combine(plan.first, time(), SHANGHAI)
    end = datetime.combine(plan.last + timedelta(days=1), time(), SHANGHAI)
    cases = Case.objects.filter(closed_at__gte=start, closed_at__lt=end, step__in=ENDED)
    levels = dict(Unit.objects.values_list("code", "level"))
    leads = dict(Track.objects.filter(name=MAIN, case__in=cases).values_list("case_id", "unit"))
    found = [
        (audit_draw.Listed(commitment_to(plan.name, number), levels.get(leads.get(case, ""), CENTRE)), case)
        for case, number in cases.values_list("pk", "number").iterator()
    ]
    return sorted(found, key=lambda one: one[0].commitment)


def commitment_to(audit: str, number: str) -> str:
    """Return what stands for a case in the list of an audit: a keyed hash, another in each audit."""
    return digest("audit list", audit, number).hex()


def draw_sample(name: str, randomness: str, *, by: Actor, at: datetime) -> tuple[int, ...]:
    """Draw from a committed list with the randomness that has been published; return the drawn positions (from 1)."""
    with working():
        audit = Audit.objects.select_for_update().filter(pk=name).first()
        if audit is None:
            raise NoSuchAudit(name)
        _ask(
            audit_draw.may_draw(
                role=by.role, at=at, published=audit.published_at, randomness=randomness,
                drawn=audit.drawn_at is not None, same_list=is_as_committed(audit),
            )
        )  # fmt: skip
        said = randomness.strip()
        positions = audit_draw.draw(entries(audit), said, audit.count, by_class=audit.by_class)
        audit.entries.filter(position__in=positions).update(drawn=True)
        Audit.objects.filter(pk=name).update(randomness=said, drawn_at=at)
        given: Mapping[str, object] = {"randomness": said, "positions": positions}
        append(f"{SUBJECT}{name}", ledger.Entry("draw_sample", by, at, given=given))
        return positions


def find(name: str, position: int, verdict: str, why: str, *, by: Actor, at: datetime, key: str | None = None) -> str:
    """Say what was found of a drawn case, with reasons; return the case's number. It is an act of the case."""
    body = {"verdict": verdict, "why": why}
    command = Key(f"{by.role}:{by.person}", "audit_finding", f"{name}/{position}/{key}", body) if key else None
    with working():
        result, _ = once(command, lambda: {"number": _find(name, position, verdict, why, by, at)})
    return str(result["number"])


def _find(name: str, position: int, verdict: str, why: str, by: Actor, at: datetime) -> str:
    entry = Entry.objects.select_related("case").filter(audit=name, position=position, drawn=True).first()
    if entry is None:
        raise NoSuchAudit(f"{name}#{position}")
    case = lock_case(entry.case.number)
    entry.refresh_from_db()
    parts = case.ledger.exclude(role__in=(COMPLAINANT, CLOCKWORK)).exclude(act__in=READING)
    staff = parts.values_list("person", flat=True)
    _ask(
        audit_draw.may_find(
            role=by.role, person=by.person, took_part=set(staff), found=bool(entry.verdict), verdict=verdict, why=why
        )
    )
    given = {"audit": name, "verdict": verdict}
    write(case, ledger.Entry("audit_finding", by, at, given=given), {"why": why})
    Entry.objects.filter(pk=entry.pk).update(verdict=verdict, found_by=by.person, found_at=at)
    return case.number


def _ask(decision: Decision) -> None:
    if isinstance(decision, Refused):
        raise NotAllowed(decision)
