"""Pages for auditors: all audits and committing to a list; one audit with its draw; saying what was found of a case."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from huiying.case.recording import NotAllowed
from huiying.directory.queries import staff_names
from huiying.doors.forms import Field, Form, choice_words, options_of
from huiying.doors.language import rule_words
from huiying.doors.leader.entering import only
from huiying.doors.moments import moment_words, on_date
from huiying.doors.work.lists import PAGE
from huiying.doors.work.views import page_number, person_of, whole_number
from huiying.procedure.audit_draw import BY, MOST_DRAWN, VERDICTS, as_text
from huiying.procedure.time_limits import SHANGHAI
from huiying.stages.audit import queries
from huiying.stages.audit.actions import CENTRE, NoSuchAudit, Plan, commit_list, draw_sample, find
from huiying.stages.audit.models import Audit, Entry

LONGEST = 20_000
LIMIT_OF_RANDOMNESS = 200
#: No list is longer than a column of places holds.
MOST_PLACES = 2**31 - 1


@require_http_methods(["GET", "POST"])
@only(BY)
def audits(request: HttpRequest) -> HttpResponse:
    """All audits, the latest first, and the form that commits to the next list."""
    form = _plan_form()
    if request.method == "POST":
        form.fill(request.POST)
        plan = _plan(form)
        if plan is not None:
            try:
                made = commit_list(plan, by=person_of(request).actor, at=timezone.now())
            except NotAllowed as refused:
                form.refuse(refused.refused)
            else:
                messages.success(request, _("名单已登记：{size}件。").format(size=made.size))
                return redirect("audit", name=made.name)
    number = page_number(request)
    page = list(queries.audits()[(number - 1) * PAGE : number * PAGE + 1])
    context = {"form": form, "rows": [_listed(one) for one in page[:PAGE]], "columns": _columns()}
    steps = _steps(number, more=len(page) > PAGE)
    return render(request, "auditor/audits.html", {**context, **steps}, status=422 if form.problems else 200)


def _columns() -> list[dict[str, Any]]:
    labels = (_("名称"), _("结案日期"), _("名单"), _("抽取"), _("随机数公布"), _("进度"))
    return [{"label": label} for label in labels]


def _listed(one: Audit) -> dict[str, Any]:
    state = _("已抽取") if one.drawn_at else _("等待随机数")
    return {
        "cells": [
            {"text": one.name, "url": reverse("audit", args=[one.name])},
            {"text": _days(one)},
            {"text": _("{count}件").format(count=one.size)},
            {"text": _("{count}件").format(count=one.count)},
            {"text": moment_words(one.published_at)},
            {"text": state, "tone": "good" if one.drawn_at else "neutral"},
        ]
    }


def _days(one: Audit) -> str:
    if one.first == one.last:
        return on_date(one.first)
    return _("{first}至{last}").format(first=on_date(one.first), last=on_date(one.last))


def _steps(number: int, *, more: bool) -> dict[str, str]:
    return {
        "previous": f"?page={number - 1}" if number > 1 else "",
        "next": f"?page={number + 1}" if more else "",
    }


def _plan_form() -> Form:
    return Form(
        [
            Field("name", _("名称"), hint=_("小写字母、数字和短横线，例如 2026-10。"), limit=32),
            Field("first", _("结案自"), "date"),
            Field("last", _("结案至"), "date"),
            Field("count", _("抽取件数"), "number", hint=_("1到{most}件。").format(most=MOST_DRAWN)),
            Field("source", _("随机数来源"), hint=_("还没有公布的公开随机数，写明是什么、在哪里公布。"), limit=200),
            Field("published", _("随机数公布时间"), "datetime-local", hint=_("北京时间，不早于这一刻公布。")),
            Field("by_class", _("按单位类别分层"), "radios", value="no", options=options_of(("yes", "no"))),
        ]
    )


def _plan(form: Form) -> Plan | None:
    """Return what was filled in, or complain and return None."""
    count = whole_number(form.value("count"))
    first, last = (_day(form, name) for name in ("first", "last"))
    published = _moment(form.value("published"))
    if form.value("count") and count is None:
        form.complain("count", _("{label}不是整数").format(label=_("抽取件数")))
    if form.value("published") and published is None:
        form.complain("published", _("{label}不是时刻").format(label=_("随机数公布时间")))
    limits = {one.name: one.limit for one in form.fields if one.limit}
    for name, limit in limits.items():
        if len(form.value(name)) > limit:
            form.complain(name, _("最多{most}字").format(most=limit))
    if not form.check_required({one.name for one in form.fields}) or not (first and last and published):
        return None
    by_class = form.value("by_class") == "yes"
    return Plan(form.value("name"), first, last, count or 0, form.value("source"), published, by_class)


def _day(form: Form, name: str) -> date | None:
    said = form.value(name)
    try:
        return date.fromisoformat(said) if said else None
    except ValueError:
        label = next(one.label for one in form.fields if one.name == name)
        form.complain(name, _("{label}不是日期").format(label=label))
        return None


def _moment(said: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(said)
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=SHANGHAI)


def _known(name: str) -> Audit:
    found = queries.audits().filter(pk=name).first()
    if found is None:
        raise Http404
    return found


@require_GET
@only(BY)
def audit(request: HttpRequest, name: str) -> HttpResponse:
    """One audit: what was committed to and when, the draw, and the drawn cases with what was found."""
    return _shown(request, _known(name), _draw_form())


def _draw_form() -> Form:
    hint = _("照公布的原样填写，例如一期彩票的期号和全部号码。")
    return Form([Field("randomness", _("随机数"), hint=hint, limit=200, autocomplete="off")])


def _shown(request: HttpRequest, one: Audit, form: Form) -> HttpResponse:
    number = page_number(request)
    page = list(queries.drawn(one)[(number - 1) * PAGE : number * PAGE + 1])
    names = staff_names({one.committed_by, *(entry.found_by for entry in page)})
    counted = queries.results(one)
    context = {
        "audit": one,
        "facts": _facts(one, names.get(one.committed_by, one.committed_by)),
        "same": queries.is_as_committed(one),
        "form": form,
        "may_draw": one.drawn_at is None and timezone.now() >= one.published_at,
        "published": moment_words(one.published_at),
        "stats": [
            {"label": choice_words(verdict) if verdict else _("还没有结论"), "value": count}
            for verdict, count in counted.items()
        ],
        "columns": [{"label": label} for label in (_("序号"), _("工单"), _("单位类别"), _("审计结论"), _("审计人"))],
        "rows": [_row(entry, names) for entry in page[:PAGE]],
        **_steps(number, more=len(page) > PAGE),
    }
    return render(request, "auditor/audit.html", context, status=422 if form.problems else 200)


def _facts(one: Audit, who: str) -> list[dict[str, str]]:
    facts = [
        {"label": _("结案日期"), "text": _days(one)},
        {"label": _("名单"), "text": _("{count}件").format(count=one.size)},
        {"label": _("抽取"), "text": _("{count}件").format(count=one.count),
         "note": _("按单位类别分层") if one.by_class else _("不分层")},
        {"label": _("登记"), "text": moment_words(one.committed_at), "note": who},
        {"label": _("名单的 SHA-256"), "text": queries.committed(one)},
        {"label": _("随机数来源"), "text": one.source},
        {"label": _("随机数公布时间"), "text": moment_words(one.published_at)},
    ]  # fmt: skip
    if one.drawn_at:
        facts += [
            {"label": _("随机数"), "text": one.randomness},
            {"label": _("抽取时间"), "text": moment_words(one.drawn_at)},
        ]
    return facts


def _row(entry: Entry, names: Mapping[str, str]) -> dict[str, Any]:
    level = _("热线中心") if entry.stratum == CENTRE else rule_words().get(f"level.{entry.stratum}", entry.stratum)
    found = entry.found_at is not None
    write = {"text": _("写明结论"), "url": reverse("audit-finding", args=[entry.audit_id, entry.position])}
    return {
        "cells": [
            {"text": str(entry.position)},
            {"text": entry.case.number, "url": reverse("case", args=[entry.case.number])},
            {"text": level},
            {"text": choice_words(entry.verdict)} if found else write,
            {
                "text": names.get(entry.found_by, entry.found_by) or "—",
                "note": moment_words(entry.found_at) if entry.found_at else "",
            },
        ]
    }


@require_GET
@only(BY)
def published(request: HttpRequest, name: str) -> HttpResponse:
    """The list as it is published: commitments and classes, no numbers of cases."""
    del request
    answer = HttpResponse(as_text(queries.entries(_known(name))), content_type="text/plain; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="audit-{name}.txt"'
    return answer


@require_POST
@only(BY)
def draw(request: HttpRequest, name: str) -> HttpResponse:
    """Draw with the randomness that was published."""
    one, form = _known(name), _draw_form()
    form.fill(request.POST)
    if len(form.value("randomness")) > LIMIT_OF_RANDOMNESS:
        form.complain("randomness", _("最多{most}字").format(most=LIMIT_OF_RANDOMNESS))
    if form.check_required():
        try:
            drawn = draw_sample(name, form.value("randomness"), by=person_of(request).actor, at=timezone.now())
        except NotAllowed as refused:
            form.refuse(refused.refused)
        else:
            messages.success(request, _("已抽取{count}件。").format(count=len(drawn)))
            return redirect("audit", name=name)
    return _shown(request, one, form)


@require_http_methods(["GET", "POST"])
@only(BY)
def finding(request: HttpRequest, name: str, position: int) -> HttpResponse:
    """Say what was found of a drawn case."""
    entry = queries.drawn(_known(name)).filter(position=position).first() if position <= MOST_PLACES else None
    if entry is None:
        raise Http404
    form = Form(
        [
            Field("verdict", _("审计结论"), "radios", options=options_of(VERDICTS)),
            Field("why", _("理由"), "textarea", hint=_("写明核对了什么、依据什么。"), limit=LONGEST, rows=6),
        ]
    )
    if request.method == "POST":
        form.fill(request.POST)
        if form.check_required():
            said = (form.value("verdict"), form.value("why"))
            try:
                find(name, position, *said, by=person_of(request).actor, at=timezone.now(), key=form.key)
            except NotAllowed as refused:
                form.refuse(refused.refused)
            except NoSuchAudit as gone:
                raise Http404 from gone
            else:
                messages.success(request, _("审计结论已记入台账。"))
                return redirect("audit", name=name)
    context = {"form": form, "audit": entry.audit, "number": entry.case.number}
    return render(request, "auditor/finding.html", context, status=422 if form.problems else 200)
