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
def as_owner(parameters: dict[str, Any] | None = None) -> Iterator[None]:
    """Have Django's connection be the owner's for as long as this block runs."""
    before = dict(connection.settings_dict)
    owner = dict(parameters or database.parameters("owner"))
    connection.close()
    connection.settings_dict.update(
        NAME=owner.pop("dbname", ""), USER=owner.pop("user", ""), PASSWORD=owner.pop("password", ""),
        HOST=owner.pop("host", ""), PORT=owner.pop("port", ""), OPTIONS=owner,
    )  # fmt: skip
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(before)


def migrate(parameters: dict[str, Any] | None = None) -> None:
    """Apply what migrations are missing, and let `app` run the functions that they made. Safe to run again."""
    with as_owner(parameters):
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
