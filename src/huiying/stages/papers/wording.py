"""The words of papers: one TOML file a notice (`notices/`), filled with what the ledger holds and with nothing else.

`{name}` is a fact; `{a|b}` the first of them that is known; what stands in `[…]` is left out where one of its facts is
not known. A paragraph with an unknown fact is left out, and a part that keeps no paragraph makes the paper incomplete,
unless the part is optional.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Annotated

from pydantic import Field

from huiying.procedure.schema import COMPLAINANT, Filled, Frozen

FOLDER = Path(__file__).with_name("notices")
FACT = re.compile(r"\{([^{}]+)\}(。?)")
OPTIONAL = re.compile(r"\[([^\[\]]*)\]")
NUMERALS = "一二三四五六七八九十"
STOPS = "。！？；…"
#: What may close behind a stop: 他说“不行。” needs no other.
CLOSING = "”’」』）"


class Part(Frozen):
    """A part of a paper: paragraphs under a heading, or under none; `only`: for whom alone it is (nobody: for all)."""

    heading: str = ""
    text: Annotated[tuple[Filled, ...], Field(min_length=1)]
    optional: bool = False
    only: tuple[str, ...] = ()

    def facts(self) -> Iterator[tuple[str, ...]]:
        """Yield, for each paragraph, the facts without which it is left out, each with what may stand for it."""
        for paragraph in self.text:
            yield tuple(name for name, _ in FACT.findall(OPTIONAL.sub("", paragraph)))


class Wording(Frozen):
    """The words of one notice's paper.

    `mark`: its part of the number (延告 of 汀延告〔2026〕3号). `to`: what whoever it is for is called in it (each of
    several, where it is for both sides), or nothing where all may read it. `version` is counted up whenever the words
    change.
    """

    slug: Annotated[str, Field(pattern=r"^[a-z][a-z-]+$")]
    notice: Filled
    title: Filled
    mark: Annotated[str, Field(pattern=r"^[\u4e00-\u9fff]{2,4}$")]
    to: str | Mapping[str, str]
    version: Annotated[int, Field(gt=0)] = 1
    part: Annotated[tuple[Part, ...], Field(min_length=1)]
    closing: str = "特此告知。"

    @property
    def fingerprint(self) -> str:
        """What tells these words from any others."""
        return sha256(self.model_dump_json().encode()).hexdigest()

    def called(self, to: str) -> str:
        """Return what whoever it is for (`to`) is called in it."""
        return self.to if isinstance(self.to, str) else self.to[to]


class Section(Frozen):
    """A part as it is printed."""

    heading: str
    paragraphs: tuple[str, ...]


class Text(Frozen):
    """A paper as it is printed, word for word. `addressee` names nobody: a name is put there at the last moment."""

    unit: str
    number: str
    title: str
    addressee: str
    sections: tuple[Section, ...]
    closing: str
    date: str


class Incomplete(Exception):  # noqa: N818  # what the ledger lacks, not an error
    """The ledger does not hold what a paper must contain; `lacks` is what it would stand under."""

    def __init__(self, lacks: str) -> None:
        super().__init__(lacks)
        self.lacks = lacks


@cache
def wordings() -> Mapping[str, Wording]:
    """Return notice → the words of its paper."""
    read = (Wording.model_validate(tomllib.loads(path.read_text("utf-8"))) for path in sorted(FOLDER.glob("*.toml")))
    return {wording.notice: wording for wording in read}


def known_as(slug: str) -> Wording | None:
    """Return the words that an address names."""
    return next((wording for wording in wordings().values() if wording.slug == slug), None)


def filled(
    wording: Wording, facts: Mapping[str, str], remedies: tuple[str, ...] = (), *, to: str = COMPLAINANT
) -> Text:
    """Return a paper's text: `facts` are what may be said, `remedies` the sentences of the ways that remain."""
    parts = [part for part in wording.part if not part.only or to in part.only]
    sections = [section for part in parts if (section := _section(part, facts)) is not None]
    addressee = wording.called(to)
    if remedies:
        sections.append(Section(heading="救济途径", paragraphs=remedies))
    headings = sum(bool(section.heading) for section in sections)
    return Text(
        unit=facts["unit"],
        number=facts.get("number", ""),
        title=wording.title,
        addressee=f"{addressee}（工单号{facts['case']}）" if addressee else "",
        sections=tuple(_numbered(sections) if headings > 1 else sections),
        closing=wording.closing,
        date=facts["on"],
    )


def _section(part: Part, facts: Mapping[str, str]) -> Section | None:
    said = [line for paragraph in part.text for line in _paragraph(paragraph, facts).splitlines() if line.strip()]
    if said:
        return Section(heading=part.heading, paragraphs=tuple(line.strip() for line in said))
    if part.optional:
        return None
    raise Incomplete(part.heading or part.text[0])


def _paragraph(paragraph: str, facts: Mapping[str, str]) -> str:
    """Return a paragraph with its facts, empty where one of them is not known. What a fact says is never read again."""
    said = []
    for place, piece in enumerate(OPTIONAL.split(paragraph)):
        words = _piece(piece, facts)
        is_optional = bool(place % 2)
        if words is None and not is_optional:
            return ""
        said.append(words or "")
    return "".join(said)


def _piece(piece: str, facts: Mapping[str, str]) -> str | None:
    """Return a piece of a paragraph with its facts, None where one is not known."""
    said, last = "", 0
    for hit in FACT.finditer(piece):
        value = next((facts[name] for name in hit[1].split("|") if facts.get(name)), "")
        if not value:
            return None
        # What somebody wrote ends as it pleases them: no second stop stands behind a first.
        stop = "" if value.rstrip(CLOSING)[-1:] in STOPS else hit[2]
        said, last = said + piece[last : hit.start()] + value + stop, hit.end()
    return said + piece[last:]


def _numbered(sections: list[Section]) -> Iterator[Section]:
    number = 0
    for section in sections:
        heading = f"{NUMERALS[number]}、{section.heading}" if section.heading else ""
        number += bool(section.heading)
        yield section.model_copy(update={"heading": heading})
