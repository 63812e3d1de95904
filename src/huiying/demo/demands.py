"""Demands of the demo city, and what its staff write about them, put together by rule from `phrases.toml`.

Same seed, count and moment, same demands: nothing here reads a clock or draws from anywhere else.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from random import Random
from typing import Any, Literal, TypeVar

from huiying.demo.city import FOLDER, Area, UnitCard, city
from huiying.procedure.schema import Kind
from huiying.procedure.time_limits import SHANGHAI

Channel = Literal["phone", "portal", "wechat", "letter", "visit", "qr"]
#: How far a demand of the demo is walked.
Fate = Literal[
    "registered", "dispatched", "returned", "handling", "overdue", "asked_resident", "deferred", "reviewing", "replied",
    "closed_solved", "closed_partly", "dissatisfied_redone", "escalated", "withdrawn", "pressed", "at_once",
    "secret_stub", "joined",
]  # fmt: skip
#: What staff, or the person later on, write about a demand: answers, grounds of return, and the rest of its way.
Part = Literal[
    "reply", "answer", "idea", "thanks", "not_our_duty", "wrong_area", "not_enough_to_act", "ruling", "extend",
    "missing", "measures", "partly", "true", "partly_true", "untrue", "send_back", "dissatisfied", "escalate", "redo",
    "withdraw", "pressure", "supplement", "supervise",
]  # fmt: skip
GROUNDS: tuple[Part, ...] = ("not_our_duty", "not_our_duty", "wrong_area", "not_enough_to_act")

#: What must be said, what is said where there is room, and what only fills up too short a text.
MUST, MAY, FILL = 0, 1, 2
SHORTEST, LONGEST, DAYS = 50, 250, 60
#: A joined demand repeats one that came in at most so long before it, and so is still open; these are not by then.
REPEATED_WITHIN = timedelta(days=3)
NOT_REPEATED = frozenset({"joined", "secret_stub", "withdrawn", "pressed"})
CLAIMS = frozenset({Kind.HELP, Kind.COMPLAINT, Kind.REPORT})
#: When people call: mostly while offices are open.
OFFICE_HOURS, OTHER_HOURS = (8, 9, 9, 10, 10, 11, 14, 14, 15, 15, 16, 16, 17), (7, 12, 13, 18, 19, 20, 21)
AT_WORK, FRIDAY, KEPT_AT_WEEKENDS = 0.82, 5, 0.4
ANONYMOUS, STREET_WIDE, SECOND, BLAMED, BLAMED_PROPERTY, OWN_DATA = 0.17, 0.2, 0.13, 0.12, 0.4, 0.25
#: Matters in which property companies (物业) are complained about by name, and the one of suspected secrets.
BY_PROPERTY, SECRET_MATTER = frozenset({"0201", "0202", "0204", "1203", "1204"}), "1304"
#: Place kinds where a street may be all that is said, that serve a whole district, where quite different things happen.
STREET_PLACES, DISTRICT_PLACES = frozenset({"road", "shop", "site", "river", "park"}), frozenset({"office", "hospital"})
SHARED_PLACES = frozenset({"estate", "complex", "road", "village", "site"})
CHOICE = re.compile(r"\[([^\[\]]*)\]")
NUMERALS = "零一两三四五六七八九十"

Row = Mapping[str, Any]
Chosen = TypeVar("Chosen")


@dataclass(frozen=True, slots=True)
class Contact:
    """Whoever brings a demand: an invented name, a number that nobody has, and where they live."""

    name: str
    phone: str
    address: str
    door: str


@dataclass(frozen=True, slots=True)
class Scene:
    """What a demand is about: a row of `phrases.toml`, where that is, and the words that fill the row."""

    matter: str
    kind: Kind
    area: str
    met: UnitCard | None
    row: Row = field(hash=False)
    words: Mapping[str, str] = field(hash=False)


@dataclass(frozen=True, slots=True)
class DemoDemand:
    """One demand. `lead` is the unit that the duty catalogue and the conflict lock leave; no contact: anonymous.

    `second` is the matter of a second demand in the same text. `private` are the strings of the text that tell who
    brought it. `joins` is the number of the earlier demand that a joined one repeats.
    """

    seed: int
    number: int
    kind: Kind
    matter: str
    second: str | None
    area: str
    place: str
    channel: Channel
    title: str
    text: str
    contact: Contact | None
    private: tuple[str, ...]
    received_at: datetime
    respondents: tuple[str, ...]
    lead: str
    fate: Fate
    joins: int | None
    scene: Scene = field(repr=False)


@cache
def phrases() -> Row:
    """Return the phrases as they stand in their file."""
    with (FOLDER / "phrases.toml").open("rb") as file:
        return tomllib.load(file)


def demands(seed: int, count: int, until: datetime) -> Iterator[DemoDemand]:
    """Yield so many demands in the order of their receipt, all within the 60 days before `until` (aware)."""
    if until.tzinfo is None:
        raise ValueError("until needs a time zone")
    until = until.astimezone(SHANGHAI)
    moments = sorted(_moment(_random(seed, "moment", number), until) for number in range(count))
    recent: list[DemoDemand] = []
    for number, at in enumerate(moments):
        chance = _random(seed, number)
        recent = [earlier for earlier in recent if at - earlier.received_at <= REPEATED_WITHIN]
        fate = _fate(chance, (until - at).days, repeats=bool(recent))
        repeated = chance.choice(recent) if fate == "joined" else None
        demand = _demand(chance, seed, number, at, fate, repeated)
        if demand.kind in CLAIMS and fate not in NOT_REPEATED:
            recent.append(demand)
        yield demand


def reply_for(demand: DemoDemand) -> str:
    """Return the answer to the person, by what they asked for."""
    return text_for(demand, phrases()["kind"][demand.kind]["reply"])


def why_return(demand: DemoDemand) -> tuple[str, str]:
    """Return the listed ground on which a unit returns this demand, and how it explains it."""
    ground = _random(demand.seed, demand.number, "ground").choice(GROUNDS)
    return ground, text_for(demand, ground)


def text_for(demand: DemoDemand, part: Part) -> str:
    """Return what is written about a demand at one step of its way."""
    chance, staff, row = _random(demand.seed, demand.number, part), phrases()["staff"], demand.scene.row
    general = staff["common"] | (staff["desk"] if row["place"] in staff["desk"]["places"] else {})
    said = (general | staff[demand.matter[:2]] | row.get("staff", {}))[part]
    words = {**demand.scene.words, "lead": city().units[demand.lead].short}
    words |= {name: _fill(row.get(name, ""), words, chance) for name in ("title", "did")}
    if demand.lead != city().leader(demand.matter, demand.area):
        words["did"] = staff["common"]["overseen"] + words["did"]
    return _fill(chance.choice(said), words, chance)


def _random(*parts: object) -> Random:
    """Return a source of chance that these parts alone decide."""
    return Random(":".join(map(str, parts)))  # noqa: S311  # a demo must come out the same again


def _weighted(chance: Random, weights: Mapping[Chosen, float]) -> Chosen:
    return chance.choices([*weights], [*weights.values()])[0]


def _fill(template: str, words: Mapping[str, str], chance: Random) -> str:
    return CHOICE.sub(lambda found: chance.choice(found[1].split("|")), template).format_map(words)


def _moment(chance: Random, until: datetime) -> datetime:
    day = until - timedelta(days=chance.randrange(DAYS))
    if day.isoweekday() > FRIDAY and chance.random() > KEPT_AT_WEEKENDS:
        day -= timedelta(days=2)
    hour = chance.choice(OFFICE_HOURS if chance.random() < AT_WORK else OTHER_HOURS)
    at = day.replace(hour=hour, minute=chance.randrange(60), second=chance.randrange(60), microsecond=0)
    return max(at if at < until else at - timedelta(days=1), until - timedelta(days=DAYS))


def _fate(chance: Random, age: int, *, repeats: bool) -> Fate:
    rules = phrases()["fate"].items()
    possible = {fate: rule["weight"] for fate, rule in rules if rule["days"][0] <= age <= rule["days"][1]}
    return _weighted(chance, {fate: weight for fate, weight in possible.items() if repeats or fate != "joined"})


@cache
def _menu(fate: Fate) -> Mapping[tuple[str, Kind], float]:
    """Return how often each matter is raised in each kind of demand; only what there are phrases for."""
    book = phrases()
    kinds = book["fate"][fate].get("kinds", [*Kind])
    return {
        (matter, Kind(kind)): share * book[matter].get("weight", 1)
        for matter in city().matters
        if matter in book and "profile" in book[matter]
        for kind, share in book["profile"][book[matter]["profile"]].items()
        if kind in kinds and book["kind"][kind]["rows"] in book[matter]
    }


def _demand(chance: Random, seed: int, number: int, at: datetime, fate: Fate, first: DemoDemand | None) -> DemoDemand:
    scene = first.scene if first else _scene(chance, fate, at)
    rule = phrases()["fate"][fate]
    known = rule.get("known", False) or chance.random() >= ANONYMOUS
    contact = _contact(chance, scene.words, elsewhere=first is not None) if known else None
    channel = rule.get("channel") or _weighted(chance, phrases()["channel"])
    blamed = scene.met or (_blamed(chance, scene) if scene.kind is Kind.COMPLAINT and not first else None)
    respondents = (blamed.id,) if blamed else ()
    second = None if blamed or chance.random() > SECOND else _second(chance, scene)
    text = _text(chance, scene, channel, blamed, second, contact)
    words = {**scene.words, "title": _fill(scene.row.get("title", ""), scene.words, chance)}
    own = (contact.name, contact.phone, contact.door) if contact else ()
    return DemoDemand(
        seed=seed,
        number=number,
        kind=scene.kind,
        matter=scene.matter,
        second=second,
        area=scene.area,
        place=scene.words["place"],
        channel=channel,
        title=_fill(chance.choice(phrases()["kind"][scene.kind]["title"]), words, chance),
        text=text,
        contact=contact,
        private=tuple(word for word in own if word in text),
        received_at=at,
        respondents=respondents,
        lead=city().leader(scene.matter, scene.area, respondents),
        fate=fate,
        joins=first.number if first else None,
        scene=scene,
    )


def _scene(chance: Random, fate: Fate, at: datetime) -> Scene:
    book = phrases()
    if fate == "secret_stub":
        matter, found = SECRET_MATTER, chance.choice(book[SECRET_MATTER]["case"])
        kind = Kind(found["kind"])
    else:
        matter, kind = _weighted(chance, _menu(fate))
        shape = book["kind"][kind]
        found = chance.choice(book[matter][shape["rows"]])
        found = found if isinstance(found, dict) else dict(zip(shape["fields"], found, strict=True))
    row = book[matter] | found
    # Where there are no estates, people farm: what goes wrong there is what the phrases say of villages.
    places = [area for area in city().areas.values() if bool(area.estates) is not (row["place"] == "village")]
    community = chance.choice([area for area in places if area.level == "community"])
    area = community.code
    if row["place"] in STREET_PLACES and chance.random() < STREET_WIDE:
        area = area[:9]
    elif row["place"] in DISTRICT_PLACES:
        area = area[:6]
    near = [u for u in city().units.values() if u.area in city().chain(community.code)[1:3] and not u.agent_of]
    met = chance.choice(near) if "met" in row else None
    words = _words(chance, row, community, at) | {"met": met.short if met else ""}
    words |= {"matter": city().matters[matter].name, "basis": city().duty(matter, area).basis}
    place, here = (_fill(template, words, chance) for template in chance.choice(book["place"][row["place"]]))
    return Scene(matter, kind, area, met, row, {**words, "place": place, "here": here})


def _words(chance: Random, row: Row, community: Area, at: datetime) -> dict[str, str]:
    book = phrases()
    street, district = (city().areas[code] for code in city().chain(community.code)[1:3])
    road, road2 = chance.sample(street.roads, 2)
    since, span = _since(chance, row["since"], at)
    answered = at + timedelta(days=chance.randint(3, 5))
    words = {name: chance.choice(found) for name, found in book["word"].items()} | _numbers(chance)
    words |= {"district": district.name, "street": street.name, "stem": street.stem, "community": community.name}
    words |= {"road": road, "road2": road2, "river": district.river, "since": since, "span": span}
    words |= {"estate": chance.choice(community.estates or ("",)), "day": f"{answered.month}月{answered.day}日"}
    words["trade"] = chance.choice(row.get("trade", ["便利店"]))
    return words | {name: _fill(template, words, chance) for name, template in book["made"].items()}


def _numbers(chance: Random) -> dict[str, str]:
    return {name: str(chance.randint(*between)) for name, between in phrases()["number"].items()}


def _since(chance: Random, measure: str, at: datetime) -> tuple[str, str]:
    """Return since when, and for how long, in people's words; both tell the same number of days."""
    days = chance.randint(*phrases()["since"][measure])
    begun, said = at - timedelta(days=days), next(row for row in phrases()["span"] if days <= row["most"])
    words = {"month": str(begun.month), "date": str(begun.day), "third": "上中下"[min((begun.day - 1) // 10, 2)]}
    words |= {"year": "今年" if begun.year == at.year else "去年", "months": NUMERALS[min(days // 30, 10)]}
    return _fill(said["since"], words, chance), _fill(said["span"], words, chance)


def _contact(chance: Random, words: Mapping[str, str], *, elsewhere: bool) -> Contact:
    """Return who brings it: a neighbour of whoever brought it first, where it is brought again."""
    names = phrases()["names"]
    door = names["estate_door" if words["estate"] else "village_door"]
    door = _fill(door, {**words, **_numbers(chance)} if elsewhere else words, chance)
    name = chance.choice(names["family"]) + chance.choice(names["given"])
    address = f"{city().name}{words['district']}{words['street']}{door}"
    return Contact(name, f"1990000{chance.randrange(10_000):04d}", address, door)


def _blamed(chance: Random, scene: Scene) -> UnitCard | None:
    """Return the unit that a complaint turns against as well: the property company, or whoever should have acted."""
    companies = [u for u in city().units.values() if u.agent_of and scene.area.startswith(u.area)]
    if companies and scene.matter in BY_PROPERTY and chance.random() < BLAMED_PROPERTY:
        return companies[0]
    return city().units[city().duty(scene.matter, scene.area).lead] if chance.random() < BLAMED else None


def _second(chance: Random, scene: Scene) -> str | None:
    """Return another matter that goes wrong at the same kind of place; only who wants one thing wants two."""
    book, place = phrases(), scene.row["place"]
    others = [m for m in city().matters if m != scene.matter and book.get(m, {}).get("place") == place]
    others = [m for m in others if "also" in book[m]] if place in SHARED_PLACES and "want" in scene.row else []
    return chance.choice(others) if others else None


def _text(
    chance: Random, scene: Scene, channel: Channel, blamed: UnitCard | None, second: str | None, contact: Contact | None
) -> str:
    """Return the words of a demand: what must be said, then what people also say as far as there is room."""
    book, row, claim = phrases(), scene.row, "want" in scene.row
    extra, voice, tone = book["extra"], book["voice"][channel], book["kind"][scene.kind]
    lead = city().units[city().duty(scene.matter, scene.area).lead]
    words = {**scene.words, "me": voice["me"], "we": voice["we"], "lead": lead.short}
    words |= {"name": contact.name, "phone": contact.phone, "door": contact.door} if contact else {}
    words["blamed"] = blamed.short if blamed else ""
    words["also"] = _fill(book[second]["also"], words, chance) if second else ""
    words["want"] = _fill(row.get("want", ""), words, chance)
    told = _fill(chance.choice(voice[tone["voice"]]) + row["what"], words, chance)
    blame = extra["blame_property" if blamed and blamed.agent_of else "blame"]
    said: tuple[tuple[int, Sequence[str]], ...] = (
        (MUST, (told,)),
        (FILL if words["here"] in told or words["place"] in told else MUST, extra["home"]),
        (chance.choice((MAY, MAY, FILL)), row["harm"] if claim else ()),
        (chance.choice((MAY, FILL)), row.get("tried", extra["tried"].get(row["place"], ())) if claim else ()),
        (MUST, voice["want"] if claim else ()),
        (MUST, extra["second"] if second else ()),
        (MUST, blame if blamed and not scene.met else ()),
        (MAY, voice["private"] if contact and chance.random() < OWN_DATA else ()),
        (FILL, tone["fill"]),
        (chance.choice((MAY, FILL, FILL)), voice["close"]),
    )
    return _fitted([(need, _fill(chance.choice(found), words, chance)) for need, found in said if found])


def _fitted(sentences: Sequence[tuple[int, str]]) -> str:
    """Join sentences in their order: the needed ones, and of the others as many as the length allows."""
    ended = [said if said.endswith(("。", "？", "！")) or not said else f"{said}。" for _, said in sentences]
    kept: list[int] = []
    for place in sorted(range(len(ended)), key=lambda place: sentences[place][0]):
        need, length = sentences[place][0], sum(len(ended[other]) for other in kept)
        if need == MUST or (length + len(ended[place]) <= LONGEST and (need == MAY or length < SHORTEST)):
            kept.append(place)
    return "".join(ended[place] for place in sorted(kept))
