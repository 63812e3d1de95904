"""How a row's demand ended, as `huiying replay` asks: when, by whom, and by when the source itself wanted it.

Importing asks none of this, and takes rows whose endings cannot be read.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from huiying.stages.intake.maps import Draft, Map, _CellError, _Reading
from huiying.stages.intake.tables import Rejected, Row


@dataclass(frozen=True, slots=True)
class Ending:
    """What became of a demand. Times are aware, in the source's zone; `answered_at` is None where it has no end yet."""

    answered_at: datetime | None
    unit: str | None
    due_at: datetime | None


def tells_endings(source: Map) -> bool:
    """Whether a source says at all when its demands were closed or answered."""
    return source.closed_at is not None or source.replied_at is not None


def ending(source: Map, row: Row, draft: Draft, on: datetime) -> Ending | Rejected:
    """Return how a draft's row ended, or the first reason why that cannot be said.

    It ended when it was closed, or, where the source has no such column, when it was answered. A row without a time of
    receipt has no start: it is imported as of today, and not replayed.
    """
    reading = _Reading(source, row, on)
    try:
        reading.needed(reading.moment(source.received_at), source.received_at, "time_missing")
        closed = reading.ended(source.closed_at, draft.received_at, "closed_before_received")
        return Ending(
            answered_at=draft.replied_at if source.closed_at is None else closed,
            unit=reading.short(source.unit_name),
            due_at=reading.moment(source.due_at, to_come=True),
        )
    except _CellError as wrong:
        return Rejected(row.number, *wrong.args)
