"""Statements that are sent again and again, planned by the database once for each connection.

Django binds values into the text of a statement, which the database then reads and plans anew every time. For the few
that every demand passes through, that costs more than carrying them out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
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


@contextmanager
def side_by_side() -> Iterator[None]:
    """Send what `tell` tells in this block without waiting for each answer; `run` in it waits for all before it.

    For a few statements in an open transaction that need nothing of each other. Django's own must not stand among
    them: it asks each how many rows it changed before the answer is there.
    """
    connection.ensure_connection()
    with connection.wrap_database_errors, connection.connection.pipeline():
        yield


def tell(statement: str, values: Sequence[object]) -> None:
    """Carry out a statement whose answer says nothing. What is wrong with it is raised now, or by the block around."""
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(statement, values, prepare=True)
        if connection.queries_logged:
            connection.queries_log.append({"sql": statement, "time": ""})
