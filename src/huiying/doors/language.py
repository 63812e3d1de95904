"""In which language pages speak: the reader's choice, kept in a cookie; Simplified Chinese where nobody chose.

Page words are gettext's, with the Simplified Chinese text as the message id. What the rules say has catalogues of its
own (`procedure/words`); this is where the two meet. What a city named (units, areas, matters) and what people wrote
stay as they are; pages in other languages say of them that they are Simplified Chinese (`tongues`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import translation

from huiying.doors import tongues
from huiying.procedure import words
from huiying.procedure.decision import NOTHING, Refused

#: Language of a page → file of the rules' words.
CATALOGUES = {"zh-hans": "zh_hans", "zh-hant": "zh_hant", "en": "en"}
#: Language of a page → what <html lang> says of it.
TAGS = {"zh-hans": "zh-CN", "zh-hant": "zh-Hant", "en": "en"}
NAMES = {"zh-hans": "简体中文", "zh-hant": "繁體中文", "en": "English"}
#: Rules' words set a space beside a code or a number; between two characters there is none.
BETWEEN_CHARACTERS = re.compile(r"(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])")
Next = Callable[[HttpRequest], HttpResponseBase]


class LanguageMiddleware:
    """Speaks the language that the reader chose.

    A browser's own list is not asked: many here say nothing or the wrong thing, and the choice is one tap away.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer in the chosen language."""
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        with translation.override(chosen if chosen in TAGS else settings.LANGUAGE_CODE):
            return _marked(self.get_response(request))


def _marked(response: HttpResponseBase) -> HttpResponseBase:
    """Say of a page in another language which of its words are Simplified Chinese."""
    is_page = response.headers.get("Content-Type", "").startswith("text/html")
    if language() != settings.LANGUAGE_CODE and is_page and isinstance(response, HttpResponse):
        marked = tongues.mark(response.content.decode(response.charset), language())
        response.content = marked.encode(response.charset)
        if "Content-Length" in response.headers:
            response.headers["Content-Length"] = str(len(response.content))
    return response


def language() -> str:
    """Return the language of the page that is being made: `zh-hans`, `zh-hant` or `en`."""
    current = translation.get_language() or settings.LANGUAGE_CODE
    return current if current in TAGS else settings.LANGUAGE_CODE


def rule_words() -> Mapping[str, str]:
    """Return the rules' words, code → sentence, in the page's language."""
    return words.catalogue(CATALOGUES[language()])


def refusal(code: str, params: Mapping[str, object] = NOTHING) -> str:
    """Return a refusal's sentence in the page's language; where a code became a name, without the space beside it."""
    said = words.refusal(code, {name: _named(value) for name, value in params.items()}, CATALOGUES[language()])
    return BETWEEN_CHARACTERS.sub("", said)


def sentence(refused: Refused) -> str:
    """Return a refusal as people read it, in the page's language: the reason, and the article where there is one."""
    reason = refusal(refused.code, refused.params)
    return f"{reason}（{refused.article}）" if refused.article else reason


def spoken(name: str) -> str:
    """Return a name that an instrument brings (a step, an act, what it asks for) in the page's language.

    A name without a translation, such as one that a city gave, is said as it is.
    """
    return translation.gettext(name) if name else ""


def side_by_side(*names: str) -> str:
    """Return names one after another, as a unit, a post and a person are said together; in Chinese without spaces."""
    return ("" if language().startswith("zh") else " ").join(filter(None, names))


def _named(value: object) -> object:
    if isinstance(value, tuple):
        return tuple(map(_named, value))
    return spoken(value) if isinstance(value, str) else value
