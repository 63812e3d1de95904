"""The commands around the database, run as a person or a script runs them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from guests import environment, guest, processes_of
from huiying.config import roles

HUIYING = Path(sys.executable).with_name("huiying")


def run(home: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [HUIYING, *arguments], env=environment(home, **more), capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("role", ["app", "owner"])
def test_the_url_leads_into_the_database_in_use(home: Path, role: str) -> None:
    with guest(home) as someone:
        assert someone.line() == "in"
        document = json.loads(run(home, "db-url", "--role", role, "--json").stdout)
        assert document["embedded"] is True
        with psycopg.connect(document["url"]) as connection:
            assert connection.execute("SELECT current_user").fetchone() == (f"huiying_{role}",)


def test_psql_finds_the_database_running_and_leaves_it_stopped(home: Path) -> None:
    done = run(home, "psql", "--", "--tuples-only", "--no-align", "-c", "SELECT current_user")
    assert (done.returncode, done.stdout) == (0, "huiying_app\n")
    assert processes_of(home) == {}
    assert run(home, "psql", "--", "-c", "SELECT nonsense").returncode == 1


def test_djangos_commands_run_with_the_database(home: Path) -> None:
    done = run(home, "manage", "check", "--database", "default")
    assert done.returncode == 0, done.stderr
    assert processes_of(home) == {}


def test_roles_on_a_server_of_your_own_are_set_up_by_a_command(home: Path, admin: str) -> None:
    found = {key: str(value) for key, value in conninfo_to_dict(admin).items() if value is not None}
    name = "huiying_command_test"
    query = "&".join(f"{key}={value}" for key, value in found.items() if key in {"host", "port", "user", "password"})
    url = f"postgresql:///{name}?{query}"
    try:
        done = run(home, "db-setup", "--login", f"postgresql:///postgres?{query}", DATABASE_URL=url)
        assert done.returncode == 0, done.stderr
        assert run(home, "doctor", DATABASE_URL=url).returncode == 0
        assert run(home, "psql", "--", "-tAc", "SELECT current_user", DATABASE_URL=url).stdout == f"{roles.APP}\n"
        assert not home.exists(), "nothing embedded was started"
    finally:
        with psycopg.connect(admin, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name}")


def test_setting_up_what_sets_itself_up_is_refused(home: Path) -> None:
    done = run(home, "db-setup")
    assert done.returncode == 2
    assert "DATABASE_URL" in done.stderr


def test_a_server_that_is_not_there_is_told_by_doctor_and_by_commands(home: Path) -> None:
    nowhere = "postgresql://huiying_app@127.0.0.1:1/huiying?connect_timeout=2"
    told = run(home, "doctor", "--json", DATABASE_URL=nowhere)
    assert told.returncode == 1
    finding = next(finding for finding in json.loads(told.stdout)["findings"] if not finding["ok"])
    assert finding["name"] == "server"
    assert "127.0.0.1" in finding["says"]
    assert "DATABASE_URL" in finding["remedy"]
    setup = run(home, "db-setup", DATABASE_URL=nowhere)
    assert setup.returncode == 2
    assert "127.0.0.1" in setup.stderr or "huiying" in setup.stderr
