"""How a unit stands among its like, with how sure that is, and what would raise it. Never who gave which score (E5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from huiying.directory.models import Unit
from huiying.doors.language import rule_words
from huiying.doors.leader.entering import UNIT, asked_period, choices, only, stated
from huiying.doors.leader.rows import rows_of
from huiying.doors.leader.saying import small
from huiying.doors.leader.words import count_words, interval_words, per_cent
from huiying.doors.work.views import person_of
from huiying.stages.insight.counting import day_of, last_day
from huiying.stages.insight.queries import Count, as_of, by_unit, next_due, return_grounds
from huiying.stages.insight.rates import Rate


@require_GET
@only(*UNIT)
def standing(request: HttpRequest) -> HttpResponse:
    """A unit's rates beside those of all units of its level together."""
    unit = Unit.objects.get(pk=person_of(request).actor.unit)
    chosen = asked_period(request)
    counts = by_unit(chosen)
    like = set(Unit.objects.filter(level=unit.level, active=True).exclude(pk=unit.pk).values_list("pk", flat=True))
    together = sum((counts.get(code, Count()) for code in like), Count())
    context = {
        "unit": unit.name,
        "periods": choices("standing", chosen),
        "rates": _figure(unit, counts.get(unit.pk, Count()), together, len(like)),
        "raise_": _what_would_raise_it(unit.pk, return_grounds(chosen, unit.pk)),
        **stated(as_of(), chosen),
    }
    return render(request, "leader/standing.html", context)


def _figure(unit: Unit, own: Count, together: Count, like: int) -> dict[str, Any]:
    rates = [
        (_("按时办结率"), own.on_time, together.on_time, True),
        (_("退单率"), own.returns, together.returns, False),
        (_("重办率"), own.redoing, together.redoing, False),
    ]
    said = {"level": rule_words().get(f"level.{unit.level}", unit.get_level_display()), "count": like}
    return {
        "id": "standing",
        "title": _("与同类单位相比"),
        "sentence": _("同类单位是其余 %(count)s 个%(level)s单位，这里只有它们合在一起的数字。") % said,
        "note": _(
            "按时办结率 = 期限内已答复 ÷ 期限届满；退单率 = 退单 ÷ 派来的单；重办率 = 被退回重办 ÷ 提交的办理结果。"
            "只算整天。横线是威尔逊 95% 区间，菱形是同类单位；菱形落在横线里的，不能说有差别。"
        ),
        "chart": "intervals",
        "series": "1 2 3 4",
        "columns": [
            {"label": _("比什么")},
            {"label": _("本单位"), "number": True},
            {"label": _("区间低端"), "number": True},
            {"label": _("区间高端"), "number": True},
            {"label": _("同类单位"), "number": True},
            {"label": _("怎么看")},
        ],
        "rows": [{"cells": _cells(*rate)} for rate in rates if rate[1].base],
        "empty": _("这段时间还没有可以算的工单。"),
    }


def _cells(name: str, own: Rate, together: Rate, more: bool) -> list[dict[str, Any]]:  # noqa: FBT001  # a row
    low, high = interval_words(own)
    said = {"of": count_words(own.of), "base": count_words(own.base)}
    caution = small(own)
    note = _("%(base)s 件中 %(of)s 件，样本少") % said if caution else _("%(base)s 件中 %(of)s 件") % said
    return [
        {"text": name},
        {"text": per_cent(own.share), "note": note},
        {"text": low},
        {"text": high},
        {"text": per_cent(together.share), "note": _("%(base)s 件") % {"base": count_words(together.base)}},
        _judged(own.against(together), more_is_better=more),
    ]


def _judged(beyond_chance: int, *, more_is_better: bool) -> dict[str, str]:
    if not beyond_chance:
        return {"text": _("看不出差别")}
    if (beyond_chance > 0) is more_is_better:
        return {"text": _("明显好"), "tone": "good"}
    return {"text": _("明显差"), "tone": "warn"}


def _what_would_raise_it(unit: str, grounds: list[tuple[str, int]]) -> Mapping[str, Any]:
    """Return what a unit can do about its figures: answer what has been due longest, return less on one ground."""
    now = timezone.now()
    due = list(next_due(now, unit))
    listed = rows_of([row.case_id for row in due], now)
    most = ""
    if grounds:
        ground, count = grounds[0]
        said = {"ground": rule_words().get(f"choice.{ground}", ground), "count": count_words(count)}
        said["all"] = count_words(sum(number for _ground, number in grounds))
        most = _("退单 %(all)s 次，最常见的理由是“%(ground)s”，%(count)s 次。") % said
    return {
        "due": [
            {
                "title": listed[row.case_id].title,
                "number": listed[row.case_id].number,
                "url": reverse("case", args=[listed[row.case_id].number]),
                "days": (day_of(now) - last_day(row.due_at)).days,
            }
            for row in due
            if row.due_at and row.case_id in listed
        ],
        "grounds": most,
    }
