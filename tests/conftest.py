"""What every test may have: a home of its own, the session's database server, and a database entered as `app`."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import connections
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from huiying.config import postgres, roles
from huiying.config.environment import read


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="run the long matrices too")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if "long" in item.keywords and not config.getoption("--long"):
            item.add_marker(pytest.mark.skip(reason="a long matrix: make test-full"))
        if "root" in item.keywords and os.geteuid() != 0:
            item.add_marker(pytest.mark.skip(reason="needs the rights of root"))


@pytest.fixture
def home() -> Iterator[Path]:
    """A home of the test's own, which the server's unprivileged account can reach."""
    folder = Path(tempfile.mkdtemp(prefix="huiying-test-"))
    folder.chmod(0o711)
    yield folder / "home"
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def admin() -> Iterator[str]:
    """A login that may create databases: DATABASE_URL's, or that of an embedded server for this session."""
    if url := read("DATABASE_URL"):
        yield url
        return
    folder = Path(tempfile.mkdtemp(prefix="huiying-tests-"))
    folder.chmod(0o711)
    with postgres.running(folder / "home") as server:
        yield postgres.admin(server)
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def database_url(admin: str) -> Iterator[str]:
    """A database of the session's own, set up as an installation's is, through the superuser's login."""
    name = f"huiying_test_{os.getpid()}"
    roles.set_up(admin, name)
    yield make_conninfo(admin, dbname=name)
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(scope="session")
def django_db_setup(database_url: str, django_db_blocker: pytest.FixtureRequest) -> None:
    """Django's connection in tests enters the session's database as `app`, like web and workers do."""
    found = {key: str(value) for key, value in conninfo_to_dict(database_url).items() if value is not None}
    found["options"] = f"-c role={roles.APP}"
    ours = {"NAME": found.pop("dbname"), "USER": "", "PASSWORD": "", "HOST": "", "PORT": "", "OPTIONS": found}
    with django_db_blocker.unblock():  # type: ignore[attr-defined]  # pytest-django's own object
        connections["default"].settings_dict.update(ours)
        settings.DATABASES["default"].update(ours)
