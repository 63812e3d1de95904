"""Which ways are open to somebody who does not agree with what they were told: to whom, how soon, under which article.

The ways are data (`remedies.toml`). Paper and page ask here and so name the same ones; how long there is, is the row's
of the law (`terms.toml`) and stands nowhere else.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Self

from pydantic import model_validator

from huiying.procedure.schema import COMPLAINANT, Filled, Frozen
from huiying.procedure.time_limits import Term, Unit
from huiying.procedure.words import say

DATA = Path(__file__).with_name("remedies.toml")


class Way(Frozen):
    """One way: whom to turn to, within which row's limit (none where the law sets none), and its sentence."""

    id: str
    name: Filled
    to: str = ""
    term: str = ""
    article: Filled
    text: Filled


class Told(Frozen):
    """The ways that a notice names; `when`: only where one of these values was given; `to`: only to these people.

    `under`: only where the notice rests on this law, which the ways come from.
    """

    notice: Filled
    to: str = ""
    remedies: tuple[str, ...]
    under: str = ""
    when: Mapping[str, tuple[str, ...]] = {}

    def fits(self, notice: str, given: Mapping[str, object], to: str, article: str) -> bool:
        """Whether this is what a notice names to somebody under an article, with what its act was given."""
        meant = self.notice == notice and self.to in {"", to} and self.under in article
        return meant and all(str(given.get(name, "")) in said for name, said in self.when.items())


class Remedies(Frozen):
    """`remedies.toml`."""

    remedy: tuple[Way, ...]
    told: tuple[Told, ...]

    @model_validator(mode="after")
    def _are_all_there(self) -> Self:
        there = {way.id for way in self.remedy}
        missing = {name for told in self.told for name in told.remedies} - there
        if missing:
            raise ValueError(f"remedies that nobody describes: {'、'.join(sorted(missing))}")
        return self


class Remedy(Frozen):
    """A way as somebody is told of it: its name, the sentence with its limit, the row of that limit, the article."""

    id: str
    name: str
    text: str
    term: str
    article: str


@cache
def remedies() -> Remedies:
    """Return all ways and who is told of them."""
    return Remedies.model_validate(tomllib.loads(DATA.read_text("utf-8")))


def ways(
    notice: str, given: Mapping[str, object], terms: Mapping[str, Term], to: str = COMPLAINANT, article: str = ""
) -> tuple[Remedy, ...]:
    """Return the ways that a notice names, in their order.

    `given`: what its act was given. `to`: for whom it is. `article`: the notice's own. `terms`: the rows of the law by
    id; a way whose row is not among them, or is not known well enough to be called law, is not named: a limit that
    nobody can be sure of misleads.
    """
    named = [name for told in remedies().told if told.fits(notice, given, to, article) for name in told.remedies]
    known = {way.id: way for way in remedies().remedy}
    return tuple(
        Remedy(
            id=way.id,
            name=way.name,
            text=way.text.format(to=way.to, limit=amount(terms[way.term]) if way.term else ""),
            term=way.term,
            article=way.article,
        )
        for way in (known[name] for name in named)
        if not way.term or (way.term in terms and terms[way.term].status.is_law)
    )


def amount(term: Term) -> str:
    """Return how long a row's limit is in the words of papers: 30日, 7个工作日, 6个月, counted back or forth."""
    count = abs(term.value)
    if term.unit is Unit.NATURAL_DAYS:
        return f"{count}日"
    return f"{count}{'个' if term.unit is Unit.WORKING_DAYS else ''}{say(f'unit.{term.unit}')}"
