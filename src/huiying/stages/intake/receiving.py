"""Receive a table of demands: at most a thousand rows a transaction, one act a case, each row once for ever."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain, islice
from multiprocessing import get_context
from threading import BoundedSemaphore

from django.db import IntegrityError, connection
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
#: A table of fewer transactions than these is not worth a second process.
FEWEST_TOGETHER = 3
#: The desk of a process that receives side by side with others.
_desks: list[Desk] = []
IMPORTER = Actor("import", "call_taker")


Chunk = list[Draft | Rejected]


@dataclass(slots=True)
class Received:
    """What became of a table's rows: every row is created, already there, or rejected with its reason."""

    rows: int = 0
    created: int = 0
    already: int = 0
    rejected: list[Rejected] = field(default_factory=list)

    def add(self, more: Received) -> None:
        """Count what became of more rows."""
        self.rows += more.rows
        self.created += more.created
        self.already += more.already
        self.rejected += more.rejected


def receive_many(
    drafts: Iterable[Draft | Rejected],
    *,
    channel: str,
    at: datetime,
    procedure: Procedure | None = None,
    processes: int = 1,
) -> Iterator[Received]:
    """Register drafts and yield the tally after each transaction. `channel` is that of rows which name none.

    `procedure`: what the new cases follow, where that is not the one in force.

    What was registered stays if a later transaction fails; going on with the same table registers the rest. With more
    than one process, transactions run side by side, and this process's connection is closed before they begin.
    """
    tally, rows = Received(), iter(drafts)
    desk = Desk(channel, at, procedure, _by_name(areas_of_the_city()), _by_name(Matter.objects.all()))
    chunks = iter(lambda: list(islice(rows, AT_ONCE)), [])
    first = list(islice(chunks, FEWEST_TOGETHER))
    together = processes > 1 and len(first) == FEWEST_TOGETHER
    chunks = chain(first, chunks)
    for received in _side_by_side(desk, chunks, processes) if together else map(desk.receive, chunks):
        tally.add(received)
        yield tally


def _side_by_side(desk: Desk, chunks: Iterator[Chunk], processes: int) -> Iterator[Received]:
    """Receive chunks in processes of their own, and yield what became of them in their order."""
    ahead = BoundedSemaphore(2 * processes)

    def read() -> Iterator[Chunk]:
        for chunk in chunks:
            ahead.acquire()  # a table is not read further than it is worked on
            yield chunk

    connection.close()
    with get_context("fork").Pool(processes, _sit_down, [desk]) as pool:
        for received in pool.imap(_receive, read()):
            ahead.release()
            yield received


def _sit_down(desk: Desk) -> None:
    """Keep a process's desk, which holds all areas and is not sent with every chunk."""
    _desks.append(desk)


def _receive(chunk: Chunk) -> Received:
    return _desks[-1].receive(chunk)


@contextmanager
def nothing_collected() -> Iterator[None]:
    """Keep the collector from looking again and again through what a chunk makes: none of it goes before it is written.

    That was a sixth of the client's processor time.
    """
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


@dataclass(frozen=True, slots=True)
class Desk:
    """Where rows are received: the channel of those that name none, the moment, and codes of areas and matters."""

    channel: str
    at: datetime
    procedure: Procedure | None
    areas: dict[str, str]
    matters: dict[str, str]

    def receive(self, chunk: Chunk) -> Received:
        """Register a chunk in one transaction, and return what became of it."""
        drafts = [row for row in chunk if isinstance(row, Draft)]
        named = {digest("origin", draft.source_key): draft for draft in drafts}
        with nothing_collected():
            try:
                created = self._receive_new(named)
            except IntegrityError:  # somebody imports the same rows at this moment, and was first with some of them
                created = self._receive_new(named)
        rejected = [row for row in chunk if isinstance(row, Rejected)]
        return Received(len(chunk), created, len(drafts) - created, rejected)

    def _receive_new(self, named: dict[bytes, Draft]) -> int:
        with working():
            there = Case.objects.filter(origin__in=list(named)).values_list("origin", flat=True)
            known = {bytes(origin) for origin in there if origin is not None}
            new = [(origin, draft) for origin, draft in named.items() if origin not in known]
            if not new:
                return 0
            law = written(self.procedure, self.at) if self.procedure else instrument_in_force(self.at)
            write_coming(
                [
                    coming(
                        demand_of(draft, self.areas, self.matters),
                        draft.channel or self.channel,
                        draft.received_at,
                        self.at,
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
