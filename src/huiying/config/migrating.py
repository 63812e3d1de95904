"""Brings the database to the code's schema, as the role that owns it, and back to running as `app`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from huiying.config import database, roles


@contextmanager
def entered(parameters: dict[str, Any]) -> Iterator[None]:
    """Have Django's connection enter with these libpq parameters for as long as this block runs."""
    before, given = dict(connection.settings_dict), dict(parameters)
    connection.close()
    connection.settings_dict.update(
        NAME=given.pop("dbname", ""), USER=given.pop("user", ""), PASSWORD=given.pop("password", ""),
        HOST=given.pop("host", ""), PORT=given.pop("port", ""), OPTIONS=given,
    )  # fmt: skip
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(before)


def migrate(parameters: dict[str, Any] | None = None) -> None:
    """Apply what migrations are missing, and let `app` run the functions that they made. Safe to run again."""
    with entered(parameters or database.parameters("owner")):
        call_command("migrate", verbosity=0, interactive=False)
        with connection.cursor() as cursor:
            cursor.execute(f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {roles.APP}")


def bring_up_to_date() -> bool:
    """Migrate if anything is missing, and return whether anything was."""
    executor = MigrationExecutor(connection)
    if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return False
    migrate()
    return True
