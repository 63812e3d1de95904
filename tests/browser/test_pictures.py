"""The pictures of procedures as a browser draws them: no word lies on another or leaves its card."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from huiying.procedure.drawing import draw_instrument
from huiying.procedure.library import library

pytestmark = pytest.mark.browser

#: The boxes that the browser measures, words and cards apart; a word may touch its neighbour by a hair.
MEASURE = """() => {
  const box = (element) => {
    const {x, y, width, height} = element.getBBox();
    return {x, y, right: x + width, bottom: y + height, text: element.textContent};
  };
  return {
    words: [...document.querySelectorAll("text")].map(box),
    cards: [...document.querySelectorAll("rect[rx='8']")].map(box),
    width: document.documentElement.viewBox.baseVal.width,
    height: document.documentElement.viewBox.baseVal.height,
  };
}"""
Box = dict[str, float]


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    yield page
    page.close()


def overlap(one: Box, other: Box) -> bool:
    across = min(one["right"], other["right"]) - max(one["x"], other["x"])
    down = min(one["bottom"], other["bottom"]) - max(one["y"], other["y"])
    return across > 1 and down > 4


@pytest.mark.parametrize("name", sorted(library().instruments))
@pytest.mark.parametrize("language", ["zh_hans", "en"])
def test_no_word_covers_another_or_leaves_its_card(page: Page, tmp_path: Path, name: str, language: str) -> None:
    picture = tmp_path / "picture.svg"
    picture.write_text(draw_instrument(library(), library().instruments[name], language), "utf-8")
    page.goto(picture.as_uri())
    found = page.evaluate(MEASURE)
    words: list[Box] = found["words"]
    assert words
    for number, one in enumerate(words):
        assert one["x"] >= 0
        assert one["right"] <= found["width"], one
        assert one["bottom"] <= found["height"], one
        for other in words[number + 1 :]:
            assert not overlap(one, other), f"{one['text']} lies on {other['text']}"
    for card in found["cards"]:
        for word in words:
            if card["x"] <= word["x"] < card["right"] and card["y"] <= word["y"] < card["bottom"]:
                assert word["right"] <= card["right"], f"{word['text']} does not fit into its card"
                assert word["bottom"] <= card["bottom"], f"{word['text']} does not fit into its card"
