"""Finds every form that any page shows to anybody, by walking the pages as a person would: link by link."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from django.test import Client
from django.urls import Resolver404, URLResolver, get_resolver, resolve

#: Fields that only say that nobody else sent the form, and once.
OURS = frozenset({"csrfmiddlewaretoken", "key"})
#: Addresses of a case, a receipt, an opening or an object differ in this only, and so do their forms.
WHICH = ("number", "code", "opening_id", "post_id", "object_id", "pk", "uidb36", "key")


@dataclass(slots=True)
class Box:
    """One field of a form: what type it says it is, and what a person could choose or would find in it."""

    name: str
    kind: str
    values: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Found:
    """A form as it stands in a page."""

    action: str
    method: str
    place: str
    who: str = ""
    fields: dict[str, Box] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What tells it from others: where it leads to, and what it asks."""
        return f"{self.place} {'+'.join(sorted(set(self.fields) - OURS))}"

    def filled(self) -> dict[str, object]:
        """Return what somebody would send who chose the first of everything and wrote something everywhere."""
        return {box.name: first(box) for box in self.fields.values() if box.kind != "file"}


def first(box: Box) -> object:
    """Return what fits a field."""
    if chosen := next((value for value in box.values if value), ""):
        return chosen
    return {"number": "1", "date": "2026-12-01", "tel": "13900001234"}.get(box.kind, "滨河路的路灯不亮，已经一周了。")


class _Reader(HTMLParser):
    """Collects the forms and links of a page."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url
        self.forms: list[Found] = []
        self.links: list[str] = []
        self._open: Found | None = None
        self._buttons: dict[tuple[str, str], str] = {}
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "a" and "href" in said:
            self.links.append(urljoin(self.url, said["href"]))
        if tag == "form":
            action = urljoin(self.url, said.get("action") or self.url)
            self._open = Found(action, said.get("method", "get").upper(), place_of(action))
            self.forms.append(self._open)
            self._buttons = {}
        for method in ("GET", "POST"):  # what htmx sends without a form of its own: the fields of the one around it
            if said.get(f"hx-{method.lower()}"):
                self._fragment(urljoin(self.url, said[f"hx-{method.lower()}"]), method)
        if tag == "button" and self._open is not None and said.get("type", "submit") == "submit":
            self._buttons.setdefault((said.get("name", ""), said.get("formaction", "")), said.get("value", ""))
        if tag in {"input", "select", "textarea"} and self._open is not None and said.get("name"):
            kind = said.get("type", "text") if tag == "input" else tag
            box = self._open.fields.setdefault(said["name"], Box(said["name"], kind))
            if said.get("value"):
                box.values.append(said["value"])
            self._select = box.name if tag == "select" else self._select
        if tag == "option" and self._open is not None and self._select and said.get("value"):
            self._open.fields[self._select].values.append(said["value"])

    def _fragment(self, action: str, method: str) -> None:
        fields = self._open.fields if self._open else {}
        self.forms.append(Found(action, method, place_of(action), fields=fields))

    def _pressed(self, form: Found, name: str, leads: str, value: str) -> Found:
        """Return the form as one of its buttons sends it."""
        action = urljoin(self.url, leads) if leads else form.action
        box = {name: Box(name, "button", [value])} if name else {}
        return Found(action, form.method, place_of(action), fields=form.fields | box)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form" and self._open is not None:
            for (name, leads), value in self._buttons.items():
                if name or leads:
                    self.forms.append(self._pressed(self._open, name, leads, value))
            if self._buttons and ("", "") not in self._buttons:  # every way to send it names a button
                self.forms.remove(self._open)
            self._open = None
        if tag == "select":
            self._select = ""


def read(url: str, html: str) -> tuple[list[Found], list[str]]:
    """Return the forms and links of a page."""
    reader = _Reader(url)
    reader.feed(html)
    return reader.forms, reader.links


def place_of(url: str) -> str:
    """Return the address as its route says it: without which case it is."""
    try:
        found = resolve(urlsplit(url).path)
    except Resolver404:
        return urlsplit(url).path
    more = ":".join(str(value) for name, value in found.kwargs.items() if name not in WHICH)
    return f"{found.view_name}{':' if more else ''}{more}"


def crawl(client: Client, who: str, start: list[str], seen: set[str], kind_of: Callable[[str], str]) -> Iterator[Found]:
    """Go through what somebody can reach from some addresses, one page of each kind, and hand out its forms.

    `kind_of` says what makes two pages of one kind; `seen` are those that somebody has been at.
    """
    waiting = list(start)
    while waiting:
        url = waiting.pop(0)
        kind = kind_of(url)
        if kind in seen:
            continue
        seen.add(kind)
        answer = client.get(url, follow=True)
        assert answer.status_code < 500, f"{who}: {url}"
        if answer.status_code != 200 or not answer["Content-Type"].startswith("text/html"):
            answer.getvalue()  # a file stays open until it has been read
            continue
        forms, links = read(answer.request["PATH_INFO"] if not answer.redirect_chain else url, answer.content.decode())
        for one in forms:
            one.who = who
            yield one
        waiting += [link for link in links if link.startswith("/") and "logout" not in link]


def addresses() -> Mapping[str, str]:
    """Return every address that takes requests: its view's name → its pattern. The API has its own description."""

    def walk(resolver: URLResolver, before: str = "", space: str = "") -> Iterator[tuple[str, str]]:
        for one in resolver.url_patterns:
            pattern = before + str(one.pattern)
            if isinstance(one, URLResolver):
                yield from walk(one, pattern, f"{one.namespace}:" if one.namespace else space)
            elif not pattern.startswith("api/"):
                yield f"{space}{one.name}", pattern

    return dict(walk(get_resolver()))


def plain(pattern: str) -> bool:
    """Whether an address has no blanks to fill in."""
    return not re.search(r"[<(^]", pattern)
