"""Every page that there is, found and not listed: addresses of the URL map that answer HTML, as whoever may see them.

What an address shows differs by role and by case; of all its answers those are kept that together have every element
that any of them has, in as few pages as possible (`cover`). Pages that an address shows under several names, such as
the form of each act, are found by following links.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from itertools import product

from django.apps import apps
from django.urls import Resolver404, resolve

from door_matrix import (
    NOBODY,
    OF_A_CASE,
    OF_A_RECEIPT,
    OWN,
    PLACE,
    RESIDENT,
    VISITORS,
    Row,
    address,
    of_libraries,
    rows,
)
from door_world import World

HTML = re.compile(r"\s*<!doctype html", re.IGNORECASE)
LINK = re.compile(r'href="(/[^"#?]*)')
#: Addresses of Django's admin that belong to a kind of object.
MODEL = re.compile(r"admin/(\w+)/(\w+)/<path:object_id>/")
#: Who asks at addresses of libraries: each the first who gets the page.
LIBRARY_VISITORS = (NOBODY, "officer", "secrecy_officer", "administrator")
#: Links are followed so many times: from a list to a case, from the case to its acts.
DEPTH = 2
#: Whose pages differ most.
MANY = frozenset({NOBODY, "officer", "unit_head", "dispatcher", "call_taker", "supervisor", "leader", "follow_up",
                  "custodian", "administrator", "auditor"})  # fmt: skip
STRANGERS = frozenset({NOBODY, RESIDENT})
SHOWN = frozenset({"200", "422"})
REFUSED = frozenset({"400", "403", "404", "409", "429"})
#: Answers that stand for a page of their own; others lead to one.
AWAY = frozenset({"login", "302", "401", "405"})


@dataclass(frozen=True, slots=True)
class Sight:
    """A page as somebody sees it. What answers a POST, or a refusal, is kept as it came, to be shown again."""

    pattern: str
    path: str
    role: str
    said: str
    words: str
    by_post: bool

    def __str__(self) -> str:
        return f"{'POST ' if self.by_post else ''}{self.path} ({self.role}, {self.said})"


class Elements(HTMLParser):
    """The elements of a page, by their tags, classes and kinds."""

    def __init__(self, words: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.feed(words)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        of = dict(attrs)
        self.found |= {f"{tag}.{one}" for one in (of.get("class") or "").split()} or {tag}
        self.found |= {f"{tag}[{key}={of[key]}]" for key in ("type", "role") if key in of}


def cover(sights: Iterable[Sight]) -> list[Sight]:
    """Return as few sights as together show every element: the first, whoever knows least, then the richest."""
    left = [(sight, Elements(sight.words).found) for sight in sights]
    kept: list[Sight] = []
    seen: set[str] = set()
    while left:
        sight, elements = max(left, key=lambda one: len(one[1] - seen)) if kept else left[0]
        if not elements - seen:
            break
        kept.append(sight)
        seen |= elements
    return kept


def patterns() -> list[str]:
    """Return what is looked at: every address that the table of doors has a line for, ours and libraries'."""
    ours = {row.pattern for row in rows() if not row.pattern.startswith("api/")}
    return sorted(ours | of_libraries())


def sights(world: World) -> Mapping[str, Sequence[Sight]]:
    """Return the pages of every address that has any."""
    found: dict[str, list[Sight]] = {}
    refused: set[tuple[str, bool]] = set()
    for row in rows():
        if not row.pattern.startswith("api/"):
            for visitor, situation in asked(row, refused):
                if sight := _seen(world, row, visitor, situation):
                    found.setdefault(row.pattern, []).append(sight)
    for pattern in of_libraries():
        if sight := _of_a_library(world, pattern):
            found[pattern] = [sight]
    kept = {pattern: cover(seen) for pattern, seen in found.items()}
    return kept | {
        pattern: cover([*kept.get(pattern, []), *linked]) for pattern, linked in _linked(world, kept).items()
    }


def asked(row: Row, refused: set[tuple[str, bool]]) -> Iterator[tuple[str, str]]:
    """Yield who asks, about whose case: each kind of role about the first that it sees, an officer about all.

    A refusal has one page, whatever was refused; it is asked for once by whoever has signed in, and once by others.
    """
    expected = row.expected()
    many = {NOBODY} if expected[NOBODY, row.situations[0]] in SHOWN else MANY
    met: set[str] = set()
    for visitor, situation in product(VISITORS, row.situations):
        said = expected[visitor, situation]
        if said in AWAY:
            continue
        if said in REFUSED:
            if (kind := (said, visitor in STRANGERS)) not in refused:
                refused.add(kind)
                yield visitor, situation
        elif visitor in many and (visitor not in met or visitor == "officer"):
            met.add(visitor)
            yield visitor, situation


def _seen(world: World, row: Row, visitor: str, situation: str) -> Sight | None:
    if row.method not in {"GET", "POST"}:
        return None
    answer = world.ask(visitor, row, situation)
    if not HTML.match(answer.words):
        return None
    path = address(row.pattern, world.filled(row, situation or OWN))
    return Sight(row.pattern, path, visitor, answer.said, answer.words, row.method == "POST")


def _of_a_library(world: World, pattern: str) -> Sight | None:
    """Return the page at an address of a library, if it is one: of an object, that of the first there is."""
    filled: dict[str, str] = {}
    for place in PLACE.finditer(pattern):
        named = place["name"] or place["group"]
        model = MODEL.match(pattern)
        if named == "app_label":
            filled[named] = "directory"
        elif named == "object_id" and model:
            kind = apps.get_model(f"{model[1]}.{model[2]}")
            first = kind._default_manager.first()  # noqa: SLF001  # Django's own name for it
            filled[named] = str(first.pk) if first else "1"
        else:
            filled[named] = "1"
    for visitor in LIBRARY_VISITORS:
        row = Row("GET", pattern, filled, "all 200")
        answer = world.ask(visitor, row)
        if HTML.match(answer.words) and answer.said in SHOWN:
            return Sight(pattern, address(pattern, filled), visitor, answer.said, answer.words, by_post=False)
    return None


def _linked(world: World, kept: Mapping[str, Sequence[Sight]]) -> Mapping[str, Sequence[Sight]]:
    """Follow links to pages whose addresses name something else than a case: each once."""
    found: dict[str, list[Sight]] = {}
    known = {row.pattern for row in rows() if row.method == "GET"}
    met = {_named(sight.path) for seen in kept.values() for sight in seen if not sight.by_post}
    here = [sight for seen in kept.values() for sight in seen]
    for _ in range(DEPTH):
        further: list[Sight] = []
        for sight in here:
            for path in LINK.findall(sight.words):
                named = _named(path)
                if named is None or named[0] not in known or named in met:
                    continue
                met.add(named)
                row = Row("GET", named[0], {key: str(value) for key, value in resolve(path).kwargs.items()}, "all 200")
                if new := _seen(world, row, sight.role, OWN):
                    further.append(new)
                    found.setdefault(new.pattern, []).append(new)
        here = further
    return found


def _named(path: str) -> tuple[str, tuple[str, ...]] | None:
    """Return an address's pattern, and what it names besides a case: two such addresses show pages of one kind."""
    try:
        match = resolve(path)
    except Resolver404:
        return None
    whose = OF_A_CASE | OF_A_RECEIPT
    return match.route, tuple(str(value) for key, value in sorted(match.kwargs.items()) if key not in whose)
