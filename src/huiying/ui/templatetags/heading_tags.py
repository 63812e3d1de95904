"""Long headings break between words: browsers break Chinese after any character, `word-break: auto-phrase` or not."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from django import template
from django.conf import settings
from django.template import Context, NodeList
from django.template.base import Parser, Token
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

register = template.Library()

#: Shorter headings stand on one line of the narrowest phone, in 长辈版 too.
LONG: Final = 9
#: What instruments and demands are named with; none longer than four characters, so that a line always takes it.
WORDS: Final = Path(__file__).parents[1].joinpath("heading_words.txt").read_text("utf-8").split()
_TAG = re.compile(r"<[^>]*>")
_TAG_OR_WORD = re.compile(rf"{_TAG.pattern}|{'|'.join(sorted(WORDS, key=len, reverse=True))}")


@register.tag("whole_words")
def whole_words(parser: Parser, token: Token) -> _WholeWords:
    """Keep words together in a long Simplified heading: `{% whole_words %}…{% end_whole_words %}`."""
    del token
    inside = parser.parse(("end_whole_words",))
    parser.delete_first_token()
    return _WholeWords(inside)


class _WholeWords(template.Node):
    def __init__(self, nodelist: NodeList) -> None:
        self.nodelist = nodelist

    def render(self, context: Context) -> SafeString:
        """Return what stands inside, each known word of it in an element that no line ends within."""
        heading = self.nodelist.render(context)
        if get_language() != settings.LANGUAGE_CODE or len(_TAG.sub("", heading).strip()) < LONG:
            return heading
        return mark_safe(_TAG_OR_WORD.sub(_kept, heading))  # noqa: S308  # escaped inside already


def _kept(found: re.Match[str]) -> str:
    return found[0] if found[0].startswith("<") else f'<span class="word">{found[0]}</span>'
