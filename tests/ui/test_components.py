"""The system of parts keeps itself: each component documented and shown, no style, script or colour beside it."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

import huiying.ui
from huiying.ui.gallery import COMPONENTS, PART, documentation, entries

UI = Path(huiying.ui.__file__).parent
DOORS = UI.parent / "doors"
TEMPLATES = sorted([*UI.rglob("*.html"), *DOORS.rglob("*.html")])
STYLES = sorted([*UI.glob("*.css"), *COMPONENTS.glob("*.css")])
SCRIPTS = sorted([*UI.glob("*.js"), *COMPONENTS.glob("*.js")])
#: Classes that others' code puts into pages or looks for.
OTHERS = re.compile(r"htmx-")


@cache
def read(path: Path) -> str:
    return path.read_text("utf-8")


def style(path: Path) -> str:
    return re.sub(r"/\*.*?\*/", "", read(path), flags=re.DOTALL)


def ours(path: Path) -> str:
    return path.relative_to(UI.parent).as_posix()


def styled() -> set[str]:
    """Return every class that a style sheet speaks of."""
    return {
        name
        for path in STYLES
        for name in re.findall(r"\.([A-Za-z][\w-]*)", re.sub(r"@import[^;]*;|\"[^\"]*\"", "", style(path)))
    }


def classes(text: str) -> set[str]:
    """Return the classes that a template gives; one that ends with a star stands for all that begin so."""
    found = set()
    for value in re.findall(r"""\b(?:class|place)=["']((?:\{[{%].*?[%}]\}|[^"'{])*)["']""", text):
        plain = re.sub(r"\{%.*?%\}", " ", re.sub(r"\{\{.*?\}\}", "*", value))
        found |= set(plain.split())
    return found


def names(stem: str) -> bool:
    return documentation(stem).startswith(PART) or stem.startswith("field_")


def test_every_component_has_its_entry_in_the_gallery_and_every_entry_its_component() -> None:
    shown = {name for entry in entries() for name in entry.covers}
    templates = {path.stem for path in COMPONENTS.glob("*.html") if not names(path.stem)}
    parts = {path.stem for path in COMPONENTS.glob("*.html")} - templates
    styles = {path.stem for path in COMPONENTS.glob("*.css")}
    scripts = {path.stem for path in COMPONENTS.glob("*.js")}
    assert (templates | styles) - shown - parts == set(), "add src/huiying/ui/gallery/NAME.toml"
    assert shown - templates - styles - scripts - parts == set()


@pytest.mark.parametrize("entry", entries(), ids=lambda entry: entry.slug)
def test_every_entry_says_what_it_is_for_and_every_state_of_it_is_drawn(entry: object) -> None:
    from huiying.ui.gallery import Entry  # noqa: PLC0415

    assert isinstance(entry, Entry)
    assert entry.states
    assert entry.title
    assert entry.english
    assert entry.text
    sprite = (UI / "static" / "ui" / "icons.svg").read_text("utf-8")
    for state in entry.states:
        drawn = state.drawn()
        assert re.search(r"<\w", drawn), state.name
        for icon in re.findall(r"icons[\w.]*\.svg#([\w-]+)", drawn):
            assert f'id="{icon}"' in sprite, f"{icon} is not in the sprite: run scripts/assets"


@pytest.mark.parametrize("path", sorted(COMPONENTS.glob("*.html")), ids=lambda path: path.stem)
def test_every_component_says_what_it_takes(path: Path) -> None:
    said = documentation(path.stem)
    assert said, "a comment on top says what the component is and what it takes"
    if names(path.stem):
        return
    text = read(path)
    taken = {
        root for expression in re.findall(r"\{\{(.*?)\}\}", text) for root in re.findall(r"^\s*([a-z_]\w*)", expression)
    }
    made = {
        name
        for pattern in (r"\{% for ([\w, ]+) in", r" as (\w+) %\}", r"\{% (?:with|blocktranslate)[^%]*?(\w+)=")
        for group in re.findall(pattern, text)
        for name in re.split(r",\s*", group)
    }
    unsaid = {name for name in taken - made - {"forloop", "block"} if not re.search(rf"\b{name}\b", said)}
    assert unsaid == set()


@pytest.mark.parametrize("path", TEMPLATES, ids=ours)
def test_no_template_has_a_style_or_a_script_of_its_own(path: Path) -> None:
    text = re.sub(r"\{%\s*comment.*?endcomment\s*%\}", "", read(path), flags=re.DOTALL)
    assert not re.search(r"""\sstyle\s*=|<style\b|\son\w+\s*=\s*["']|javascript:""", text)
    for attributes in re.findall(r"<script\b([^>]*)>", text):
        assert "src=" in attributes or "application/json" in attributes


@pytest.mark.parametrize("path", STYLES, ids=ours)
def test_colours_and_sizes_of_text_are_tokens(path: Path) -> None:
    text = style(path)
    assert not re.search(r"font(?:-size)?:[^;{}]*\d(?:px|pt)", text) or path.stem == "tokens"
    if path.stem == "tokens":
        return
    assert not re.search(r"#[0-9a-fA-F]{3,8}\b|\b(?:rgba?|hsla?|hwb|lab|lch|oklab|oklch|color)\(", text)
    assert not re.search(r":[^;{}]*\b(?:black|white|red|green|blue|yellow|gr[ae]y|orange|navy|silver)\b", text)


def test_every_token_that_is_used_is_declared_and_the_other_way_round() -> None:
    whole = "".join(style(path) for path in STYLES)
    declared = set(re.findall(r"(?<![\w-])(--[\w-]+)\s*:", whole))
    used = set(re.findall(r"var\((--[\w-]+)", whole))
    read_by_script = {f"--{name}" for path in SCRIPTS for name in re.findall(r"[\w-]+", read(path))}
    assert used - declared == set()
    assert {name for name in declared - used - read_by_script if not name.startswith("--chart-")} == set()


def test_every_style_is_used_and_every_class_is_styled() -> None:
    given = {path: classes(read(path)) for path in TEMPLATES}
    everything = set().union(*given.values())
    begun = tuple(name.rstrip("*") for name in everything if name.endswith("*") and name != "*")
    others = "".join(read(path) for path in [*SCRIPTS, *UI.rglob("*.py"), *DOORS.rglob("*.py"), *UI.rglob("*.toml")])
    unused = {
        name
        for name in styled()
        if name not in everything
        and not name.startswith(begun)
        and not OTHERS.match(name)
        and not re.search(rf"\b{re.escape(name)}\b", others)
    }
    assert unused == set(), "no template, tag or script gives these classes"
    bare = {
        f"{name} in {ours(path)}"
        for path, found in given.items()
        for name in found
        if "*" not in name and name not in styled() and not OTHERS.match(name)
    }
    assert bare == set(), "no style sheet speaks of these classes"
