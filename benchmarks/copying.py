"""Many stored cases, made from a few real ones: rows that no verb wrote, and that `ledger verify` takes for theirs.

The demo's demands are walked by the verbs; each is then copied under new numbers, its chain hashed anew. Copies share
what is sealed. The database's owner could do the same; the checkpoints could not, so each copy gets its line there.
"""

from __future__ import annotations

import itertools
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

Row = dict[str, Any]
PARTS = ("case_act", "case_track", "case_clock", "case_content", "case_alarm")
#: How many of every hundred cases are open, and the most acts that a copied closed case may have.
OPEN_OF_100, MOST_ACTS = 10, 3
#: Copied cases' ids begin here, above what sequences give while a benchmark runs.
FIRST_ID = 50_000_000


@dataclass(slots=True)
class Pattern:
    """A case that the verbs made, with all its rows."""

    case: Row
    parts: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    holdings: list[Row] = field(default_factory=list)


def patterns(login: str) -> tuple[list[Pattern], list[Pattern]]:
    """Return the open cases that there are, and the closed ones that are short."""
    with psycopg.connect(login, row_factory=dict_row) as connection:
        rows = connection.execute("SELECT * FROM case_case WHERE joined_into = ''")
        cases = {row["id"]: Pattern(row) for row in rows}
        for table in PARTS:
            for row in connection.execute(sql.SQL("SELECT * FROM {} ORDER BY id").format(sql.Identifier(table))):
                if row["case_id"] in cases:
                    cases[row["case_id"]].parts[table].append(row)
        numbers = {pattern.case["number"]: pattern for pattern in cases.values()}
        for row in connection.execute("SELECT * FROM vault.holding"):
            if row["case_number"] in numbers:
                numbers[row["case_number"]].holdings.append(row)
    # Whatever names another case cannot be copied on its own.
    whole = [one for one in numbers.values() if not one.case["split_from"] and "split" not in _acts(one)]
    return (
        [one for one in whole if one.case["closed_at"] is None],
        [one for one in whole if one.case["closed_at"] is not None and one.case["acts"] <= MOST_ACTS],
    )


def _acts(pattern: Pattern) -> set[str]:
    return {row["act"] for row in pattern.parts["case_act"]}


def store(login: str, count: int, checkpoints: Path, already: int = 0) -> None:
    """Copy cases until there are `count` of them, `already` of which were copied before."""
    opened, closed = patterns(login)
    made = itertools.islice(_copies(opened, closed, FIRST_ID + already), count - already)
    with psycopg.connect(login) as connection, (checkpoints / "0000-00.log").open("a", encoding="utf-8") as witness:
        connection.execute(
            "SET session_replication_role = replica"
        )  # copies need no check of what they were copied from
        while batch := list(itertools.islice(made, 10_000)):
            for table in ("case_case", *PARTS):
                _copy(connection, table, [row for copied in batch for row in copied[table]])
            _copy(connection, "vault.holding", [row for copied in batch for row in copied["vault.holding"]])
            witness.writelines(_line(copied["case_act"][-1]) for copied in batch)
            connection.commit()
    with psycopg.connect(login, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def _copies(opened: Sequence[Pattern], closed: Sequence[Pattern], first: int) -> Iterator[dict[str, list[Row]]]:
    now = datetime.now(UTC)
    for serial in itertools.count(first):
        pool = opened if serial % 100 < OPEN_OF_100 else closed
        yield _copy_of(pool[serial // 100 % len(pool)], serial, now)


def _copy_of(pattern: Pattern, serial: int, now: datetime) -> dict[str, list[Row]]:
    """Return a case's rows under another number, with the chain that they make; what is late has rung long ago."""
    from huiying.case.numbers import number, receipt_code, receipt_hash  # noqa: PLC0415  # needs Django

    given = number(pattern.case["received_at"], serial)
    rows: dict[str, list[Row]] = {
        table: [
            {**{name: value for name, value in row.items() if name != "id"}, "case_id": serial}
            for row in pattern.parts[table]
            if table != "case_alarm" or row["at"] > now
        ]
        for table in PARTS
    }
    head = b""
    for row in rows["case_act"]:
        head = _rechained(row, f"case:{given}", head)
        row["id"] = serial * 1000 + row["position"]
    rows["case_case"] = [
        {**pattern.case, "id": serial, "number": given, "receipt": receipt_hash(receipt_code(given)), "head": head}
    ]
    rows["vault.holding"] = [{**row, "case_number": given} for row in pattern.holdings]
    return rows


def _rechained(row: Row, subject: str, previous: bytes) -> bytes:
    from huiying.case.ledger import link  # noqa: PLC0415  # needs Django
    from huiying.case.models import Act  # noqa: PLC0415  # needs Django

    said = {name: row[name] for name in ("act", "track", "person", "role", "unit", "at", "body", "commitments")}
    row["subject"], row["previous"] = subject, previous
    row["hash"] = link(subject, row["position"], previous, Act(**said))
    return bytes(row["hash"])


def _line(act: Row) -> str:
    return f"{act['id']}\t{act['subject']}\t{act['position']}\t{act['hash'].hex()}\n"


def _copy(connection: psycopg.Connection, table: str, rows: Sequence[Row]) -> None:
    if not rows:
        return
    columns = list(rows[0])
    into = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(*table.split(".")), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with connection.cursor() as cursor, cursor.copy(into) as copy:
        for row in rows:
            copy.write_row([_given(row[name]) for name in columns])


def _given(value: object) -> object:
    return Jsonb(value, dumps=_dumps) if isinstance(value, dict) else value


def _dumps(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
