"""Counts of replayed demands: by row of the law, by unit, and by the source's own due date."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from huiying.replay.packs import Pack
from huiying.replay.reckoning import Fate, Past, Stopped, Verdict

PERSON = "person"
#: Below so many, a share says little and is marked (our own choice).
SMALL = 30
PROVISIONAL, OUTSIDE = "provisional", "outside"


@dataclass(slots=True)
class Tally:
    """What became of all demands under one pack."""

    pack: Pack
    rows: int = 0
    outside: int = 0
    rules: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    units: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    stopped: list[tuple[int, Stopped]] = field(default_factory=list)

    def add(self, past: Past, outcome: Sequence[Verdict] | Stopped) -> None:
        """Count one more demand."""
        if isinstance(outcome, Stopped):
            self.stopped.append((past.row, outcome))
            return
        self.rows += 1
        self.outside += any(verdict.outside for verdict in outcome)
        for verdict in outcome:
            rule = self.rules[verdict.term]
            rule[verdict.fate] += 1
            rule[OUTSIDE] += verdict.outside
            rule[PROVISIONAL] += verdict.provisional and verdict.fate in {Fate.ON_TIME, Fate.LATE}
            if past.unit is not None and self.pack.own.clocks[verdict.clock].whose == PERSON:
                self.units[past.unit][verdict.fate] += 1

    def document(self) -> dict[str, object]:
        """Return the counts as the command prints them."""
        return {
            "id": self.pack.id,
            "title": self.pack.title,
            "rows": self.rows,
            "counterfactual": self.outside > 0,
            "counterfactual_rows": self.outside,
            "rules": [self._rule(term, self.rules[term]) for term in sorted(self.rules)],
            "units": [{"unit": unit, **rated(self.units[unit])} for unit in sorted(self.units)],
        }

    def _rule(self, term_id: str, counted: Counter[str]) -> dict[str, object]:
        term = self.pack.own.terms[term_id]
        return {
            "term": term_id,
            "name": term.name,
            "article": term.article,
            "status": term.status.value,
            **rated(counted),
            "unobserved": counted[Fate.UNOBSERVED],
            "provisional": counted[PROVISIONAL],
            "counterfactual": counted[OUTSIDE] > 0,
            "counterfactual_rows": counted[OUTSIDE],
        }


def rated(counted: Counter[str]) -> dict[str, object]:
    """Return how many clocks were judged, how many of them ended in time, and the share; None of nothing."""
    n = counted[Fate.ON_TIME] + counted[Fate.LATE]
    return {
        "n": n,
        "on_time": counted[Fate.ON_TIME],
        "rate": counted[Fate.ON_TIME] / n if n else None,
        "small": n < SMALL,
        "open": counted[Fate.OPEN],
        "undecided": counted[Fate.UNDECIDED],
    }
