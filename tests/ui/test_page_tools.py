"""What stands in every page's header: menus that close by themselves, and the browser's voice."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from components import Shown

pytestmark = pytest.mark.browser

MENU = """<button id="elsewhere">别处</button>
{% include "ui/menu.html" with label="导出" items=items only %}"""
ITEMS = [{"label": "电子表格", "url": "#sheet"}, {"label": "打印", "url": "#print", "current": True}]
#: A voice that keeps what it was given and says when it begins and ends; a machine for tests has none.
VOICE = """
const waiting = [];
window.said = [];
window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text } };
Object.defineProperty(window, "speechSynthesis", { value: {
  speak: (one) => { waiting.push(one); window.said.push([one.lang, one.text]) },
  cancel: () => { waiting.length = 0 },
}});
window.next = () => { const one = waiting.shift(); one.onstart?.(); window.current = one };
window.end = () => window.current.onend?.();
"""
TEXT = """{% include "ui/speak.html" only %}<h1>停水通知</h1>
<p>明天停水。后天恢复！</p><p hidden>看不见</p><ul><li lang="en">Call 12345.</li></ul>"""


def test_a_menu_closes_by_escape_by_a_press_elsewhere_and_when_the_focus_leaves(shown: Shown) -> None:
    page = shown(MENU, items=ITEMS)
    button, item = page.locator("summary"), page.get_by_role("link", name="打印")
    button.press("Enter")
    expect(item).to_be_visible()
    expect(item).to_have_attribute("aria-current", "true")
    item.focus()
    page.keyboard.press("Escape")
    expect(item).to_be_hidden()
    expect(button).to_be_focused()
    button.click()
    page.locator("#elsewhere").click()
    expect(item).to_be_hidden()
    button.click()
    page.locator("#elsewhere").focus()
    expect(item).to_be_hidden()


def test_a_menu_opens_without_script(shown: Shown) -> None:
    page = shown(MENU, script=False, items=ITEMS)
    page.locator("summary").click()
    expect(page.get_by_role("link", name="电子表格")).to_be_visible()


def test_the_page_is_read_sentence_by_sentence_in_its_language_and_what_is_read_is_marked(shown: Shown) -> None:
    page = shown(TEXT, before=VOICE)
    page.get_by_role("button", name="朗读").click()
    assert page.evaluate("said") == [
        ["zh-CN", "停水通知"],
        ["zh-CN", "明天停水。"],
        ["zh-CN", "后天恢复！"],
        ["en", "Call 12345."],
    ]
    page.evaluate("next()")
    expect(page.locator("[data-speaking]")).to_have_text("停水通知")
    page.evaluate("() => { next(); next(); next() }")
    expect(page.locator("[data-speaking]")).to_have_text("Call 12345.")
    page.evaluate("end()")
    expect(page.locator("[data-speaking]")).to_have_count(0)
    expect(page.get_by_role("button", name="朗读", exact=True)).to_be_visible()


def test_reading_stops_when_it_is_pressed_again(shown: Shown) -> None:
    page = shown(TEXT, before=VOICE)
    page.get_by_role("button", name="朗读").click()
    page.evaluate("next()")
    page.get_by_role("button", name="停止朗读").click()
    expect(page.locator("[data-speaking]")).to_have_count(0)
    expect(page.get_by_role("button", name="朗读", exact=True)).to_be_visible()


def test_without_a_voice_or_script_nothing_promises_one(shown: Shown) -> None:
    page = shown(TEXT, script=False)
    expect(page.locator("[data-speak]")).to_be_hidden()
