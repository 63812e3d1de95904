"""Who comes in here, for which period, and as of when figures are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any, Concatenate, ParamSpec

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from huiying.doors.leader.words import span_words
from huiying.doors.moments import without_year
from huiying.doors.work.views import for_staff, person_of
from huiying.stages.insight.periods import MONTH, NAMES, Period, period

P = ParamSpec("P")
CENTRE = frozenset({"supervisor", "leader"})
UNIT = frozenset({"unit_head", "officer"})
#: Figures are made anew each minute; after so long, whoever makes them has stopped.
STALE = timedelta(minutes=10)


def only(*roles: str) -> Callable[..., Callable[..., HttpResponse]]:
    """Let in staff of these roles; to all others there is nothing here."""

    def inner(view: Callable[Concatenate[HttpRequest, P], HttpResponse]) -> Callable[..., HttpResponse]:
        def inside(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if person_of(request).role not in roles:
                raise Http404
            return view(request, *args, **kwargs)

        return for_staff(inside)

    return inner


def asked_period(request: HttpRequest) -> Period:
    """Return the period that is asked for; this month where none of ours is."""
    name = request.GET.get("period", MONTH)
    return period(name if name in NAMES else MONTH, timezone.localdate())


def asked_day(request: HttpRequest, name: str, otherwise: date) -> date:
    """Return a day that is asked for; another where it is none."""
    try:
        return date.fromisoformat(request.GET.get(name, ""))
    except ValueError:
        return otherwise


def choices(address: str, chosen: Period) -> list[dict[str, Any]]:
    """Return the ways to the other periods, as periods.html takes them."""
    labels = {"week": _("本周"), "month": _("本月"), "quarter": _("近 90 天")}
    return [
        {"label": labels[name], "url": f"{reverse(address)}?period={name}", "current": name == chosen.name}
        for name in NAMES
    ]


def stated(at: datetime | None, chosen: Period | None = None) -> dict[str, Any]:
    """Return what every page of figures says of itself: which days, as of when, and whether that is too long ago."""
    if at is None:
        return {"counted": False, "stale": _("还没有统计过。后台程序运行以后，一分钟内会有数字。")}
    said = {"when": moment_words(at)}
    as_of = _("统计到 %(when)s。") % said
    if chosen is not None:
        as_of = _("%(span)s，统计到 %(when)s。") % {**said, "span": span_words(chosen.start, chosen.end)}
    late = timezone.now() - at > STALE
    return {
        "counted": True,
        "as_of": as_of,
        "stale": _("数字停在 %(when)s，后台程序可能没有运行，请联系管理员。") % said if late else "",
    }


def moment_words(at: datetime) -> str:
    """Return a moment of this year: 11月24日 14:10."""
    local = timezone.localtime(at)
    return f"{without_year(local.date())} {local:%H:%M}"
