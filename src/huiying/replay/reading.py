"""From a table's rows to demands of the past: each once, with its real times, or rejected with its reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, time

from huiying.procedure.schema import Kind
from huiying.procedure.time_limits import SHANGHAI
from huiying.replay.reckoning import Past
from huiying.stages.intake import maps
from huiying.stages.intake.endings import Ending, ending
from huiying.stages.intake.maps import Draft, Map
from huiying.stages.intake.tables import Rejected, Row, Table


@dataclass(frozen=True, slots=True)
class Demand:
    """A demand of the past, the draft it was read as, and whether it kept its source's own due date (None: open)."""

    past: Past
    draft: Draft
    own_due_at: datetime | None = None

    def kept_own_due(self) -> bool | None:
        """Whether it was answered by the source's own due date; a due date without an hour lasts to its day's end."""
        due, answered = self.own_due_at, self.past.answered_at
        if due is None or answered is None:
            return None
        return answered.date() <= due.date() if due.time() == time() else answered <= due


@dataclass(slots=True)
class Reading:
    """Goes through a table once. `kind` replaces that of every row; `on`: nothing may be dated after it."""

    table: Table
    source: Map
    on: datetime
    kind: Kind | None = None
    rows: int = 0
    repeated: int = 0
    rejected: list[Rejected] = field(default_factory=list)
    _seen: set[str] = field(default_factory=set)

    def __iter__(self) -> Iterator[Demand]:
        for row in self.table.rows:
            self.rows += 1
            read = self._read(row)
            if isinstance(read, Rejected):
                self.rejected.append(read)
            elif read.past.key in self._seen:  # an import would register it once
                self.repeated += 1
            else:
                self._seen.add(read.past.key)
                yield read

    def _read(self, row: Row | Rejected) -> Demand | Rejected:
        if isinstance(row, Rejected):
            return row
        draft = maps.apply(self.source, row, self.on)
        if isinstance(draft, Rejected):
            return draft
        ended = ending(self.source, row, draft, self.on)
        if isinstance(ended, Rejected):
            return ended
        return self._demand(row.number, draft, ended)

    def _demand(self, row: int, draft: Draft, ended: Ending) -> Demand:
        received = as_in_beijing(draft.received_at)
        answered = None if ended.answered_at is None else max(received, as_in_beijing(ended.answered_at))
        kind = self.kind or draft.kind
        past = Past(row, draft.source_key, kind, draft.anonymous, received, answered, ended.unit)
        due = None if ended.due_at is None else as_in_beijing(ended.due_at)
        return Demand(past, replace(draft, kind=kind, received_at=received), due)


def as_in_beijing(moment: datetime) -> datetime:
    """Return what a city's clock showed as if Beijing's had: the rules move to the city, and its days stay its own.

    An hour put back in autumn may turn two moments round; whoever compares them looks to that.
    """
    return moment.replace(tzinfo=SHANGHAI, fold=0)
