"""Verbs of triage: classify, propose the lead from the catalogue, split a message into several, join a repeat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.translation import gettext_noop

from huiying.case.commands import Key, once
from huiying.case.folding import Folded
from huiying.case.ledger import Entry
from huiying.case.models import Case, Notice
from huiying.case.numbers import serials
from huiying.case.recording import (
    Beginning,
    NotAllowed,
    Recorded,
    begin_many,
    instrument_in_force,
    lock_case,
    new_case,
    read_case,
    record,
    special_in_force,
)
from huiying.case.scope import working
from huiying.directory.queries import is_matter, known_area, propose_lead, units_for_routing, unknown_units
from huiying.procedure.closure import ANSWERED
from huiying.procedure.decision import Allowed, Decision, Refused
from huiying.procedure.routing import DISPATCH_BY_CATALOGUE, GOES_ON_AS, SECRECY_OF_REPORTS, Duty, in_conflict
from huiying.procedure.schema import Kind
from huiying.procedure.state import MAIN, Actor
from huiying.procedure.time_limits import SHANGHAI
from huiying.stages.identity import vault
from huiying.stages.identity.actions import write
from huiying.stages.identity.texts import check_words, from_staff
from huiying.stages.identity.vault import Sealing
from huiying.stages.triage.suggesting import remember

JUDGED_BY = "dispatcher"
#: What a case that goes on elsewhere holds of its origin: the same demand, word for word.
WHOLE = ("text", "contact", "address")
#: What a case that was split off holds of its origin: who brought it and where, never the message.
SHARED = ("contact", "address")
#: The notice to whoever holds a main case.
NEW_FACTS_JOINED = gettext_noop("并入的工单带来新事实")
JOINED_INTO_ITSELF = "《北京市接诉即办工作条例》第11条"


def classify(
    case_number: str,
    *,
    kind: str,
    matter: str,
    area: str,
    by: Actor,
    at: datetime,
    respondents: Sequence[str] | None = None,
    why: str = "",
) -> Recorded:
    """Say what a demand is, what it is about, where, and against whom. A person's word, and theirs to correct.

    `why`: what they have to say where it is not what a machine proposed; kept beside the proposal, to learn from.

    `respondents`: the units that it is directed against, from then on locked out; None leaves them as they are.
    """
    named = tuple(respondents or ())
    for name, wanted, known in (
        ("被反映单位", "、".join(named), not unknown_units(named)),
        ("诉求类型", kind, kind in list(Kind)),
        ("事项", matter, is_matter(matter)),
        ("区划", area, bool(area) and known_area(area) == area),
    ):
        if not known:
            raise NotAllowed(Refused("not_listed", DISPATCH_BY_CATALOGUE, {"field": name, "value": wanted}))
    check_words({"理由": why})
    with working():
        case = lock_case(case_number)
        at_the_dispatcher(read_case(case), by, "确定事项")
        facts: dict[str, object] = {"kind": kind}
        if respondents is not None:
            facts["respondents"] = named
        remember(case, matter, from_staff(why, case_number) if why else "", by.person, at)
        return record(case, Entry("classify", by, at, sets={"matter": matter, "area": area, "facts": facts}))


def propose(case: Case, at: datetime) -> Duty | Refused:
    """Return the catalogue's row for a case's matter at its place, with whoever is complained about locked out."""
    return propose_lead(
        case.matter,
        case.area,
        at.astimezone(SHANGHAI).date(),
        respondents=case.respondents,
        superiors_too=case.kind == Kind.REPORT,
    )


@dataclass(frozen=True, slots=True)
class Part:
    """One demand of a message that holds several: its kind, and its words as the dispatcher gives them."""

    kind: str
    text: str


def split(case_number: str, parts: Sequence[Part], *, by: Actor, at: datetime, key: str | None = None) -> list[str]:
    """Split demands off a message; each becomes a case of its own. Returns the new cases' numbers.

    The person follows all of them from the first receipt. The first case keeps what was not split off, at least one.
    """
    body = {"case": case_number, "parts": [{"kind": part.kind, "text": part.text} for part in parts]}
    command = Key(f"{by.role}:{by.person}", "split", key, body) if key else None
    with working():
        result, _ = once(command, lambda: {"numbers": _split(case_number, parts, by, at)})
    return list(result["numbers"])


def _split(case_number: str, parts: Sequence[Part], by: Actor, at: datetime) -> list[str]:
    case = lock_case(case_number)
    now = read_case(case)
    at_the_dispatcher(now, by, "拆分诉求")
    if not parts or not all(part.text.strip() and part.kind in list(Kind) for part in parts):
        raise NotAllowed(Refused("not_given", DISPATCH_BY_CATALOGUE, {"field": "每项诉求的类型和内容"}))
    for part in parts:
        check_words({"每项诉求的内容": part.text})
    law = instrument_in_force(at)
    cases = [new_case(serial, at, law) for serial in serials(len(parts))]
    words = [Sealing(new.number, 1, "text", part.text) for new, part in zip(cases, parts, strict=True)]
    beginnings = [
        _beginning(case, now, part, new, by, at, digest)
        for part, new, digest in zip(parts, cases, vault.seal(words), strict=True)
    ]
    begin_many(beginnings)
    numbers = [new.number for new in cases]
    for new in numbers:
        vault.share(case.number, new, SHARED)
    left = max(1, int(str(now.state.facts["demands"])) - len(parts))
    record(case, Entry("split", by, at, given={"into": numbers}, sets={"facts": {"demands": left}}))
    return numbers


def _beginning(origin: Case, now: Folded, part: Part, new: Case, by: Actor, at: datetime, words: str) -> Beginning:
    """Return a case to be split off: it holds its own words, and who brought the message, but not the message."""
    shared = {f"sealed:{name}": digest for name, digest in vault.digests(origin.number, SHARED).items()}
    entry = registered(origin, now, part.kind, 1, new, by, at, {**shared, "sealed:text": words})
    return Beginning(new, entry, {"text": from_staff(part.text, origin.number), **_place(origin)})


def registered(
    origin: Case, now: Folded, kind: str, demands: int, new: Case, by: Actor, at: datetime, commitments: dict[str, str]
) -> Entry:
    """Return the first act of a case that comes from another one."""
    kept = {name: now.setting(name) for name in ("channel", "received_at", "area", "place", "matter", "confidential")}
    facts = now.state.facts
    return Entry(
        "register",
        by,
        at,
        given={
            "kind": kind,
            "demands": demands,
            "respondents": facts.get("respondents", ()),
            "anonymous": bool(facts.get("anonymous")),
        },
        sets={
            **{name: value for name, value in kept.items() if value},
            "law": new.law_id,
            "split_from": origin.number,
        },
        commitments=commitments,
    )


def pass_on(case_number: str, special: str, complaint_words: str = "", *, by: Actor, at: datetime) -> Recorded:
    """Let a demand go on under a special procedure, in a case of its own: of a mixed one, two that live apart (SC-01).

    Each counts from the day on which the first case came, and is followed from its receipt. It holds the whole demand;
    the complaint of a mixed one holds `complaint_words` and nothing of the report, for whoever mediates (SR-11).
    """
    with working():
        case = lock_case(case_number)
        now = read_case(case)
        words = {"complaint_words": complaint_words} if complaint_words else {}
        recorded = write(case, Entry("pass_on", by, at, given={"special": special}), words)
        received = datetime.fromisoformat(now.setting("received_at"))
        kinds = GOES_ON_AS[special]
        beginnings, whole = [], []
        for (which, kind), serial in zip(kinds.items(), serials(len(kinds)), strict=True):
            new = new_case(serial, at, special_in_force(which, received))
            if kind is Kind.COMPLAINT and len(kinds) > 1:
                beginnings.append(_complaint(case, now, complaint_words, new, by, at))
            else:
                beginnings.append(_whole(case, now, str(kind or now.state.facts["kind"]), new, by, at))
                whole.append(new.number)
        begin_many(beginnings)
        for beginning in beginnings:
            number = beginning.case.number
            vault.share(case.number, number, WHOLE if number in whole else SHARED)
        return recorded


def _complaint(origin: Case, now: Folded, words: str, new: Case, by: Actor, at: datetime) -> Beginning:
    """Return the complaint of a mixed message: its own words, and who brought it; nothing of the report."""
    (digest,) = vault.seal([Sealing(new.number, 1, "text", words)])
    beginning = _beginning(origin, now, Part(Kind.COMPLAINT, words), new, by, at, digest)
    return replace(beginning, entry=_from_the_first_day(beginning.entry, now))


def _whole(origin: Case, now: Folded, kind: str, new: Case, by: Actor, at: datetime) -> Beginning:
    """Return a case that goes on with all of a demand, its limits counted from the day on which it came."""
    held = {f"sealed:{name}": digest for name, digest in vault.digests(origin.number, WHOLE).items()}
    entry = registered(origin, now, kind, int(str(now.state.facts["demands"])), new, by, at, held)
    texts = {content.name: content.text for content in origin.contents.filter(position=1)}
    return Beginning(new, _from_the_first_day(entry, now), texts)


def _from_the_first_day(entry: Entry, now: Folded) -> Entry:
    """Return a first act whose limits count from the day on which the demand came."""
    came = datetime.fromisoformat(now.setting("received_at")).astimezone(SHANGHAI).date()
    return replace(entry, given={**entry.given, "received_on": came})


def _place(case: Case) -> dict[str, str]:
    return {content.name: content.text for content in case.contents.filter(position=1, name="place")}


def join(case_number: str, into: str, new_facts: str = "", *, by: Actor, at: datetime) -> Recorded:
    """Join a repeat to the case that is open about the same event. Its reporter keeps clock, answer and receipt.

    `new_facts`: what it says that the main case does not know, in the dispatcher's words. Whoever holds the main case
    is told at once. Where that one is answered already they would change nothing, so that the join is refused.
    """
    new_facts = new_facts.strip()
    with working():
        first, second = sorted((case_number, into))  # always in one order: two joins at once do not wait for each other
        if first == second:
            raise NotAllowed(Refused("joined_to_itself", JOINED_INTO_ITSELF))
        locked = {wanted: lock_case(wanted) for wanted in (first, second)}
        main = locked[into]
        if new_facts and main.stage in ANSWERED and not main.joined_into:
            raise NotAllowed(Refused("new_facts_after_the_answer", JOINED_INTO_ITSELF, {"number": into}))
        if main.joined_into or main.closed_at is not None:
            raise NotAllowed(Refused("cannot_be_joined_to", JOINED_INTO_ITSELF, {"number": into}))
        return _join(locked[case_number], main, new_facts, by, at)


def _join(case: Case, main: Case, new_facts: str, by: Actor, at: datetime) -> Recorded:
    """Join a locked case to a locked main case; from then on the main case is locked for both cases' respondents."""
    against = {*case.respondents, *main.respondents}
    units = units_for_routing()
    report = Kind.REPORT in {case.kind, main.kind}
    barred = [unit for unit in main.units if in_conflict(unit, against, units, superiors_too=report)]
    if barred:
        raise NotAllowed(Refused("unit_in_conflict", SECRECY_OF_REPORTS, {"unit": "、".join(barred)}))
    words = {"into": main.number, "new_facts": new_facts}
    recorded = write(case, Entry("join", by, at, sets={"joined_into": main.number}), words)
    facts = {"respondents": sorted(against)} if against else {}
    told = Entry("joined_by", by, at, given={"number": case.number}, sets={"facts": facts} if facts else {})
    position = write(main, told, {"what": new_facts}).act.position
    if new_facts:
        now = read_case(main)
        holder = now.procedure.steps[now.state.steps[MAIN]].holder
        Notice.objects.create(
            case=main, position=position, name=NEW_FACTS_JOINED, to=holder, article=JOINED_INTO_ITSELF, at=at
        )
    return recorded


def may_judge(now: Folded, role: str, what: str = "确定事项") -> Decision:
    """Whether a role may say what a demand is, or split it: the dispatcher, while the case is theirs to judge."""
    step = now.procedure.steps[now.state.steps[MAIN]]
    if role != JUDGED_BY:
        return Refused("not_this_role", DISPATCH_BY_CATALOGUE, {"act": what, "role": role})
    if step.holder != JUDGED_BY:
        return Refused("not_at_this_step", DISPATCH_BY_CATALOGUE, {"act": what, "step": step.name})
    return Allowed(DISPATCH_BY_CATALOGUE)


def at_the_dispatcher(now: Folded, by: Actor, what: str) -> None:
    """Raise `NotAllowed` where somebody may not judge a case: pages ask before they show a form for it."""
    decision = may_judge(now, by.role, what)
    if isinstance(decision, Refused):
        raise NotAllowed(decision)
