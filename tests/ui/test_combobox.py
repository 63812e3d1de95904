"""A list that is searched by typing: by characters and by pinyin, with the keyboard alone, and never a lost choice."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from components import Shown

pytestmark = pytest.mark.browser

UNITS = [
    {"value": "sw", "label": "汀川市水务局", "keys": "tcsswj tingchuanshishuiwuju"},
    {"value": "cg", "label": "澄浦区城市管理局", "keys": "cpqcsglj chengpuquchengshiguanliju", "hint": "区属"},
    {"value": "ql", "label": "澄浦区清澜街道办", "keys": "cpqqljdb"},
    {"value": "jt", "label": "汀川市交通局", "keys": "tcsjtj"},
]
SOURCE = """<form action="/sent" method="get"><a href="#" id="before">前</a>
{% include "ui/field.html" with kind="combobox" label="主办单位" name="unit" options=all value=value required=1 only %}
<button id="after" name="sent" value="1">提交</button></form>"""


@pytest.fixture
def page(shown: Shown) -> Page:
    return shown(SOURCE, all=UNITS)


def options(page: Page) -> list[str]:
    return page.get_by_role("option").all_inner_texts()


def chosen(page: Page) -> object:
    return page.evaluate("new FormData(document.querySelector('form')).get('unit')")


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("水务", ["汀川市水务局"]),
        ("cpq", ["澄浦区城市管理局\n区属", "澄浦区清澜街道办"]),
        ("csgl", ["澄浦区城市管理局\n区属"]),
        ("CPQQ", ["澄浦区清澜街道办"]),
        ("交 通", ["汀川市交通局"]),
        ("zzz", ["没有符合的，请换个说法"]),
    ],
)
def test_it_is_found_by_characters_and_by_pinyin(page: Page, typed: str, found: list[str]) -> None:
    page.get_by_role("combobox", name="主办单位").fill(typed)
    assert options(page) == found


def test_the_best_answer_is_chosen_by_enter_and_by_tab_and_the_form_is_not_sent(page: Page) -> None:
    field = page.get_by_role("combobox")
    field.focus()
    page.keyboard.type("cpq")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(field).to_have_value("澄浦区清澜街道办")
    assert chosen(page) == "ql"
    expect(field).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("tcsj")
    page.keyboard.press("Tab")
    assert chosen(page) == "jt"
    expect(page.locator("#after")).to_be_focused()
    assert "sent" not in page.url


def test_what_is_pointed_at_is_told_to_who_listens(page: Page) -> None:
    field = page.get_by_role("combobox")
    field.focus()
    page.keyboard.press("ArrowDown")
    expect(field).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowUp")
    pointed = field.get_attribute("aria-activedescendant")
    assert page.locator(f"#{pointed}").inner_text() == "汀川市交通局"
    expect(page.locator(f"#{pointed}")).to_have_attribute("aria-selected", "true")
    field.fill("局")
    expect(page.get_by_role("status")).to_have_text("找到 3 项")


def test_what_was_typed_and_not_chosen_is_no_choice_and_escape_keeps_the_one_before(shown: Shown) -> None:
    page = shown(SOURCE, all=UNITS, value="sw")
    field = page.get_by_role("combobox")
    expect(field).to_have_value("汀川市水务局")
    field.fill("什么局")
    page.locator("#before").focus()
    expect(field).to_have_value("汀川市水务局")
    field.fill("jt")
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_have_count(0)
    assert chosen(page) == "sw"
    field.fill("")
    page.locator("#before").focus()
    assert chosen(page) == ""


def test_a_press_on_a_line_chooses_it(page: Page) -> None:
    page.get_by_role("combobox").click()
    page.get_by_role("option", name="汀川市水务局").click()
    assert chosen(page) == "sw"


def test_letters_that_an_input_method_still_composes_choose_nothing(page: Page) -> None:
    field = page.get_by_role("combobox")
    field.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    field.dispatch_event("keydown", {"key": "Enter", "isComposing": True})
    assert chosen(page) == ""


def test_without_script_it_is_a_list_to_choose_from(shown: Shown) -> None:
    page = shown(SOURCE, script=False, all=UNITS)
    page.get_by_label("主办单位").select_option("汀川市交通局")
    assert chosen(page) == "jt"
