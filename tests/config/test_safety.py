"""What an installation's set-up must not invite, and passwords that lie in files."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import override_settings
from psycopg.conninfo import conninfo_to_dict

from huiying.config import database, keys
from huiying.config.checks import nothing_invites_strangers
from huiying.config.environment import roles_with_second_factor
from huiying.config.safety import worries
from huiying.config.trouble import Trouble


@pytest.fixture
def quiet(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A home with keys and nothing else said."""
    for name in ("HUIYING_HOSTS", "HUIYING_HTTPS", "HUIYING_SECOND_FACTOR", "DATABASE_URL", "DATABASE_OWNER_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HUIYING_HOME", str(tmp_path / "home"))
    keys.create_missing()
    return tmp_path / "home"


def test_a_model_is_spoken_to_in_secret_unless_it_is_at_home(quiet: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    del quiet
    found = []
    for address in ("http://model.example/v1", "https://model.example/v1", "http://127.0.0.1:8080/v1"):
        monkeypatch.setenv("HUIYING_MODEL_URL", address)
        found.append("model_in_the_clear" in codes())
    assert found == [True, False, False]


def codes() -> list[str]:
    return [worry.code for worry in worries()]


def test_a_new_home_worries_nobody(quiet: Path) -> None:
    assert codes() == []
    assert (quiet / "keys").stat().st_mode & 0o077 == 0
    assert nothing_invites_strangers(None) == []


def test_a_key_that_others_may_read_is_named(quiet: Path) -> None:
    (quiet / "keys" / "digests.key").chmod(0o644)
    (worry,) = worries()
    assert (worry.code, worry.where) == ("others_may_read", str(quiet / "keys" / "digests.key"))
    (message,) = nothing_invites_strangers(None)
    assert message.id == "huiying.W020"


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"HUIYING_HOSTS": "*", "HUIYING_HTTPS": "1"}, "any_host"),
        ({"HUIYING_HOSTS": "12345.example.cn"}, "no_https"),
        ({"HUIYING_HTTPS": "1", "HUIYING_SECOND_FACTOR": "none"}, "no_second_factor"),
        ({"HUIYING_SECOND_FACTOR": "custodian,custodain"}, "second_factor_unknown"),
        ({"HUIYING_MAILBOX": "imap://a@mail.example/INBOX"}, "mailbox_in_the_clear"),
        ({"DATABASE_URL": "postgresql://a@db.example/x"}, "database_in_the_clear"),
        ({"DATABASE_URL": "postgresql://a@db.example/x?sslmode=require"}, "database_in_the_clear"),
    ],
)
def test_what_invites_strangers_is_said(
    quiet: Path, monkeypatch: pytest.MonkeyPatch, said: dict[str, str], code: str
) -> None:
    del quiet
    for name, value in said.items():
        monkeypatch.setenv(name, value)
    assert codes() == [code]


@pytest.mark.parametrize(
    "said",
    [
        {"HUIYING_HOSTS": "12345.example.cn", "HUIYING_HTTPS": "1"},
        {"DATABASE_URL": "postgresql://a@db.example/x?sslmode=verify-full"},
        {"HUIYING_MAILBOX": "imaps://a@mail.example/INBOX"},
        {"DATABASE_URL": "postgresql:///x?host=/run/postgresql"},
    ],
)
def test_what_is_as_it_should_be_is_passed_over(
    quiet: Path, monkeypatch: pytest.MonkeyPatch, said: dict[str, str]
) -> None:
    del quiet
    for name, value in said.items():
        monkeypatch.setenv(name, value)
    assert codes() == []


@override_settings(DEBUG=True)
def test_debugging_is_an_error(quiet: Path) -> None:
    del quiet
    assert [message.id for message in nothing_invites_strangers(None)] == ["huiying.E021"]


def test_served_to_others_the_sensitive_roles_need_a_second_factor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HUIYING_SECOND_FACTOR", raising=False)
    monkeypatch.delenv("HUIYING_HTTPS", raising=False)
    assert roles_with_second_factor() == frozenset()
    monkeypatch.setenv("HUIYING_HTTPS", "1")
    assert {"custodian", "administrator"} <= roles_with_second_factor()
    monkeypatch.setenv("HUIYING_SECOND_FACTOR", "officer, clerk")
    assert roles_with_second_factor() == {"officer", "clerk"}


def test_a_password_comes_from_a_file_and_each_login_has_its_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    said = {"app": "s3cret/§", "owner": "other"}
    for name, word in said.items():
        (tmp_path / name).write_text(f"{word}\n", "utf-8")

    def password(role: database.Role) -> str | None:
        return database.parameters(role).get("password")

    monkeypatch.setenv("DATABASE_URL", "postgresql://app@db.example/x")
    monkeypatch.setenv("DATABASE_PASSWORD_FILE", str(tmp_path / "app"))
    assert password("app") == password("owner") == conninfo_to_dict(database.url("app"))["password"] == said["app"]
    monkeypatch.setenv("DATABASE_OWNER_URL", "postgresql://owner@db.example/x")
    assert password("owner") is None
    monkeypatch.setenv("DATABASE_OWNER_PASSWORD_FILE", str(tmp_path / "owner"))
    assert password("owner") == said["owner"]
    monkeypatch.setenv("DATABASE_PASSWORD_FILE", str(tmp_path / "missing"))
    with pytest.raises(Trouble, match="password_file"):
        database.parameters("app")
