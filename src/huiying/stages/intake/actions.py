"""Verbs of intake: register one demand, register on the spot and answer it, receive a table of them, add a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from huiying.case.commands import Key, once
from huiying.case.ledger import Entry
from huiying.case.models import Case
from huiying.case.numbers import number, receipt_code, serials
from huiying.case.recording import Beginning, NotAllowed, begin_many, instrument_in_force, lock_case, new_case
from huiying.case.scope import working
from huiying.directory.queries import is_matter, known_area, spot_in_use, unknown_units
from huiying.procedure.decision import NOTHING, Refused
from huiying.procedure.schema import Kind
from huiying.procedure.state import Actor
from huiying.stages.identity import vault
from huiying.stages.identity.actions import write
from huiying.stages.identity.texts import LONGEST_TEXT, from_resident, place_of, said_on_the_spot
from huiying.stages.identity.vault import Contact, Sealing
from huiying.stages.intake.files import MOST_FILES, Checked, check, safe_name
from huiying.stages.intake.models import Attachment, Raising
from huiying.stages.intake.raising import raising_of
from huiying.stages.intake.uploads import store

LONGEST_TITLE, LONGEST_LINE, MOST_DEMANDS = 120, 200, 20
#: What pages offer to choose from; what is taken is decided by what a file contains.
ACCEPTED_FILES = "image/jpeg,image/png,image/webp,application/pdf,audio/*,video/mp4,video/quicktime"
REGISTER, AT_ONCE = "register", "answer_at_once"
VISIT = "visit"
RESIDENT = Actor("complainant", "complainant")
INTAKE_ARTICLE = "国办发〔2020〕53号"


@dataclass(frozen=True, slots=True)
class Demand:
    """What somebody brings. `address` is where the problem is; `files` are checked and cleaned already.

    `spot`: the sign that was scanned (码上办), so that whoever looks after the place can be found.
    """

    text: str
    kind: str = Kind.HELP.value
    title: str = ""
    area: str = ""
    address: str = ""
    matter: str = ""
    spot: str = ""
    demands: int = 1
    respondents: tuple[str, ...] = ()
    confidential: bool = False
    contact: Contact = field(default_factory=Contact)
    files: tuple[tuple[str, Checked], ...] = ()

    @property
    def anonymous(self) -> bool:
        """Whether nobody can be called back: no way to be reached was left."""
        return not (self.contact.phone or self.contact.address)


def at_once(demands: int, rating: str) -> dict[str, object]:
    """Return what an answer on the spot gives besides the demand, by how the person rated it at once."""
    outcome = "resolved" if rating == "yes" else "explained"
    return {"outcomes": (outcome,) * demands, "evidence": 1, "exit_rating": rating}


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the person takes home: the number, and the code that alone opens the case to them."""

    number: str
    code: str


def wrong(demand: Demand) -> Refused | None:
    """What is wrong with a demand as it was brought, before any rule is asked."""
    lines = {"标题": (demand.title, LONGEST_TITLE), "地址": (demand.address, LONGEST_LINE)}
    lines |= {
        "姓名": (demand.contact.name, LONGEST_LINE),
        "电话": (demand.contact.phone, LONGEST_LINE),
        "联系地址": (demand.contact.address, LONGEST_LINE),
    }
    if not demand.text.strip():
        return Refused("not_given", INTAKE_ARTICLE, {"field": "诉求内容"})
    if "\0" in "".join((demand.text, *(value for value, _ in lines.values()))):
        return Refused("nul_in_text", INTAKE_ARTICLE)
    lines["诉求内容"] = (demand.text, LONGEST_TEXT)
    too_long = next((name for name, (value, most) in lines.items() if len(value) > most), None)
    if too_long is not None:
        return Refused("text_too_long", INTAKE_ARTICLE, {"field": too_long, "most": lines[too_long][1]})
    return _wrong_otherwise(demand)


def _wrong_otherwise(demand: Demand) -> Refused | None:
    if not 1 <= demand.demands <= MOST_DEMANDS:
        return Refused("number_out_of_range", INTAKE_ARTICLE, {"field": "诉求件数", "least": 1, "most": MOST_DEMANDS})
    if unknown := unknown_units(demand.respondents):
        return Refused("not_listed", INTAKE_ARTICLE, {"field": "被反映单位", "value": unknown})
    if len(demand.files) > MOST_FILES:
        return Refused("too_many_files", INTAKE_ARTICLE, {"most": MOST_FILES})
    return None


def register(
    demand: Demand,
    *,
    channel: str,
    by: Actor,
    at: datetime,
    key: str | None = None,
    given: Mapping[str, object] = NOTHING,
) -> Receipt:
    """Register a demand and return its receipt. The same key and body give the same receipt, and no second case.

    `given`: what an answer on the spot needs besides (即答); without it the demand is registered to be judged.
    """
    refused = wrong(demand)
    if refused is not None:
        raise NotAllowed(refused)
    body = {
        **asdict(replace(demand, files=())),
        "files": [sha256(checked.data).hexdigest() for _, checked in demand.files],
        **given,
    }
    command = Key(f"{by.role}:{by.person}", "register", key, body) if key else None
    with working():
        serial = serials(1)[0]
        foreseen = {"number": number(at, serial)}
        result, _ = once(command, lambda: _register(demand, channel, by, at, given, serial), foreseen)
    return Receipt(result["number"], receipt_code(result["number"]))


def _register(
    demand: Demand, channel: str, by: Actor, at: datetime, given: Mapping[str, object], serial: int
) -> dict[str, Any]:
    visit = visit_of(demand, by) if channel == VISIT and by.role != RESIDENT.role else {}
    new = coming(demand, channel, at, at, serial, instrument_in_force(at), by, given, sets=visit)
    write_coming([new])
    return {"number": new.case.number}


def visit_of(demand: Demand, by: Actor) -> dict[str, object]:
    """Return whether a visit is somebody's first, and who follows a first one to its first substantive answer (A11)."""
    before = vault.find(demand.contact.phone) if demand.contact.phone else []
    again = Case.objects.filter(number__in=before, channel=VISIT).exists()
    return {"visit": "again" if again else "first", "follower": "" if again else by.person}


@dataclass(frozen=True, slots=True)
class Coming:
    """A demand on its way into the database: its case, first act, and all that comes with it."""

    demand: Demand
    case: Case
    entry: Entry
    texts: Mapping[str, str]
    sealed: Mapping[str, str]
    files: Sequence[Attachment] = field(default_factory=tuple)


def coming(
    demand: Demand,
    channel: str,
    received_at: datetime,
    at: datetime,
    serial: int,
    law: str,
    by: Actor,
    given: Mapping[str, object] = NOTHING,
    origin: bytes | None = None,
    sets: Mapping[str, object] = NOTHING,
    answer: str = "",
) -> Coming:
    """Return a demand on its way: masked, its texts to be sealed, its files stored, and not yet in the database.

    `sets`: what its first act sets besides what every one does. `answer`: what was said to the person on the spot.
    """
    area, matter = known_area(demand.area), demand.matter if is_matter(demand.matter) else ""
    texts = {
        "title": from_resident(demand.title, demand.contact, demand.address),
        "text": from_resident(demand.text, demand.contact, demand.address),
        "place": place_of(demand.address),
        "answer": said_on_the_spot(answer, demand.contact),
    }
    sealed = {
        "text": f"{demand.title}\n{demand.text}" if demand.title else demand.text,
        "address": demand.address,
        "contact": vault.pack(demand.contact) if demand.contact.known() else "",
    }
    case = new_case(serial, received_at, law, origin)
    commitments, files = {}, []
    for name, checked in demand.files:
        stored = store(checked.data, safe_name(name, checked.extension), checked.content_type)
        sealed[f"file:{stored.ref}"] = stored.secret
        commitments[f"file:{stored.ref}"] = stored.digest
        files.append(
            Attachment(case=case, position=1, ref=stored.ref, content_type=checked.content_type, size=len(checked.data))
        )
    if origin is not None:
        commitments["origin"] = origin.hex()
    entry = Entry(
        AT_ONCE if given else REGISTER,
        by,
        at,
        given={
            "kind": demand.kind,
            "demands": demand.demands,
            **({} if given else {"respondents": demand.respondents, "anonymous": demand.anonymous}),
            **given,
        },
        sets={
            **sets,
            **_facts(demand, at_once=bool(given)),
            "law": law,
            "channel": channel,
            "received_at": received_at.isoformat(),
            **{
                name: value
                for name, value in (
                    ("matter", matter),
                    ("area", area),
                    ("place", bool(demand.address)),
                    ("confidential", demand.confidential),
                )
                if value
            },
        },
        commitments=commitments,
    )
    kept = {name: text for name, text in texts.items() if text}
    return Coming(demand, case, entry, kept, {name: text for name, text in sealed.items() if text}, files)


def _facts(demand: Demand, *, at_once: bool) -> dict[str, object]:
    """Return what a case knows besides what its first act asks for."""
    # An answer on the spot does not ask for these; the lock must hold if it is ever taken up again.
    facts = {"respondents": demand.respondents, "anonymous": demand.anonymous} if at_once else {}
    if demand.spot and (spot := spot_in_use(demand.spot)):
        facts["spot"] = spot.code
    return {"facts": facts} if facts else {}


def write_coming(arriving: Sequence[Coming]) -> None:
    """Write new cases with their first acts, inside the open transaction."""
    sealings = [Sealing(one.case.number, 1, name, text) for one in arriving for name, text in one.sealed.items()]
    digests = iter(vault.seal(sealings, [(one.case.number, one.demand.contact) for one in arriving]))
    begin_many(
        [
            Beginning(
                one.case,
                replace(
                    one.entry,
                    commitments={
                        **one.entry.commitments,
                        **{f"sealed:{name}": next(digests) for name in one.sealed},
                    },
                ),
                one.texts,
            )
            for one in arriving
        ]
    )
    Attachment.objects.bulk_create([file for one in arriving for file in one.files])
    raised = (raising_of(one.case, one.texts, one.entry.at) for one in arriving)
    Raising.objects.bulk_create([one for one in raised if one is not None])


def attach(
    case_number: str, files: Sequence[tuple[str, bytes]], *, by: Actor, at: datetime, key: str | None = None
) -> int:
    """Add files to a case: each is checked by what it contains, cleaned, encrypted. Returns how many there are now."""
    checked = check_all(files)
    body = {"files": [sha256(one.data).hexdigest() for _, one in checked]}
    command = Key(f"{by.role}:{by.person}", "attach", f"{case_number}/{key}", body) if key else None
    with working():
        result, _ = once(command, lambda: {"files": _attach(case_number, checked, by, at)})
    return int(result["files"])


def _attach(case_number: str, checked: Sequence[tuple[str, Checked]], by: Actor, at: datetime) -> int:
    case = lock_case(case_number)
    if case.attachments.count() + len(checked) > MOST_FILES:
        raise NotAllowed(Refused("too_many_files", INTAKE_ARTICLE, {"most": MOST_FILES}))
    stored = [(store(one.data, safe_name(name, one.extension), one.content_type), one) for name, one in checked]
    position = case.acts + 1
    write(
        case,
        Entry("attach", by, at, commitments={f"file:{file.ref}": file.digest for file, _ in stored}),
        sealed={f"file:{file.ref}": file.secret for file, _ in stored},
    )
    Attachment.objects.bulk_create(
        Attachment(case=case, position=position, ref=file.ref, content_type=one.content_type, size=len(one.data))
        for file, one in stored
    )
    return case.attachments.count()


def check_all(files: Sequence[tuple[str, bytes]]) -> list[tuple[str, Checked]]:
    """Return files checked and cleaned; raise `NotAllowed` for the first that may not be stored."""
    if len(files) > MOST_FILES:
        raise NotAllowed(Refused("too_many_files", INTAKE_ARTICLE, {"most": MOST_FILES}))
    checked = []
    for name, data in files:
        one = check(name, data)
        if isinstance(one, Refused):
            raise NotAllowed(one)
        checked.append((name, one))
    return checked
