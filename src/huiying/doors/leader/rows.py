"""Rows of cases as tables: those behind a figure, and those that are stuck."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from huiying.case.models import Case
from huiying.doors.language import spoken
from huiying.doors.leader.words import Names, count_words
from huiying.doors.moments import without_year
from huiying.doors.work import lists
from huiying.doors.work.views import page_number
from huiying.stages.insight.counting import day_of, last_day
from huiying.stages.insight.models import Fact, Standing

#: Step → what people call it.
Steps = Mapping[str, str]
Table = dict[str, Any]


def cases_table(request: HttpRequest, facts: QuerySet[Fact], caption: str) -> Table:
    """Return a page of the cases of these facts as table.html takes it, with the ways to the pages before and after."""
    number = page_number(request)
    page = list(facts[(number - 1) * lists.PAGE : number * lists.PAGE + 1].values_list("case_id", flat=True))
    listed = rows_of(page[: lists.PAGE], timezone.now())
    labels = (_("诉求"), _("类型"), _("环节"), _("单位"), _("收件"), _("期限"))
    return {
        "caption": caption,
        "columns": [{"label": label} for label in labels],
        "rows": [{"cells": _case(listed[case])} for case in page[: lists.PAGE] if case in listed],
        **steps_between(request, number, more=len(page) > lists.PAGE),
    }


def rows_of(cases: Sequence[int], now: datetime) -> Mapping[int, lists.Listed]:
    """Return cases, by their ids, as rows of a list; what somebody may not see is not among them."""
    return {row.case: row for row in lists.listed(Case.objects.filter(pk__in=cases), now)}


def _case(row: lists.Listed) -> list[dict[str, Any]]:
    return [
        {"text": row.title, "url": reverse("case", args=[row.number]), "note": row.number},
        {"text": row.kind, "note": row.matter},
        {"text": row.step},
        {"text": row.unit or "—"},
        {"text": without_year(day_of(row.received_at))},
        {
            "text": without_year(last_day(row.due_at)) if row.due_at else "—",
            "tone": "late" if row.late else "",
        },
    ]


def steps_between(request: HttpRequest, number: int, *, more: bool) -> dict[str, str]:
    """Return the addresses of the pages before and after one; empty where there is none."""
    query = request.GET.copy()

    def link(to: int) -> str:
        query["page"] = str(to)
        return f"?{query.urlencode()}"

    return {"previous": link(number - 1) if number > 1 else "", "next": link(number + 1) if more else ""}


def standings_table(rows: Sequence[Standing], called: Names, steps: Steps, now: datetime) -> Table:
    """Return open tracks as table.html takes them: what, with whom, since when, how late, who sees to it."""
    listed = rows_of([row.case_id for row in rows], now)
    labels = (_("诉求"), _("在谁那里"), _("环节"), _("停了"), _("逾期"), _("专人督办"))
    return {
        "caption": _("工单"),
        "columns": [{"label": label} for label in labels],
        "rows": [
            {"cells": _standing(row, listed[row.case_id], called, steps, now)} for row in rows if row.case_id in listed
        ],
    }


def _standing(row: Standing, case: lists.Listed, called: Names, steps: Steps, now: datetime) -> list[dict[str, Any]]:
    today = day_of(now)
    late = row.due_at is not None and row.due_at <= now
    overdue = (today - last_day(row.due_at)).days if row.due_at else 0
    return [
        {"text": case.title, "url": reverse("case", args=[case.number]), "note": case.number},
        {"text": called.holder(row.unit, row.holder)},
        {"text": spoken(steps.get(row.step, row.step))},
        {"text": _days((today - day_of(row.since)).days)},
        {"text": _days(overdue) if late else "—", "tone": "late" if late else ""},
        {"text": case.supervisor or "—"},
    ]


def _days(days: int) -> str:
    return _("%(days)s 天") % {"days": count_words(days)} if days else _("今天")
