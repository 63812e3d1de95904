"""Which database is in use, as a URL that every driver takes, and as Django enters it."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import ProgrammingError, connection
from psycopg.conninfo import conninfo_to_dict

from huiying.config import database, roles


def test_the_embedded_url_leads_through_the_homes_socket(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("HUIYING_HOME", str(tmp_path))
    found = conninfo_to_dict(database.url("app"))
    assert (found["user"], found["dbname"], found["port"]) == ("huiying_app", "huiying", "5432")
    assert str(found["host"]).startswith("/")
    assert conninfo_to_dict(database.url("owner"))["user"] == "huiying_owner"


def test_a_server_of_your_own_is_entered_with_its_login_and_becomes_the_role(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://lin:s%2Fecret@db.example:6432/huiying?sslmode=require")
    found = conninfo_to_dict(database.url("app"))
    assert found == {
        "user": "lin",
        "password": "s/ecret",
        "host": "db.example",
        "port": "6432",
        "dbname": "huiying",
        "sslmode": "require",
        "options": "-c role=huiying_app",
    }
    monkeypatch.setenv("DATABASE_OWNER_URL", "postgresql://mig@db.example/huiying")
    assert conninfo_to_dict(database.url("owner"))["user"] == "mig"
    assert conninfo_to_dict(database.url("app"))["user"] == "lin"


@pytest.mark.django_db
def test_django_works_as_app() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == (roles.APP,)
        with pytest.raises(ProgrammingError, match="permission denied"):
            cursor.execute("CREATE TABLE mine (n int)")


@pytest.mark.django_db
def test_djangos_own_check_knows_the_database() -> None:
    call_command("check", databases=["default"], fail_level="WARNING")
