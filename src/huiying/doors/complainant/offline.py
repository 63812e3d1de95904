"""What lets the portal be used without a network: the worker's script, the manifest, and the page that says so."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from huiying.config.environment import read
from huiying.doors.complainant.filing import KEEP
from huiying.doors.language import TAGS, language

SCRIPT = Path(__file__).with_name("service_worker.js")
#: What a telephone draws around the page; the same as the tokens `--accent` and `--ground`.
THEME, GROUND = "#0f5580", "#ffffff"


@cache
def _script() -> str:
    return SCRIPT.read_text("utf-8")


@require_GET
def worker(request: HttpRequest) -> HttpResponse:
    """Return the service worker's script, from the top so that it may serve every page."""
    del request
    return HttpResponse(
        _script(),
        content_type="text/javascript; charset=utf-8",
        headers={"Service-Worker-Allowed": "/", "Cache-Control": "no-cache"},
    )


@require_GET
def manifest(request: HttpRequest) -> JsonResponse:
    """Return what a telephone needs to put the portal on its home screen."""
    del request
    name = read("HUIYING_SITE_NAME")
    shortcuts = [(_("我要反映"), "file"), (_("查询进度"), "find-receipt")]
    return JsonResponse(
        {
            "name": name,
            "short_name": _("回应"),
            "lang": TAGS[language()],
            "start_url": "/",
            "scope": "/",
            "display": "standalone",
            "theme_color": THEME,
            "background_color": GROUND,
            "icons": [{"src": static("ui/favicon.svg"), "sizes": "any", "type": "image/svg+xml"}],
            "shortcuts": [{"name": label, "url": reverse(view)} for label, view in shortcuts],
        },
        content_type="application/manifest+json",
        json_dumps_params={"ensure_ascii": False},
    )


@require_GET
def offline(request: HttpRequest) -> HttpResponse:
    """Return the page that is shown in place of any other while there is no network."""
    answer = render(request, "complainant/offline.html")
    if getattr(request, "person", None) is None:
        answer[KEEP] = "yes"
    return answer
