"""Several demands in one message: a proposed split, which a person accepts, changes or leaves."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from huiying.judgement.core_pieces import Clause, Piece

CHINESE = "一二三四五六七八九十"
#: 1、 2. （3） 四、 第五， 六是: where a text counts.
MARK = re.compile(
    r"(?:^|(?<=[\s。！？!?；;：:，,⏎]))[（(第]?(?P<number>[0-9]{1,2}|[一二三四五六七八九十])(?:[）)]?[、．；:：]|[.](?![0-9])|[）)]|是(?=[^否不])|[，,])"
)
#: A part without any of these counts reasons, and asks for nothing.
ASKS = re.compile(r"[？?吗呢]|希望|请|建议|要求|望|可否|能否|何时|为什么|为何|怎么|应|需要|投诉|反映|没有|不能|无人")
#: What says beforehand that several things follow.
SEVERAL = re.compile(r"[0-9几两二三四五多](?:个|点|项|条|大)(?:问题|建议|意见|诉求|疑问|方面|请求)")


def parts_of(text: str, said: Sequence[Clause], wishes: Sequence[Piece], *, further: re.Pattern[str]) -> list[Piece]:
    """Return the spans of the demands that a text holds; none where it holds one."""
    return _counted(text) or _added(text, said, wishes, further)


def _counted(text: str) -> list[Piece]:
    """Return what a text counts, where what is counted asks for something."""
    marks = list[int]()
    for found in MARK.finditer(text):
        said = found["number"]
        number = int(said) if said.isdecimal() else CHINESE.index(said) + 1
        if number == len(marks) + 1:
            marks.append(found.start())
    if len(marks) < 2:  # noqa: PLR2004  # one of one is no list
        return []
    parts = [_piece(text, start, end) for start, end in pairwise([*marks, len(text)])]
    asking = sum(ASKS.search(part.value) is not None for part in parts)
    return parts if asking == len(parts) or (asking > 1 and SEVERAL.search(text[: marks[0]])) else []


def _added(text: str, said: Sequence[Clause], wishes: Sequence[Piece], further: re.Pattern[str]) -> list[Piece]:
    """Return the parts before and after 另外, where both ask for something."""
    for sentence in said:
        if not further.match(text, sentence.start, sentence.end):
            continue
        before = any(wish.end <= sentence.start for wish in wishes)
        after = any(wish.start >= sentence.start for wish in wishes)
        if before and after:
            return [_piece(text, 0, sentence.start), _piece(text, sentence.start, len(text))]
    return []


def _piece(text: str, start: int, end: int) -> Piece:
    held = text[start:end]
    end = start + len(held.rstrip())
    return Piece(start, end, text[start:end])
