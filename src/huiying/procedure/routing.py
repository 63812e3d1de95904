"""Who may be given a case, and who should be: the conflict lock, the levels, and the duty catalogue (派单目录)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from huiying.procedure.decision import Allowed, Decision, Refused
from huiying.procedure.disclosure import REPORTER_PROTECTED
from huiying.procedure.schema import Kind

SECRECY_OF_REPORTS = "《信访工作条例》第30条、第46条"
NO_PUSHING_DOWN = "国办函〔2025〕66号（五）"
DISPATCH_BY_CATALOGUE = "国办函〔2025〕66号（五）"
CONVERSATION = "GB/T 33358"


class Level(StrEnum):
    """Where a unit stands. `department` is a body with duties of its own at whatever level its parent is."""

    PROVINCE = "province"
    CITY = "city"
    DISTRICT = "district"
    DEPARTMENT = "department"
    STREET = "street"
    VILLAGE = "village"


#: What a demand goes on as, by what a dispatcher says: under which special procedures, and as what kind there (None: as
#: it came). A mixed message is a complaint and a report, each under its own (《市场监督管理投诉举报处理办法》第9条).
GOES_ON_AS: Mapping[str, Mapping[str, Kind | None]] = {
    "market_complaint": {"market_complaint": Kind.COMPLAINT},
    "market_report": {"market_report": Kind.REPORT},
    "market_both": {"market_complaint": Kind.COMPLAINT, "market_report": Kind.REPORT},
    "petition": {"petition": None},
}
GRASSROOTS = frozenset({Level.STREET, Level.VILLAGE})


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as routing sees it: its id, level, superior, and on whose behalf it acts (物业)."""

    id: str
    level: Level
    superior: str | None = None
    agent_of: str | None = None


@dataclass(frozen=True, slots=True)
class Duty:
    """A row of the duty catalogue: in this area, and all within it, this matter is led by this unit."""

    matter: str
    area: str
    lead: str
    support: tuple[str, ...] = ()
    basis: str = DISPATCH_BY_CATALOGUE
    valid_from: date = date.min
    valid_to: date = date.max


def in_conflict(unit: str, respondents: Iterable[str], units: Mapping[str, Unit], *, superiors_too: bool) -> bool:
    """Whether a unit is complained about, is below one that is, acts for one, or (for reports) stands above it."""
    barred = set(respondents)
    if any(link in barred for link in interests(unit, units)):
        return True
    if not superiors_too:
        return False
    # Only the superior itself (and whoever acts for it) is barred: a sister unit below it has no part in this.
    superiors = {units[respondent].superior for respondent in barred if respondent in units} - {None}
    return unit in superiors or (unit in units and units[unit].agent_of in superiors)


def interests(unit: str, units: Mapping[str, Unit]) -> Iterator[str]:
    """Yield the unit, whoever it acts for, and everyone above either: whose interest it may be expected to share."""
    waiting, seen = [unit], set[str]()
    while waiting:
        current = waiting.pop()
        if current in seen:
            continue
        seen.add(current)
        yield current
        if current in units:  # whoever is complained about need not be a unit of ours
            waiting += [other for other in (units[current].superior, units[current].agent_of) if other]


def stands_above(higher: str, lower: str, units: Mapping[str, Unit]) -> bool:
    """Whether a unit's level lies above another's, and the other in its territory: departments as their parent."""
    return bool({*_line(higher, units)[:1]} & {*_line(lower, units)[1:]})


def _line(unit: str, units: Mapping[str, Unit]) -> list[str]:
    """Return the body at whose level a unit stands, and those above it, the nearest first. Departments are no level."""
    line, current, seen = list[str](), units.get(unit), set[str]()
    while current is not None and current.id not in seen:
        seen.add(current.id)
        if current.level is not Level.DEPARTMENT:
            line.append(current.id)
        current = units.get(current.superior or "")
    return line


def may_assign(
    unit: str,
    units: Mapping[str, Unit],
    *,
    respondents: Iterable[str] = (),
    superiors_too: bool = False,
    department_duty: bool = False,
) -> Decision:
    """Whether a unit may receive, search, merge, be copied in on, visit or mediate a case.

    `superiors_too`: in a report the respondent's superior is barred as well. `department_duty`: the duty belongs to a
    department, so that no street or village may be given it (rule HL-08).
    """
    if unit not in units:
        return Refused("unit_unknown_here", DISPATCH_BY_CATALOGUE, {"unit": unit})
    if in_conflict(unit, respondents, units, superiors_too=superiors_too):
        return Refused("unit_in_conflict", SECRECY_OF_REPORTS, {"unit": unit})
    if department_duty and units[unit].level in GRASSROOTS:
        return Refused("duty_pushed_down", NO_PUSHING_DOWN, {"unit": unit})
    return Allowed(DISPATCH_BY_CATALOGUE)


def may_join_a_call(unit: str, units: Mapping[str, Unit], *, respondents: Iterable[str], protected: bool) -> Decision:
    """Whether a unit may be on the line with whoever brought a case (三方通话), and so hear who it is.

    `protected`: a report, or a case whose person asked for confidence; there every call goes through the centre alone.
    """
    if protected:
        return Refused("through_the_centre", REPORTER_PROTECTED)
    if in_conflict(unit, respondents, units, superiors_too=False):
        return Refused("unit_in_conflict", SECRECY_OF_REPORTS, {"unit": unit})
    return Allowed(CONVERSATION)


def propose(
    catalogue: Iterable[Duty], *, matter: str, areas: Iterable[str], on: date, units: Mapping[str, Unit], **lock: object
) -> Duty | Refused:
    """Return the row that names the lead for a matter, the narrowest area first; a person confirms it.

    `areas` are the place's area codes from the narrowest outwards. Rows whose lead the lock bars are passed over.
    """
    rows = [row for row in catalogue if row.matter == matter and row.valid_from <= on <= row.valid_to]
    for area in areas:
        for row in rows:
            if row.area == area and isinstance(may_assign(row.lead, units, **lock), Allowed):  # type: ignore[arg-type]
                return row
    return Refused("no_duty_listed", DISPATCH_BY_CATALOGUE, {"matter": matter})
