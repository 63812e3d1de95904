"""Signs to scan (码上办): what a page says of one, and the sheet to hang up."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from huiying.directory.models import Spot
from huiying.directory.queries import place_name, spot_in_use
from huiying.doors.language import rule_words


def shown(spot: Spot) -> dict[str, str]:
    """Return what a page says of a sign: where it hangs and who looks after the place, by post and never by name."""
    keeper = rule_words().get(f"role.{spot.post.role_id}", "") if spot.post else ""
    return {
        "code": spot.code,
        "name": spot.name,
        "area": place_name(spot.area_id),
        "address": spot.address,
        "matter": spot.matter.name if spot.matter else "",
        "unit": spot.unit.name if spot.unit else "",
        "keeper": keeper,
    }


def find(code: str) -> Spot:
    """Return the sign of a code; 404 where there is none in use."""
    spot = spot_in_use(code)
    if spot is None:
        raise Http404
    return spot


@require_GET
def sheet(request: HttpRequest, code: str) -> HttpResponse:
    """Return the sheet to print and hang up."""
    spot = find(code)
    url = request.build_absolute_uri(reverse("spot", args=[spot.code]))
    return render(request, "complainant/sheet.html", {"spot": shown(spot), "url": url})
