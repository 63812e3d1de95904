"""Real demands on pages: long titles, bodies of thousands of characters and odd punctuation break no layout.

Two hundred messages to a province's boards (../shared/data/tipdm_c) are registered as they came and shown in lists, as
cases and to whoever follows them: all of them under `--long`, in `make test` the oddest.
"""

from __future__ import annotations

import csv
import gzip
import unicodedata
from collections.abc import Iterator, Sequence

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page

from browser_world import DESK, ELDER, LIGHT, PHONE, TABLET, ZOOMED, Inhabited, windows_of
from huiying.case.numbers import receipt_code
from huiying.stages.identity.texts import LONGEST_TEXT
from huiying.stages.intake.actions import LONGEST_TITLE, RESIDENT, Demand, register
from page_looks import Eyes, ours, resize
from page_map import Sight
from shared_data import shared

pytestmark = pytest.mark.browser

ALL, FEW = 200, 10
WIDTHS = (DESK, TABLET, PHONE, ZOOMED)


def odd(title: str, body: str) -> tuple[int, int, int]:
    """Return how odd a message is: kinds of marks in it, its longest run without a place to break, its length."""
    words = title + body
    marks = {one for one in words if unicodedata.category(one)[0] in "PSCZ"}
    run = max(
        map(len, "".join(one if one.isascii() and not one.isspace() else " " for one in words).split()), default=0
    )
    return len(marks), run, len(words)


def messages() -> list[tuple[str, str]]:
    """Return two hundred messages, the oddest in each way first."""
    with gzip.open(shared("data/tipdm_c/replies.csv.gz"), "rt", encoding="utf-8", newline="") as file:
        rows = [(row["title"].strip(), row["body"].strip()) for row in csv.DictReader(file)]
    usable = [(title[:LONGEST_TITLE], body[:LONGEST_TEXT]) for title, body in dict.fromkeys(rows) if title and body]
    ways = [
        sorted(usable, key=lambda one: -len(one[0])),
        sorted(usable, key=lambda one: -len(one[1])),
        sorted(usable, key=lambda one: [-size for size in odd(*one)]),
        sorted(usable, key=lambda one: -odd(*one)[1]),
        sorted(usable, key=lambda one: len(one[0])),
    ]
    taken = dict.fromkeys(one for together in zip(*ways, strict=True) for one in together)
    return list(taken)[:ALL]


@pytest.fixture(scope="module")
def numbers(inhabited: Inhabited, request: pytest.FixtureRequest) -> Sequence[str]:
    """Register them, and return their numbers."""
    wanted = messages()[: ALL if request.config.getoption("--long") else FEW]

    def bring() -> list[str]:
        now = timezone.now()
        return [
            register(Demand(title=title, text=body), channel="portal", by=RESIDENT, at=now).number
            for title, body in wanted
        ]

    return inhabited.aside(bring)


@pytest.fixture(scope="module")
def eyes(browser: Browser, inhabited: Inhabited) -> Iterator[Eyes]:
    with windows_of(browser, inhabited) as windows:
        yield Eyes(windows)


def looked(page: Page, widths: Sequence[int]) -> list[str]:
    """Return what is wrong with the layout at widths."""
    found = []
    for width in widths:
        resize(page, width)
        found += [f"{width}: {one}" for one in ours(page, "layout")]
    resize(page, DESK)
    return found


def test_real_demands_break_no_list(eyes: Eyes, numbers: Sequence[str]) -> None:
    wrong, met, path = [], set(), "/staff/"
    while path:
        page = eyes.show(Sight("staff/", path, "dispatcher", "200", "", by_post=False))
        words = page.content()
        met |= {number for number in numbers if number in words}
        wrong += [f"{path} {one}" for one in looked(page, WIDTHS)]
        path = str(page.evaluate("() => document.querySelector('.pager a[rel=next]')?.getAttribute('href') || ''"))
        path = f"/staff/{path}" if path.startswith("?") else path
    assert wrong == [], "\n".join(wrong)
    assert met == set(numbers)


def test_real_demands_break_no_page_of_a_case(eyes: Eyes, numbers: Sequence[str]) -> None:
    wrong = []
    for number in numbers:
        for mode, widths in ((LIGHT, WIDTHS), (ELDER, (PHONE,))):
            case = Sight("staff/case/<str:number>/", f"/staff/case/{number}/", "dispatcher", "200", "", by_post=False)
            wrong += [f"{case.path} {mode} {one}" for one in looked(eyes.show(case, mode), widths)]
    assert wrong == [], "\n".join(wrong)


def test_real_demands_break_no_page_that_follows_them(eyes: Eyes, numbers: Sequence[str]) -> None:
    wrong = []
    for number in numbers:
        for mode, widths in ((LIGHT, WIDTHS), (ELDER, (PHONE,))):
            followed = Sight("r/<str:code>/", f"/r/{receipt_code(number)}/", "nobody", "200", "", by_post=False)
            wrong += [f"{number} {mode} {one}" for one in looked(eyes.show(followed, mode), widths)]
    assert wrong == [], "\n".join(wrong)
