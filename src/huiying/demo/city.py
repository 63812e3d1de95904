"""The demo city 汀川市: areas, units, people, matters and the duty catalogue, read from `city.toml` and checked."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

from huiying.procedure.routing import GRASSROOTS, Level, Unit, in_conflict
from huiying.procedure.schema import CENTRE_ROLES, UNIT_ROLES

FOLDER = Path(__file__).parent
CITY, CENTRE = "city", "centre"
#: Area levels by the length of a code: 9901, 990101, 990101001, 990101001001.
AREA_LEVELS = {4: "city", 6: "district", 9: "street", 12: "community"}
#: Two people each, so that whoever checks is never whoever acted.
TWO_OF = frozenset({"call_taker", "dispatcher", "follow_up", "supervisor", "custodian"})
TITLES = {Level.CITY: "秘书长", Level.DISTRICT: "副区长", Level.STREET: "主任", Level.VILLAGE: "书记"}

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Area:
    """A place in the tree of areas; roads belong to streets, estates (小区) to communities, a river to a district."""

    code: str
    name: str
    parent: str | None
    roads: tuple[str, ...] = ()
    estates: tuple[str, ...] = ()
    river: str = ""

    @property
    def stem(self) -> str:
        """Its name without what kind of place it is: 柳汀 of 柳汀街道."""
        return self.name.removesuffix("街道").removesuffix("镇")

    @property
    def level(self) -> str:
        """What it is: city, district, street or community."""
        return AREA_LEVELS[len(self.code)]


@dataclass(frozen=True, slots=True)
class UnitCard:
    """A unit as the directory lists it; `short` is what people call it, `title` how its head is addressed."""

    id: str
    name: str
    short: str
    level: Level
    area: str
    superior: str | None = None
    agent_of: str | None = None
    title: str = "局长"


@dataclass(frozen=True, slots=True)
class Person:
    """Someone who works here. `unit` is None for the roles that act for the centre or the city as a whole."""

    login: str
    name: str
    role: str
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Matter:
    """A matter of the city's tree: groups have two digits and no parent. `grassroots`: the law gives it to streets."""

    code: str
    name: str
    parent: str | None = None
    grassroots: bool = False


@dataclass(frozen=True, slots=True)
class DutyRow:
    """A row of the duty catalogue: in this area, and all within it, the matter is led by this unit."""

    matter: str
    area: str
    lead: str
    support: tuple[str, ...]
    basis: str
    valid_from: date


@dataclass(frozen=True, slots=True)
class SpotRow:
    """A sign to scan: where it hangs, what it is about, which unit and (by login) whose post look after the place."""

    code: str
    name: str
    area: str
    address: str
    matter: str | None = None
    unit: str | None = None
    keeper: str | None = None


@dataclass(frozen=True, slots=True)
class City:
    """The whole city, each part by its code or id."""

    name: str
    areas: Mapping[str, Area]
    units: Mapping[str, UnitCard]
    people: tuple[Person, ...]
    matters: Mapping[str, Matter]
    duties: tuple[DutyRow, ...]
    spots: tuple[SpotRow, ...]

    def chain(self, area: str) -> tuple[str, ...]:
        """Return the codes of a place and all that it lies in, from the narrowest outwards."""
        parent = self.areas[area].parent
        return (area, *(self.chain(parent) if parent else ()))

    def duty(self, matter: str, area: str) -> DutyRow:
        """Return the narrowest row for a matter at a place."""
        places = self.chain(area)
        return min(
            (row for row in self.duties if row.matter == matter and row.area in places),
            key=lambda row: places.index(row.area),
        )

    def leader(self, matter: str, area: str, respondents: Iterable[str] = ()) -> str:
        """Return the unit that leads: by the catalogue, or the nearest above it that the complaint does not touch."""
        routed = {unit.id: Unit(unit.id, unit.level, unit.superior, unit.agent_of) for unit in self.units.values()}
        lead: str | None = self.duty(matter, area).lead
        while lead is not None and in_conflict(lead, respondents, routed, superiors_too=False):
            lead = routed[lead].superior
        return lead or CITY


@cache
def city() -> City:
    """Return the demo city; ValueError lists everything that is wrong with its file."""
    with (FOLDER / "city.toml").open("rb") as file:
        content = tomllib.load(file)
    areas = {area.code: area for area in _areas(content)}
    units = {unit.id: unit for unit in _units(content, areas)}
    made = City(
        name=content["name"],
        areas=areas,
        units=units,
        people=tuple(_people(content, units)),
        matters={matter.code: matter for matter in _matters(content)},
        duties=tuple(_duties(content, units, areas)),
        spots=tuple(SpotRow(**row) for row in content["spot"]),
    )
    if wrong := faults(made):
        raise ValueError("\n".join(wrong))
    return made


def _areas(content: Row) -> Iterator[Area]:
    yield Area(content["code"], content["name"], None)
    for district in content["district"]:
        yield Area(district["code"], district["name"], content["code"], river=district["river"])
        for street in district["street"]:
            yield Area(street["code"], street["name"], district["code"], roads=tuple(street["roads"]))
            for number, place in enumerate(street["community"], 1):
                code = f"{street['code']}{number:03d}"
                yield Area(code, place["name"], street["code"], estates=tuple(place["estates"]))


def _units(content: Row, areas: Mapping[str, Area]) -> Iterator[UnitCard]:
    name, code = content["name"], content["code"]
    yield UnitCard(CITY, f"{name}人民政府", "市政府", Level.CITY, code, title=TITLES[Level.CITY])
    centre = "12345政务服务便民热线中心"
    yield UnitCard(CENTRE, f"{name}{centre}", "热线中心", Level.DEPARTMENT, code, CITY, title="主任")
    departments = {row["id"]: row for row in content["department"]}
    for key, row in departments.items():
        head = row.get("head", "局长")
        yield UnitCard(key, f"{name}{row['name']}", row["short"], Level.DEPARTMENT, code, CITY, title=head)
    for district in content["district"]:
        at, called = district["code"], district["name"]
        full = f"{name}{called}"
        yield UnitCard(at, f"{full}人民政府", f"{called}政府", Level.DISTRICT, at, CITY, title=TITLES[Level.DISTRICT])
        for key in district["departments"]:
            row = departments[key]
            yield UnitCard(f"{at}-{key}", f"{full}{row['name']}", f"{called}{row['short']}", Level.DEPARTMENT, at, at)
    for area in areas.values():
        if area.level == "street":
            body = "人民政府" if area.name.endswith("镇") else "办事处"
            full = f"{areas[area.parent or ''].name}{area.name}{body}"
            title = "镇长" if area.name.endswith("镇") else TITLES[Level.STREET]
            yield UnitCard(area.code, full, area.name, Level.STREET, area.code, area.parent, title=title)
        elif area.code.endswith("001") and area.level == "community":
            # The first community of each street has accounts of its own; the others are served by their street.
            full = f"{area.name}居民委员会"
            title = TITLES[Level.VILLAGE]
            yield UnitCard(area.code, full, area.name, Level.VILLAGE, area.code, area.parent, title=title)
    for row in content["property"]:
        # People do not tell a property company's rank; like a community, it may not be given a department's duty.
        yield UnitCard(**row, level=Level.VILLAGE, title="经理")


def _people(content: Row, units: Mapping[str, UnitCard]) -> Iterator[Person]:
    cast = [Person(**row) for row in content["cast"]]
    yield from cast
    taken = Counter((person.role, person.unit) for person in cast)
    surnames = iter(content["surnames"] * (1 + 3 * len(units) // len(content["surnames"])))
    for role in sorted(CENTRE_ROLES):
        for number in range(taken[role, None] + 1, (2 if role in TWO_OF else 1) + 1):
            yield Person(f"{CENTRE}-{role.replace('_', '-')}-{number}", f"热线中心小{next(surnames)}", role)
    for unit in units.values():
        for role in sorted(UNIT_ROLES) if unit.id != CENTRE else ():
            surname = next(surnames)
            called = {"clerk": f"小{surname}", "officer": f"老{surname}", "unit_head": f"{surname}{unit.title}"}[role]
            if not taken[role, unit.id]:
                yield Person(f"{unit.id}-{role.removeprefix('unit_')}", f"{unit.short}{called}", role, unit.id)


def _matters(content: Row) -> Iterator[Matter]:
    for group in content["group"]:
        yield Matter(group["code"], group["name"])
        for number, name in enumerate(group["matters"], 1):
            code = f"{group['code']}{number:02d}"
            yield Matter(code, name, group["code"], code in group.get("grassroots", ()))


def _duties(content: Row, units: Mapping[str, UnitCard], areas: Mapping[str, Area]) -> Iterator[DutyRow]:
    for row in content["catalogue"]["duty"]:
        leads = {content["code"]: row["lead"]}
        if "districts" in row:
            own = {area: f"{area}-{row['districts']}" for area in areas if areas[area].level == "district"}
            leads |= {area: unit for area, unit in own.items() if unit in units}
        if row.get("streets"):
            leads |= {area: area for area in areas if areas[area].level == "street"}
        valid_from = row.get("from", content["catalogue_from"])
        for area, lead in leads.items():
            yield DutyRow(row["matter"], area, lead, tuple(row.get("support", ())), row["basis"], valid_from)


def faults(made: City) -> tuple[str, ...]:
    """Return what is wrong with a city, a sentence each: references to nothing, duties pushed down, people missing."""
    checks = (_broken_tree, _broken_references, _wrong_spots, _wrong_duties, _missing_people)
    return tuple(sorted({sentence for check in checks for sentence in check(made)}))


def _broken_tree(made: City) -> Iterator[str]:
    areas, units = made.areas, made.units
    for area in areas.values():
        if area.parent is not None and (area.parent not in areas or not area.code.startswith(area.parent)):
            yield f"区划 {area.code} 不在上级 {area.parent} 之内"
    for unit in units.values():
        for other in (unit.superior, unit.agent_of):
            if other is not None and other not in units:
                yield f"单位 {unit.id} 指向不存在的单位 {other}"
        if unit.area not in areas:
            yield f"单位 {unit.id} 所在区划 {unit.area} 不存在"


def _broken_references(made: City) -> Iterator[str]:
    areas, units, matters = made.areas, made.units, made.matters
    for person in made.people:
        if (person.role in UNIT_ROLES) != (person.unit in units):
            yield f"人员 {person.login} 的单位与角色不符"
    for matter in matters.values():
        if matter.parent is not None and matter.parent not in matters:
            yield f"事项 {matter.code} 的上级 {matter.parent} 不存在"
    for row in made.duties:
        if row.matter not in matters or row.area not in areas or not {row.lead, *row.support} <= units.keys():
            yield f"派单目录 {row.matter}／{row.area} 指向不存在的事项、区划或单位"


def _wrong_spots(made: City) -> Iterator[str]:
    logins = {person.login for person in made.people}
    for spot in made.spots:
        known = (
            spot.area in made.areas
            and (spot.matter is None or spot.matter in made.matters)
            and (spot.unit is None or spot.unit in made.units)
            and (spot.keeper is None or spot.keeper in logins)
        )
        if not known:
            yield f"点位 {spot.code} 指向不存在的区划、事项、单位或人员"


def _wrong_duties(made: City) -> Iterator[str]:
    listed = {(row.matter, row.area) for row in made.duties}
    top = next(area.code for area in made.areas.values() if area.parent is None)
    grassroots = {matter.code for matter in made.matters.values() if matter.grassroots}
    for matter in made.matters.values():
        if matter.parent is not None and (matter.code, top) not in listed:
            yield f"事项 {matter.code} 没有全市的主办单位"
    for row in made.duties:
        lead, given_down = made.units.get(row.lead), row.matter in grassroots
        if lead is not None and lead.level in GRASSROOTS and not given_down:
            yield f"事项 {row.matter} 属部门职责，不得派给 {lead.name}"


def _missing_people(made: City) -> Iterator[str]:
    logins = Counter(person.login for person in made.people)
    yield from (f"登录名 {login} 重复" for login, times in logins.items() if times > 1)
    have = Counter((person.role, person.unit) for person in made.people)
    for unit, role in product(made.units, sorted(UNIT_ROLES)):
        if unit != CENTRE and not have[role, unit]:
            yield f"单位 {unit} 缺 {role}"
    for role in sorted(CENTRE_ROLES):
        if have[role, None] < (2 if role in TWO_OF else 1):
            yield f"热线中心缺 {role}"
