"""How somebody wants all pages to look and speak: large type, colours, language. Kept for a year by a cookie each."""

from __future__ import annotations

from collections.abc import Mapping

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils import translation

from huiying.doors.context import THEMES
from huiying.doors.language import TAGS

YEAR = 365 * 24 * 3600


def wanted(request: HttpRequest) -> Mapping[str, str]:
    """Return cookie → value of what a request asks for; what nobody knows is what stands where nobody chose."""
    asked: dict[str, str] = {}
    if (view := request.POST.get("view")) is not None:
        asked[settings.VIEW_COOKIE_NAME] = view if view == "elder" else "standard"
    if (theme := request.POST.get("theme")) is not None:
        asked[settings.THEME_COOKIE_NAME] = theme if theme in THEMES else "auto"
    if (language := request.POST.get("language")) is not None:
        asked[settings.LANGUAGE_COOKIE_NAME] = language if language in TAGS else settings.LANGUAGE_CODE
    return asked


def at_once(request: HttpRequest, asked: Mapping[str, str]) -> None:
    """Let the page that is being made look and speak like that already."""
    request.COOKIES.update(asked)
    if language := asked.get(settings.LANGUAGE_COOKIE_NAME):
        translation.activate(language)  # LanguageMiddleware puts back what was there


def keep(request: HttpRequest, response: HttpResponseBase, asked: Mapping[str, str]) -> None:
    """Keep it for the pages that come."""
    for cookie, value in asked.items():
        response.set_cookie(cookie, value, max_age=YEAR, samesite="Lax", httponly=True, secure=request.is_secure())
