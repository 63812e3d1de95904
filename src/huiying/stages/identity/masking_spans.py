"""What the masking rules share: kinds, spans and the view, a text of the same length in which finds are filled out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum


class Hidden(StrEnum):
    """What a span is. `CONTACT` is a contact field's own content, found in the text."""

    PHONE = "phone"
    ID_NUMBER = "id_number"
    PLATE = "plate"
    BANK_CARD = "bank_card"
    EMAIL = "email"
    ACCOUNT = "account"
    NAME = "name"
    DOOR = "door"
    CONTACT = "contact"


@dataclass(frozen=True, slots=True)
class Span:
    """A part of the original text: characters `start` to `end`, the latter not included."""

    start: int
    end: int
    kind: Hidden


TOKENS = {
    Hidden.PHONE: "〔电话〕",
    Hidden.ID_NUMBER: "〔身份证号〕",
    Hidden.PLATE: "〔车牌〕",
    Hidden.BANK_CARD: "〔银行卡〕",
    Hidden.EMAIL: "〔邮箱〕",
    Hidden.ACCOUNT: "〔账号〕",
    Hidden.NAME: "〔姓名〕",
    Hidden.DOOR: "〔门牌〕",
    Hidden.CONTACT: "〔联系信息〕",
}
#: Fill a view where something is hidden. Numbers have their own character: a name often stands beside one.
NUMBER, OTHER = "\ue000", "\ue001"
FILLED = NUMBER + OTHER
_FILLS = {token: OTHER if kind in {Hidden.NAME, Hidden.DOOR} else NUMBER for kind, token in TOKENS.items()}
_TOKEN = re.compile("|".join(_FILLS))
_WIDE = re.compile("[０-９Ａ-Ｚａ-ｚ＠．－＋＃＊\u3000–—―]")
_PLAIN = [sign for sign in map(chr, range(0x21, 0x7F)) if sign.isalnum() or sign in "@.-+#*"]
_NARROW = str.maketrans(
    {chr(ord(sign) + 0xFEE0): sign for sign in _PLAIN} | {"\u3000": " ", "–": "-", "—": "-", "―": "-"}
)


def narrowed(text: str) -> str:
    """Write full-width letters, digits and signs as plain ones; the length stays."""
    return text.translate(_NARROW) if _WIDE.search(text) else text


def view_of(text: str) -> str:
    """Return what the rules read. Tokens of an earlier masking look like what they stand for when it is found anew."""
    return (
        _TOKEN.sub(lambda token: _FILLS[token[0]] * len(token[0]), narrowed(text)) if "〔" in text else narrowed(text)
    )


def filled(view: str, spans: Iterable[Span]) -> str:
    """Return the view with these spans filled out."""
    parts, at = [], 0
    for span in spans:
        parts += [view[at : span.start], _FILLS[TOKENS[span.kind]] * (span.end - span.start)]
        at = span.end
    return "".join([*parts, view[at:]])


def joined(spans: Iterable[Span]) -> list[Span]:
    """Sort spans; those that overlap become one, of the kind of the longer."""
    result: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.start, -span.end)):
        if result and span.start < result[-1].end:
            last = result.pop()
            longer = max(last, span, key=lambda span: span.end - span.start)
            result.append(Span(last.start, max(last.end, span.end), longer.kind))
        else:
            result.append(span)
    return result


def touching(spans: Iterable[Span]) -> Iterator[Span]:
    """Make one span of neighbours of one kind; `spans` are sorted and do not overlap."""
    last: Span | None = None
    for span in spans:
        if last and span.start == last.end and span.kind is last.kind:
            last = Span(last.start, span.end, last.kind)
            continue
        if last:
            yield last
        last = span
    if last:
        yield last
