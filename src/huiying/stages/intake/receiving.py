"""Receive a table of demands: at most a thousand rows a transaction, one act a case, each row once for ever."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from django.db import IntegrityError
from django.db.models import QuerySet

from huiying.case.models import Case
from huiying.case.numbers import serials
from huiying.case.recording import instrument_in_force, written
from huiying.case.scope import working
from huiying.config.keys import digest
from huiying.directory.models import Area, Matter
from huiying.directory.queries import areas_of_the_city
from huiying.procedure.schema import Procedure
from huiying.procedure.state import Actor
from huiying.stages.identity.vault import Contact
from huiying.stages.intake.actions import Demand, coming, write_coming, wrong
from huiying.stages.intake.maps import Draft
from huiying.stages.intake.tables import Rejected

#: The most rows that one transaction takes.
AT_ONCE = 1000
IMPORTER = Actor("import", "call_taker")


@dataclass(slots=True)
class Received:
    """What became of a table's rows: every row is created, already there, or rejected with its reason."""

    rows: int = 0
    created: int = 0
    already: int = 0
    rejected: list[Rejected] = field(default_factory=list)


def receive_many(
    drafts: Iterable[Draft | Rejected], *, channel: str, at: datetime, procedure: Procedure | None = None
) -> Iterator[Received]:
    """Register drafts and yield the tally after each transaction. `channel` is that of rows which name none.

    `procedure`: what the new cases follow, where that is not the one in force.
    What was registered stays if a later transaction fails; going on with the same table registers the rest.
    """
    tally, rows = Received(), iter(drafts)
    areas, matters = _by_name(areas_of_the_city()), _by_name(Matter.objects.all())
    while chunk := list(islice(rows, AT_ONCE)):
        tally.rows += len(chunk)
        tally.rejected += [row for row in chunk if isinstance(row, Rejected)]
        named = {digest("origin", draft.source_key): draft for draft in chunk if isinstance(draft, Draft)}
        tally.already += sum(isinstance(row, Draft) for row in chunk) - len(named)
        created = _receive(named, channel, at, areas, matters, procedure)
        tally.created += created
        tally.already += len(named) - created
        yield tally


def _receive(
    named: dict[bytes, Draft],
    channel: str,
    at: datetime,
    areas: dict[str, str],
    matters: dict[str, str],
    procedure: Procedure | None,
) -> int:
    try:
        return _receive_new(named, channel, at, areas, matters, procedure)
    except IntegrityError:  # somebody imports the same rows at this moment, and was first with some of them
        return _receive_new(named, channel, at, areas, matters, procedure)


def _receive_new(
    named: dict[bytes, Draft],
    channel: str,
    at: datetime,
    areas: dict[str, str],
    matters: dict[str, str],
    procedure: Procedure | None,
) -> int:
    with working():
        there = Case.objects.filter(origin__in=list(named)).values_list("origin", flat=True)
        known = {bytes(origin) for origin in there if origin is not None}
        new = [(origin, draft) for origin, draft in named.items() if origin not in known]
        if not new:
            return 0
        law = written(procedure, at) if procedure else instrument_in_force(at)
        write_coming(
            [
                coming(
                    demand_of(draft, areas, matters),
                    draft.channel or channel,
                    draft.received_at,
                    at,
                    serial,
                    law,
                    IMPORTER,
                    origin=origin,
                )
                for (origin, draft), serial in zip(new, serials(len(new)), strict=True)
            ]
        )
    return len(new)


def demand_of(draft: Draft, areas: dict[str, str], matters: dict[str, str]) -> Demand:
    """Return the demand that a draft is; a place or matter that the directory does not know stays in the text."""
    contact = Contact(draft.contact_name or "", draft.contact_phone or "", draft.contact_address or "")
    demand = Demand(
        text=draft.text,
        kind=draft.kind.value,
        title=draft.title[:120],
        area=_code(draft.area_name, areas),
        address=draft.place or "",
        matter=_code(draft.matter_name, matters),
        contact=contact,
    )
    assert wrong(demand) is None  # noqa: S101  # maps have seen to it, with the row's number
    return demand


def _by_name(rows: QuerySet[Area] | QuerySet[Matter]) -> dict[str, str]:
    """Return name → code, and each code as its own; a name that several have (城关镇) says nothing and is left out."""
    pairs = list(rows.values_list("code", "name"))
    named = Counter(name for _, name in pairs)
    return {name: code for code, name in pairs if named[name] == 1} | {code: code for code, _ in pairs}


def _code(said: str | None, codes: dict[str, str]) -> str:
    return codes.get(said or "", "")
