"""What every test may have: a home of its own, the session's database server, and a database entered as `app`."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path

import psycopg
import pytest
from django.db import connection
from playwright.sync_api import Browser, sync_playwright
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from huiying.commands.serving import web
from huiying.config import keys, postgres, roles
from huiying.config.environment import read
from huiying.config.migrating import migrate
from huiying.procedure.time_limits import SHANGHAI

#: When the tests' city is founded; their stories begin on a Monday after that.
MORNING = datetime(2026, 1, 5, 9, 0, tzinfo=SHANGHAI)
COUNTER = count(1)


@dataclass(frozen=True, slots=True)
class Installation:
    """A home and a database; `admin` is the superuser's login to it."""

    home: Path
    admin: str

    def environment(self) -> dict[str, str]:
        """Return what a command of this installation has in its environment."""
        return {**os.environ, "HUIYING_HOME": str(self.home), "DATABASE_URL": self.admin, "HUIYING_INTAKE_RATE": "0"}

    def huiying(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run one of this installation's commands."""
        program = Path(sys.executable).with_name("huiying")
        return subprocess.run(
            [program, *arguments], env=self.environment(), capture_output=True, text=True, check=False
        )


@dataclass(frozen=True, slots=True)
class Served(Installation):
    """An installation that answers at an address."""

    url: str


def wait_for_answer(url: str, server: subprocess.Popen[bytes]) -> None:
    """Wait for the first answer at an address; fail if the process that should give it ends before."""
    for _ in range(1200):
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=5) as answer:
                if answer.status == 200:
                    return
        except OSError:
            assert server.poll() is None, "the server ended"
            threading.Event().wait(0.1)
    raise AssertionError("the server does not answer")


def pytest_configure() -> None:
    """Keep what tests leave in a home apart from the working tree's."""
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:  # a shell's background job: our children would be deaf to it
        signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ["HUIYING_HOME"] = tempfile.mkdtemp(prefix="huiying-home-")


def pytest_unconfigure() -> None:
    shutil.rmtree(os.environ["HUIYING_HOME"], ignore_errors=True)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="run the long matrices too")
    parser.addoption(
        "--screenshots", default=os.environ.get("HUIYING_SCREENSHOTS", ""), help="folder for pictures of all pages"
    )
    parser.addoption("--write-docs", action="store_true", help="write anew what tests generate in docs/generated")


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
def template(admin: str, django_db_blocker: pytest.FixtureRequest) -> Iterator[str]:
    """A database with our schema and the demo city's directory, of which every test's own is a copy."""
    name = f"huiying_template_{os.getpid()}"
    roles.set_up(admin, name)
    with django_db_blocker.unblock():  # type: ignore[attr-defined]  # pytest-django's own object
        keys.create_missing()
        migrate(entered(admin, name, roles.OWNER))
        enter(entered(admin, name, roles.APP))
        from huiying.demo.filling import found_city  # noqa: PLC0415  # needs the apps

        found_city(MORNING)
        connection.close()
    yield name
    drop(admin, name)


def entered(admin: str, name: str, role: str) -> dict[str, str]:
    """Return libpq parameters with which a role enters a database."""
    found = {key: str(value) for key, value in conninfo_to_dict(make_conninfo(admin, dbname=name)).items() if value}
    return {**found, "options": f"-c role={role}"}


def enter(parameters: dict[str, str]) -> None:
    """Have Django's connection enter a database."""
    connection.close()
    given = dict(parameters)
    connection.settings_dict.update(
        {"NAME": given.pop("dbname"), "USER": "", "PASSWORD": "", "HOST": "", "PORT": "", "OPTIONS": given}
    )


def drop(admin: str, name: str) -> None:
    with psycopg.connect(admin, autocommit=True) as server:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def copy(admin: str, template: str, name: str) -> None:
    with psycopg.connect(admin, autocommit=True) as server:
        server.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}").format(
                sql.Identifier(name), sql.Identifier(template), sql.Identifier(roles.OWNER)
            )
        )
        server.execute(
            sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}").format(
                sql.Identifier(name), sql.Identifier(roles.APP)
            )
        )


@pytest.fixture(scope="session")
def database_url(admin: str, template: str) -> Iterator[str]:
    """A database of the session's own, set up as an installation's is, through the superuser's login."""
    name = f"huiying_test_{os.getpid()}"
    copy(admin, template, name)
    yield make_conninfo(admin, dbname=name)
    drop(admin, name)


@pytest.fixture(scope="session")
def django_db_setup(database_url: str, admin: str, django_db_blocker: pytest.FixtureRequest) -> None:
    """Django's connection in tests enters the session's database as `app`, like web and workers do."""
    with django_db_blocker.unblock():  # type: ignore[attr-defined]  # pytest-django's own object
        enter(entered(admin, str(conninfo_to_dict(database_url)["dbname"]), roles.APP))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, for one module: while it is open, Django takes this thread for an asynchronous one."""
    quiet = ["--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium's sandbox does not run as root
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=shutil.which(read("CHROMIUM")), args=[*quiet, *sandbox])
        yield chromium
        chromium.close()


@contextmanager
def serving(admin: str, template: str, kind: str) -> Iterator[Served]:
    """Serve a copy of a database behind the web server that we ship, with a home of its own."""
    name = f"huiying_{kind}_{os.getpid()}"
    copy(admin, template, name)
    folder = Path(tempfile.mkdtemp(prefix=f"huiying-{kind}-"))
    shutil.copytree(keys.key_folder(), folder / "keys")
    port = free_port()
    installation = Served(folder, make_conninfo(admin, dbname=name), f"http://127.0.0.1:{port}")
    server = subprocess.Popen(
        web(port, 1),
        env={
            **installation.environment(),
            "DJANGO_SETTINGS_MODULE": "huiying.config.settings",
            "HUIYING_SESSION_IDLE": "600",  # pages are looked at for longer than anybody sits idle
        },
    )
    try:
        wait_for_answer(installation.url, server)
        yield installation
    finally:
        server.terminate()
        server.wait(20)
        drop(admin, name)
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def served(admin: str, template: str) -> Iterator[Served]:
    """An installation of its own behind the web server that we ship, for tests that come by HTTP."""
    with serving(admin, template, "served") as installation:
        yield installation


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


@pytest.fixture
def own_database(
    admin: str, template: str, django_db_setup: None, django_db_blocker: pytest.FixtureRequest
) -> Iterator[Installation]:
    """A database and a home of the test's own, in which what is committed stays, for tests of more than one process."""
    del django_db_setup
    name = f"huiying_own_{os.getpid()}_{next(COUNTER)}"
    copy(admin, template, name)
    folder = Path(tempfile.mkdtemp(prefix="huiying-own-"))
    shutil.copytree(keys.key_folder(), folder / "keys")
    before, home = dict(connection.settings_dict), os.environ["HUIYING_HOME"]
    os.environ["HUIYING_HOME"] = str(folder)
    with django_db_blocker.unblock():  # type: ignore[attr-defined]  # pytest-django's own object
        enter(entered(admin, name, roles.APP))
        yield Installation(folder, make_conninfo(admin, dbname=name))
        connection.close()
        connection.settings_dict.update(before)
    os.environ["HUIYING_HOME"] = home
    drop(admin, name)
    shutil.rmtree(folder)
