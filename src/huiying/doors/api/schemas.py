"""Shapes of the API's bodies and answers."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from ninja import Field, Schema

KindName = Literal["consultation", "help", "complaint", "report", "suggestion", "praise"]


class ContactIn(Schema):
    """Who can be called back. It is sealed; no answer of this API holds it unless it is opened for a purpose."""

    name: str | None = Field(None, max_length=200)
    phone: str | None = Field(None, max_length=200)


class DemandIn(Schema):
    """A demand. The same `idempotency_key` with the same body gives the same receipt and makes no second case."""

    text: str = Field(max_length=20_000)
    title: str | None = Field(None, max_length=120)
    kind: KindName = "help"
    area_code: str | None = Field(None, max_length=12, pattern=r"^\d*$")
    address: str | None = Field(None, max_length=200)
    contact: ContactIn | None = None
    confidential: bool = False
    idempotency_key: str | None = Field(None, min_length=1, max_length=200)


class DeskDemandIn(DemandIn):
    """A demand that staff register for somebody; with `at_once` it is answered on the spot and closed."""

    channel: str = Field("phone", pattern=r"^[a-z0-9][a-z0-9_-]{0,11}$")
    matter: str = Field("", max_length=12)
    demands: int = Field(1, ge=1, le=20)
    respondents: list[str] = Field(default_factory=list, max_length=20)
    at_once: Literal["yes", "partly", "declined"] | None = None


class ReceiptOut(Schema):
    """The receipt. The code alone opens the case; it is told here and nowhere else."""

    number: str
    receipt_code: str
    url: str


class DueOut(Schema):
    """One running limit: a date ends at 24:00 Asia/Shanghai. `article` is empty where the limit is not law."""

    what: str
    at: str | None
    article: str
    provisional: bool


class EventOut(Schema):
    """One thing that happened, in words for whoever brought the demand."""

    at: datetime
    act: str
    text: str


class ProgressOut(Schema):
    """How a demand stands. Nobody's name is in it."""

    number: str
    stage: Literal["received", "assigned", "handling", "answered", "following_up", "closed", "withdrawn"]
    received_at: datetime
    due: list[DueOut]
    timeline: list[EventOut]


class WordsIn(Schema):
    """What somebody adds, or why they do not agree."""

    text: str = Field(min_length=1, max_length=20_000)
    key: str | None = Field(None, min_length=1, max_length=200)


class PlainIn(Schema):
    """An act that needs nothing more said."""

    key: str | None = Field(None, min_length=1, max_length=200)


class RatingIn(Schema):
    """Solved is asked apart from satisfied."""

    solved: Literal["yes", "partly", "no"]
    satisfied: int = Field(ge=1, le=5)
    key: str | None = Field(None, min_length=1, max_length=200)


class CaseRow(Schema):
    """A case in a list."""

    number: str
    title: str
    kind: str
    step: str
    units: str
    due_at: datetime | None
    received_at: datetime
    late: bool


class CasesOut(Schema):
    """One page of a list."""

    cases: list[CaseRow]
    page: int
    more: bool


class OptionOut(Schema):
    """An act that the caller's role has where the case stands; `why` is empty where it is possible."""

    act: str
    name: str
    track: str
    why: str
    article: str
    asks: list[dict[str, Any]]


class LimitOut(Schema):
    """A clock with the way its date was found."""

    what: str
    at: str | None
    article: str
    provisional: bool
    running: bool
    derivation: str


class ActOut(Schema):
    """One act of a case's ledger with its masked texts."""

    at: datetime
    act: str
    title: str
    text: str
    who: str
    article: str


class CaseOut(Schema):
    """A case as the caller may see it: masked texts, facts, clocks, ledger, and what may be done."""

    number: str
    kind: str
    step: str
    stage: str
    matter: str
    area: str
    units: list[str]
    joined_into: str
    split_from: str
    supervisor: str
    facts: dict[str, Any]
    texts: dict[str, str]
    tracks: dict[str, str]
    limits: list[LimitOut]
    acts: list[ActOut]
    options: list[OptionOut]


class ActIn(Schema):
    """An act to be done: what the procedure calls it, on which track, and what it asks for."""

    act: str = Field(max_length=40)
    track: str = Field("main", max_length=40)
    given: dict[str, Any] = Field(default_factory=dict)
    key: str | None = Field(None, min_length=1, max_length=200)


class StepOut(Schema):
    """Where the track stands after an act."""

    number: str
    step: str


class ClassifyIn(Schema):
    """What a demand is, what it is about, and where."""

    kind: KindName
    matter: str = Field(max_length=12)
    area: str = Field(max_length=12)
    respondents: list[str] | None = Field(None, max_length=20)


class ProposalOut(Schema):
    """Whose duty it is by the catalogue; a person confirms it by dispatching."""

    lead: str
    support: list[str]
    basis: str


class PartIn(Schema):
    """One demand to be split off."""

    kind: KindName
    text: str = Field(min_length=1, max_length=20_000)


class SplitIn(Schema):
    """Demands to be split off a message."""

    parts: list[PartIn] = Field(min_length=1, max_length=20)
    key: str | None = Field(None, min_length=1, max_length=200)


class NumbersOut(Schema):
    """Numbers of cases."""

    numbers: list[str]


class OpenIn(Schema):
    """A sealed field, and what for."""

    field: Literal["contact", "address", "original", "files"]
    purpose: Literal["call_back", "site_visit", "handle", "follow_up", "judge", "save_life"]


class OpenedOut(Schema):
    """What an opening gave; `waiting` while a custodian has to approve."""

    opening: int
    waiting: bool
    lines: list[dict[str, str]]
    files: list[dict[str, str]]


class OpeningRow(Schema):
    """An opening in a custodian's list."""

    opening: int
    number: str
    field: str
    purpose: str
    person: str
    role: str
    asked_at: datetime
    opened_at: datetime | None


class OpeningsOut(Schema):
    """What waits for a decision, and what for a review."""

    to_decide: list[OpeningRow]
    to_review: list[OpeningRow]


class DecisionIn(Schema):
    """A custodian's word."""

    yes: bool


class NoticeRow(Schema):
    """A notice to the post that nobody has seen yet."""

    name: str
    number: str
    article: str
    at: datetime


class NoticesOut(Schema):
    """The newest notices to the post."""

    notices: list[NoticeRow]


class PhoneIn(Schema):
    """A number that somebody calls from."""

    phone: str = Field(min_length=3, max_length=40)
