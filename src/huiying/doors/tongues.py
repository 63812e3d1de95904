"""Says on an English page which of its words are Chinese, so that a screen reader reads them as Chinese.

Units, areas, matters, articles and what people wrote stay as they were given (docs/decisions/0011-three-languages.md)
and stand anywhere in a page: in tables, in choices, in the middle of a sentence. They are therefore marked in the
finished page and not where each is put in: no page can forget it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

#: What Chinese in an English page is said to be: what a city and its people write here.
CHINESE: Final = "zh-Hans"
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
    rf"""^<input\b(?=[^>]*\svalue=["'][^"'>]*[{_HAN}])(?![^>]*\stype=["']?(?:hidden|checkbox|radio|submit|button))""",
    re.IGNORECASE,
)
#: Whose text no reader is read, and whose text is no words of a page.
_UNREAD: Final = frozenset({"script", "style", "head"})
#: What takes words but no element around some of them.
_PLAIN: Final = frozenset({"option", "textarea", "text", "tspan", "title", "desc"})
#: What has no end tag.
_VOID: Final = frozenset({"area", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})


def mark(page: str) -> str:
    """Return an English page, or a part of one, with `lang="zh-Hans"` on what is Chinese in it.

    What stands in an element that says it is Chinese stays as it is. Where only some words of a text are Chinese they
    get an element of their own, and the whole text gets one around it: to a layout it is one thing, as before.
    """
    reading = _Reading()
    at = 0
    for token in _TOKEN.finditer(page):
        reading.text(page[at : token.start()])
        reading.tag(token[0])
        at = token.end()
    reading.text(page[at:])
    return "".join(reading.parts)


@dataclass(slots=True)
class _Inside:
    """An element that says in which language its words are, or whose words are not read."""

    name: str
    stays: bool
    depth: int = 1


@dataclass(slots=True)
class _Reading:
    """How far a page has been read: what was made of it, and which elements are open that matter here."""

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
            is_typed = _TYPED.match(tag) and not _LANG.search(tag)
            self.parts.append(_with_lang(tag) if is_typed and not self._stays() else tag)
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
            stays = name in _UNREAD or bool(said and said[1].lower().startswith("zh"))
            if self.inside and self.inside[-1].name == name:
                self.inside[-1].depth -= 1
            self.inside.append(_Inside(name, stays))
        else:
            self.opened = name

    def text(self, text: str) -> None:
        """Take over text between two tags."""
        if not text:
            return
        if self._stays() or not (runs := list(_RUN.finditer(text))):
            self.parts.append(text)
        elif self.opened in _PLAIN:
            self.parts[-1] = _with_lang(self.parts[-1])
            self.parts.append(text)
        else:
            marked = _RUN.sub(rf'<span lang="{CHINESE}">\g<0></span>', text)
            alone = len(runs) == 1 and not (text[: runs[0].start()] + text[runs[0].end() :]).strip()
            self.parts.append(marked if alone else f"<span>{marked}</span>")

    def _stays(self) -> bool:
        return bool(self.inside) and self.inside[-1].stays


def _with_lang(tag: str) -> str:
    """Return a start tag that says its words are Chinese."""
    return _TAG.sub(rf'\g<0> lang="{CHINESE}"', tag, count=1)
