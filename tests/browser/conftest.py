"""What browser tests share: a served city in which every role has signed in, and windows into it.

    def test_something(windows: Windows, inhabited: Inhabited) -> None:
        page = windows.open("officer", mode=DARK, width=PHONE)          # signed in, by cookie
        page.goto(f"/staff/case/{inhabited.number()}/")                 # a case that the officer has

`browser_world` says more. The city is one for all tests: what a test changes, it changes in a case of its own.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.utils import timezone
from playwright.sync_api import Browser

from browser_world import Entry, Inhabited, Windows, aside, windows_of
from conftest import serving
from door_world import World
from huiying.demo import filling
from huiying.doors.sessions import SessionStore

#: How many demands fill the lists.
DEMANDS = 40
SIGNED_IN_S = 6 * 3600


@pytest.fixture(scope="session")
def inhabited(
    admin: str, template: str, django_db_setup: None, django_db_blocker: pytest.FixtureRequest
) -> Iterator[Inhabited]:
    """A served city with cases in every situation, in which every role has signed in."""
    del django_db_setup
    login = Entry(admin, django_db_blocker.unblock)  # type: ignore[attr-defined]  # pytest-django's own object
    with serving(admin, template, "inhabited") as served:
        yield Inhabited(served.home, served.admin, served.url, login, aside(served, login, settled))


def settled() -> World:
    """Return a world whose lists are as full as on a working day, and in which everybody has just signed in.

    The secrecy officer has a second factor.
    """
    world = World()
    for _ in filling.fill(timezone.now(), DEMANDS):
        pass
    for session_key in world.sessions.values():  # pages of the second factor do not ask for the password again
        session = SessionStore(session_key)
        session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "password", "at": time.time() + SIGNED_IN_S}]
        session.save()
    secretive = world.posts["secrecy_officer"].staff
    TOTP.activate(secretive, generate_totp_secret())
    RecoveryCodes.activate(secretive)
    return world


@pytest.fixture
def windows(browser: Browser, inhabited: Inhabited) -> Iterator[Windows]:
    """Windows into the inhabited city, closed after the test."""
    with windows_of(browser, inhabited) as opened:
        yield opened


@pytest.fixture(scope="session")
def screenshots(request: pytest.FixtureRequest) -> Path | None:
    """The folder for pictures of pages, if somebody asked for them."""
    named = request.config.getoption("--screenshots")
    if not named:
        return None
    folder = Path(named)
    folder.mkdir(parents=True, exist_ok=True)
    return folder
