"""Personal names in running Chinese: a surname, one or two characters of a given name, and evidence that it is one.

Evidence is a title behind it (书记, 先生), a role before it (村民, 妻子), a word that announces it (我叫), a telephone
number beside it, a row of names, or characters that seldom stand together otherwise. The words are in surnames.toml.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from huiying.stages.identity.masking_spans import NUMBER, Hidden, Span

_DATA: dict[str, str] = tomllib.loads(Path(__file__).with_name("surnames.toml").read_text("utf-8"))
#: How sure a character is a surname; each rank asks for more evidence than the one above it.
_SURE, _LIKELY, _RARE, _STATED = 4, 3, 2, 1
_RANKS = {
    character: rank
    for key, rank in (("particle", _STATED), ("noun", _RARE), ("plain", _LIKELY), ("strong", _SURE))
    for character in "".join(_DATA[key].split())
}
_COMPOUND, _TITLES, _ROLES, _STATING, _WORDS, _AFTER, _PLACES, _NOBODY = (
    frozenset(_DATA[key].split())
    for key in ("compound", "titles", "roles", "stating", "words", "after", "places", "nobody")
)
_GIVEN, _EVERYDAY, _NEVER = (frozenset("".join(_DATA[key].split())) for key in ("given", "everyday", "never"))
_USUAL = _GIVEN | _EVERYDAY
_PEOPLE = _TITLES | _ROLES
_STOPS = _PEOPLE | _WORDS | _AFTER
#: End the name of a housing estate, which may begin like a person's: 林馨香雅苑.
_ESTATES = frozenset("苑园府邸郡墅")
_MOST = 2
_AND = "和与及"


def _by_first_character(words: Iterable[str]) -> list[str]:
    """Alternatives that a search rejects at most places by a look at one character."""
    rests: dict[str, list[str]] = {}
    for word in sorted(words):
        rests.setdefault(word[0], []).append(word[1:])
    return [f"{first}(?:{'|'.join(rest)})" for first, rest in rests.items()]


def _of(rank: int) -> str:
    return "".join(character for character, its in _RANKS.items() if its == rank)


#: Offices said short: 王局, 杨所.
_CLIPPED = "所局队工董处"
#: Titles that stand alone so often that only a likely surname belongs to them.
_FOR_ANYBODY = frozenset([*_CLIPPED, "领导"])
_CUE = re.compile(
    "|".join(
        [
            f"某(?:(?<=[{_of(_SURE)}]某)|(?<=[{_of(_LIKELY)}]某)(?![些个种地处市区县])|(?![些个种人家地处市区县日年月时]))",
            "总(?![是书体共计结价额数裁会部理管则算归能统该量工经监])",
            *(f"{title}(?![哥姐弟妹])" for title in "哥姐嫂婶"),
            *(f"{title}(?=[^一-龥]|[的说在和与也就来去给对又我您你]|$)" for title in _CLIPPED),
            *(f"{title}(?![期久达])" for title in _TITLES if title[-1] == "长"),
            *_by_first_character(_ROLES | _STATING | {title for title in _TITLES if title[-1] != "长"}),
        ]
    )
)
#: What stands for a given name that is kept back.
_UNNAMED = re.compile(f"某(?:某{{1,2}}|人(?![为民员士])|[{''.join(_GIVEN)}](?![一-龥]{{0,2}}[区市县]))?")
_LONE = re.compile(f"[{''.join(character for character, rank in _RANKS.items() if rank >= _RARE)}]")
_LONE_COMPOUND = re.compile("|".join(_by_first_character(_COMPOUND)))
_SPACED = re.compile(rf"(?<![一-龥])[一-龥] {{1,2}}[一-龥](?= ?[：:（(]?{NUMBER})")
_JOIN = re.compile(r"(?:[、/．.&]| {1,3}|[和与及跟])(?=[一-龥])")
_ENTRY = re.compile(r"(?:^|[^一-龥])(?P<entry>[一-龥]{2,4})、$")
_SAID = re.compile(r"(?:[长人师员]|代表|同志)?(?P<said>[：: （(“\"]{1,2}|是|叫|名叫|为)?(?=[一-龥])")
_OPENERS = frozenset('长人师员代同：: （(“"是叫名为').union(_RANKS, (compound[0] for compound in _COMPOUND))
_BESIDE = re.compile(rf"[：: （(]{{0,2}}{NUMBER}|[，,、（( ]{{0,2}}[男女][，,、）)。 ]|[您你]好")
_INTRODUCES = re.compile(
    r"[：:，,（( ]{0,2}(?:(?:联系)?电话|手机|身份证|联系方式|(?:今年|现年)[\d一二三四五六七八九]|\d{1,2}岁)"
)
_BEFORE_RARE = frozenset("的是找请和与给对向让由求望叫问及被把到了任记员且并跟同为原现时而但使令因当从")
#: Ends of units and of words for one person: 办公室田处长, 这位石科长.
_BEFORE_TITLED = _BEFORE_RARE.union("室组位处科局部院所站队会办厅委司厂校社行个名")


class _Candidate(NamedTuple):
    """A surname and a given name that may follow it; `rare` counts characters that are unusual as ordinary words."""

    start: int
    end: int
    rank: int
    given: str
    usual: bool
    rare: int


def names(view: str, own: frozenset[str]) -> Iterator[Span]:
    """Names, each wherever it occurs; `own` are surnames known from the contact fields. Spans may overlap."""
    found: dict[int, int] = {}
    for start, end in chain(_beside_cues(view, own), _alone(view)):
        found[start] = max(end, found.get(start, 0))
    found |= dict(_in_a_row(view, found))
    yield from (Span(start, end, Hidden.NAME) for start, end in found.items())
    whole = {view[start:end] for start, end in found.items() if end - start > 1}
    for first in {name[0] for name in whole}:
        at = view.find(first)
        while at >= 0:
            same = {view[at : at + length] for length in (2, 3, 4)} & whole
            yield from (Span(at, at + len(name), Hidden.NAME) for name in same)
            at = view.find(first, at + 1)


def contact_name(field: str) -> tuple[str, str]:
    """The name in a contact field and its surname (陈小明先生: 陈小明, 陈); empty where it holds none."""
    name = field[:-2] if field[-2:] in _TITLES else field
    size = 2 if name[:2] in _COMPOUND else 1
    least = size if name != field else size + 1
    reads_like_one = (
        least <= len(name) <= size + _MOST and all(map(_is_chinese, name)) and name[-1] not in "省市区县镇乡"
    )
    return (name, name[:size]) if reads_like_one and field not in _NOBODY else ("", "")


def names_nobody(field: str) -> bool:
    """Whether a contact field says that it says nothing (匿名, 不详)."""
    return field in _NOBODY


def _is_chinese(character: str) -> bool:
    return "一" <= character <= "龥"


def _ends(view: str, at: int) -> bool:
    """Whether a name may end before this character without any doubt about its length."""
    return not _is_chinese(view[at : at + 1]) or view[at] in _NEVER or view[at : at + 2] in _STOPS


def _surname(view: str, at: int) -> tuple[int, int]:
    """Length and rank of the surname that stands here; rank 0 where none does or a word does."""
    if view[at : at + 2] in _COMPOUND:
        return 2, _SURE
    if view[at : at + 2] in _WORDS or (at and view[at - 1 : at + 1] in _WORDS):
        return 1, 0
    return 1, _RANKS.get(view[at : at + 1], 0)


def _given(view: str, at: int) -> int:
    """Where the given name that starts here ends; `at` itself where none can start."""
    first, second, pair = view[at : at + 1], view[at + 1 : at + 2], view[at : at + 2]
    if not _is_chinese(first) or first in _NEVER or pair in _WORDS or pair in _TITLES or pair in _PLACES:
        return at
    if first in _CLIPPED and not _is_chinese(second):
        return at
    behind = view[at + 1 : at + 3]
    if not _is_chinese(second) or second in _NEVER or behind in _STOPS or behind in _PLACES:
        return at + 1
    if second in _AND and _RANKS.get(view[at + 2 : at + 3], 0) >= _LIKELY:
        return at + 1
    return at + 2 if second in _USUAL or _ends(view, at + 2) else at + 1


def _candidate(view: str, start: int, size: int, rank: int) -> _Candidate | None:
    """The name that may start with this surname, unless it is a place's: 黄兴路, 刘家湾."""
    end = _given(view, start + size)
    given = view[start + size : end]
    if not given or view[end : end + 1] in _PLACES or view[end : end + 2] in _PLACES:
        return None
    if given[-1] in _PLACES and given[-1] not in _GIVEN and not _ends(view, end):
        return None
    usual = all(character in _USUAL for character in given)
    return _Candidate(start, end, rank, given, usual, sum(character in _GIVEN for character in given))


def _fits(given: str, rank: int, *, ends: bool) -> bool:
    """Whether these characters make a given name beside evidence, after a surname of this rank."""
    if any(not _is_chinese(character) or character in _NEVER for character in given):
        return False
    usual = sum(character in _USUAL for character in given)
    return usual == len(given) or (ends and rank >= _LIKELY) or (rank == _SURE and usual > 0)


def _beside_cues(view: str, own: frozenset[str]) -> Iterator[tuple[int, int]]:
    for cue in _CUE.finditer(view):
        word = cue[0]
        if word in _TITLES or len(word) == 1:
            name = _before(view, cue.start(), cue.end(), own)
            if name:
                hidden = _UNNAMED.match(view, cue.start()) if word == "某" else None
                yield name[0], hidden.end() if hidden else name[1]
        if len(word) > 1:
            name = _behind(view, cue.end(), stated=word in _STATING, role=word in _ROLES and word != "我是")
            if name:
                yield name


def _before(view: str, title: int, after: int, own: frozenset[str]) -> tuple[int, int] | None:
    """The name before a title: a whole name or a surname; before a short title (王总) a surname only."""
    end = title - 1 if view[title - 1 : title] in {"副", "原"} else title
    given_ends = after - title > 1 and view[end - 1 : end] not in _NEVER
    for length in (4, 3, 2, 1) if given_ends else (2, 1):
        start = end - length
        if start < 0:
            continue
        size, rank = _surname(view, start)
        given = view[start + size : end]
        if length == size:
            known = view[start:end] in own and view[max(0, start - 1) : start + 1] not in _WORDS
            fits = known or _is_titled(view, start, title, after, rank)
        else:
            fits = given_ends and rank > _STATED and size < length <= size + _MOST
            fits = fits and _fits(given, rank, ends=rank == _SURE and len(given) == 1)
            fits = fits and (rank > _RARE or _is_clear(view, start))
        if fits:
            return start, end
    return None


def _is_titled(view: str, start: int, title: int, after: int, rank: int) -> bool:
    """Whether the lone surname before a title is one."""
    if rank >= _LIKELY or view[title:after] in _FOR_ANYBODY:
        return rank >= _LIKELY
    if rank == _RARE:
        related = view[title] == "某" and view[max(0, start - 2) : start] in _PEOPLE
        return related or _is_clear(view, start, _BEFORE_TITLED)
    respected = view[max(0, start - 2) : start] in {"敬的", "爱的"}
    before, behind = view[start - 1 : start] if start else "", view[after : after + 1]
    greeted = behind in "您你：:，,！!。 \n"
    return rank == _STATED and after - title > 1 and greeted and (respected or not _is_chinese(before))


def _is_clear(view: str, start: int, before: frozenset[str] = _BEFORE_RARE) -> bool:
    """Whether nothing stands before a surname to which its character could belong."""
    return start == 0 or not _is_chinese(view[start - 1]) or view[start - 1] in before


def _behind(view: str, at: int, *, stated: bool, role: bool = False) -> tuple[int, int] | None:
    """The name that follows a title, a `role` (村民…) or, where `stated`, a word that announces a name (我叫…)."""
    if view[at : at + 1] not in _OPENERS:
        return None
    said = _SAID.match(view, at)
    start = said.end() if said else at
    size, rank = _surname(view, start)
    name = _candidate(view, start, size, rank) if rank else None
    if not name:
        return None
    marked = bool(said and said["said"])
    ends = _ends(view, name.end)
    if name.rank == _STATED:
        fits = stated and name.usual and (marked or view[at - 1] in "叫作名")
    elif stated or marked:
        fits = name.usual or name.rank >= _LIKELY
    elif name.rank == _RARE:
        fits = len(name.given) == _MOST and name.usual and name.rare > 0 and (ends or role)
    else:
        fits = _fits(name.given, name.rank, ends=ends) and (len(name.given) == _MOST or name.rare > 0 or ends)
    return (name.start, name.end) if fits else None


def _alone(view: str) -> Iterator[tuple[int, int]]:
    """Names that stand without title or role."""
    for match in chain(_LONE.finditer(view), _LONE_COMPOUND.finditer(view)):
        start = match.start()
        if view[start : start + 2] in _WORDS:
            continue
        size, rank = _surname(view, start)
        if rank and _is_called(view, start, start + size, rank):
            end = start + size
            yield start, end + (view.startswith("姓", end) and not view.startswith("姓名", end))
        elif rank > _RARE or (rank and view[start + size : start + size + 1] in _USUAL):
            name = _candidate(view, start, size, rank)
            if name and _stands_alone(view, name):
                yield start, name.end
    for match in _SPACED.finditer(view):
        if match[0][0] in _RANKS:
            yield match.span()


def _is_called(view: str, start: int, end: int, rank: int) -> bool:
    """Whether a lone surname is one: 姓王的, 王姓, 小陈."""
    before, behind = view[start - 1 : start] if start else "", view[end : end + 1]
    if behind in {"姓", "氏"} or (before == "姓" and view[start - 2 : start] != "百姓"):
        return True
    return before in {"老", "小"} and rank == _SURE and behind not in _USUAL


def _stands_alone(view: str, name: _Candidate) -> bool:
    before = view[name.start - 1 : name.start] if name.start else ""
    free, ends = not _is_chinese(before), _ends(view, name.end)
    if name.given[-1] in _PLACES and name.given[-1] not in _GIVEN:
        return False
    if free and _is_introduced(view, name):
        return True
    if name.given in _AFTER or not _ESTATES.isdisjoint(view[name.end : name.end + 2]):
        return False
    if before == "、" or view[name.end : name.end + 1] == "、":
        return name.rank >= _LIKELY and _fits(name.given, name.rank, ends=False)
    long = len(name.given) == _MOST
    if name.rank == _RARE:
        return long and name.usual and name.rare > 0 and ends and _is_clear(view, name.start)
    closed = free or not _is_chinese(view[name.end : name.end + 1])
    short = name.rare > 0 and ends and (name.rank == _SURE or closed)
    return name.usual and name.rare + (name.rank == _SURE) + free + ends >= _MOST if long else short


def _is_introduced(view: str, name: _Candidate) -> bool:
    """Whether a telephone number, a sex or an age behind the name, or a word for one, shows that it is a name."""
    if _BESIDE.match(view, name.end):
        return name.usual or name.rank >= _LIKELY
    sure = len(name.given) == _MOST or name.rank >= _LIKELY
    return sure and _fits(name.given, name.rank, ends=True) and bool(_INTRODUCES.match(view, name.end))


def _in_a_row(view: str, found: dict[int, int]) -> Iterator[tuple[int, int]]:
    """Names that are joined to one that was found: 张某某、李某某和王某某."""
    seen = set(found)
    row = list(found.items())
    while row:
        start, end = row.pop()
        join = _JOIN.match(view, end)
        behind = _listed(view, join.end()) or _behind(view, join.end(), stated=False) if join else None
        for name in (behind, _listed_before(view, start)):
            if name and name[0] not in seen:
                seen.add(name[0])
                row.append(name)
                yield name


def _listed(view: str, start: int) -> tuple[int, int] | None:
    """The whole entry of a list that starts here, if it can be a name."""
    size, rank = _surname(view, start)
    name = _candidate(view, start, size, rank) if rank else None
    if not name or _is_chinese(view[name.end : name.end + 1]) or view[start : name.end] in _AFTER:
        return None
    long = len(name.given) == _MOST or (rank >= _LIKELY and name.given not in _PLACES)
    return (start, name.end) if long and _fits(name.given, rank, ends=True) else None


def _listed_before(view: str, end: int) -> tuple[int, int] | None:
    """The whole entry of a list before the one that starts here, if it can be a name."""
    entry = _ENTRY.search(view, max(0, end - 6), end)
    name = _listed(view, entry.start("entry")) if entry else None
    if not name or name[1] != end - 1:
        return None
    return name if _surname(view, name[0])[1] > _RARE or not _GIVEN.isdisjoint(view[name[0] + 1 : name[1]]) else None
