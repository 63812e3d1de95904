"""Components in every state, in the mode that the address asks for, and the principles that they follow."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from huiying.doors.context import THEMES, page
from huiying.ui.gallery import entries


def _modes(request: HttpRequest) -> dict[str, object]:
    """Return the mode that the address asks for, which goes before what the reader has kept, and ways to the others."""
    asked = {name: request.GET[name] for name in ("theme", "view") if name in request.GET}
    kept = page(request)
    theme = asked.get("theme", kept["theme"])
    elder = asked.get("view") == "elder" if "view" in asked else kept["elder"]
    colours = [(_("浅色"), "light"), (_("深色"), "dark"), (_("高对比"), "contrast")]
    views = [(_("标准版"), "standard"), (_("长辈版"), "elder")]
    modes = [
        {"label": label, "url": _address(request, asked | {"theme": value}), "current": value == theme}
        for label, value in colours
    ] + [
        {"label": label, "url": _address(request, asked | {"view": value}), "current": (value == "elder") is elder}
        for label, value in views
    ]
    return {"modes": modes, "theme": theme if theme in THEMES else "", "elder": elder}


def _address(request: HttpRequest, asked: dict[str, str]) -> str:
    return f"{request.path}?{urlencode(asked)}"


@require_GET
def gallery(request: HttpRequest) -> HttpResponse:
    """Show each component: what it is for, each of its states, and how it is written."""
    return render(request, "gallery/index.html", {"entries": entries(), **_modes(request)})


@require_GET
def principles(request: HttpRequest) -> HttpResponse:
    """Say what every page of ours keeps to."""
    back = {"label": _("组件"), "url": reverse("gallery")}
    return render(request, "gallery/principles.html", {"back": back, **_modes(request)})
