"""Keys that pages declare: they act, they never disturb typing, they can be switched off, and `?` lists them."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from components import Shown

pytestmark = pytest.mark.browser

SOURCE = """
{% include "ui/field.html" with name="who" label="来电号码" required=True shortcut="p" only %}
{% include "ui/field.html" with kind="textarea" name="what" label="情况" required=True only %}
{% include "ui/button.html" with label="新建" href="#new" tone="secondary" shortcut="n" only %}
{% include "ui/button.html" with label="不能" why="不在您这里" shortcut="x" only %}
<button type="button" hidden data-shortcuts-open>快捷键</button>
{% include "ui/shortcuts.html" only %}"""


@pytest.fixture
def page(shown: Shown) -> Page:
    return shown(SOURCE)


def test_a_key_reaches_a_field_and_presses_a_link(page: Page) -> None:
    page.keyboard.press("p")
    expect(page.get_by_label("来电号码")).to_be_focused()
    expect(page.get_by_label("来电号码")).to_have_value("")
    page.keyboard.press("Escape")
    page.get_by_label("来电号码").blur()
    page.keyboard.press("n")
    assert page.url.endswith("#new")


def test_while_typing_only_alt_acts(page: Page) -> None:
    page.get_by_label("情况").fill("")
    page.get_by_label("情况").focus()
    page.keyboard.type("npn?")
    expect(page.get_by_label("情况")).to_have_value("npn?")
    assert "#new" not in page.url
    page.keyboard.press("Alt+p")
    expect(page.get_by_label("来电号码")).to_be_focused()


def test_a_question_mark_lists_what_may_be_pressed(page: Page) -> None:
    page.keyboard.press("Shift+?")
    listed = page.get_by_role("dialog", name="键盘快捷键")
    expect(listed).to_be_visible()
    assert listed.locator("dt").all_inner_texts() == ["来电号码", "新建"]
    assert listed.locator("kbd").all_inner_texts() == ["P", "N"]
    page.keyboard.press("Escape")
    expect(listed).to_be_hidden()


def test_single_keys_can_be_switched_off_for_good(page: Page) -> None:
    page.get_by_role("button", name="快捷键").click()
    page.get_by_label("不按 Alt 也可以用").uncheck()
    page.keyboard.press("Escape")
    page.reload()
    page.keyboard.press("n")
    assert "#new" not in page.url
    page.keyboard.press("Alt+n")
    assert page.url.endswith("#new")
