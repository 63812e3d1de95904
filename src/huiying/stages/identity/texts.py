"""What becomes of a text on its way in: the original is sealed, the masked copy is what everybody works with."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from huiying.case.numbers import NUMBER, is_number
from huiying.stages.identity import vault
from huiying.stages.identity.masking import find, mask
from huiying.stages.identity.masking_spans import TOKENS, Hidden, Span
from huiying.stages.identity.vault import Contact

#: What is hidden in staff's own words: their telephone numbers and names are theirs to give.
IN_STAFF_WORDS = frozenset({Hidden.ID_NUMBER, Hidden.BANK_CARD, Hidden.DOOR, Hidden.EMAIL})
HAN_RUN = re.compile(r"[\u4e00-\u9fff·]{2,}")
LONGEST_NAME = 4
DIGIT_RUN = re.compile(r"(?:\+?86[\s-]*)?[0-9０-９](?:[\s-]?[0-9０-９]){6,}")
ADDRESSED = re.compile(r"[\u4e00-\u9fff](?=先生|女士|小姐|老师|同志|师傅|阿姨|大爷|大妈)")
ANY_DIGITS = re.compile(r"[0-9０-９A-Za-z一二三四五六七八九十]*[0-9０-９]+[0-9０-９A-Za-z#＃-]*")


def from_resident(text: str, contact: Contact, address: str = "") -> str:
    """Return the masked copy of what somebody brought: nothing in it says who they are or where they live.

    `address`, the place of the problem, stays as fine as handling needs.
    """
    masked = _hidden(text, find(text, contact.known()))
    return masked.replace(address, place_of(address)) if address else masked


def _hidden(text: str, spans: Iterable[Span]) -> str:
    """Return a text without what the spans cover. A case's own number is no card, whatever its digits look like."""
    numbers = [(hit.start(), hit.end()) for hit in NUMBER.finditer(text) if is_number(hit.group())]
    for span in sorted(spans, key=lambda span: span.start, reverse=True):
        if not any(start < span.end and span.start < end for start, end in numbers):
            text = text[: span.start] + TOKENS[span.kind] + text[span.end :]
    return text


def added_by_resident(text: str, number: str) -> str:
    """Return the masked copy of what somebody adds to their case: as strictly as what they brought."""
    return _hidden(text, _with_known(find(text), _known(text, vault.known_tokens(number))))


def from_staff(text: str, number: str) -> str:
    """Return the masked copy of what staff wrote on a case: whoever brought it is not named in it."""
    found = [span for span in find(text) if span.kind in IN_STAFF_WORDS]
    return _hidden(text, _with_known(found, _known(text, vault.known_tokens(number))))


def _with_known(found: Iterable[Span], known: Iterable[Span]) -> list[Span]:
    """Return spans that do not overlap, those that are known before those that look like something."""
    chosen: list[Span] = []
    for span in [*known, *found]:
        if not any(span.start < other.end and other.start < span.end for other in chosen):
            chosen.append(span)
    return chosen


def _known(text: str, held: Mapping[str, set[bytes]]) -> Iterator[Span]:
    """Yield where the contact's own address, phone, name or surname stands, found by blind tokens alone."""
    for kind, tokens in held.items():
        if kind.startswith(vault.ADDRESS):
            length = int(kind.removeprefix(vault.ADDRESS))
            yield from _windows(text, length, vault.ADDRESS, tokens, Hidden.CONTACT)
    phones, names, surnames = (held.get(kind, set()) for kind in ("phone", "name", "surname"))
    for run in DIGIT_RUN.finditer(text) if phones else ():
        if vault.token("phone", vault.plain_phone(run.group())) in phones:
            yield Span(run.start(), run.end(), Hidden.PHONE)
    for run in HAN_RUN.finditer(text) if names else ():
        for length in range(LONGEST_NAME, 1, -1):
            yield from _windows(run.group(), length, "name", names, Hidden.NAME, run.start())
    for hit in ADDRESSED.finditer(text) if surnames else ():
        for start in (hit.start() - 1, hit.start()):
            if start >= 0 and vault.token("surname", text[start : hit.start() + 1]) in surnames:
                yield Span(start, hit.start() + 1, Hidden.NAME)


def _windows(text: str, length: int, kind: str, tokens: set[bytes], hidden: Hidden, offset: int = 0) -> Iterator[Span]:
    """Yield where a part of a text of just this length has a token that is held."""
    for start in range(len(text) - length + 1):
        if vault.token(kind, text[start : start + length]) in tokens:
            yield Span(offset + start, offset + start + length, hidden)


def place_of(address: str) -> str:
    """Return the place of the problem as fine as handling needs: the named place, without the door."""
    masked = mask(address)
    return masked.text if masked.spans else ANY_DIGITS.sub("〔门牌〕", address)
