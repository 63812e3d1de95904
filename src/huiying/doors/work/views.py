"""Pages for everyone who holds a case at some step: their list, the case, and each act that is theirs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from huiying.case.folding import Folded, delivery_dates
from huiying.case.models import Case
from huiying.case.numbers import is_number
from huiying.case.recording import NoSuchCase, NotAllowed, read_case, surroundings
from huiying.case.scope import working
from huiying.directory.models import Matter, Staff, Unit
from huiying.directory.queries import place_name, staff_names, unit_names
from huiying.doors.errors import plainly
from huiying.doors.forms import Field, Form, fields_for, given_from
from huiying.doors.people import CHOSEN_POST, Person, posts_of
from huiying.doors.reading import Possible, derivation, limits, possible, story, until
from huiying.doors.work import lists
from huiying.procedure.closure import may_erase
from huiying.procedure.decision import Allowed, Refused
from huiying.procedure.disclosure import choices
from huiying.procedure.routing import may_assign
from huiying.procedure.schema import Kind, Stage
from huiying.procedure.state import MAIN
from huiying.procedure.words import catalogue
from huiying.stages import flow
from huiying.stages.closure.actions import erase
from huiying.stages.intake.actions import ACCEPTED_FILES, attach, check_all
from huiying.stages.supervision.actions import note_seen
from huiying.stages.triage import actions as triage

P = ParamSpec("P")
EVIDENCE = "evidence"
#: Digits of the greatest number that a row can have.
MOST_DIGITS = 19


def for_staff(view: Callable[Concatenate[HttpRequest, P], HttpResponse]) -> Callable[..., HttpResponse]:
    """Let in whoever has signed in and holds a post; send anybody else to sign in."""

    @wraps(view)
    def inside(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if getattr(request, "person", None) is not None:
            return plainly(view)(request, *args, **kwargs)
        if request.user.is_authenticated:
            return render(request, "refused.html", {"why": "您现在没有任何岗位，请联系管理员。"}, status=403)
        return redirect(f"{reverse('account_login')}?next={request.path}")

    return inside


def person_of(request: HttpRequest) -> Person:
    """Return who is at the door of a page for staff."""
    person = getattr(request, "person", None)
    assert isinstance(person, Person)  # noqa: S101  # for_staff has seen to it
    return person


def page_number(request: HttpRequest) -> int:
    """Return which page of a list is asked for; what is no number is the first."""
    return min(whole_number(request.GET.get("page", "1")) or 1, 10_000)


def whole_number(said: str) -> int | None:
    """Return a number that was sent; None for what is none, or too long to be one of ours."""
    return int(said) if said.isascii() and said.isdecimal() and len(said) <= MOST_DIGITS else None


def table_of(request: HttpRequest, cases: QuerySet[Case], caption: str) -> dict[str, Any]:
    """Return a page of cases as the worklist component takes it, in one group, with the way to the other pages."""
    page = lists.page_of(cases, page_number(request), timezone.now())
    return {
        "caption": caption,
        "labels": column_names(),
        "groups": [{"rows": [drawn(row) for row in page.rows]}] if page.rows else [],
        **steps_between_pages(request, page),
    }


def steps_between_pages(request: HttpRequest, page: lists.Page) -> dict[str, str]:
    """Return the addresses of the pages before and after one; empty where there is none."""

    def link(number: int) -> str:
        return link_with(request, page=str(number))

    return {
        "previous": link(page.number - 1) if page.number > 1 else "",
        "next": link(page.number + 1) if page.more else "",
    }


def link_with(request: HttpRequest, **changed: str) -> str:
    """Return this page's address with some of what is asked changed; what becomes empty is left out."""
    query = request.GET.copy()
    for name, value in changed.items():
        query.pop(name, None)
        if value:
            query[name] = value
    return f"?{query.urlencode()}" if query else request.path


def column_names() -> dict[str, str]:
    """Return what people call the columns of a list of cases."""
    return {"step": _("环节"), "due": _("期限"), "since": _("收件")}


def drawn(row: lists.Listed, *, value: str = "") -> dict[str, Any]:
    """Return a case as a row of the worklist component; `value`: what is sent when it is chosen."""
    return {
        "title": row.title,
        "url": reverse("case", args=[row.number]),
        "about": " · ".join(filter(None, (row.number, row.kind, row.matter))),
        "step": row.step,
        "held": " · ".join(
            filter(None, (row.unit, _("督办：{name}").format(name=row.supervisor) if row.supervisor else ""))
        ),
        "left": row.left,
        "tone": TONES.get(row.when, "neutral"),
        "due": until_short(row.due_at) if row.due_at and row.left else "",
        "why": " · ".join(filter(None, (row.what, _("暂定") if row.provisional else "", row.article))),
        "since": on_day(row.received_at),
        "value": value,
    }


@require_GET
@for_staff
def overdue(request: HttpRequest) -> HttpResponse:
    """What is late, who supervises it, and since when."""
    table = table_of(request, lists.overdue(timezone.now()), "逾期未结")
    return render(request, "work/list.html", {"table": table, "heading": "逾期督办", "visits": lists.visits()})


@require_GET
@for_staff
def to_erase(request: HttpRequest) -> HttpResponse:
    """Cases whose term is over: their contents may be erased, one by one, by a named person."""
    if person_of(request).role != "administrator":
        raise Http404
    table = table_of(request, lists.to_erase(timezone.now()), "保存期已满")
    return render(request, "work/list.html", {"table": table, "heading": "期满删除"})


@require_POST
@for_staff
def erase_case(request: HttpRequest, number: str) -> HttpResponse:
    """Erase what a case holds of text, identity and files."""
    visible(number)
    erase(number, by=person_of(request).actor, at=timezone.now())
    messages.success(request, "内容已删除，工单号和台账保留。")
    return redirect("to-erase")


@require_GET
@for_staff
def search(request: HttpRequest) -> HttpResponse:
    """Find cases among those that may be seen."""
    words = catalogue("zh_hans")
    form = Form(
        [
            Field("q", "工单号或者事项代码", required=False, value=request.GET.get("q", "")),
            Field(
                "kind", "类型", "select", required=False, value=request.GET.get("kind", ""), placeholder="全部",
                options=[{"value": kind.value, "label": words[f"choice.{kind.value}"]} for kind in Kind],
            ),
            Field(
                "stage", "阶段", "select", required=False, value=request.GET.get("stage", ""), placeholder="全部",
                options=[{"value": stage, "label": words[f"stage.{stage}"]} for stage in Stage],
            ),
        ]
    )  # fmt: skip
    cases = lists.found(form.value("q"), form.value("kind"), form.value("stage"))
    return render(request, "work/search.html", {"form": form, "table": table_of(request, cases, "查到的工单")})


@require_http_methods(["GET", "POST"])
@for_staff
def notices(request: HttpRequest) -> HttpResponse:
    """Notices to my role: what the clockwork and the residents want somebody to know."""
    person = person_of(request)
    if request.method == "POST":
        said = [whole_number(one) for one in request.POST.getlist("notice")]
        mine = lists.notices_for(person.role).filter(pk__in=filter(None, said)).values_list("pk", flat=True)
        note_seen(list(mine), timezone.now())
        return redirect("notices")
    unseen = list(lists.notices_for(person.role)[: lists.PAGE])
    rows = [
        {
            "cells": [
                {"text": notice.name},
                {"text": notice.case.number, "url": reverse("case", args=[notice.case.number])},
                {"text": f"{timezone.localtime(notice.at):%-m月%-d日 %H:%M}"},
            ]
        }
        for notice in unseen
    ]
    columns = [{"label": label} for label in ("提醒", "工单", "时间")]
    return render(request, "work/notices.html", {"notices": unseen, "rows": rows, "columns": columns})


@require_POST
@for_staff
def choose_post(request: HttpRequest, post_id: int) -> HttpResponse:
    """Go on in another of one's posts."""
    staff = request.user
    assert isinstance(staff, Staff)  # noqa: S101  # for_staff has seen to it
    if any(post.pk == post_id for post in posts_of(staff)):
        request.session[CHOSEN_POST] = post_id
    return redirect("work")


def visible(number: str) -> Case:
    """Return a case that may be seen; whether another exists is not said."""
    case = Case.objects.select_related("law").filter(number=number).first() if is_number(number) else None
    if case is None:
        raise NoSuchCase(number)
    return case
