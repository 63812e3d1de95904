"""Looking at a page as it stands in Chromium: axe-core's rules, our own checks, in each mode and at each width."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from playwright.sync_api import Page, Route

from browser_world import CONTRAST, DARK, DESK, ELDER, HEIGHTS, LIGHT, MODES, PHONE, TABLET, ZOOMED, Windows
from huiying.doors.language import TAGS
from huiying.doors.tongues import CHARACTERS
from page_map import Sight

HERE = Path(__file__).with_name("browser")
AXE, CHECKS = HERE / "node_modules" / "axe-core" / "axe.min.js", HERE / "checks.js"
WIDTHS = (DESK, TABLET, PHONE, ZOOMED)
#: What a finger needs (rules.md §6.3 AX-09), and what a pointer needs at a desk (WCAG 2.2, 2.5.8), in CSS pixels.
FINGER, POINTER = 44, 24
INLINE = re.compile(r"<[^>]*\s(style|on\w+)\s*=|<style\b|<script\b(?![^>]*\bsrc=)(?![^>]*type=\"application/)")
#: What differs where the same thing is wrong at several widths, or with several elements of one kind.
ALIKE = re.compile(r"\d+×\d+ px|“[^”]*”|\d+")
#: The gallery shows a component several times; what may be on a page once only is there as often.
GALLERY, OF_ONE = "gallery/", ("axe landmark-unique", "there are two of")
CONTRASTS = ("color-contrast", "link-in-text-block")
#: Runs axe; `rules` names them, or is empty for all.
RUN_AXE = """async (rules) => {
  const only = rules.length ? {runOnly: {type: "rule", values: rules}} : {};
  const found = await axe.run(document, {resultTypes: ["violations"], preload: false, ...only});
  const why = (rule, node) => (node.failureSummary || rule.help).split("\\n").slice(1, 2).join("").trim();
  return found.violations.flatMap((rule) =>
    rule.nodes.map((node) => `axe ${rule.id}: ${node.target.join(" ")} – ${why(rule, node)}`));
}"""
TONGUE = "() => document.documentElement.lang"


@cache
def axe() -> str:
    """Return axe-core, which npm brings."""
    assert AXE.is_file(), f"axe-core is missing: {AXE}. `make test` fetches it; alone, run scripts/browser."
    return AXE.read_text("utf-8")


@dataclass(slots=True)
class Eyes:
    """Looks at pages in windows that stay open: one for each role, mode and language."""

    windows: Windows
    screenshots: Path | None = None
    opened: dict[tuple[str, str, str], Page] = field(default_factory=dict)

    def page(self, role: str, mode: str = LIGHT, language: str = settings.LANGUAGE_CODE) -> Page:
        """Return the window in which somebody of a role reads."""
        key = (role, mode, language)
        if key not in self.opened:
            self.opened[key] = self.windows.open(role, mode=mode, language=language)
        return self.opened[key]

    def show(self, sight: Sight, mode: str = LIGHT, language: str = settings.LANGUAGE_CODE) -> Page:
        """Show a page. What answered a POST is shown as it came: sending it again would do something again."""
        page = self.page(sight.role, mode, language)
        if sight.by_post:
            words = _in_mode(sight.words, mode)

            def again(route: Route) -> None:
                route.fulfill(body=words, content_type="text/html; charset=utf-8")

            page.route(f"**{sight.path}", again)
            page.goto(sight.path)
            page.unroute(f"**{sight.path}", again)
        else:
            answer = page.goto(sight.path)
            assert answer is not None
            assert str(answer.status) == sight.said, f"{sight}: {answer.status}"
            assert urlsplit(page.url).path == urlsplit(sight.path).path, f"{sight}: led to {page.url}"
        page.evaluate(CHECKS.read_text("utf-8"))
        page.evaluate("() => document.fonts.ready.then(() => {})")
        return page

    def look(self, sight: Sight, *, long: bool = False) -> Iterator[str]:
        """Yield what is wrong with a page: once in each mode and language, or (`long`) in their whole product."""
        found: dict[str, list[tuple[str, str]]] = {}
        for where, said in self._product(sight) if long else self._once(sight):
            if not (sight.pattern == GALLERY and said.startswith(OF_ONE)):
                found.setdefault(ALIKE.sub("", said), []).append((said, where))
        for alike in found.values():
            places = ", ".join(dict.fromkeys(where for _, where in alike))
            more = len({said for said, _ in alike}) - 1
            yield f"{sight}: {alike[0][0]}{f' and {more} like it' if more else ''} [{places}]"

    def _once(self, sight: Sight) -> Iterator[tuple[str, str]]:
        page = self.show(sight)
        yield from _each("light", [*run_axe(page), *inline(sight.words)])
        yield from self._resized(page, sight, "light", WIDTHS)
        if _is_djangos(sight):
            put_on(page, DARK)
            yield from _each(DARK, run_axe(page, CONTRASTS))
            return
        yield from _each("light", ours(page, "structure"))
        for mode in (DARK, CONTRAST):
            put_on(page, mode)
            yield from _each(mode, run_axe(page, CONTRASTS))
        page = self.show(sight, ELDER)
        yield from _each("elder", [*run_axe(page, CONTRASTS), *ours(page, "elder")])
        yield from self._resized(page, sight, "elder", (PHONE, ZOOMED))
        for language in _others(sight):
            page = self.show(sight, LIGHT, language)
            yield from _each(language, [*run_axe(page), *tongue(page, language)])
            yield from self._resized(page, sight, language, (PHONE,))

    def _product(self, sight: Sight) -> Iterator[tuple[str, str]]:
        for language in (settings.LANGUAGE_CODE, *_others(sight)):
            for mode in (LIGHT, DARK) if _is_djangos(sight) else MODES:
                page = self.show(sight, mode, language)
                for width in WIDTHS:
                    resize(page, width)
                    said = [*run_axe(page), *ours(page, "layout")]
                    if not _is_djangos(sight):
                        said += [*ours(page, "structure"), *targets(page, width, mode), *tongue(page, language)]
                        said += ours(page, "elder") if mode == ELDER else []
                    yield from _each(f"{language} {mode} {width}", said)
                resize(page, DESK)

    def _resized(self, page: Page, sight: Sight, where: str, widths: Sequence[int]) -> Iterator[tuple[str, str]]:
        for width in widths:
            resize(page, width)
            self._keep(page, sight, where, width)
            said = ours(page, "layout")
            if not _is_djangos(sight):
                said += targets(page, width, ELDER if where == "elder" else LIGHT)
            yield from _each(f"{where} {width}", said)
        resize(page, DESK)

    def _keep(self, page: Page, sight: Sight, where: str, width: int) -> None:
        if self.screenshots is not None and width in {PHONE, DESK}:
            name = re.sub(r"\W+", "-", sight.pattern or "home").strip("-")
            named = re.sub(r"\W+", "-", sight.path.rstrip("/").rpartition("/")[2])
            file = f"{name}_{named}_{sight.role}{'_post' if sight.by_post else ''}_{where}_{width}.png"
            page.screenshot(path=self.screenshots / file, full_page=True)


def _is_djangos(sight: Sight) -> bool:
    """Whether a page is of Django's admin: it has neither our modes nor our sizes, and a small staff at desks."""
    return sight.pattern.startswith("admin/")


def _in_mode(words: str, mode: str) -> str:
    """Return a kept answer as it would have come in a mode."""
    said = {ELDER: ' data-view="elder"', DARK: ' data-theme="dark"', CONTRAST: ' data-theme="contrast"'}.get(mode, "")
    return re.sub(r"<html\b", f"<html{said}", words, count=1)


def _others(sight: Sight) -> Sequence[str]:
    """Return in which further languages a page can be shown: one that answered a POST is there in one only."""
    return [] if sight.by_post else [code for code, _ in settings.LANGUAGES if code != settings.LANGUAGE_CODE]


def _each(where: str, said: Sequence[str]) -> Iterator[tuple[str, str]]:
    for one in said:
        yield where, one


def resize(page: Page, width: int) -> None:
    """Give the open page another width, and wait until it is laid out."""
    page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")


def put_on(page: Page, mode: str) -> None:
    """Give the open page another theme, and let colours arrive that change slowly."""
    page.evaluate(
        """(theme) => {
          document.documentElement.dataset.theme = theme;
          document.getAnimations().forEach((one) => one.finish());
        }""",
        mode,
    )


def run_axe(page: Page, rules: Sequence[str] = ()) -> list[str]:
    """Return what axe-core finds."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(axe())
    return _found(page.evaluate(RUN_AXE, list(rules)))


def ours(page: Page, check: str, *given: object) -> list[str]:
    """Return what a check of ours finds (checks.js)."""
    return _found(page.evaluate(f"(given) => window.huiying.{check}(...given)", list(given)))


def _found(found: Any) -> list[str]:
    return [str(one) for one in found]


def targets(page: Page, width: int, mode: str) -> list[str]:
    """Return what is too small to be hit: by a finger on phones and in elder mode, elsewhere by a pointer."""
    if mode == ELDER:
        return ours(page, "targets", 60)
    return ours(page, "targets", FINGER if width <= TABLET else POINTER)


def tongue(page: Page, language: str) -> list[str]:
    """Return what the page says wrongly of its language, or one in another language of the Simplified words in it."""
    said = page.evaluate(TONGUE)
    if said != TAGS[language]:
        return [f"the page says that it is in {said!r}"]
    if language == "zh-hant":
        return ours(page, "chinese", CHARACTERS.read_text("utf-8").split()[0])
    return ours(page, "chinese") if language == "en" else []


def inline(words: str) -> list[str]:
    """Return styles and scripts that stand in the page itself, which the policy refuses."""
    return [f"stands in the page itself: {found[0][:80]}" for found in INLINE.finditer(words)]
