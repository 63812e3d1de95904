"""Statements that are sent again and again, planned by the database once for each connection.

Django binds values into the text of a statement, which the database then reads and plans anew every time. For the few
that every demand passes through, that costs more than carrying them out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg
from django.db import connection


def run(statement: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
    """Carry out a statement in the open transaction and return its rows. `statement` is one of few, and constant."""
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(statement, values, prepare=True)
        if connection.queries_logged:
            connection.queries_log.append({"sql": statement, "time": ""})
        return cursor.fetchall()
