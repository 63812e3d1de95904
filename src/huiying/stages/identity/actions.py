"""Verbs around who somebody is: seal what comes with an act, open a field for a purpose, approve, review."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from huiying.case.folding import Folded, law
from huiying.case.ledger import Entry
from huiying.case.models import Case, Content
from huiying.case.recording import NO_TEXTS, NoSuchCase, NotAllowed, Recorded, lock_case, purged, read_case, record
from huiying.case.scope import working
from huiying.directory.queries import units_for_routing
from huiying.procedure.decision import Refused
from huiying.procedure.disclosure import Field, Purpose, may_approve, may_open
from huiying.procedure.routing import in_conflict
from huiying.procedure.schema import COMPLAINANT, Kind
from huiying.procedure.state import MAIN, Actor
from huiying.stages.identity import vault
from huiying.stages.identity.models import Opening
from huiying.stages.identity.texts import added_by_resident, check_words, from_staff
from huiying.stages.identity.vault import Sealing

#: Names under which a resident's words are sealed, and the fields that open them.
WORDS = ("text", "what")
FIELD_NAMES: Mapping[Field, tuple[str, ...]] = {
    Field.CONTACT: ("contact",),
    Field.ADDRESS: ("address",),
    Field.ORIGINAL: WORDS,
}
FILE = "file:"
REVIEW_DAYS = 7


@dataclass(frozen=True, slots=True)
class Opened:
    """What an opening gave: `contents` is None while a custodian's approval is waited for."""

    opening: Opening
    contents: Mapping[str, str] | None


def write(
    case: Case, entry: Entry, words: Mapping[str, str] = NO_TEXTS, sealed: Mapping[str, str] = NO_TEXTS
) -> Recorded:
    """Append an act to a locked case with the texts that come with it, inside the open transaction.

    `words`: texts by field as they were said; what is kept of them is the masked copy, and, of a resident's, the sealed
    original. `sealed`: texts that are sealed and of which nothing else is kept. An act that purges destroys what there
    was, and keeps nothing of its own.
    """
    procedure = law(case.law_id)
    purges = purged(procedure, entry.act)
    keeps_nothing = case.erased_at is not None or procedure.steps[case.step].content_free
    if keeps_nothing and (any(words.values()) or any(sealed.values())):
        raise NotAllowed(Refused("content_not_kept", "《个人信息保护法》第47条；《保守国家秘密法》第31条"))
    check_words({procedure.labels.get(name, name): text for name, text in words.items()})
    resident = entry.actor.role == COMPLAINANT or (entry.act == "supplement")
    texts = {
        name: added_by_resident(text, case.number) if resident else from_staff(text, case.number)
        for name, text in words.items()
        if text
    }
    if resident:
        sealed = {**sealed, **{name: text for name, text in words.items() if text}}
    if not purges:
        position = case.acts + 1
        digests = vault.seal([Sealing(case.number, position, name, text) for name, text in sealed.items()])
        named = {f"sealed:{name}": digest for name, digest in zip(sealed, digests, strict=True)}
        entry = replace(entry, commitments={**entry.commitments, **named})
    recorded = record(case, entry, texts)
    if purges:
        Content.objects.filter(case=case).delete()
        Opening.objects.filter(case=case, opened_at=None).delete()  # what was opened is still reviewed
        vault.erase(case.number)
    return recorded


def signed_for(case: Folded, unit: str | None) -> bool:
    """Whether a unit leads an open case and has taken it on: an act of it put the case into an officer's hands."""
    if unit is None or case.state.units.get(MAIN) != unit or case.ended_at is not None:
        return False
    targets = (case.procedure.acts[entry.act].target for entry in case.state.done if entry.actor.unit == unit)
    return any(target is not None and case.procedure.steps[target].holder == "officer" for target in targets)


def _requested(case: Folded) -> bool:
    """Whether an authority's written request for an identity is on record (B7)."""
    return bool(case.state.persons(["record_lawful_request"]))


def ask_to_see(number: str, field: Field, purpose: Purpose, *, by: Actor, at: datetime) -> Opened:
    """See a sealed field for a purpose, at once where the table says so; ask a custodian where it says that."""
    with working():
        case = lock_case(number)
        now = read_case(case)
        _keep_out_whoever_is_complained_of(now, by)
        decision = may_open(
            field, purpose, by.role,
            protected=now.protected, signed_for=signed_for(now, by.unit), requested=_requested(now),
        )  # fmt: skip
        opening = Opening(
            case=case, field=field.value, purpose=purpose.value, person=by.person, role=by.role, unit=by.unit or "",
            asked_at=at,
        )  # fmt: skip
        if isinstance(decision, Refused):
            if decision.code != "approval_needed":
                raise NotAllowed(decision)
            opening.save()
            record(case, Entry("request_opening", by, at, given=_said(opening)))
            return Opened(opening, None)
        opening.save()
        return Opened(opening, _open(case, opening, by, at))


def see_approved(opening_id: int, *, by: Actor, at: datetime) -> Opened:
    """See what a custodian has approved, once, within seven days, and only if the table would still allow it.

    Somebody else's opening, and one that there is not, are answered alike.
    """
    unapproved = NotAllowed(Refused("approval_needed", "《信访工作条例》第30条"))
    with working():
        try:
            case, opening = _locked(opening_id)
        except NoSuchCase as missing:
            raise unapproved from missing
        mine = (opening.person, opening.role, opening.unit) == (by.person, by.role, by.unit or "")
        late = at > opening.asked_at + timedelta(days=REVIEW_DAYS)
        if not mine or late or not opening.approved or opening.opened_at is not None:
            raise unapproved
        now = read_case(case)
        _keep_out_whoever_is_complained_of(now, by)
        decision = may_open(
            Field(opening.field),
            Purpose(opening.purpose),
            by.role,
            protected=now.protected,
            signed_for=signed_for(now, by.unit),
            approved=True,
            requested=_requested(now),
        )
        if isinstance(decision, Refused):
            raise NotAllowed(decision)
        return Opened(opening, _open(case, opening, by, at))


def decide(opening_id: int, *, approve: bool, by: Actor, at: datetime) -> Opening:
    """Approve or refuse a request to see a sealed field; nobody decides their own."""
    _custodian(by)
    with working():
        case, opening = _locked(opening_id)
        _somebody_elses(opening, by)
        if opening.approved is not None or opening.opened_at is not None:
            raise NotAllowed(Refused("decided_already", "《个人信息保护法》第51条"))
        opening.approved, opening.decided_by = approve, by.person
        opening.save(update_fields=["approved", "decided_by"])
        record(case, Entry("approve_opening" if approve else "refuse_opening", by, at, given=_said(opening)))
        return opening


def review(opening_id: int, *, proper: bool, by: Actor, at: datetime) -> Opening:
    """Review an opening within seven days: whether it served its purpose is said by somebody who did not open."""
    _custodian(by)
    with working():
        case, opening = _locked(opening_id)
        _somebody_elses(opening, by)
        if opening.opened_at is None or opening.reviewed_at is not None:
            raise NotAllowed(Refused("decided_already", "《个人信息保护法》第51条"))
        opening.reviewed_by, opening.reviewed_at, opening.proper = by.person, at, proper
        opening.save(update_fields=["reviewed_by", "reviewed_at", "proper"])
        record(case, Entry("review_opening", by, at, given={**_said(opening), "proper": proper}))
        return opening


def contents_for(case: Case, field: Field) -> Sequence[tuple[str, int]]:
    """Return what of a case is sealed under a field: names and the acts they came with."""
    held = vault.names(case.number)
    if field is Field.FILES:
        return [(name, position) for name, positions in held.items() if name.startswith(FILE) for position in positions]
    return [(name, position) for name in FIELD_NAMES[field] for position in held.get(name, ())]


def _locked(opening_id: int) -> tuple[Case, Opening]:
    """Lock an opening's case and then the opening, as every act does: the case comes first."""
    number = Opening.objects.filter(pk=opening_id).values_list("case__number", flat=True).first()
    if number is None:
        raise NoSuchCase(str(opening_id))
    case = lock_case(number)
    opening = Opening.objects.select_for_update(of=("self",)).filter(pk=opening_id).first()
    if opening is None:  # what was asked for was purged meanwhile
        raise NoSuchCase(str(opening_id))
    opening.case = case
    return case, opening


def _custodian(by: Actor) -> None:
    """Ask who it is before anything is looked up: to nobody else it is told which openings there are."""
    if by.role != "custodian":
        raise NotAllowed(Refused("not_this_role", "《个人信息保护法》第51条", {"act": "审批、复查", "role": by.role}))


def _somebody_elses(opening: Opening, by: Actor) -> None:
    decision = may_approve(by.person, opening.person)
    if isinstance(decision, Refused):
        raise NotAllowed(decision)


def _open(case: Case, opening: Opening, by: Actor, at: datetime) -> dict[str, str]:
    """Append the act that records the opening, and open, in the same transaction."""
    items = contents_for(case, Field(opening.field))
    opening.opened_at = at
    opening.save(update_fields=["opened_at"])
    listed = [{"name": name, "position": position} for name, position in items]
    record(case, Entry("open", by, at, given={**_said(opening), "items": listed}))
    return {f"{name}#{position}": vault.unseal(case.number, position, name) for name, position in items}


def _said(opening: Opening) -> dict[str, object]:
    return {"opening": opening.pk, "field": opening.field, "purpose": opening.purpose}


def _keep_out_whoever_is_complained_of(case: Folded, by: Actor) -> None:
    is_report = case.state.facts.get("kind") == Kind.REPORT
    if by.unit and in_conflict(by.unit, case.state.respondents(), units_for_routing(), superiors_too=is_report):
        raise NoSuchCase("")
