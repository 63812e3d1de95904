"""Commands around the database in use: its URL, a prompt, its roles, and Django's own management commands."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click
import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from huiying.commands.output import fail, json_option, print_json, words
from huiying.config import binaries, database, postgres, roles
from huiying.config.environment import read
from huiying.config.trouble import Trouble

role_option = click.option(
    "--role",
    type=click.Choice(["app", "owner"]),
    default="app",
    help="Whose connection; app runs the system, owner migrates.",
)


@contextmanager
def told() -> Iterator[None]:
    """Tell a Trouble in people's words, with its remedy, and leave."""
    try:
        yield
    except Trouble as trouble:
        what = words(f"trouble.{trouble.code}", {"where": trouble.where, **trouble.params})
        fail(trouble.where, what, words(f"remedy.{trouble.code}", {"where": trouble.where, **trouble.params}))


@click.command("db-url")
@role_option
@json_option
def db_url(*, role: database.Role, as_json: bool) -> None:
    """Print the connection URL of the database in use."""
    with told():
        url = database.url(role)
    if as_json:
        print_json({"url": url, "role": role, "embedded": database.is_embedded()})
    else:
        click.echo(url)


@click.command("psql")
@role_option
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def psql(*, role: database.Role, arguments: tuple[str, ...]) -> None:
    """Open psql on the database in use; it is running for as long as the prompt is. ARGUMENTS go to psql (after --)."""
    with told(), database.available():
        program = binaries.find() / "psql"
        found = database.parameters(role)
        secret = {"PGPASSWORD": found.pop("password")} if "password" in found else {}
        # Everyone on this machine can read a command's words; its environment is its account's own.
        prompt = subprocess.Popen([program, make_conninfo(**found), *arguments], env=os.environ | secret)
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the prompt
        try:
            code = prompt.wait()
        finally:
            prompt.terminate()
            signal.signal(signal.SIGINT, before)
    sys.exit(code)


@click.command("db-setup")
@click.option(
    "--login", metavar="URL", help="A login that may create roles; DATABASE_OWNER_URL or DATABASE_URL if left out."
)
def db_setup(*, login: str | None) -> None:
    """Create the roles and the database on a server of your own, and give each role its rights. Safe to run again."""
    if database.is_embedded():
        fail("DATABASE_URL", words("command.setup_embedded"))
    name = conninfo_to_dict(read("DATABASE_URL")).get("dbname") or postgres.DATABASE
    admin = login or read("DATABASE_OWNER_URL") or read("DATABASE_URL")
    with told():
        try:
            roles.set_up(make_conninfo(admin, dbname="postgres"), str(name))
        except psycopg.Error as error:
            raise Trouble("setup_failed", name, why=str(error).strip()) from error
    click.echo(words("command.setup_done", {"database": name}))


@click.command("manage", context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def manage(*, arguments: tuple[str, ...]) -> None:
    """Run one of Django's management commands, with the database running."""
    from django.core.management import execute_from_command_line  # noqa: PLC0415  # Django only where it is used

    os.environ["DJANGO_SETTINGS_MODULE"] = "huiying.config.settings"
    with told(), database.available():
        execute_from_command_line(["huiying manage", *arguments])
