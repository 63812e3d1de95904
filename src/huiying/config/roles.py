"""The database's roles and what they may: `owner` migrates, `app` runs web and workers, `vault` owns identities.

Rights are given here once, for the whole database; a table that `app` may only append to takes the others away in the
migration that makes it. Setting up twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import LiteralString

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from huiying.config.trouble import Trouble

OWNER, APP, VAULT = "huiying_owner", "huiying_app", "huiying_vault"
OLDEST_SERVER = 150000
#: Locales in which Chinese characters are not letters, so that search by trigrams would find nothing.
BLIND_LOCALES = frozenset({"C", "POSIX"})


RIGHTS = (
    "REVOKE ALL ON DATABASE {database} FROM PUBLIC",
    "GRANT CONNECT, TEMPORARY ON DATABASE {database} TO {app}",
    "ALTER SCHEMA public OWNER TO {owner}",
    "REVOKE ALL ON SCHEMA public FROM PUBLIC",
    "GRANT USAGE ON SCHEMA public TO {app}",
    (
        "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public"
        " GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {app}"
    ),
    "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public GRANT USAGE ON SEQUENCES TO {app}",
    "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC",
)
VAULT_SCHEMA = (
    "CREATE SCHEMA IF NOT EXISTS vault AUTHORIZATION {vault}",
    "SET LOCAL ROLE {vault}",  # its owner alone may, and whoever sets up need not inherit that
    "REVOKE ALL ON SCHEMA vault FROM PUBLIC",
    "RESET ROLE",
)


def set_up(admin: str, database: str, *, with_vault: bool = True) -> None:
    """Create the roles and the database through a login that may, and give each role its rights."""
    create(admin, database)
    with (
        psycopg.connect(make_conninfo(admin, dbname=database), autocommit=True) as connection,
        connection.transaction(),
    ):
        _grant(connection, database, RIGHTS + VAULT_SCHEMA if with_vault else RIGHTS)


def create(admin: str, database: str) -> None:
    """Create the roles and the database, where they are missing."""
    with psycopg.connect(admin, autocommit=True) as connection:
        _create_roles(connection)
        if not _one(connection, "SELECT count(*) FROM pg_database WHERE datname = %s", database):
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {} ENCODING 'UTF8' TEMPLATE template0").format(
                    sql.Identifier(database), sql.Identifier(OWNER)
                )
            )


def _create_roles(connection: psycopg.Connection) -> None:
    """Create what is missing. Two commands at once on one server may both try; the loser finds it done."""
    for role, login in ((OWNER, "LOGIN"), (APP, "LOGIN"), (VAULT, "NOLOGIN")):
        if not _one(connection, "SELECT count(*) FROM pg_roles WHERE rolname = %s", role):
            attributes = f"{login} NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOINHERIT"
            try:
                connection.execute(sql.SQL("CREATE ROLE {} {}").format(sql.Identifier(role), sql.SQL(attributes)))
            except psycopg.errors.UniqueViolation:
                continue
    # Migrations make the vault's functions in its name; they must be able to become it, and nobody else is.
    # Who may give that is not asked where it is given already: then a login that only makes databases will do.
    if not _one(connection, "SELECT pg_has_role(%s, %s, 'MEMBER')::int", OWNER, VAULT):
        connection.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(VAULT), sql.Identifier(OWNER)))


def _grant(connection: psycopg.Connection, database: str, rights: Sequence[LiteralString]) -> None:
    names = {
        "database": sql.Identifier(database),
        "owner": sql.Identifier(OWNER),
        "app": sql.Identifier(APP),
        "vault": sql.Identifier(VAULT),
    }
    for statement in rights:
        connection.execute(sql.SQL(statement).format(**names))


def inspect(url: str) -> str:
    """Return what answers at a URL, in short; raise a Trouble if nothing does or it cannot carry Huiying."""
    try:
        connection = psycopg.connect(url, connect_timeout=5)
    except psycopg.OperationalError as error:
        raise Trouble(
            "no_connection", conninfo_to_dict(url).get("host") or "localhost", why=str(error).strip()
        ) from error
    with connection:
        inspect_connection(connection)
        return (
            f"PostgreSQL {connection.info.server_version // 10000} · {connection.info.dbname} · {connection.info.host}"
        )


def inspect_connection(connection: psycopg.Connection) -> None:
    """Raise a Trouble if a database is too old, in another encoding, blind to Chinese, or not entered as ours."""
    where = connection.info.host or "localhost"
    version = connection.info.server_version
    if version < OLDEST_SERVER:
        raise Trouble("server_too_old", where, found=version // 10000, oldest=OLDEST_SERVER // 10000)
    row = connection.execute(
        "SELECT pg_encoding_to_char(encoding), datctype, current_user"
        " FROM pg_database WHERE datname = current_database()"
    ).fetchone()
    encoding, ctype, user = row or ("", "", "")
    if encoding != "UTF8" or ctype in BLIND_LOCALES:
        raise Trouble("wrong_locale", where, encoding=encoding, ctype=ctype)
    if user not in {OWNER, APP}:
        raise Trouble("wrong_role", where, user=user)


def _one(connection: psycopg.Connection, query: str, *parameters: object) -> int:
    row = connection.execute(query, parameters).fetchone()
    return int(row[0]) if row else 0
