"""Verbs of local limits: propose, approve, withdraw. Each is one transaction and one act on `locallimit:<id>`."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from huiying.case.commands import Key, once
from huiying.case.ledger import Entry
from huiying.case.recording import NotAllowed
from huiying.case.registry import append, facts_of, subject_of
from huiying.case.scope import working
from huiying.config.packs import our_library
from huiying.config.prepared import run
from huiying.directory.models import LocalLimit
from huiying.procedure import local_limits as rules
from huiying.procedure.decision import Decision, Refused
from huiying.procedure.state import Actor
from huiying.procedure.time_limits import SHANGHAI, Unit

LONGEST_ARTICLE = 200
#: More than any limit there is; the rule itself says how much more than the law asks.
MOST = 100_000


def propose(
    term: str,
    value: int,
    unit: Unit,
    article: str,
    valid_from: date,
    *,
    by: Actor,
    at: datetime,
    key: str | None = None,
) -> int:
    """Propose that from a day on a row be kept shorter; return the proposal's id. Raise `NotAllowed` if it may not be.

    `article`: what the city rests it on. The same key and body give the same proposal.
    """
    _demand(rules.may("propose", by.role))
    wanted = rules.LocalLimit(term, min(value, MOST), unit, article.strip(), valid_from)
    if "\0" in wanted.article:
        raise NotAllowed(Refused("nul_in_text", ""))
    if not wanted.article:
        raise NotAllowed(Refused("not_given", "", {"field": "依据"}))
    if len(wanted.article) > LONGEST_ARTICLE:
        raise NotAllowed(Refused("text_too_long", "", {"field": "依据", "most": LONGEST_ARTICLE}))
    _demand(rules.may_hold(wanted, our_library().term(term), _day(at)))
    body = {"term": term, "value": value, "unit": unit.value, "article": wanted.article, "valid_from": valid_from}
    command = Key(f"{by.role}:{by.person}", "propose local limit", key, body) if key else None
    with working():
        result, _ = once(command, lambda: _propose(wanted, by, at))
    return int(result["id"])


def _propose(wanted: rules.LocalLimit, by: Actor, at: datetime) -> dict[str, Any]:
    item = LocalLimit(
        term=wanted.term,
        value=wanted.value,
        unit=wanted.unit.value,
        article=wanted.article,
        valid_from=wanted.valid_from,
        proposed_by=by.person,
    )
    _first_of_its_day(item)
    _write(item, "propose", by, at)
    return {"id": item.pk}


def approve(limit_id: int, *, by: Actor, at: datetime) -> None:
    """Approve what somebody else proposed: cases that begin on its day or later follow it."""
    with working():
        item = LocalLimit.objects.select_for_update().get(pk=limit_id)
        _demand(rules.may("approve", by.role))
        _demand(rules.may_approve(item.proposed_by, by.person))
        _still(item, open_=not item.approved_by and not item.withdrawn_by)
        limit = item.for_rules()
        _demand(rules.may_hold(limit, our_library().term(item.term), _day(at)))
        item.approved_by, item.approved_at = by.person, at.astimezone(UTC)
        _write(item, "approve", by, at)


def withdraw(limit_id: int, *, by: Actor, at: datetime) -> None:
    """Withdraw a local limit: one that has begun ends with today, another never begins. Running cases keep theirs."""
    with working():
        item = LocalLimit.objects.select_for_update().get(pk=limit_id)
        _demand(rules.may("withdraw", by.role))
        _still(item, open_=not item.withdrawn_by)
        begun = item.approved_by and item.valid_from <= _day(at)
        item.withdrawn_by = by.person
        item.ends = _day(at) + timedelta(days=1) if begun else item.valid_from
        _write(item, "withdraw", by, at)


def _write(item: LocalLimit, verb: str, by: Actor, at: datetime) -> None:
    item.full_clean()
    item.save()
    append(subject_of(item), Entry(verb, by, at, sets=facts_of(item)))


def _first_of_its_day(item: LocalLimit) -> None:
    run("SELECT pg_advisory_xact_lock(hashtextextended('local limits', 0))", [])  # of two at once, one after the other
    there = LocalLimit.objects.filter(term=item.term, valid_from=item.valid_from, withdrawn_by="")
    if there.exists():
        said = {"term": item.term, "date": item.valid_from.isoformat(), "field": "生效日"}
        raise NotAllowed(Refused("local_limit_twice", "", said))


def _still(item: LocalLimit, *, open_: bool) -> None:
    if not open_:
        raise NotAllowed(Refused("decided_already", "", {"limit": item.pk}))


def _demand(decision: Decision) -> None:
    if isinstance(decision, Refused):
        raise NotAllowed(decision)


def _day(at: datetime) -> date:
    return at.astimezone(SHANGHAI).date()
