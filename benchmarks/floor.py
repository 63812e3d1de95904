"""Floor A: the rows of one registered demand, written by bare psycopg in one transaction, and nothing else.

The rows are those that the verb wrote, read back once; each writing gives them new ids. No rule is asked, nothing is
masked, encrypted or hashed, and no right is checked: nothing that registers a demand statement by statement is faster.
"""

from __future__ import annotations

import itertools
import os
import time
from dataclasses import dataclass
from uuid import UUID

import psycopg
from psycopg import sql
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

Row = dict[str, object]
#: The tables of one demand, in the order in which they may be written, and what ties each to it.
TABLES = (
    ("public", "case_command", "scope = (SELECT scope FROM case_command LIMIT 1)"),
    ("public", "case_case", "id = %(id)s"),
    ("public", "case_track", "case_id = %(id)s"),
    ("public", "case_clock", "case_id = %(id)s"),
    ("public", "case_act", "case_id = %(id)s"),
    ("public", "case_content", "case_id = %(id)s"),
    ("public", "case_notice", "case_id = %(id)s"),
    ("public", "case_alarm", "case_id = %(id)s"),
    ("vault", "sealed", "ref IN (SELECT ref FROM vault.holding WHERE case_number = %(number)s)"),
    ("vault", "holding", "case_number = %(number)s"),
    ("vault", "token", "case_number = %(number)s"),
)
#: Ids begin at the moment's nanoseconds, far above any that a sequence gives, and far enough apart for each connection.
APART = 10**12


@dataclass(frozen=True, slots=True)
class Sample:
    """The rows of one demand: the statement of each, and its values."""

    statements: tuple[tuple[sql.Composed, Row], ...]

    def __len__(self) -> int:
        return len(self.statements)


def sample(login: str, number: str) -> Sample:
    """Read the rows of a case that the verb registered."""
    statements = []
    with psycopg.connect(login, row_factory=dict_row) as connection:
        case = connection.execute("SELECT id, number FROM case_case WHERE number = %s", [number]).fetchone()
        for schema, table, tied in TABLES:
            query = sql.SQL("SELECT * FROM {} WHERE {}").format(sql.Identifier(schema, table), sql.SQL(tied))
            for row in connection.execute(query, case):
                kept = {name: value for name, value in row.items() if name != "id" or table == "case_case"}
                statements.append((_insert(schema, table, list(kept)), {name: _given(kept[name]) for name in kept}))
    return Sample(tuple(statements))


def _insert(schema: str, table: str, columns: list[str]) -> sql.Composed:
    return sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
        sql.Identifier(schema, table),
        sql.SQL(", ").join(map(sql.Identifier, columns)),
        sql.SQL(", ").join(map(sql.Placeholder, columns)),
    )


def _given(value: object) -> object:
    return Jsonb(value) if isinstance(value, dict) else value


class Writer:
    """Writes the sample again and again through one connection, each time as another demand."""

    def __init__(self, login: str, rows: Sample, *, pipelined: bool, who: int) -> None:
        self._connection = psycopg.connect(login)
        self._statements = [(statement.as_string(self._connection), row) for statement, row in rows.statements]
        self._pipelined = pipelined
        self._serials = itertools.count(time.time_ns() + who * APART)

    def __call__(self) -> None:
        """Write it once more, and commit."""
        serial = next(self._serials)
        refs: dict[object, UUID] = {}
        with self._connection.transaction():
            if self._pipelined:
                with self._connection.pipeline():
                    self._write(serial, refs)
            else:
                self._write(serial, refs)

    def _write(self, serial: int, refs: dict[object, UUID]) -> None:
        for statement, row in self._statements:
            self._connection.execute(statement, _as(row, serial, refs))


def _as(row: Row, serial: int, refs: dict[object, UUID]) -> Row:
    """Return a row as another demand's: whatever must be its own is."""
    new = dict(row)
    for name in ("scope", "receipt", "token"):
        if name in row:
            new[name] = os.urandom(32)
    own = {"number": f"f{serial}", "case_number": f"f{serial}", "case_id": serial, "id": serial}
    new |= {name: value for name, value in own.items() if name in row}
    if "subject" in row:
        new["subject"] = f"case:f{serial}"
    if "ref" in row:
        new["ref"] = refs.setdefault(row["ref"], UUID(bytes=os.urandom(16)))
    return new
