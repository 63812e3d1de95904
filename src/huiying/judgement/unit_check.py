"""How often the unit that answered is among those proposed, on cases of which no near duplicate was seen."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from huiying.judgement.units import MOST_PROPOSED, Precedent, Precedents, propose_unit

FOLDS, BINS, SEED = 5, 15, 20_260_101


@dataclass(frozen=True, slots=True)
class Checked:
    """Shares from 0 to 1: right at once, right among three, the same of the baseline, and how far probabilities err.

    `base_…`: the units that answered most often in the same area. `error`: expected calibration error of the first
    proposal's probability, in 15 bins.
    """

    n: int
    top1: float
    top3: float
    base_top1: float
    base_top3: float
    error: float


def check(cases: Sequence[Precedent], groups: Sequence[str]) -> Checked:
    """Propose for every case from the folds that hold neither it nor one of its group; groups stay whole."""
    fold_of = _folds(groups)
    hits: Counter[str] = Counter()
    said: list[tuple[float, bool]] = []
    for fold in range(FOLDS):
        seen = [case for case, group in zip(cases, groups, strict=True) if fold_of[group] != fold]
        asked = [case for case, group in zip(cases, groups, strict=True) if fold_of[group] == fold]
        known, often = Precedents(seen), _often(seen)
        for case in asked:
            proposals = propose_unit(case.text, area=case.area, matter=case.matter, precedents=known)
            units = [proposal.unit for proposal in proposals]
            base = often.get(case.area) or often[""]
            hits.update(
                {
                    "top1": units[:1] == [case.unit],
                    "top3": case.unit in units,
                    "base1": base[:1] == [case.unit],
                    "base3": case.unit in base,
                }
            )
            said += [(proposal.probability, proposal.unit == case.unit) for proposal in proposals[:1]]
    n = max(1, len(cases))
    top1, top3, base1, base3 = (hits[name] / n for name in ("top1", "top3", "base1", "base3"))
    return Checked(len(cases), top1, top3, base1, base3, _calibration(said))


def _folds(groups: Sequence[str]) -> Mapping[str, int]:
    """Return each group's fold: shuffled by a fixed seed, the next group always into the emptiest fold."""
    sizes = Counter(groups)
    order = sorted(sizes)
    random.Random(SEED).shuffle(order)  # noqa: S311  # a draw of folds, no secret
    filled = [0] * FOLDS
    folds: dict[str, int] = {}
    for group in order:
        folds[group] = filled.index(min(filled))
        filled[folds[group]] += sizes[group]
    return folds


def _often(cases: Sequence[Precedent]) -> Mapping[str, list[str]]:
    """Return each area's most frequent units, filled up from the whole city's; those are also under ""."""
    everywhere = [unit for unit, _ in Counter(case.unit for case in cases).most_common()]
    by_area: dict[str, Counter[str]] = defaultdict(Counter)
    for case in cases:
        by_area[case.area][case.unit] += 1
    often = {
        area: list(dict.fromkeys([*(unit for unit, _ in counted.most_common()), *everywhere]))[:MOST_PROPOSED]
        for area, counted in by_area.items()
        if area
    }
    return {"": everywhere[:MOST_PROPOSED], **often}


def _calibration(said: Sequence[tuple[float, bool]]) -> float:
    bins: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for probability, right in said:
        bins[min(BINS - 1, int(probability * BINS))].append((probability, right))
    off = (abs(sum(p for p, _ in held) - sum(right for _, right in held)) for held in bins.values())
    return sum(off) / max(1, len(said))
