"""The gallery's entries: `NAME.toml` beside this file says what a component is for and shows it in every state.

    title = "按钮"                  # what it is called
    english = "Button"
    text = "一页只有一个主要按钮。"   # when to use it, in a sentence or two
    covers = ["acts"]               # further style sheets and parts that are shown here; may be absent

    [[state]]
    name = "主要"
    context = { label = "提交" }     # of ui/NAME.html; or, for what is written by hand:
    html = '<div class="acts">…</div>'

A component without an entry, and an entry without a component, fail tests/ui/test_components.py.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.template import engines
from django.utils.safestring import SafeString, mark_safe

ENTRIES = Path(__file__).parent
COMPONENTS = ENTRIES.parent / "templates" / "ui"
#: How the comment on top of a template begins that is no component of its own.
PART = "Part of "
COMMENT = re.compile(r"\{%\s*comment\s*%\}(.*?)\{%\s*endcomment\s*%\}", re.DOTALL)


@dataclass(frozen=True, slots=True)
class State:
    """A component as it looks once; `source` is the template's text that draws it."""

    name: str
    source: str
    context: dict[str, Any]

    def drawn(self) -> SafeString:
        """Draw it; raise TemplateSyntaxError for a source that is none."""
        loads = "{% load django_htmx i18n static ui_tags %}"
        return mark_safe(engines["django"].from_string(loads + self.source).render(dict(self.context)))  # noqa: S308  # a template escapes what it draws


@dataclass(frozen=True, slots=True)
class Entry:
    """A component in the gallery. `about`: the comment on top of its template, if it has one."""

    slug: str
    title: str
    english: str
    text: str
    covers: tuple[str, ...]
    states: tuple[State, ...]
    about: str


def documentation(name: str) -> str:
    """Return the comment on top of a component's template; empty where there is no template or no comment."""
    path = COMPONENTS / f"{name}.html"
    found = COMMENT.search(path.read_text("utf-8")) if path.is_file() else None
    return found[1].strip() if found else ""


def entries() -> list[Entry]:
    """Return every entry, by name; raise KeyError for one that lacks a title, a text or a state's name."""
    return [_entry(path) for path in sorted(ENTRIES.glob("*.toml"))]


def _entry(path: Path) -> Entry:
    read = tomllib.loads(path.read_text("utf-8"))
    states = [State(one["name"], *_source(path.stem, one)) for one in read["state"]]
    return Entry(
        slug=path.stem,
        title=read["title"],
        english=read["english"],
        text=read["text"],
        covers=(path.stem, *read.get("covers", ())),
        states=tuple(states),
        about=documentation(path.stem),
    )


def _source(name: str, state: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return the template's source of a state, written out or made from its context."""
    context = state.get("context", {})
    if "html" in state:
        return state["html"].strip(), context
    given = " ".join(f"{key}={_literal(key, value)}" for key, value in context.items())
    return f'{{% include "ui/{name}.html"{f" with {given}" if given else ""} only %}}', context


def _literal(key: str, value: object) -> str:
    """Return a value as a template writes it; what it cannot write stands in the context, by its name."""
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, int) or (isinstance(value, str) and not set(value) & set('"\n%{}')):
        return f'"{value}"' if isinstance(value, str) else str(value)
    return key
