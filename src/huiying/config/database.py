"""Which database is in use, and the connections to it: the embedded server of the home, or `DATABASE_URL`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from psycopg.conninfo import conninfo_to_dict

from huiying.config import postgres, roles
from huiying.config.environment import home, read
from huiying.config.trouble import Trouble

Role = Literal["app", "owner"]
USERS = {"app": roles.APP, "owner": roles.OWNER}


def is_embedded() -> bool:
    """Whether the home's own server is in use."""
    return not read("DATABASE_URL")


def parameters(role: Role) -> dict[str, str]:
    """Return libpq parameters for a role.

    On a server of your own, whatever login the URL has becomes the role (`SET ROLE`), so that one login may serve both
    while trying things out, and each role has its own in production.
    """
    if is_embedded():
        return postgres.connection(home(), user=USERS[role])
    apart = role == "owner" and bool(read("DATABASE_OWNER_URL"))
    found = {
        key: str(value)
        for key, value in conninfo_to_dict(read("DATABASE_OWNER_URL" if apart else "DATABASE_URL")).items()
        if value is not None
    }
    if file := read("DATABASE_OWNER_PASSWORD_FILE" if apart else "DATABASE_PASSWORD_FILE"):
        found["password"] = _password_in(Path(file))
    options = " ".join(part for part in (found.get("options"), f"-c role={USERS[role]}") if part)
    return {**found, "options": options}


def admin() -> dict[str, str]:
    """Return libpq parameters of the login that may read and make everything: backup and restore need one."""
    if is_embedded():
        return postgres.connection(home(), user=postgres.SUPERUSER)
    given = read("DATABASE_ADMIN_URL") or read("DATABASE_OWNER_URL") or read("DATABASE_URL")
    found = {key: str(value) for key, value in conninfo_to_dict(given).items() if value is not None}
    return {**found, "dbname": str(conninfo_to_dict(read("DATABASE_URL")).get("dbname") or postgres.DATABASE)}


def program_environment(password: str) -> dict[str, str]:
    """Return the environment of one of PostgreSQL's programs: a password is passed here and never among arguments."""
    given = {"PGPASSWORD": password} if password else {}
    return {**os.environ, **given}


def url(role: Role) -> str:
    """Return a connection URL for a role, as `psql` and every driver take it."""
    found = parameters(role)
    user, password = found.pop("user", ""), found.pop("password", "")
    name, host, port = found.pop("dbname", ""), found.pop("host", ""), found.pop("port", "")
    who = quote(user, safe="") + (f":{quote(password, safe='')}" if password else "")
    if host.startswith("/"):  # a socket's directory cannot stand in the authority of a URL
        found["host"], host = host, ""
        found["port"], port = port, ""
    query = "&".join(f"{key}={quote(value, safe='')}" for key, value in found.items() if value)
    return f"postgresql://{who}@{host}{f':{port}' if port else ''}/{quote(name, safe='')}{f'?{query}' if query else ''}"


def _password_in(file: Path) -> str:
    try:
        return file.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise Trouble("password_file", file, why=str(error)) from error


@contextmanager
def available() -> Iterator[None]:
    """Have a database for as long as this block runs: the home's own, or the one `DATABASE_URL` names."""
    if is_embedded():
        with postgres.running():
            yield
    else:
        yield
