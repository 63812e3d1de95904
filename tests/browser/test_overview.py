"""The overview in a browser: pictures say what their tables say, open down to the cases, and go onto paper."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page

from browser_world import DARK, DESK, PHONE, Inhabited, Windows

pytestmark = pytest.mark.browser


@pytest.fixture
def counted(inhabited: Inhabited) -> Inhabited:
    """The inhabited city, its cases counted."""
    from huiying.stages.insight.actions import recount, tally  # noqa: PLC0415  # needs the apps

    inhabited.aside(lambda: (recount(), tally()))
    return inhabited


@pytest.fixture
def page(windows: Windows, counted: Inhabited) -> Iterator[Page]:
    """The overview on a desk, with what the browser complains of collected."""
    del counted
    page = windows.open("leader", width=DESK)
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.goto("/overview/?period=quarter")
    page.locator("[data-chart] svg text").first.wait_for()
    yield page
    assert complaints == []


def first_texts(figure: Locator, column: int) -> list[str]:
    """Return what the cells of a column say first, without their second lines."""
    said: list[str] = figure.locator("tbody tr").evaluate_all(
        "(rows, column) => rows.map(row => row.cells[column].querySelector('div').firstChild.textContent.trim())",
        column,
    )
    return said


def test_each_picture_is_drawn_of_the_table_behind_it(page: Page) -> None:
    for name in ("by-kind", "by-matter", "by-channel"):
        figure = page.locator(f"#{name}")
        drawn = figure.locator("[data-chart] svg text").all_text_contents()
        for said in (*first_texts(figure, 0)[:12], *first_texts(figure, 1)[:12]):
            assert said in drawn or any(said.startswith(part) for part in drawn), f"{name}: {said}"
    bars = page.locator("#volume [data-chart] svg path[fill='var(--chart-1)']").count()
    received = [int(text) for text in first_texts(page.locator("#volume"), 1)]
    assert bars >= sum(count > 0 for count in received) > 0


def test_colours_are_tokens_so_that_modes_and_paper_need_no_second_drawing(page: Page, windows: Windows) -> None:
    bar = page.locator("#by-kind [data-chart] svg path[fill^='var(']").first
    light = bar.evaluate("bar => getComputedStyle(bar).fill")
    dark_page = windows.open("leader", mode=DARK)
    dark_page.goto("/overview/?period=quarter")
    dark = dark_page.locator("#by-kind [data-chart] svg path[fill^='var(']").first
    dark.wait_for(state="attached")
    assert dark.evaluate("bar => getComputedStyle(bar).fill") != light


def test_the_table_lies_behind_and_its_numbers_open_the_cases(page: Page) -> None:
    figure = page.locator("#by-kind")
    assert not figure.locator("table").is_visible()
    figure.locator("summary").click()
    link = figure.locator("tbody a").first
    count = int(link.text_content() or "")
    link.click()
    page.wait_for_url(re.compile("/overview/cases/"))
    assert page.locator("tbody tr").count() == min(count, 50)


def test_by_keyboard_the_picture_is_told_and_opened(page: Page) -> None:
    figure = page.locator("#by-kind")
    figure.locator("[data-chart]").focus()
    page.keyboard.press("ArrowDown")
    told = figure.locator("[data-chart-told]").text_content() or ""
    assert first_texts(figure, 0)[0] in told
    assert first_texts(figure, 1)[0] in told
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/overview/cases/"))


def test_an_area_of_the_map_opens_its_cases(page: Page) -> None:
    area = page.locator(".choropleth-map a").first
    assert "件" in (area.get_attribute("aria-label") or "")
    area.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/overview/cases/.*area="))


def test_on_paper_pictures_keep_to_the_page_and_tables_stand_open(page: Page) -> None:
    page.evaluate("() => dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert page.locator("#by-kind table").is_visible()
    assert page.locator("#volume [data-chart] svg").evaluate("drawn => drawn.getBoundingClientRect().width") <= 660
    assert page.locator("h1").is_visible()
    assert page.get_by_text("统计到").is_visible()
    assert page.get_by_text("÷").first.is_visible()
    assert not page.locator("[data-print]").is_visible()
    for chart in page.locator(".figure-chart").all():
        assert chart.evaluate("chart => getComputedStyle(chart).breakInside") == "avoid"
    paper = page.pdf(format="A4", prefer_css_page_size=True)
    assert paper.startswith(b"%PDF")
    page.evaluate("() => dispatchEvent(new Event('afterprint'))")
    page.emulate_media(media="screen")
    assert not page.locator("#by-kind table").is_visible()


def test_without_script_tables_stand_open_below_plain_bars(windows: Windows, counted: Inhabited) -> None:
    del counted
    page = windows.open("leader", width=PHONE, scripts=False)
    page.goto("/overview/?period=quarter")
    assert page.locator("#by-kind table").is_visible()
    assert page.locator("#by-kind svg.figure-plain rect").count() > 0
    assert not page.locator("[data-print]").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE


def test_the_board_opens_down_to_the_cases(windows: Windows, counted: Inhabited) -> None:
    del counted
    page = windows.open("supervisor", width=PHONE)
    page.goto("/board/")
    assert page.locator("h1").text_content() == "督办看板"
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE
    # Figures stay in columns below their heads, each row a line or two beside its name.
    table = page.locator(".table--figures").first
    heads, row = table.locator("thead tr").bounding_box(), table.locator("tbody tr").first.bounding_box()
    assert heads is not None
    assert row is not None
    assert heads["width"] == row["width"] > PHONE * 0.8
    assert row["height"] < 100


def test_a_unit_sees_its_intervals_drawn(windows: Windows, counted: Inhabited) -> None:
    del counted
    page = windows.open("unit_head")
    page.goto("/overview/unit/?period=quarter")
    figure = page.locator("#standing")
    figure.locator("[data-chart] svg text").first.wait_for()
    for name in first_texts(figure, 0):
        assert name in figure.locator("[data-chart] svg text").all_text_contents()
