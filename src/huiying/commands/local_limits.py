"""The local limits of this installation, read from its database where there is one; nothing is made or changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import click
import psycopg

from huiying.commands.database import told
from huiying.commands.output import sentence, words
from huiying.config import database
from huiying.config.environment import home
from huiying.procedure.library import Library
from huiying.procedure.local_limits import LocalLimit, holding, unfit
from huiying.procedure.time_limits import SHANGHAI, Unit

APPROVED = (
    "SELECT term, value, unit, article, valid_from, ends FROM directory_locallimit"
    " WHERE approved_at IS NOT NULL ORDER BY valid_from, id"
)


def approved() -> Sequence[LocalLimit]:
    """Return the local limits that were approved; none where there is no database yet, or one without them.

    A database that does not answer is said on standard error: what was checked is then the instruments alone.
    """
    if database.is_embedded() and not (home() / "postgres" / "PG_VERSION").exists():
        return ()
    try:
        with told(), database.available(), psycopg.connect(database.url("app"), connect_timeout=5) as connection:
            there = connection.execute("SELECT to_regclass('directory_locallimit') IS NOT NULL").fetchone()
            rows = connection.execute(APPROVED).fetchall() if there and there[0] else []
    except psycopg.OperationalError as error:
        click.echo(words("command.local_limits_unread", {"why": str(error).strip()}), err=True)
        return ()
    return [LocalLimit(term, value, Unit(unit), *others) for term, value, unit, *others in rows]


def reports(library: Library) -> list[dict[str, object]]:
    """Return each local limit that is not over: its row, length, basis and day, whether it holds, and what is wrong."""
    limits, today = approved(), datetime.now(SHANGHAI).date()
    wrong = {limit: sentence(why) for limit, why in unfit(limits, library, today)}
    held = holding(limits, library.terms, today)
    return [
        {
            "term": limit.term,
            "value": limit.value,
            "unit": limit.unit.value,
            "article": limit.article,
            "valid_from": limit.valid_from.isoformat(),
            "in_force": held.get(limit.term) == limit,
            "failed": wrong.get(limit, ""),
        }
        for limit in limits
        if limit.ends is None or limit.ends > max(today, limit.valid_from)
    ]
