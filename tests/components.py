"""Components in a browser, without a server: their templates, with the style and the script that pages load."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.template import engines
from playwright.sync_api import Browser, Page

import huiying.ui

BUILT = Path(huiying.ui.__file__).parent / "static" / "ui"
ADDRESS = "http://components.test/"
FRAME = """<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>x</title>
<style>{style}</style><body><main>{content}</main><script>{script}</script></body></html>"""
Shown = Callable[..., Page]


@pytest.fixture
def shown(browser: Browser) -> Iterator[Shown]:
    """Return a function that opens a page of a template's source.

    `script=False` opens it without script; `before` is what runs before any other.
    """
    opened: list[Page] = []

    def show(source: str, *, script: bool = True, before: str = "", **context: object) -> Page:
        content = engines["django"].from_string("{% load i18n ui_tags %}" + source).render(context)
        html = FRAME.format(
            style=(BUILT / "huiying.css").read_text("utf-8"),
            script=(BUILT / "huiying.js").read_text("utf-8") if script else "",
            content=content,
        )
        page = browser.new_page(viewport={"width": 800, "height": 700})
        opened.append(page)
        page.add_init_script(before)
        page.route("**/*", lambda route: route.fulfill(body=html, content_type="text/html; charset=utf-8"))
        page.route("**/icons*.svg", lambda route: route.fulfill(path=BUILT / "icons.svg"))
        page.goto(ADDRESS)
        return page

    yield show
    for page in opened:
        page.close()
