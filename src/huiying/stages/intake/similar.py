"""Open cases that may be about the same thing as what somebody is saying now, as far as the asker may see them.

Nothing is written for this: candidates are the newest open cases of the place or the matter, found by indices that
lists have anyway, and only their masked copies are compared. What is the same, a person decides.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import QuerySet
from django.db.models.functions import Left

from huiying.case.models import Case, Content
from huiying.directory.likeness import MOST_CHARACTERS, likeness, pairs
from huiying.directory.models import STREET
from huiying.procedure.schema import Kind

#: Candidates of a place lie among this many newest cases, those of a matter among so many: what is read has a bound.
NEWEST_OF_PLACE, NEWEST_OF_MATTER = 5_000, 50_000
CANDIDATES, MOST, LEAST_PAIRS, LEAST_LIKENESS = 200, 5, 3, 0.2


@dataclass(frozen=True, slots=True)
class Alike:
    """An open case, and how many pairs of characters its words share with what is being said."""

    number: str
    shared: int


def alike(said: str, *, area: str, matter: str) -> list[Alike]:
    """Return the open cases of an area or a matter whose words are most like what is being said, the likeliest first.

    Reports and confidential cases are not among them: what others reported is nobody's to compare with (F1, F10).
    """
    asked = pairs(said)
    if len(asked) < LEAST_PAIRS:
        return []
    found = dict(_candidates(area, matter))
    shared = {
        case_id: len(asked & held)
        for case_id, held in _words(found).items()
        if len(asked & held) >= LEAST_PAIRS and likeness(asked, held) >= LEAST_LIKENESS
    }
    likeliest = sorted(shared, key=lambda case_id: (-shared[case_id], -case_id))
    return [Alike(found[case_id], shared[case_id]) for case_id in likeliest[:MOST]]


def _candidates(area: str, matter: str) -> list[tuple[int, str]]:
    newest = Case.objects.order_by("-id").values_list("id", flat=True).first()
    if newest is None:
        return []
    rows: list[tuple[int, str]] = []
    if matter.isprintable() and matter:
        rows += _of(Case.objects.filter(matter=matter, id__gt=newest - NEWEST_OF_MATTER))
    if area.isdecimal() and area:
        # A street: what happens in one community is often felt in the next.
        rows += _of(Case.objects.filter(area__startswith=area[:STREET], id__gt=newest - NEWEST_OF_PLACE))
    return rows


def _of(cases: QuerySet[Case]) -> list[tuple[int, str]]:
    still_open = cases.filter(closed_at=None, confidential=False, joined_into="").exclude(kind=Kind.REPORT)
    return list(still_open.order_by("-id").values_list("id", "number")[:CANDIDATES])


def _words(cases: Collection[int]) -> dict[int, frozenset[str]]:
    """Return the pairs of each case's masked words, of its title and its text together."""
    texts = (
        Content.objects.filter(case__in=cases, position=1, name__in=["title", "text"])
        .annotate(start=Left("text", MOST_CHARACTERS))
        .values_list("case_id", "start")
    )
    held: dict[int, frozenset[str]] = {}
    for case_id, text in texts:
        held[case_id] = held.get(case_id, frozenset()) | pairs(text)
    return held
