"""The core of a case's problem and whose it may be, for whoever reads it: worked out when somebody looks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

from huiying.case.models import Case
from huiying.directory.models import Area
from huiying.judgement.core import Core, Places, core_of
from huiying.judgement.units import Proposal, propose_unit
from huiying.procedure.decision import Refused
from huiying.procedure.schema import Kind
from huiying.procedure.time_limits import SHANGHAI
from huiying.stages.triage.actions import propose
from huiying.stages.triage.precedents import precedents_for


@lru_cache(maxsize=1)
def _places(areas: int) -> Places:
    """Return the names of the city's places. `areas`: how many there are, so that an import is noticed."""
    del areas
    return Places(dict(Area.objects.values_list("name", "code")))


def core(case: Case, text: str) -> Core:
    """Return who, what, where, when, since when, which outcome a demand speaks of, each with where it says so."""
    return core_of(text, received_on=case.received_at.astimezone(SHANGHAI).date(), places=_places(Area.objects.count()))


def units(case: Case, text: str, at: datetime, allowed: Sequence[str]) -> list[Proposal]:
    """Return at most three units for a case, with catalogue, rulings and like cases as reasons.

    `allowed`: whom the case may be given to at all; whoever is complained about is not among them. A report is not
    compared with anything: only the catalogue speaks.
    """
    duty = propose(case, at)
    catalogue = [] if isinstance(duty, Refused) else [duty]
    compared = [] if case.kind == Kind.REPORT or case.confidential else precedents_for(case)
    proposals = propose_unit(
        text,
        area=case.area,
        matter=case.matter,
        precedents=compared,
        catalogue=catalogue,
        on=at.astimezone(SHANGHAI).date(),
        number=case.number,
    )
    return [one for one in proposals if one.unit in allowed]
