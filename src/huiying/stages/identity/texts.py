"""What becomes of a text on its way in: the original is sealed, the masked copy is what everybody works with."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping

from huiying.case.numbers import NUMBER, is_number
from huiying.case.recording import NotAllowed
from huiying.procedure.decision import Refused
from huiying.stages.identity import vault
from huiying.stages.identity.masking import find, mask
from huiying.stages.identity.masking_spans import TOKENS, Hidden, Span
from huiying.stages.identity.vault import Contact

LONGEST_TEXT = 20_000
#: What is hidden in staff's own words: their telephone numbers and names are theirs to give.
IN_STAFF_WORDS = frozenset({Hidden.ID_NUMBER, Hidden.BANK_CARD, Hidden.DOOR, Hidden.EMAIL})
SIZED = re.compile(f"({vault.DIGITS}|{vault.NAME}|{vault.ADDRESS})(\\d+)")
HIDDEN = {vault.DIGITS: Hidden.PHONE, vault.NAME: Hidden.NAME, vault.ADDRESS: Hidden.CONTACT}
DIGITS_APART = re.compile(r"\d(?:[\s()（）.·—–-]{0,3}\d)+")
ADDRESSED = re.compile(r"[\u4e00-\u9fff](?=先生|女士|小姐|老师|同志|师傅|阿姨|大爷|大妈)")
#: A greeting by a name that is hidden.
GREETED = re.compile(r"〔姓名〕(?:先生|女士|小姐|同志|老师)?[，,：:]?(?=您好|你好)")
ANY_DIGITS = re.compile(r"[0-9０-９A-Za-z一二三四五六七八九十]*[0-9０-９]+[0-9０-９A-Za-z#＃-]*")


def check_words(words: Mapping[str, str]) -> None:
    """Refuse texts that cannot be kept, by the names that people know them by."""
    for name, text in words.items():
        if "\0" in text:
            raise NotAllowed(Refused("nul_in_text", ""))
        if len(text) > LONGEST_TEXT:
            raise NotAllowed(Refused("text_too_long", "", {"field": name, "most": LONGEST_TEXT}))


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


def said_on_the_spot(text: str, contact: Contact) -> str:
    """Return the masked copy of what staff said while the case was not yet there: as `from_staff` of a new case."""
    if not text:
        return ""
    held: dict[str, set[bytes]] = {}
    for kind, token in vault.tokens(contact):
        held.setdefault(kind, set()).add(token)
    found = [span for span in find(text) if span.kind in IN_STAFF_WORDS]
    return _hidden(text, _with_known(found, _known(text, held)))


def spoken_to(text: str) -> str:
    """Return a text as its own reader is spoken to: a greeting by a name that is hidden becomes a plain greeting."""
    return GREETED.sub("", text)


def _with_known(found: Iterable[Span], known: Iterable[Span]) -> list[Span]:
    """Return spans that do not overlap, those that are known before those that look like something."""
    chosen: list[Span] = []
    for span in [*known, *found]:
        if not any(span.start < other.end and other.start < span.end for other in chosen):
            chosen.append(span)
    return chosen


def _known(text: str, held: Mapping[str, set[bytes]]) -> Iterator[Span]:
    """Yield where the contact's own phone, name, surname or address stands, found by blind tokens alone."""
    for kind, tokens in held.items():
        named = SIZED.fullmatch(kind)
        if named is None:
            continue
        what, length = named[1], int(named[2])
        for run in _digit_runs(text) if what == vault.DIGITS else [_squeezed(text)]:
            for start in range(len(run) - length + 1):
                window = run[start : start + length]
                if vault.token(what, "".join(character for character, _ in window)) in tokens:
                    yield Span(window[0][1], window[-1][1] + 1, HIDDEN[what])
    surnames = held.get("surname", set())
    for hit in ADDRESSED.finditer(text) if surnames else ():
        for start in (hit.start() - 1, hit.start()):
            if start >= 0 and vault.token("surname", text[start : hit.start() + 1]) in surnames:
                yield Span(start, hit.start() + 1, Hidden.NAME)


def _squeezed(text: str) -> list[tuple[str, int]]:
    """Return a text's characters without spaces, in one width and case, each with its place in the text."""
    return [
        (plain, place)
        for place, character in enumerate(text)
        if len(plain := unicodedata.normalize("NFKC", character).casefold()) == 1 and not plain.isspace()
    ]


def _digit_runs(text: str) -> Iterator[list[tuple[str, int]]]:
    """Yield the runs of digits of a text, with what people put between a number's parts left out."""
    for run in DIGITS_APART.finditer(text):
        yield [
            (str(unicodedata.digit(character)), run.start() + place)
            for place, character in enumerate(run.group())
            if character.isdigit()
        ]


def place_of(address: str) -> str:
    """Return the place of the problem as fine as handling needs: the named place, without the door."""
    masked = mask(address)
    return masked.text if masked.spans else ANY_DIGITS.sub("〔门牌〕", address)
