"""Earlier cases from which a proposal of the responsible unit is made: whom they were given to, and what was ruled.

Read under the asker's scope: nobody is shown a case that they may not see. Reports and confidential cases are no
precedents: what others reported is nobody's to compare with (F1, F10).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.db.models import QuerySet

from huiying.case.folding import law
from huiying.case.models import Act, Case, Content
from huiying.directory.models import STREET
from huiying.judgement.units import Precedent
from huiying.procedure.schema import Kind
from huiying.procedure.state import MAIN

#: Of a matter and of a street the newest so many: what is read has a bound, and what is newest says how it is done now.
OF_MATTER, OF_STREET, NEWEST = 200, 200, 50_000
#: Who gives a case to a unit and thereby decides whose it is after a dispute.
RULES = frozenset({"rule_on_return", "rule_level"})
#: A unit that only just got a case may still return it: it counts once it has signed for it or somebody has ruled.
UNDECIDED = frozenset({"signing", "ruling"})


def precedents_for(case: Case) -> list[Precedent]:
    """Return the precedents for a case that the asker may see, the newest first; the case itself is none of them."""
    found = {one.pk: one for one in _candidates(case)}
    leads = _leads(found.values())
    texts = _texts(leads)
    return [
        Precedent(found[pk].number, texts[pk], *leads[pk][:1], found[pk].area, found[pk].matter, ruled=leads[pk][1])
        for pk in sorted(leads, reverse=True)
        if pk in texts and (leads[pk][1] or found[pk].step not in UNDECIDED)
    ]


def _candidates(case: Case) -> Iterator[Case]:
    recent = Case.objects.filter(id__gt=case.pk - NEWEST)
    if case.matter:
        yield from _open_to_comparing(recent.filter(matter=case.matter), case)[:OF_MATTER]
    if case.area:
        yield from _open_to_comparing(recent.filter(area__startswith=case.area[:STREET]), case)[:OF_STREET]


def _open_to_comparing(cases: QuerySet[Case], case: Case) -> QuerySet[Case]:
    decided = cases.exclude(pk=case.pk).exclude(units=[])
    return decided.filter(confidential=False, erased_at=None).exclude(kind=Kind.REPORT).order_by("-id")


def _leads(cases: Iterable[Case]) -> dict[int, tuple[str, bool]]:
    """Return to whom each case was given last on its main track, and whether that was a ruling."""
    laws = {case.pk: case.law_id for case in cases}
    leads: dict[int, tuple[str, bool]] = {}
    acts = Act.objects.filter(case__in=laws, track=MAIN).order_by("id")
    for case, act, body in acts.values_list("case_id", "act", "body"):
        known = law(laws[case]).acts.get(act)
        if known is not None and known.gives_to and known.opens is None and body["given"].get(known.gives_to):
            leads[case] = str(body["given"][known.gives_to]), act in RULES
    return leads


def _texts(cases: Iterable[int]) -> dict[int, str]:
    """Return each case's masked words, the title before the text."""
    said: dict[int, str] = {}
    contents = Content.objects.filter(case__in=list(cases), position=1, name__in=["title", "text"])
    for case, text in contents.order_by("-name").values_list("case_id", "text"):
        said[case] = f"{said[case]}\n{text}" if case in said else text
    return said
