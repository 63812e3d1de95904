"""Whose a demand is: proposed from the duty catalogue, the place, and how cases like it went before.

Nothing is trained: a proposal rests on precedents that can be opened and read, so a new ruling counts at once. How much
each kind of evidence weighs stands below; docs/judgement/core-and-units.md says what of it was measured.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import numpy as np

from huiying.procedure.routing import Duty

#: How many of the nearest precedents have a say, and how fast it fades: likeness to the third power.
NEAREST, FADING = 30, 3
#: Votes are scattered over thirty cases, so that their plain share says less than it should: raised to this power, the
#: share is about what came true (calibration error on tipdm_c from 0.13 to 0.06). The order stays as it is.
SHARPER = 1.5
#: A precedent of the same place or matter has so much more say; one that was ruled on counts this often.
SAME_AREA, SAME_MATTER, RULED = 0.3, 1.0, 3.0
#: What part of the probability goes by how often a unit was right at all, so that nothing is ever certain.
PRIOR = 0.05
#: What part a row of the catalogue takes where one fits: it is the rule, precedents are how it was lived. Not measured:
#: the sets that name an answering unit have no catalogue.
CATALOGUE = 0.8
#: Precedents below this likeness share no more than everyday words.
LEAST_LIKENESS = 0.02
MOST_PROPOSED, MOST_CITED = 3, 3


class Because(StrEnum):
    """Why a unit is proposed."""

    LIKE_CASE = "like_case"
    RULED = "ruled"
    CATALOGUE = "catalogue"
    OFTEN = "often"


@dataclass(frozen=True, slots=True)
class Precedent:
    """A case that is decided: its masked text, where it was, and the unit whose it turned out to be.

    `ruled`: somebody ruled on it after a return. `unit` may be a unit's code or a kind: it is proposed as is.
    """

    number: str
    text: str
    unit: str
    area: str = ""
    matter: str = ""
    ruled: bool = False


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason: which kind, what is cited (a case's number, or the catalogue's basis), and how like, from 0 to 1."""

    because: Because
    cited: str
    likeness: float = 0.0


@dataclass(frozen=True, slots=True)
class Proposal:
    """A unit, how probable it is that the demand is its (0 to 1), and why. A person decides."""

    unit: str
    probability: float
    reasons: tuple[Reason, ...]


class Precedents:
    """Precedents made ready to be compared with: built once, asked often.

    Holds TF-IDF of characters and their pairs and triples; a question costs one sparse product.
    """

    def __init__(self, cases: Sequence[Precedent]) -> None:
        self.cases = tuple(case for case in cases if case.text.strip() and case.unit)
        self.shares = Counter(case.unit for case in self.cases)
        if self.cases:
            from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415  # large, and only here

            self._weighing = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True, dtype=np.float32)
            self._rows = self._weighing.fit_transform([case.text for case in self.cases])

    def nearest(self, text: str, *, without: str = "") -> list[tuple[Precedent, float]]:
        """Return the precedents most like a text with their likeness (cosine), the likeliest first.

        `without`: the number of the case that asks, which is no precedent of itself.
        """
        if not self.cases or not text.strip():
            return []
        likeness = (self._rows @ self._weighing.transform([text]).T).toarray().ravel()
        best = np.argsort(-likeness, kind="stable")[: NEAREST + 1]
        found = [(self.cases[row], min(1.0, float(likeness[row]))) for row in best]
        return [(case, like) for case, like in found if like >= LEAST_LIKENESS and case.number != without][:NEAREST]


def propose_unit(
    text: str,
    *,
    area: str,
    matter: str,
    precedents: Precedents | Sequence[Precedent],
    catalogue: Iterable[Duty] = (),
    on: date | None = None,
    barred: Iterable[str] = (),
    number: str = "",
) -> list[Proposal]:
    """Return at most three units that a demand may be for, the likeliest first; empty where nothing speaks for any.

    `area`: the place's code. `catalogue`: duties; those of this matter count, the narrowest area first, valid `on` that
    day. `barred`: units that the conflict lock keeps out; none of them is proposed. `number`: the case that asks.
    """
    known = precedents if isinstance(precedents, Precedents) else Precedents(precedents)
    shut = frozenset(barred)
    near = [(case, like) for case, like in known.nearest(text, without=number) if case.unit not in shut]
    votes = _votes(near, area, matter)
    duty = _duty(catalogue, area, matter, on, shut)
    shares = {unit: count for unit, count in known.shares.items() if unit not in shut}
    probable = _probable(votes, shares, duty)
    best = sorted(probable, key=lambda unit: (-probable[unit], unit))[:MOST_PROPOSED]
    return [Proposal(unit, probable[unit], _reasons(unit, near, duty)) for unit in best]


def _votes(near: Sequence[tuple[Precedent, float]], area: str, matter: str) -> Mapping[str, float]:
    votes: dict[str, float] = defaultdict(float)
    for case, like in near:
        say = like**FADING
        say *= 1 + SAME_AREA * _same_place(case.area, area)
        say *= 1 + SAME_MATTER * (bool(matter) and case.matter == matter)
        votes[case.unit] += say * (RULED if case.ruled else 1)
    return votes


def _same_place(one: str, other: str) -> bool:
    """Whether two places are the same, or one lies in the other: codes nest by prefix."""
    return bool(one) and bool(other) and (one.startswith(other) or other.startswith(one))


def _probable(votes: Mapping[str, float], shares: Mapping[str, int], duty: Duty | None) -> dict[str, float]:
    probable: dict[str, float] = defaultdict(float)
    sharp = {unit: say**SHARPER for unit, say in votes.items()}
    cast, of_all = sum(sharp.values()), sum(shares.values())
    by_votes = (1 - PRIOR) if cast else 0.0
    for unit, count in shares.items():
        probable[unit] += (1 - by_votes) * count / of_all
    for unit, say in sharp.items():
        probable[unit] += by_votes * say / cast
    if duty is None:
        return probable
    taken = CATALOGUE if probable else 1.0
    weighed = {unit: (1 - taken) * share for unit, share in probable.items()}
    return weighed | {duty.lead: weighed.get(duty.lead, 0.0) + taken}


def _duty(catalogue: Iterable[Duty], area: str, matter: str, on: date | None, shut: frozenset[str]) -> Duty | None:
    """Return the row for the matter whose area is the narrowest around the place."""
    fitting = [
        row
        for row in catalogue
        if matter and row.matter == matter and area.startswith(row.area) and row.lead not in shut
        if on is None or row.valid_from <= on <= row.valid_to
    ]
    return max(fitting, key=lambda row: len(row.area), default=None)


def _reasons(unit: str, near: Sequence[tuple[Precedent, float]], duty: Duty | None) -> tuple[Reason, ...]:
    reasons = [Reason(Because.CATALOGUE, duty.basis)] if duty is not None and duty.lead == unit else []
    speaking = [(case, like) for case, like in near if case.unit == unit]
    # What was ruled on is cited before what merely went that way.
    speaking.sort(key=lambda pair: (not pair[0].ruled, -pair[1]))
    reasons += [
        Reason(Because.RULED if case.ruled else Because.LIKE_CASE, case.number, round(like, 4))
        for case, like in speaking[:MOST_CITED]
    ]
    return tuple(reasons) or (Reason(Because.OFTEN, ""),)
