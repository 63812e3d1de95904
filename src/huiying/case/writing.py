"""Writes new rows of several tables in one statement.

An act brings rows of many kinds with it, and a day brings many acts: one statement for all of them costs one way to the
database and one plan, whether it is a single demand or a table of a thousand. Rows go as JSON, which the database turns
into each table's own types; nothing is pasted into the statement.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from functools import cache

from django.db import models

from huiying.config.prepared import run

Rows = Sequence[models.Model]


def insert(*groups: Rows, told: type[models.Model]) -> list[int]:
    """Insert new rows, a group a model, and return the ids of the rows of the model `told`, in their order.

    All of them are written, or none. A row that brings its id keeps it; others get the next one.
    """
    parts, given, ids = [], [], "SELECT 0 WHERE false"
    for place, rows in enumerate(group for group in groups if group):
        model = type(rows[0])
        table, names = model._meta.db_table, _columns(model, with_id=rows[0].pk is not None)  # noqa: SLF001  # Django's public way to ask
        listed = ", ".join(f'"{column}"' for column, _ in names)
        returning = ""
        if model is told:  # what is told must be allowed to be seen, which costs more than writing it
            returning, ids = " RETURNING id", f"SELECT id FROM new{place}"  # noqa: S608  # a number
        parts.append(
            f'new{place} AS (INSERT INTO "{table}" ({listed}) SELECT {listed}'  # noqa: S608  # names of our own models
            f' FROM json_populate_recordset(NULL::"{table}", %s::json){returning})'
        )
        given.append(_as_json([{column: getattr(row, name) for column, name in names} for row in rows]))
    return [new for (new,) in run(f"WITH {', '.join(parts)} {ids}", given)] if parts else []


@cache
def _columns(model: type[models.Model], *, with_id: bool) -> tuple[tuple[str, str], ...]:
    """Return the columns that a new row brings, each with its attribute's name; what the database stamps is its own."""
    stamped = set(getattr(model, "STAMPED", ())) | (set() if with_id else {"id"})
    fields = model._meta.concrete_fields  # noqa: SLF001  # Django's public way to ask
    return tuple((str(field.column), field.attname) for field in fields if field.name not in stamped)


def _as_json(rows: Sequence[dict[str, object]]) -> str:
    return json.dumps(rows, ensure_ascii=False, default=_plain)


def _plain(value: object) -> str:
    if isinstance(value, (bytes, memoryview)):
        return f"\\x{bytes(value).hex()}"
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in a row")
