"""Which unit answered, read out of the reply's own words: a city's old replies become precedents of whose a demand is.

A mention is a unit's name with what stands before it (市, 区, A3区, 洋湖). What stands beside it decides which of
several mentions answers, the surest first; a reply that only thanks gives nothing. Readable rules, no model.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

DATA = Path(__file__).with_name("units.toml")

#: How surely a mention is the unit that answers, the surest first.
SIGNED, ACTED, SELF, HANDED_ON, CONTACTED = "signed", "acted", "self", "handed_on", "contacted"
EVIDENCE = (SIGNED, ACTED, SELF, HANDED_ON, CONTACTED)

#: Replies are read from both ends; what lies between them in a very long one names regulations, not who answers.
READ = 4000
NUMBER = r"[0-9一二三四五六七八九十]{1,3}"
DATE = rf"(?:[0-9]{{2,4}}|[二〇○0零一OoＯ]{{4}})[年.\-/]{NUMBER}[月.\-/]{NUMBER}日?"
SIGNATURE = re.compile(rf"[\s，,。（(]{{0,4}}(?:公章|盖章)?[)）\s]{{0,4}}(?:{DATE}\s{{0,3}})?(?:$|网友|“UU|尊敬的)")
ACTING = re.compile(
    r"(?:的?工作人员|执法人员|负责人)?[，,、]?(?:领导)?(?:高度重视|非常重视|十分重视|迅速|立即|第一时间|及时|组织|安排|派|会同|联合|"
    r"调查|核实|核查|现场|实地|上门|反馈|回复|答复|研究|了解|认真|主动|牵头|介入|收到|接到|作出|做出|已责令|已派|已组织)"
)
BEFORE_ANSWERING = re.compile(r"(?:经|据|经与|向|由)(?:[A-Z][0-9]{0,2}[市区县])?$")
ANSWERING = re.compile(r"(?:调查|核实|核查|现场|实地|反馈|回复|答复|了解|研究|认真|答覆|及时)")
BEFORE_HANDING = re.compile(r"(?:转|交|交办|转办|办给|转由|转交|交由|转至|交至|转给|转到|交给|责成|批转|函告)$")
ORDERED = re.compile(r"(?:责令|要求)$")
#: A unit to ask, to call, or that is thanked for: 请与教育局联系, 您对教育局工作的支持.
BEFORE_CONTACT = re.compile(r"(?:与|向|到|至|对|拨打|询|报|请)$")
CONTACT = re.compile(r"[^。；]{0,14}(?:联系|咨询|电话|反映|举报|投诉|工作的|工作)|[（(]?(?:联系)?电话")
#: What is quoted is nobody's answer: 根据省物价局《…》, 由原建设局, 省…厅.
QUOTED = re.compile(r"(?:根据|依据|按照|印发|原|如|包括|国家)[^，,。；]{0,12}$")
#: Who is worked with, asked, ordered or written to is somebody else than 我局: 与…协调, 由…组织编制, 责令…, 发函给….
SOMEBODY_ELSE = re.compile(r"(?:与|和|同|向|由|为|给|至|报|被|要求|责令|督促|水务|城乡)$")
OPENING = 220


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of unit: its code, what people call it."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Answering:
    """The unit that a reply names: its kind, whose of the kind it is, how surely, and where in the reply it stands.

    `owner`: 市, 区, 县, 省, A3区, 洋湖…, empty where the reply does not say. `evidence`: one of `EVIDENCE`.
    """

    kind: str
    owner: str
    evidence: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Mention:
    """A unit's name in a text, from `start` to `end` (owner and name)."""

    kind: str
    owner: str
    word: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Names:
    """What units are called, ready to be searched for."""

    kinds: Mapping[str, Kind]
    words: Mapping[str, str]
    selves: Mapping[str, str]
    ends: Mapping[str, tuple[str, ...]]
    pattern: re.Pattern[str]
    own: re.Pattern[str]


@cache
def names() -> Names:
    """Return what `units.toml` says."""
    data = tomllib.loads(DATA.read_text("utf-8"))
    kinds = {row["code"]: Kind(row["code"], row["name"]) for row in data["kind"]}
    words = {word: row["code"] for row in data["kind"] for word in row["words"].split()}
    selves = {word: kind for kind, said in data["selves"].items() for word in said.split()}
    ends = {own: tuple(said.split()) for own, said in data["ends"].items()}
    longest_first = sorted(words, key=len, reverse=True)
    own = sorted([*selves, *ends], key=len, reverse=True)
    return Names(
        kinds,
        words,
        selves,
        ends,
        re.compile("|".join(map(re.escape, longest_first))),
        re.compile("|".join(map(re.escape, own))),
    )


#: What stands before a unit's name and says whose it is. Longer names of places are tried before shorter ones.
OWNER = re.compile(r"(?:[A-Z][0-9]{0,2}(?:市|区|县)|[省市区县州])$")
#: Before 街道, 镇 and 乡 stands a name of two to four characters; it begins after the last of those that end something.
PLACE = re.compile(r"[一-龥]{2,4}$")
ENDS_SOMETHING = "市区县州经由转交至给在向到与和对是属据请的为报前从将被令归该各本我贵全此某及或"
PLACED = frozenset({"street", "town", "community"})
#: 街道, 镇 and 乡 as common words: 城镇, 乡镇, 集镇, 今后我街道 name nobody.
NOBODY = re.compile(
    r"[各该本我此某和及或两个在城乡县村集属地级等关有相所主多新老]$|今后|目前|其他|部分|辖区|[您们能不上下了]"
)


def _place(before: str) -> str:
    """Return the name of a street or town that ends a text; empty where none does."""
    found = PLACE.search(before)
    if found is None or NOBODY.search(found[0]):
        return ""
    name = found[0]
    begins = max((name.rfind(sign) + 1 for sign in ENDS_SOMETHING), default=0)
    return name[begins:] if len(name) - begins > 1 else name


def mentions(text: str) -> Iterator[Mention]:
    """Yield the units that a text names, in its order."""
    known = names()
    for found in known.pattern.finditer(text):
        kind, start = known.words[found[0]], found.start()
        before = text[max(0, start - 8) : start]
        owner = ""
        if kind in PLACED:
            owner = _place(before)
            if not owner:
                continue
        else:
            whose = OWNER.search(before)
            owner = whose[0] if whose else ""
        yield Mention(kind, owner, found[0], start - len(owner), found.end())


def answering_unit(reply: str) -> Answering | None:
    """Return the unit that a reply says it comes from, or was handed on to; None where it names none."""
    text = reply if len(reply) <= READ else reply[: READ // 2] + reply[-READ // 2 :]
    named = [one for one in mentions(text) if one.owner != "省" and not QUOTED.search(text[: one.start][-16:])]
    found = _signed(text, named) or _acted(text, named) or _own(text, named)
    found = found or _handed_on(text, named) or _contacted(text, named)
    if found is None:
        return None
    mention, evidence = found
    return Answering(mention.kind, mention.owner, evidence, mention.start, mention.end)


Found = tuple[Mention, str] | None


def _signed(text: str, named: list[Mention]) -> Found:
    """Return the last unit that stands where a reply is signed: at its end, or before a date."""
    for mention in reversed(named):
        if SIGNATURE.match(text, mention.end) and not BEFORE_HANDING.search(text[: mention.start][-2:]):
            return mention, SIGNED
    return None


def _acted(text: str, named: list[Mention]) -> Found:
    """Return the first unit that checked, or says that it took the matter seriously (经…核实, …高度重视)."""
    for mention in named:
        before, after = text[max(0, mention.start - 5) : mention.start], text[mention.end : mention.end + 16]
        if BEFORE_ANSWERING.search(before) and ANSWERING.search(after[:8]):
            return mention, ACTED
        if mention.start < OPENING and re.search(r"[，,。：:；\s]$", before or " ") and ACTING.match(after):
            return mention, ACTED
    return None


def _own(text: str, named: list[Mention]) -> Found:
    """Return whom 我街道, 我镇 mean; and of 我局 and its like, the only unit whose name so ends."""
    known = names()
    for own in known.own.finditer(text):
        if own[0] in known.selves:
            kind = known.selves[own[0]]
            owners = Counter(mention.owner for mention in named if mention.kind == kind).most_common(1)
            return Mention(kind, owners[0][0] if owners else "", own[0], own.start(), own.end()), SELF
        fitting = [
            mention
            for mention in named
            if mention.word.endswith(known.ends[own[0]])
            and (_before(text, mention, BEFORE_HANDING) or not _before(text, mention, SOMEBODY_ELSE))
        ]
        if len({mention.kind for mention in fitting}) == 1:
            return fitting[0], SELF
    return None


def _before(text: str, mention: Mention, wanted: re.Pattern[str]) -> bool:
    """Whether such words stand right before a mention."""
    return wanted.search(text[max(0, mention.start - 3) : mention.start]) is not None


def _handed_on(text: str, named: list[Mention]) -> Found:
    for mention in reversed(named):
        ordered = _before(text, mention, ORDERED) and mention.start < OPENING
        if _before(text, mention, BEFORE_HANDING) or ordered:
            return mention, HANDED_ON
    return None


def _contacted(text: str, named: list[Mention]) -> Found:
    """Return the last unit that the reply says to turn to."""
    for mention in reversed(named):
        after = text[mention.end : mention.end + 24]
        if _before(text, mention, BEFORE_CONTACT) and CONTACT.match(after):
            return mention, CONTACTED
    return None
