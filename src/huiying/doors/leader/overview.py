"""The overview: how many, how soon, what about, where, with whom, in a period; each figure opens down to the cases."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from huiying.doors.leader.entering import CENTRE, asked_day, asked_period, choices, only, stated
from huiying.doors.leader.left_out import left_out_table
from huiying.doors.leader.pictures import pictures
from huiying.doors.leader.rows import cases_table
from huiying.doors.leader.saying import Behind, headlines
from huiying.doors.leader.visits import visits_table
from huiying.doors.leader.words import names, span_words
from huiying.doors.moments import without_year
from huiying.stages.insight.periods import Period
from huiying.stages.insight.queries import BEHIND, DIMENSIONS, as_of, cases_behind, figures, stuck

#: How a code that nobody gave yet is written in an address.
NOTHING = "-"


@require_GET
@only(*CENTRE)
def overview(request: HttpRequest) -> HttpResponse:
    """A period's figures."""
    chosen, at = asked_period(request), as_of()
    context = {"periods": choices("overview", chosen), **stated(at, chosen)}
    if at is not None:
        found, called, behind = figures(chosen), names(), behind_of(chosen)
        context |= {
            "headlines": headlines(found, stuck(timezone.now()), called, at, behind),
            "visits": visits_table(found.visits),
            "left_out": left_out_table(chosen, called),
            "formulas": formulas(chosen),
            **pictures(found, called, behind),
        }
    return render(request, "leader/overview.html", context)


def behind_of(chosen: Period) -> Behind:
    """Return what gives the address of the cases behind a measure: of the period, or of days in it; of a code."""

    def address(measure: str, *, start: date | None = None, end: date | None = None, **only_: str) -> str:
        last = chosen.yesterday if measure in {"due", "late"} else chosen.end
        asked = {
            "measure": measure,
            "from": (start or chosen.start).isoformat(),
            "to": (end or last).isoformat(),
            "period": chosen.name,
            **{name: code or NOTHING for name, code in only_.items()},
        }
        return f"{reverse('overview-cases')}?{urlencode(asked)}"

    return address


def formulas(chosen: Period) -> list[str]:
    """Return how each figure is made, so that anybody can make it again."""
    return [
        _("收到：收件时间在这段时间里的工单；办结：结案时间在这段时间里的工单。"),
        _(
            "按时办结率 = 期限内已答复的工单 ÷ 期限届满的工单。只算%(day)s 24时为止届满的；"
            "中止和经批准的延期已算进期限；退回重办的，期限不重算；撤回的和移送留存根的不算。"
        )
        % {"day": without_year(chosen.yesterday)},
        _("解决率 = 说“已解决”的 ÷ 回答了是否解决的，按结案的日子计；“部分解决”算回答，不算解决。"),
        _(
            "不计入考核的，由承办单位以外的人审核认定，写明理由和有效期；只从写明的指标里去掉，"
            "收到、办结、按时办结率照样计。认定撤销或者到期的，重新计入。比例 = 不计入的 ÷ 办结的，按结案的日子计。"
        ),
        _(
            "初访化解率 = 初访里说“已解决”的 ÷ 初访里已经结案、回答了是否解决的，按来访的日子计；"
            "没有结案的、没有回答的不算。重访率 = 重访 ÷ 全部来访。以前用同一个电话来访过的，再来算重访，"
            "不论是不是同一件事；没有留电话的认不出，算初访。"
        ),
        _("区间是威尔逊 95% 区间；分母不到 30 的标“样本少”。"),
        _("单位是工单现在的主办单位，街道是问题所在的地方。每一件工单变化以后，数字在一分钟内跟着变。"),
    ]


@require_GET
@only(*CENTRE)
def cases(request: HttpRequest) -> HttpResponse:
    """The cases behind a figure."""
    chosen = asked_period(request)
    measure = request.GET.get("measure", "")
    measure = measure if measure in BEHIND else "received"
    start, end = asked_day(request, "from", chosen.start), asked_day(request, "to", chosen.end)
    said = {name: request.GET.get(name, "") for name in DIMENSIONS}
    wanted = {name: "" if code == NOTHING else code for name, code in said.items() if code and "\0" not in code}
    called = names()
    what = {
        "received": _("收到的工单"),
        "closed": _("办结的工单"),
        "due": _("期限届满的工单"),
        "late": _("未按期答复的工单"),
        "answered": _("回答了是否解决的工单"),
        "unsolved": _("未完全解决的工单"),
    }[measure]
    context = {
        "heading": what,
        "told": [span_words(start, end), *(called.of(name, code) for name, code in wanted.items())],
        "back": {"label": _("运行概览"), "url": f"{reverse('overview')}?period={chosen.name}"},
        "table": cases_table(request, cases_behind(measure, start, end, wanted), what),
    }
    return render(request, "leader/cases.html", context)
