"""The core of a demand: who, what, where, when and since when, what outcome is wanted, sums, and whom it is about.

Rules over words of `core.toml`, no model. Every piece has its span, so that a page can mark it and a person correct it.
Masked tokens 〔…〕 are never cut into. Work grows with the length of the text, and no input raises.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from huiying.judgement.answering import mentions
from huiying.judgement.core_parts import parts_of
from huiying.judgement.core_pieces import Clause, Piece, clauses, none_cut, sentences
from huiying.judgement.core_places import Places, places_in
from huiying.judgement.core_time import times_in

__all__ = ["Core", "Piece", "Places", "core_of"]

DATA = Path(__file__).with_name("core.toml")
#: A longer first line is no title.
LONGEST_TITLE = 60
#: A wish that is longer is cut at a comma: what follows tells why.
LONGEST_WISH = 60
#: Of a name that ends in 公司 or 物业 so many characters before the ending are looked at.
LONGEST_NAME = 16
TITLE_OPENS = re.compile(r"^(?:再次|强烈|实名|紧急|我要)?(?:关于|反映|投诉|举报|咨询|曝光|请问)(?:一下)?[:：]?")
GREETING = re.compile(r"^(?:尊敬的|敬爱的|各位)|^.{0,12}(?:您好|你好|领导好|书记好)[!！:：]?$|^(?:谢谢|感谢|此致|敬礼)")
SUM = re.compile(
    r"(?<![0-9.])(?P<digits>[0-9]{1,12}(?:\.[0-9]{1,4})?)\s{0,2}(?P<many>[百千万亿]{0,2})[多余来]?\s?(?:元|块钱|块(?![地石板]))"
    r"|(?P<spoken>[一二两三四五六七八九十百千万亿]{1,8})[多余来]?(?:元|块钱)"
)
TIMES = {"百": 100, "千": 1_000, "万": 10_000, "亿": 100_000_000}
PARTY = re.compile(
    r"有限责任公司|有限公司|分公司|公司|集团|开发商|物业(?!费|管理费|服务费)|业委会|工厂|餐馆|饭店|烧烤店|驾校|中介"
)
NAME_CHARACTER = re.compile(r"[一-龥A-Za-z0-9（）()*]")


@dataclass(frozen=True, slots=True)
class Core:
    """What a demand says, each piece with where it says so; empty where it does not.

    `who`: value is the standing. `where`: value is the area's code, or empty. `when`, `since`: value is a year, month
    or day (2019, 2019-07, 2019-07-02), resolved against the day of receipt. `sums`: value in yuan. `parts`: spans of a
    proposed split, none where the message holds one demand.
    """

    who: tuple[Piece, ...] = ()
    what: Piece | None = None
    where: tuple[Piece, ...] = ()
    when: tuple[Piece, ...] = ()
    since: tuple[Piece, ...] = ()
    wishes: tuple[Piece, ...] = ()
    sums: tuple[Piece, ...] = ()
    parties: tuple[Piece, ...] = ()
    parts: tuple[Piece, ...] = ()


@dataclass(frozen=True, slots=True)
class Words:
    """The words of `core.toml`, ready to be searched for."""

    standing: Mapping[str, str]
    says: re.Pattern[str]
    wish: re.Pattern[str]
    closes: re.Pattern[str]
    question: re.Pattern[str]
    further: re.Pattern[str]


def _either(words: Iterable[str]) -> str:
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))


@cache
def words() -> Words:
    """Return what `core.toml` says."""
    data = tomllib.loads(DATA.read_text("utf-8"))
    standing = {word: name for name, said in data["standing"].items() for word in said.split()}
    wish = data["wish"]
    not_these, before = _either(wish["not"].split()), _either(wish["before"].split())
    return Words(
        standing,
        # Between 我是 and 业主 may stand a name: 我是荣盛花语城的业主.
        re.compile(
            rf"(?:{_either(data['self']['words'].split())})[^，。！？；,!?;\n〔〕]{{0,14}}?(?P<standing>{_either(standing)})"
        ),
        re.compile(rf"(?:{before}){{0,4}}(?P<wish>(?!{not_these})(?:{_either(wish['begins'].split())}))"),
        re.compile(rf"[，,]?[^，,。\n]{{0,4}}(?:{_either(wish['closes'].split())})"),
        re.compile(_either(wish["questions"].split())),
        re.compile(_either(data["split"]["further"].split())),
    )


def core_of(text: str, *, received_on: date, places: Places) -> Core:
    """Return the core of a masked text that was received on a day, given the names of the city's places."""
    said = sentences(text)
    wishes = _wishes(text, said)
    when, since = times_in(text, received_on)
    further = words().further
    found = {
        "who": _who(text),
        "where": places_in(text, places),
        "when": when,
        "since": since,
        "wishes": wishes,
        "sums": _sums(text),
        "parties": _parties(text),
    }
    pieces = {name: none_cut(text, held) for name, held in found.items()}
    parts = none_cut(text, parts_of(text, said, wishes, further=further))
    return Core(**pieces, what=_what(text, said, wishes), parts=parts)


def _who(text: str) -> Iterator[Piece]:
    known, seen = words(), set[str]()
    for found in known.says.finditer(text):
        standing = known.standing[found["standing"]]
        if standing not in seen:
            seen.add(standing)
            yield Piece(found.start("standing"), found.end("standing"), standing)


def _wishes(text: str, said: Sequence[Clause]) -> list[Piece]:
    """Return the wishes of a text; where it has none, its questions: of somebody who asks, the answer is wanted."""
    return list(_wished(text, said)) or list(_asked(text, said))


def _wished(text: str, said: Sequence[Clause]) -> Iterator[Piece]:
    """Yield the wishes: from the clause that begins one to the next or the sentence's end, cut where it grows long."""
    known = words()
    for sentence in said:
        held = list(clauses(text, sentence))
        begun = [(clause, known.wish.match(text, clause.start, clause.end)) for clause in held]
        for place, (_, wish) in enumerate(begun):
            if wish is None:
                continue
            end = begun[place][0].end
            for clause, another in begun[place + 1 : place + 1 + LONGEST_WISH]:
                if another is not None or clause.end - wish.start() > LONGEST_WISH:
                    break
                end = clause.end
            closed = known.closes.search(text, wish.end(), end)
            end = len(text[: closed.start() if closed else end].rstrip("，,、 "))
            if end > wish.end():
                yield Piece(wish.start("wish"), end, text[wish.start("wish") : end])


def _asked(text: str, said: Sequence[Clause]) -> Iterator[Piece]:
    """Yield the clauses that ask."""
    for sentence in said:
        asks = text[sentence.end : sentence.end + 1] in {"?", "？"}
        held = list(clauses(text, sentence))
        for place, clause in enumerate(held):
            last = asks and place == len(held) - 1
            if last or words().question.search(text, clause.start, clause.end):
                yield Piece(clause.start, clause.end, text[clause.start : clause.end])


def _what(text: str, said: Sequence[Clause], wishes: Sequence[Piece]) -> Piece | None:
    """Return what states the problem: the title without 关于 and 投诉, or the first sentence that is no greeting."""
    if not said:
        return None
    first = said[0]
    if text[first.end : first.end + 1] in {"\n", ""} or "\n" in text[first.start : first.end + 2]:
        opens = TITLE_OPENS.match(text[first.start : first.end])
        start = first.start + (opens.end() if opens else 0)
        if 1 < first.end - start <= LONGEST_TITLE:
            return Piece(start, first.end, text[start : first.end])
    wished = {wish.end for wish in wishes}
    for sentence in said:
        plain = text[sentence.start : sentence.end]
        if not GREETING.search(plain) and sentence.end not in wished:
            return Piece(sentence.start, sentence.end, plain)
    return Piece(first.start, first.end, text[first.start : first.end])


def _sums(text: str) -> Iterator[Piece]:
    for found in SUM.finditer(text):
        if found["digits"]:
            yuan = float(found["digits"])
            for sign in found["many"]:
                yuan *= TIMES[sign]
        else:
            yuan = float(_spoken(found["spoken"]))
        yield Piece(found.start(), found.end(), f"{yuan:.2f}")


def _spoken(number: str) -> int:
    """Return a number in Chinese: 三万五千 → 35000; 两百 → 200."""
    whole = part = digit = 0
    for sign in number:
        if sign in "万亿":
            whole = (whole + part + digit) * TIMES[sign] if whole + part + digit else TIMES[sign]
            part = digit = 0
        elif sign in "十百千":
            part += max(1, digit) * (10 if sign == "十" else TIMES[sign])
            digit = 0
        else:
            digit = "一二三四五六七八九".find(sign) + 1 or 2
    return whole + part + digit


def _parties(text: str) -> Iterator[Piece]:
    """Yield the firms, 物业 and units that a text names, each once."""
    seen = set[str]()
    named = [(mention.start, mention.end) for mention in mentions(text)]
    firms = [(_name_start(text, found.start()), found.end()) for found in PARTY.finditer(text)]
    ends = 0
    for start, end in sorted([*named, *firms]):
        name = text[start:end]
        if start >= ends and name not in seen:
            seen.add(name)
            ends = end
            yield Piece(start, end, name)


def _name_start(text: str, end: int) -> int:
    """Return where a firm's name that ends before a position begins."""
    stops = Places.stops()
    start = end
    while start > max(0, end - LONGEST_NAME) and NAME_CHARACTER.match(text[start - 1]) and text[start - 1] not in stops:
        start -= 1
    for cut in Places.cuts().finditer(text, start, end):
        start = cut.end()
    return start
