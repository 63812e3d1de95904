"""The board: what is stuck, with whom, at which step, since when, and who sees to it; it opens down to the cases."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from huiying.doors.language import spoken
from huiying.doors.leader.entering import CENTRE, only, stated
from huiying.doors.leader.left_out import left_out_table
from huiying.doors.leader.rows import Steps, standings_table, steps_between
from huiying.doors.leader.words import Names, count_words, names
from huiying.doors.work import lists
from huiying.doors.work.views import for_staff, page_number, person_of
from huiying.stages.insight.counting import day_of
from huiying.stages.insight.models import Standing
from huiying.stages.insight.periods import QUARTER, period
from huiying.stages.insight.queries import STILL_DAYS, Stuck, as_of, standing_still, stuck

#: How many rows each table of the board shows before somebody asks for the whole.
SHOWN = 5
#: Which cases a list is asked for, as it is written in an address.
LATE, STILL, MINE = "late", "still", "mine"


@require_GET
@for_staff
def moved(request: HttpRequest) -> HttpResponse:
    """Lead to the board, or whoever it is not for to their own list: the list of late cases stood here."""
    return redirect("board" if person_of(request).role in CENTRE else "work")


@require_GET
@only(*CENTRE)
def board(request: HttpRequest) -> HttpResponse:
    """Where cases are stuck, by whom they are with and by step, and the longest late."""
    now = timezone.now()
    found, called = stuck(now), names()
    steps = lists.step_names()
    whole = request.GET.get("whole", "")
    latest = list(standing_still(now, late=True)[:SHOWN])
    tables = {
        "with_whom": _grouped(
            found, (_("在谁那里"), _("单位或岗位")), lambda one: (one.unit, one.holder), called, steps
        ),
        "at_step": _grouped(found, (_("卡在哪一步"), _("环节")), lambda one: ("", one.step), called, steps),
    }
    context = {
        "headlines": _headlines(found, called, steps),
        **{name: table if name == whole else _shortened(table, name) for name, table in tables.items()},
        "latest": standings_table(latest, called, steps, now),
        "left_out": left_out_table(period(QUARTER, day_of(now)), called),
        "all_url": f"{reverse('board-cases')}?{urlencode({'what': LATE})}",
        "mine_url": f"{reverse('board-cases')}?{urlencode({'what': MINE})}",
        **stated(as_of()),
    }
    return render(request, "leader/board.html", context)


def _headlines(found: Sequence[Stuck], called: Names, steps: Steps) -> list[dict[str, Any]]:
    late, still = [one for one in found if one.late], [one for one in found if one.still]
    worst = max(late, key=lambda one: one.latest, default=None)
    slowest = max(still, key=lambda one: one.longest, default=None)
    return [
        {
            "label": _("逾期未结"),
            "value": count_words(sum(one.late for one in late)),
            "unit": _("件"),
            "tone": "late" if late else "",
            "change": _("最久 %(days)s 天") % {"days": count_words(worst.latest)} if worst else "",
            "url": f"{reverse('board-cases')}?what={LATE}" if late else "",
            "note": _("逾期最久的一件在%(where)s，环节是%(step)s。") % _where(worst, called, steps)
            if worst
            else _("没有一件过了期限。"),
        },
        {
            "label": _("停了 %(days)s 天以上") % {"days": STILL_DAYS},
            "value": count_words(sum(one.still for one in still)),
            "unit": _("件"),
            "url": f"{reverse('board-cases')}?what={STILL}" if still else "",
            "change": _("最久 %(days)s 天") % {"days": count_words(slowest.longest)} if slowest else "",
            "note": _("停得最久的一件在%(where)s，环节是%(step)s。") % _where(slowest, called, steps)
            if slowest
            else _("没有一件在同一环节停得太久。"),
        },
    ]


def _where(one: Stuck, called: Names, steps: Steps) -> dict[str, str]:
    return {
        "where": called.holder(one.unit, one.holder),
        "step": spoken(steps.get(one.step, one.step)),
    }


def _grouped(
    found: Iterable[Stuck],
    words: tuple[str, str],
    by: Callable[[Stuck], tuple[str, str]],
    called: Names,
    steps: Steps,
) -> dict[str, Any]:
    """Return a table of what is stuck, the most late first; a group is a unit or a role, or a step.

    `words` are the table's caption and its first column's.
    """
    caption, column = words
    groups: dict[tuple[str, str], list[Stuck]] = defaultdict(list)
    for one in found:
        # Whoever works for a unit stands for it; a role of the centre for itself.
        unit, other = by(one)
        groups[unit, "" if unit else other].append(one)
    ordered = sorted(groups.items(), key=lambda group: (-sum(one.late for one in group[1]), -_longest(group[1]), group))
    return {
        "caption": caption,
        "columns": [
            {"label": column},
            {"label": _("逾期"), "number": True},
            {"label": _("停 %(days)s 天以上") % {"days": STILL_DAYS}, "number": True},
            {"label": _("多在")},
        ],
        "rows": [{"cells": _group(unit, other, some, called, steps)} for (unit, other), some in ordered],
    }


def _shortened(table: dict[str, Any], name: str) -> dict[str, Any]:
    """Return a table's first rows, with the way to all of it where there are more."""
    if len(table["rows"]) <= SHOWN:
        return table
    more = {"url": f"{reverse('board')}?{urlencode({'whole': name})}#{name}", "count": len(table["rows"])}
    return table | {"rows": table["rows"][:SHOWN], "more": more}


def _longest(some: Iterable[Stuck]) -> int:
    return max(one.longest for one in some)


def _group(unit: str, other: str, some: Sequence[Stuck], called: Names, steps: Steps) -> list[dict[str, Any]]:
    late, still = sum(one.late for one in some), sum(one.still for one in some)
    at_step = {one.step for one in some} == {other}
    only_ = {"unit": unit} if unit else {"step": other} if at_step else {"holder": other}
    worst = max(some, key=lambda one: (one.late + one.still, one.longest))
    whose = called.holder(worst.unit, worst.holder) if at_step else spoken(steps.get(worst.step, worst.step))
    name = spoken(steps.get(other, other)) if at_step else called.holder(unit, some[0].holder)
    return [
        {"text": name},
        _counted(late, max(one.latest for one in some), _list_url(LATE, only_)),
        _counted(still, _longest(some), _list_url(STILL, only_)),
        {"text": whose},
    ]


def _counted(count: int, longest: int, url: str) -> dict[str, Any]:
    if not count:
        return {"text": "0"}
    return {"text": count_words(count), "url": url, "note": _("最久 %(days)s 天") % {"days": count_words(longest)}}


def _list_url(what: str, only_: dict[str, str]) -> str:
    return f"{reverse('board-cases')}?{urlencode({'what': what, **only_})}"


@require_GET
@only(*CENTRE)
def cases(request: HttpRequest) -> HttpResponse:
    """The cases behind a row of the board: of a unit, of a step, of a role; or those that somebody sees to."""
    now, called, steps = timezone.now(), names(), lists.step_names()
    what = request.GET.get("what", LATE)
    said = {name: request.GET.get(name, "") for name in ("unit", "step", "holder")}
    wanted = {name: code for name, code in said.items() if code and "\0" not in code}
    rows = _asked(request, what, wanted, now)
    number = page_number(request)
    page = list(rows[(number - 1) * lists.PAGE : number * lists.PAGE + 1])
    heading = {STILL: _("停了 %(days)s 天以上的工单") % {"days": STILL_DAYS}, MINE: _("我督办的工单")}
    told = [
        called.holder(wanted["unit"], "clerk") if "unit" in wanted else "",
        spoken(steps.get(wanted.get("step", ""), wanted.get("step", ""))),
        called.holder("", wanted["holder"]) if "holder" in wanted else "",
    ]
    context = {
        "heading": heading.get(what, _("逾期未结的工单")),
        "told": [one for one in told if one],
        "back": {"label": _("督办看板"), "url": reverse("board")},
        "table": standings_table(page[: lists.PAGE], called, steps, now)
        | steps_between(request, number, more=len(page) > lists.PAGE),
    }
    return render(request, "leader/cases.html", context)


def _asked(request: HttpRequest, what: str, wanted: dict[str, str], now: datetime) -> QuerySet[Standing]:
    if what == MINE:
        mine = Standing.objects.filter(case__supervisor=person_of(request).actor.person, case__closed_at=None)
        return mine.order_by("due_at", "case_id")
    rows = standing_still(now, late=what != STILL, unit=wanted.get("unit", ""), step=wanted.get("step", ""))
    return rows.filter(holder=wanted["holder"], unit="") if "holder" in wanted else rows
