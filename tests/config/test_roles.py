"""The database's roles: what each may, and which databases we refuse to work in."""

from __future__ import annotations

import os
from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from huiying.config import roles
from huiying.config.trouble import Trouble


def entered_as(url: str, role: str) -> psycopg.Connection:
    return psycopg.connect(make_conninfo(url, options=f"-c role={role}"), autocommit=True)


@pytest.fixture
def app(database_url: str) -> Iterator[psycopg.Connection]:
    with entered_as(database_url, roles.APP) as connection:
        yield connection


@pytest.fixture
def owner(database_url: str) -> Iterator[psycopg.Connection]:
    with entered_as(database_url, roles.OWNER) as connection:
        yield connection


def test_app_uses_what_the_owner_makes_and_makes_nothing_itself(
    owner: psycopg.Connection, app: psycopg.Connection
) -> None:
    owner.execute("CREATE TABLE demand (id bigint GENERATED ALWAYS AS IDENTITY, said text)")
    app.execute("INSERT INTO demand (said) VALUES ('路灯不亮')")
    app.execute("UPDATE demand SET said = '路灯又亮了'")
    assert app.execute("SELECT said FROM demand").fetchall() == [("路灯又亮了",)]
    for statement in (
        "CREATE TABLE mine (n int)",
        "DROP TABLE demand",
        "TRUNCATE demand",
        "ALTER TABLE demand ADD n int",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute(statement)
    owner.execute("DROP TABLE demand")


def test_app_calls_no_function_that_it_was_not_given(owner: psycopg.Connection, app: psycopg.Connection) -> None:
    owner.execute("CREATE FUNCTION answer() RETURNS int LANGUAGE sql AS 'SELECT 42'")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        app.execute("SELECT answer()")
    owner.execute(sql.SQL("GRANT EXECUTE ON FUNCTION answer() TO {}").format(sql.Identifier(roles.APP)))
    assert app.execute("SELECT answer()").fetchone() == (42,)
    owner.execute("DROP FUNCTION answer()")


def test_the_vault_is_closed_to_app_and_nobody_logs_in_as_it(
    app: psycopg.Connection, owner: psycopg.Connection
) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        app.execute("CREATE TABLE vault.mine (n int)")
    facts = owner.execute(
        "SELECT rolcanlogin, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = %s", [roles.VAULT]
    ).fetchone()
    assert facts == (False, False, False)
    owner.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(roles.VAULT)))
    owner.execute("CREATE TABLE vault.secret (n int)")
    owner.execute("RESET ROLE")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        app.execute("SELECT * FROM vault.secret")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        owner.execute("SELECT * FROM vault.secret")
    owner.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(roles.VAULT)))
    owner.execute("DROP TABLE vault.secret")


@pytest.mark.parametrize("role", [roles.OWNER, roles.APP])
def test_neither_role_rules_the_server(database_url: str, role: str) -> None:
    with entered_as(database_url, role) as connection:
        facts = connection.execute(
            "SELECT rolsuper, rolcreatedb, rolcreaterole, rolbypassrls FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
        assert facts == (False, False, False, False)
        roles.inspect_connection(connection)  # finds nothing to complain of


def test_setting_up_again_changes_nothing(admin: str, database_url: str) -> None:
    with entered_as(database_url, roles.OWNER) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS n")
        roles.set_up(admin, connection.info.dbname)
        assert connection.execute("SELECT n FROM kept").fetchone() == (1,)
        connection.execute("DROP TABLE kept")


def test_a_database_in_which_chinese_is_no_letter_is_refused(admin: str) -> None:
    name = f"huiying_blind_{os.getpid()}"
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} ENCODING 'UTF8' LC_CTYPE 'C' LC_COLLATE 'C' TEMPLATE template0").format(
                sql.Identifier(name)
            )
        )
        try:
            with pytest.raises(Trouble) as raised:
                roles.inspect(make_conninfo(admin, dbname=name))
        finally:
            connection.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))
    assert (raised.value.code, raised.value.params["ctype"]) == ("wrong_locale", "C")


def test_a_login_that_is_not_ours_is_refused(database_url: str) -> None:
    with pytest.raises(Trouble) as raised:
        roles.inspect(database_url)
    assert raised.value.code == "wrong_role"


def test_a_server_that_does_not_answer_is_named() -> None:
    with pytest.raises(Trouble) as raised:
        roles.inspect("postgresql://huiying_app@127.0.0.1:1/huiying?connect_timeout=2")
    assert (raised.value.code, raised.value.where) == ("no_connection", "127.0.0.1")
