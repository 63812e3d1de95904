"""Open cases that may be about the same thing as what somebody is saying now, as far as the asker may see them.

Nothing is written for this, and only masked copies are compared. Each is shown with how probable it is and why. What is
the same, a person decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from huiying.case.models import Case
from huiying.directory.models import STREET
from huiying.judgement.grams import grams_of
from huiying.judgement.repeats import runs, same_event, same_text, shared_words
from huiying.procedure.schema import Kind
from huiying.procedure.time_limits import SHANGHAI
from huiying.stages.intake.held import held, words_of

#: The likeliest that are asked of the index (some have closed since), that are compared in full, and that are shown.
ASKED_FOR, COMPARED, MOST, LEAST_PAIRS = 200, 20, 5, 3
#: From these probabilities on a case is shown at all, is called likely, and is called nearly certain.
LEAST, LIKELY, NEARLY_CERTAIN = 0.3, 0.6, 0.9


@dataclass(frozen=True, slots=True)
class Alike:
    """An open case that may be the same: how probable it is, and what speaks for it.

    `shared`: words that both have. `same_place`: in the same street, None where one of the two has no area. `days`:
    since it was received, in days of Beijing.
    """

    number: str
    probability: float
    shared: tuple[str, ...]
    same_place: bool | None
    days: int


def alike(said: str, *, area: str, at: datetime) -> list[Alike]:
    """Return the open cases that may be about what is being said: those of another street last, the likeliest first.

    Reports and confidential cases are not among them: what others reported is nobody's to compare with (F1, F10).
    """
    if grams_of([said]).gram.size < LEAST_PAIRS:
        return []
    near = {found.key: same_event(found.likeness) for found in held().search(said, ASKED_FOR)}
    still_open = Case.objects.filter(id__in=near, closed_at=None, confidential=False, joined_into="")
    rows = list(still_open.exclude(kind=Kind.REPORT).values_list("id", "number", "area", "received_at"))
    rows = sorted(rows, key=lambda row: (-near[row[0]], -row[0]))[:COMPARED]
    words, asked = words_of([row[0] for row in rows]) if rows else {}, runs(said)
    found = []
    for case_id, number, there, received_at in rows:
        probability = max(near[case_id], same_text(asked, runs(words.get(case_id, ""))))
        if probability >= LEAST:
            shared = tuple(shared_words(said, words.get(case_id, "")))
            found.append(Alike(number, probability, shared, _same_place(area, there), _days(received_at, at)))
    return sorted(found, key=lambda one: (one.same_place is False, -one.probability))[:MOST]


def _same_place(here: str, there: str) -> bool | None:
    # A street: what happens in one community is often felt in the next.
    if len(here) < STREET or len(there) < STREET:
        return None
    return here[:STREET] == there[:STREET]


def _days(before: datetime, now: datetime) -> int:
    return (now.astimezone(SHANGHAI).date() - before.astimezone(SHANGHAI).date()).days
