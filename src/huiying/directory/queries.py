"""What others ask the directory: the units as rules see them, places from the inside out, who leads a matter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import Case, F, Q, QuerySet, Value, When
from django.db.models.expressions import RawSQL
from django.db.models.functions import Length

from huiying.config.environment import read
from huiying.config.prepared import run
from huiying.directory.likeness import pairs
from huiying.directory.models import DISTRICT, Area, Duty, Guidance, Matter, Spot, Staff, Unit
from huiying.procedure import routing
from huiying.procedure.decision import Refused
from huiying.procedure.local_limits import LocalLimit
from huiying.procedure.time_limits import Unit as Measure

#: One pair of characters in common is chance, two are a word.
FEWEST_PAIRS = 2
LONGEST_CODE, LONGEST_SPOT = 12, 20
#: The most areas that one level is offered with; a level that has more needs its own search.
MOST_AREAS = 300


def units_for_routing() -> Mapping[str, routing.Unit]:
    """Return every unit in use by its code."""
    rows = Unit.objects.filter(active=True).values_list("code", "level", "superior_id", "agent_of_id")
    return {code: routing.Unit(code, routing.Level(level), up, of) for code, level, up, of in rows}


def unit_names() -> Mapping[str, str]:
    """Return what people call each unit."""
    return dict(Unit.objects.values_list("code", "name"))


def staff_names(logins: Iterable[str]) -> Mapping[str, str]:
    """Return what people call whoever logs in under these names."""
    return dict(Staff.objects.filter(username__in=set(logins)).values_list("username", "name"))


def areas_outwards(code: str) -> Sequence[str]:
    """Return a place's area codes from the narrowest outwards; codes nest by prefix, so no tree is climbed."""
    return list(Area.objects.filter(code__in=_outwards(code)).order_by("-code").values_list("code", flat=True))


def _outwards(code: str) -> list[str]:
    return [code[:length] for length in range(len(code), 1, -1)]


def known_area(code: str) -> str:
    """Return the narrowest area that the directory knows of a code, empty where it knows none: nothing else is kept."""
    if not code.isascii() or not code.isdecimal() or len(code) > LONGEST_CODE:
        return ""
    found = run(
        "SELECT code FROM directory_area WHERE code = ANY(%s::text[]) ORDER BY length(code) DESC LIMIT 1",
        [_outwards(code)],
    )
    return str(found[0][0]) if found else ""


def is_matter(code: str) -> bool:
    """Whether there is such a matter in use; an empty code is none."""
    asked = code.isprintable() and 0 < len(code) <= LONGEST_CODE
    return asked and Matter.objects.filter(pk=code, active=True).exists()


def unknown_units(codes: Sequence[str]) -> tuple[str, ...]:
    """Return which of these codes are no units of ours."""
    asked = [code for code in codes if code.isprintable()]
    known = set(Unit.objects.filter(pk__in=asked).values_list("pk", flat=True)) if asked else set()
    return tuple(code for code in codes if code not in known)


def areas_of_the_city() -> QuerySet[Area]:
    """Return the areas of this installation: those within `HUIYING_AREA`, or all where that is not set."""
    return Area.objects.filter(code__startswith=read("HUIYING_AREA")).order_by("code")


def area_levels(code: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return, level by level from the widest inwards, which area a code chooses and all that there are (code, name).

    The last level is that of what lies directly in the area chosen; there nothing is chosen yet. A level without
    areas is left out.
    """
    ours = areas_of_the_city()
    within = read("HUIYING_AREA")
    chosen = [one for one in reversed(areas_outwards(code)) if len(one) >= DISTRICT and one != within]
    levels = [("", ours.filter(parent=within) if len(within) >= DISTRICT else _districts(ours))]
    for one in chosen:
        levels[-1] = (one, levels[-1][1])
        levels.append(("", ours.filter(parent=one)))
    listed = [(one, list(areas.values_list("code", "name")[:MOST_AREAS])) for one, areas in levels]
    return [(one, areas) for one, areas in listed if areas]


def _districts(areas: QuerySet[Area]) -> QuerySet[Area]:
    return areas.annotate(length=Length("code")).filter(length=DISTRICT)


def spot_in_use(code: str) -> Spot | None:
    """Return the sign of a code; None where there is none, or none in use."""
    asked = code.isascii() and code.isprintable() and 0 < len(code) <= LONGEST_SPOT
    if not asked:
        return None
    return Spot.objects.select_related("area", "matter", "unit", "post__role").filter(pk=code, active=True).first()


def place_name(code: str) -> str:
    """Return a place as people say it: 东区东街街道东街社区. Unknown codes are said as they are."""
    areas = dict(Area.objects.filter(code__in=[code[:n] for n in range(2, len(code) + 1)]).values_list("code", "name"))
    return "".join(areas[known] for known in sorted(areas)) or code


def propose_lead(matter: str, area: str, on: date, **lock: object) -> routing.Duty | Refused:
    """Return the catalogue's row for a matter at a place, the narrowest area first; a person confirms it."""
    outwards = areas_outwards(area)
    rows = [
        routing.Duty(
            duty.matter_id,
            duty.area_id,
            duty.lead_id,
            tuple(duty.support),
            duty.basis,
            duty.valid_from,
            duty.valid_to or date.max,
        )
        for duty in Duty.objects.filter(matter_id=matter, area_id__in=outwards)
    ]
    return routing.propose(rows, matter=matter, areas=outwards, on=on, units=units_for_routing(), **lock)


def guidance_for(said: str, matter: str = "", most: int = 5) -> list[Guidance]:
    """Return the guidance that speaks to what is being said, the likeliest first: of the matter, or alike in words.

    `said`: as it is typed, and kept nowhere. Entries are found by an index, however many there are.
    """
    asked = sorted(pairs(said))
    counted = RawSQL("(SELECT count(*) FROM unnest(pairs) AS one WHERE one = ANY (%s::varchar[]))", [asked])
    speaking = Q(pairs__overlap=asked, shared__gte=FEWEST_PAIRS)
    first: list[Any] = [F("shared").desc(), "title"]
    if is_matter(matter):
        speaking |= Q(matter=matter)
        first.insert(0, Case(When(matter=matter, then=Value(0)), default=Value(1)))
    found = Guidance.objects.filter(active=True).annotate(shared=counted).filter(speaking)
    return list(found.select_related("unit").order_by(*first)[:most])


def approved_local_limits() -> tuple[LocalLimit, ...]:
    """Return the local limits that were approved, in force or not, in the order of their days."""
    rows = run(
        "SELECT term, value, unit, article, valid_from, ends FROM directory_locallimit"
        " WHERE approved_at IS NOT NULL ORDER BY valid_from, id",
        [],
    )
    return tuple(LocalLimit(term, value, Measure(unit), *others) for term, value, unit, *others in rows)
