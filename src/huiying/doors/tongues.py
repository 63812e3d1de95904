"""Says on pages in other languages which words are Simplified Chinese, so that they are read and drawn as such.

Units, areas, matters, articles and what people wrote stay as they were given (docs/decisions/0011-three-languages.md)
and stand anywhere in a page: in tables, in choices, in the middle of a sentence. They are therefore marked in the
finished page and not where each is put in: no page can forget it. On an English page that is whatever is Chinese; on a
Traditional one, what has characters that only Simplified text has (`CHARACTERS`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

#: What Chinese that no page words are is said to be: what a city and its people write here.
CHINESE: Final = "zh-Hans"
#: Two lines: the characters that only Simplified text has, and those that only Traditional has. scripts/words makes it.
CHARACTERS: Final = Path(__file__).with_name("characters.txt")
_HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
#: Han characters and what stands between them, the signs around them, and figures that they count: 《条例》第5条, 3栋.
_RUN = re.compile(
    rf"[\d《（“‘「『【〔]*[{_HAN}](?:[^A-Za-z<>&]*[{_HAN}])?(?:[\d》）”’」』】〕。，、；：！？…]*[》）”’」』】〕。，、；：！？…])?"
)
_TOKEN = re.compile(r"<!--.*?-->|<[/!?A-Za-z](?:[^\"'<>]|\"[^\"]*\"|'[^']*')*>", re.DOTALL)
_TAG = re.compile(r"<(/?)([A-Za-z][\w:-]*)")
_LANG = re.compile(r"""\slang\s*=\s*["']?([\w-]*)""", re.IGNORECASE)
#: What a field holds as typed; buttons' and hidden fields' values are read by nobody or said in the page's words.
_TYPED = re.compile(
    rf"""^<input\b(?=[^>]*\svalue=["']([^"'>]*[{_HAN}][^"'>]*))(?![^>]*\stype=["']?(?:hidden|checkbox|radio|submit|button))""",
    re.IGNORECASE,
)
#: Whose text no reader is read, and whose text is no words of a page.
_UNREAD: Final = frozenset({"script", "style", "head"})
#: What takes words but no element around some of them.
_PLAIN: Final = frozenset({"option", "textarea", "text", "tspan", "title", "desc"})
#: What has no end tag.
_VOID: Final = frozenset({"area", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})


def mark(page: str, language: str) -> str:
    """Return a page, or a part of one, with `lang="zh-Hans"` on what is Simplified Chinese in it.

    `language` is the page's: English (`en`) or Traditional Chinese (`zh-hant`). What stands in an element that says it
    is Chinese of that kind stays as it is. Where only some words of a text are to be marked they get an element of
    their own, and the whole text gets one around it: to a layout it is one thing, as before.
    """
    reading = _Reading(among_chinese=language == "zh-hant")
    at = 0
    for token in _TOKEN.finditer(page):
        reading.text(page[at : token.start()])
        reading.tag(token[0])
        at = token.end()
    reading.text(page[at:])
    return "".join(reading.parts)


@cache
def _only() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """Return what finds a character of Simplified text only, of Traditional only, and a clause without the latter."""
    simplified, traditional = CHARACTERS.read_text("utf-8").split()
    clause = rf"[^\s，。、；：！？…A-Za-z<>&{traditional}]+"
    return re.compile(f"[{simplified}]"), re.compile(f"[{traditional}]"), re.compile(clause)


def _simplified(text: str) -> Iterator[tuple[int, int]]:
    """Yield from where to where a text among Traditional words is Simplified.

    A run of Chinese without a character of Traditional text is one piece; of a sentence that has both, those stretches
    of its clauses are that have one kind only. What both kinds write alike may stand on either side.
    """
    simplified, traditional, clause = _only()
    if not simplified.search(text):
        return
    for run in _RUN.finditer(text):
        pieces = clause.finditer(text, *run.span()) if traditional.search(run[0]) else (run,)
        yield from (piece.span() for piece in pieces if simplified.search(piece[0]))


@dataclass(slots=True)
class _Inside:
    """An element that says in which language its words are, or whose words are not read."""

    name: str
    stays: bool
    depth: int = 1


@dataclass(slots=True)
class _Reading:
    """How far a page has been read: what was made of it, and which elements are open that matter here."""

    among_chinese: bool
    parts: list[str] = field(default_factory=list)
    inside: list[_Inside] = field(default_factory=list)
    opened: str = ""

    def tag(self, tag: str) -> None:
        """Take over a tag, a comment or a declaration."""
        found = _TAG.match(tag)
        self.opened = ""
        if found is None:
            self.parts.append(tag)
            return
        ends, name = bool(found[1]), found[2].lower()
        if name in _VOID:
            typed = _TYPED.match(tag)
            is_ours = typed and not _LANG.search(tag) and self._found(typed[1])
            self.parts.append(_with_lang(tag) if is_ours and not self._stays() else tag)
            return
        self.parts.append(tag)
        if tag.endswith("/>"):
            return
        if self.inside and self.inside[-1].name == name:
            self.inside[-1].depth += -1 if ends else 1
            if not self.inside[-1].depth:
                self.inside.pop()
        if ends:
            return
        said = _LANG.search(tag)
        if name in _UNREAD or said:
            stays = name in _UNREAD or bool(said and self._is_said(said[1].lower()))
            if self.inside and self.inside[-1].name == name:
                self.inside[-1].depth -= 1
            self.inside.append(_Inside(name, stays))
        else:
            self.opened = name

    def text(self, text: str) -> None:
        """Take over text between two tags."""
        if not text:
            return
        if self._stays() or not (found := self._found(text)):
            self.parts.append(text)
        elif self.opened in _PLAIN:
            self.parts[-1] = _with_lang(self.parts[-1])
            self.parts.append(text)
        else:
            marked, at = "", 0
            for start, end in found:
                marked += f'{text[at:start]}<span lang="{CHINESE}">{text[start:end]}</span>'
                at = end
            marked += text[at:]
            (start, end), *others = found
            alone = not others and not (text[:start] + text[end:]).strip()
            self.parts.append(marked if alone else f"<span>{marked}</span>")

    def _found(self, text: str) -> list[tuple[int, int]]:
        """Return from where to where a text is to be marked."""
        return list(_simplified(text)) if self.among_chinese else [run.span() for run in _RUN.finditer(text)]

    def _is_said(self, tag: str) -> bool:
        """Whether a language's tag says of Chinese words, on this page, what they are."""
        return tag.startswith("zh") and not (self.among_chinese and tag == "zh-hant")

    def _stays(self) -> bool:
        return bool(self.inside) and self.inside[-1].stays


def _with_lang(tag: str) -> str:
    """Return a start tag that says its words are Chinese."""
    return _TAG.sub(rf'\g<0> lang="{CHINESE}"', tag, count=1)
