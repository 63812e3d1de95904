"""Every page that there is, in Chromium: for everybody, in each mode, at each width and in each language.

Pages are found (`page_map`), not listed. In `make test` each is looked at once in each mode and language; under
`--long` in their whole product. What is looked at: `page_looks`, `checks.js`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from browser_world import Inhabited, windows_of
from door_matrix import NOBODY, rows
from page_looks import Eyes
from page_map import Sight, patterns, sights
from plain_words import JARGON, jargon

pytestmark = pytest.mark.browser

LONG = pytest.mark.long
TAG = re.compile(r"<[^>]*>")
#: What programs ask for, and script.
NO_PAGES = {
    "healthz",
    "metrics",
    "sw.js",
    "manifest.webmanifest",
    "file/areas/",
    "staff/law/<str:instrument>/picture.svg",
    "audits/<slug:name>/list.txt",
}
#: Pages without sign-in that are there for staff and for whoever builds pages.
NOT_RESIDENTS = ("accounts/", "gallery/")


@pytest.fixture(scope="module")
def pages(inhabited: Inhabited) -> Mapping[str, Sequence[Sight]]:
    """Pattern → the pages there."""
    return inhabited.aside(lambda: sights(inhabited.world))


@pytest.fixture(scope="module")
def eyes(browser: Browser, inhabited: Inhabited, screenshots: Path | None) -> Iterator[Eyes]:
    with windows_of(browser, inhabited) as windows:
        yield Eyes(windows, screenshots)


def test_every_address_that_shows_a_page_has_been_found(pages: Mapping[str, Sequence[Sight]]) -> None:
    shown = {row.pattern for row in rows() if row.method == "GET" and "200" in row.said and "api" not in row.pattern}
    assert shown - set(pages) == NO_PAGES


def test_residents_read_no_word_of_the_trade(pages: Mapping[str, Sequence[Sight]]) -> None:
    wrong = [
        f"{sight}: “{word}”; say {JARGON[word]}"
        for seen in pages.values()
        for sight in seen
        if sight.role == NOBODY and not sight.pattern.startswith(NOT_RESIDENTS)
        for word in jargon(TAG.sub(" ", sight.words))
    ]
    nothing(wrong)


def nothing(wrong: Sequence[str]) -> None:
    """Fail with what is wrong, and without how it was found."""
    if wrong:
        pytest.fail("\n".join(wrong), pytrace=False)


@pytest.mark.parametrize("pattern", patterns())
def test_a_page_is_as_we_promise(pattern: str, pages: Mapping[str, Sequence[Sight]], eyes: Eyes) -> None:
    wrong = [line for sight in pages.get(pattern, ()) for line in eyes.look(sight)]
    nothing(wrong)


@LONG
@pytest.mark.parametrize("pattern", patterns())
def test_a_page_is_so_in_every_mode_language_and_width(
    pattern: str, pages: Mapping[str, Sequence[Sight]], eyes: Eyes
) -> None:
    wrong = [line for sight in pages.get(pattern, ()) for line in eyes.look(sight, long=True)]
    nothing(wrong)
