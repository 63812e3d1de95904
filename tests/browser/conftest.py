"""What browser tests share: a served city in which every role has signed in, and windows into it.

    def test_something(windows: Windows, inhabited: Inhabited) -> None:
        page = windows.open("officer", mode=DARK, width=PHONE)          # signed in, by cookie
        page.goto(f"/staff/case/{inhabited.number()}/")                 # a case that the officer has

`browser_world` says more. The city is one for all tests: what a test changes, it changes in a case of its own.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from browser_world import Entry, Inhabited, Windows, aside, windows_of
from conftest import serving
from door_world import World


@pytest.fixture(scope="session")
def inhabited(
    admin: str, template: str, django_db_setup: None, django_db_blocker: pytest.FixtureRequest
) -> Iterator[Inhabited]:
    """A served city with cases in every situation, in which every role has signed in."""
    del django_db_setup
    login = Entry(admin, django_db_blocker.unblock)  # type: ignore[attr-defined]  # pytest-django's own object
    with serving(admin, template, "inhabited") as served:
        yield Inhabited(served.home, served.admin, served.url, login, aside(served, login, World))


@pytest.fixture
def windows(browser: Browser, inhabited: Inhabited) -> Iterator[Windows]:
    """Windows into the inhabited city, closed after the test."""
    with windows_of(browser, inhabited) as opened:
        yield opened
