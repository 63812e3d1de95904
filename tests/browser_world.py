"""A served city in which every role has signed in, and windows into it: what browser tests share.

While Playwright runs, Django takes a test's own thread for an asynchronous one; whatever asks the database therefore
runs in a thread of its own (`Inhabited.aside`).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.conf import settings
from django.db import connection
from django.test import override_settings
from playwright.sync_api import Browser, BrowserContext, Page
from psycopg.conninfo import conninfo_to_dict

from conftest import Installation, Served, enter, entered
from door_matrix import NOBODY, OWN, RESIDENT
from door_world import World
from huiying.case.numbers import receipt_code
from huiying.config import keys, roles

T = TypeVar("T")
#: How pages can look: each is a choice that the page remembers, or that the reader's system states.
LIGHT, DARK, CONTRAST, ELDER = "light", "dark", "contrast", "elder"
MODES = (LIGHT, DARK, CONTRAST, ELDER)
LANGUAGES = tuple(code for code, _ in settings.LANGUAGES)
#: A phone, a tablet, a desk; and what a desk of 1280 px is at 400 %.
PHONE, TABLET, DESK, ZOOMED = 360, 768, 1440, 320
HEIGHTS = {PHONE: 780, TABLET: 1024, DESK: 900, ZOOMED: 256}


@dataclass(frozen=True, slots=True)
class Entry:
    """How tests come to databases: the superuser's login, and leave to use it, which pytest-django gives."""

    admin: str
    unblock: Callable[[], AbstractContextManager[None]]


@dataclass(frozen=True, slots=True)
class Inhabited(Served):
    """A served installation with cases of every kind (`door_world.World`), and a session for every role."""

    login: Entry
    world: World = field(repr=False)

    def number(self, situation: str = OWN) -> str:
        """Return the number of the case that is in a situation as the water bureau sees it."""
        return self.world.numbers[situation]

    def code(self, situation: str = OWN) -> str:
        """Return the receipt code of that case."""
        return receipt_code(self.number(situation))

    def aside(self, act: Callable[[], T]) -> T:
        """Do something in this installation's database, in a thread beside the browser's, and return what came of it.

        For what a test prepares (`flow.act(…)`) or looks up (`Case.objects…`); what it does is committed.
        """
        return aside(self, self.login, act)


def aside(installation: Installation, login: Entry, act: Callable[[], T]) -> T:
    """Do something in an installation's database in a thread of its own, as `app`, with the installation's home."""
    name = str(conninfo_to_dict(installation.admin)["dbname"])

    def inside() -> T:
        before, home = dict(connection.settings_dict), os.environ["HUIYING_HOME"]
        os.environ["HUIYING_HOME"] = str(installation.home)
        try:
            enter(entered(login.admin, name, roles.APP))
            with override_settings(SECRET_KEY=keys.session_secret()):  # sessions made here are good there
                return act()
        finally:
            connection.close()
            connection.settings_dict.update(before)  # threads share it
            os.environ["HUIYING_HOME"] = home

    with login.unblock(), ThreadPoolExecutor(1) as beside:
        return beside.submit(inside).result()


@dataclass(frozen=True, slots=True)
class Windows:
    """Opens browser windows of the people in an inhabited city; all of them are closed at the end."""

    browser: Browser
    city: Inhabited
    opened: list[BrowserContext] = field(default_factory=list)

    def open(
        self,
        role: str = NOBODY,
        *,
        mode: str = LIGHT,
        language: str = settings.LANGUAGE_CODE,
        width: int = DESK,
        scripts: bool = True,
        **more: Any,
    ) -> Page:
        """Return an empty page of a new window in which somebody of a role has signed in, by cookie.

        Args:
            role: a role's id; `nobody` or `resident` for whoever has not signed in.
            mode: one of `MODES`, as if the reader had chosen it.
            language: one of `LANGUAGES`, likewise.
            width: of the window, in CSS pixels.
            scripts: whether JavaScript is on.
            more: for Playwright's `new_context`.
        """
        window = self.browser.new_context(
            base_url=self.city.url,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            viewport={"width": width, "height": HEIGHTS.get(width, 900)},
            java_script_enabled=scripts,
            reduced_motion="reduce",
            **more,
        )
        self.opened.append(window)
        window.set_default_timeout(20_000)
        cookies = chosen(mode, language)
        if role not in {NOBODY, RESIDENT}:
            cookies[settings.SESSION_COOKIE_NAME] = self.city.world.sessions[role]
        window.add_cookies([{"name": name, "value": value, "url": self.city.url} for name, value in cookies.items()])
        page = window.new_page()
        if mode == DARK:
            page.emulate_media(color_scheme="dark")
        return page

    def close(self) -> None:
        """Close all that were opened."""
        while self.opened:
            self.opened.pop().close()


def chosen(mode: str, language: str) -> dict[str, str]:
    """Return the cookies with which pages remember a reader's choices."""
    cookies = {settings.LANGUAGE_COOKIE_NAME: language}
    if mode == ELDER:
        cookies[settings.VIEW_COOKIE_NAME] = ELDER
    return cookies


@contextmanager
def windows_of(browser: Browser, city: Inhabited) -> Iterator[Windows]:
    """Give windows into a city, and close them."""
    windows = Windows(browser, city)
    try:
        yield windows
    finally:
        windows.close()
