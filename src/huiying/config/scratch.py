"""A database for the length of one command, beside the one in use: made, migrated, entered as `app`, and dropped.

Its keys and checkpoints lie in a folder of their own that goes with it. What a killed process left behind is dropped by
the next: the one who makes such a database says its name for as long as it lives.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from huiying.config import database, environment, keys, postgres, roles
from huiying.config.migrating import entered, migrate
from huiying.config.trouble import Trouble

PREFIX = "huiying_scratch_"


@contextmanager
def scratch_database() -> Iterator[str]:
    """Have Django's connection be `app`'s in an empty database of our schema for as long as this block runs."""
    login = _login()
    name = f"{PREFIX}{os.getpid()}_{secrets.token_hex(4)}"
    with (
        postgres.leaving_on_sigterm(),
        _admin(login, name) as admin,
        TemporaryDirectory(prefix="huiying-scratch-") as folder,
        environment.overridden(HUIYING_KEYS=f"{folder}/keys", HUIYING_CHECKPOINTS=f"{folder}/checkpoints"),
    ):
        _sweep(admin)
        try:
            _make(login, name)
            keys.create_missing()
            migrate(_within(name, "owner"))
            with entered(_within(name, "app")):
                yield name
        finally:
            _drop(admin, name)


def _login() -> str:
    """Return a login that may make databases, as far as anybody has told us of one."""
    if database.is_embedded():
        return postgres.admin(postgres.cluster())
    return environment.read("DATABASE_OWNER_URL") or environment.read("DATABASE_URL")


@contextmanager
def _admin(login: str, name: str) -> Iterator[psycopg.Connection]:
    try:
        connection = psycopg.connect(login, autocommit=True, application_name=name, connect_timeout=5)
    except psycopg.OperationalError as error:
        where = conninfo_to_dict(login).get("host") or "localhost"
        raise Trouble("no_connection", where, why=str(error).strip()) from error
    with connection:
        yield connection


def _make(login: str, name: str) -> None:
    try:
        roles.set_up(login, name)
    except psycopg.errors.InsufficientPrivilege as error:
        user = str(conninfo_to_dict(login).get("user") or "")
        raise Trouble("scratch_refused", user or "DATABASE_URL", why=str(error).strip()) from error


def _within(name: str, role: database.Role) -> dict[str, str]:
    return {**database.parameters(role), "dbname": name}


def _sweep(admin: psycopg.Connection) -> None:
    """Drop what nobody keeps any more."""
    left = admin.execute(
        "SELECT datname FROM pg_database WHERE starts_with(datname, %s) AND datname NOT IN"
        " (SELECT application_name FROM pg_stat_activity WHERE application_name IS NOT NULL)",
        [PREFIX],
    ).fetchall()
    for (name,) in left:
        _drop(admin, name)


def _drop(admin: psycopg.Connection, name: str) -> None:
    admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
