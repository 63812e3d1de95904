"""What becomes of a text on its way in: the original is sealed, the masked copy is what everybody works with."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

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
ADDRESSED = re.compile(r"([\u4e00-\u9fff])(?=先生|女士|小姐|老师|同志|师傅|阿姨|大爷|大妈)")
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


def from_staff(text: str, number: str) -> str:
    """Return the masked copy of what staff wrote on a case: whoever brought it is not named in it."""
    held = vault.known_tokens(number)
    spans = [span for span in find(text) if span.kind in IN_STAFF_WORDS]
    spans += [span for span in _known(text, held) if not any(span.start < o.end and o.start < span.end for o in spans)]
    return _hidden(text, spans)


def _known(text: str, held: Mapping[str, set[bytes]]) -> list[Span]:
    """Return where the contact's own phone, name or surname stands, found by blind tokens alone."""
    phones, names, surnames = (held.get(kind, set()) for kind in ("phone", "name", "surname"))
    spans = [
        Span(run.start(), run.end(), Hidden.PHONE)
        for run in DIGIT_RUN.finditer(text)
        if phones and vault.token("phone", vault.plain_phone(run.group())) in phones
    ]
    taken = 0
    for run in HAN_RUN.finditer(text) if names else ():
        for start in range(run.start(), run.end() - 1):
            for length in range(LONGEST_NAME, 1, -1):
                end = start + length
                if start >= taken and end <= run.end() and vault.token("name", text[start:end]) in names:
                    spans.append(Span(start, end, Hidden.NAME))
                    taken = end
    spans += [
        Span(hit.start(1), hit.end(1), Hidden.NAME)
        for hit in ADDRESSED.finditer(text)
        if vault.token("surname", hit.group(1)) in surnames
        and not any(span.start <= hit.start() < span.end for span in spans)
    ]
    return spans


def place_of(address: str) -> str:
    """Return the place of the problem as fine as handling needs: the named place, without the door."""
    masked = mask(address)
    return masked.text if masked.spans else ANY_DIGITS.sub("〔门牌〕", address)
