"""What every page for staff rests on, and the lists beside the worklist: what is late, found, noticed, to be erased."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from huiying.case.models import Case
from huiying.case.numbers import is_number
from huiying.case.recording import NoSuchCase
from huiying.directory.models import Matter, Staff
from huiying.doors.errors import plainly
from huiying.doors.forms import Field, Form
from huiying.doors.language import rule_words, spoken
from huiying.doors.moments import day_words, moment_words, until_short
from huiying.doors.people import CHOSEN_POST, Person, posts_of
from huiying.doors.remaining import LATE, TODAY
from huiying.doors.work import lists
from huiying.procedure.schema import Kind, Stage
from huiying.stages.closure.actions import erase
from huiying.stages.supervision.actions import note_seen

P = ParamSpec("P")
#: Digits of the greatest number that a row can have.
MOST_DIGITS = 19
#: Stands for a case's number in an address.
NUMBER = "NUMBER"
#: How a row's limit is marked, by the part of the list that it belongs to.
TONES = {LATE: "late", TODAY: "warn"}


def for_staff(view: Callable[Concatenate[HttpRequest, P], HttpResponse]) -> Callable[..., HttpResponse]:
    """Let in whoever has signed in and holds a post; send anybody else to sign in."""

    @wraps(view)
    def inside(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if getattr(request, "person", None) is not None:
            return plainly(view)(request, *args, **kwargs)
        if request.user.is_authenticated:
            return render(request, "refused.html", {"why": _("您现在没有任何岗位，请联系管理员。")}, status=403)
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


@cache
def case_address() -> str:
    """Return the address of a case's page, with `NUMBER` for its number: looked up once and not for every row."""
    return reverse("case", args=[NUMBER])


def drawn(row: lists.Listed, *, value: str = "", with_unit: bool = True) -> dict[str, Any]:
    """Return a case as a row of the worklist component; `value`: what is sent when it is chosen."""
    return {
        "title": row.title,
        "url": case_address().replace(NUMBER, row.number),
        "about": " · ".join(filter(None, (row.number, row.kind, row.matter))),
        "step": row.step,
        "held": " · ".join(
            filter(
                None,
                (
                    row.unit if with_unit else "",
                    _("督办：{name}").format(name=row.supervisor) if row.supervisor else "",
                ),
            )
        ),
        "left": row.left,
        "tone": TONES.get(row.when, "neutral"),
        "due": until_short(row.due_at) if row.due_at and row.left else "",
        "why": " · ".join(filter(None, (row.what, _("暂定") if row.provisional else "", row.article))),
        "since": day_words(row.received_at),
        "value": value,
    }


@require_GET
@for_staff
def to_erase(request: HttpRequest) -> HttpResponse:
    """Cases whose term is over: their contents may be erased, one by one, by a named person."""
    if person_of(request).role != "administrator":
        raise Http404
    table = table_of(request, lists.to_erase(timezone.now()), _("保存期已满"))
    return render(request, "work/list.html", {"table": table, "heading": _("期满删除")})


@require_POST
@for_staff
def erase_case(request: HttpRequest, number: str) -> HttpResponse:
    """Erase what a case holds of text, identity and files."""
    visible(number)
    erase(number, by=person_of(request).actor, at=timezone.now())
    messages.success(request, _("内容已删除，工单号和台账保留。"))
    return redirect("to-erase")


@require_GET
@for_staff
def search(request: HttpRequest) -> HttpResponse:
    """Find cases among those that may be seen."""
    words = rule_words()
    form = Form(
        [
            Field(
                "q", _("工单号或者事项代码"), required=False, value=request.GET.get("q", ""), autocomplete="off",
                hint=_("工单号要写全；事项代码例如 0201。"),
            ),
            Field(
                "kind", _("类型"), "select", required=False, value=request.GET.get("kind", ""), placeholder=_("全部"),
                options=[{"value": kind.value, "label": words[f"choice.{kind.value}"]} for kind in Kind],
            ),
            Field(
                "stage", _("阶段"), "select", required=False, value=request.GET.get("stage", ""), placeholder=_("全部"),
                options=[{"value": stage, "label": words[f"stage.{stage}"]} for stage in Stage],
            ),
        ]
    )  # fmt: skip
    cases = lists.found(form.value("q"), form.value("kind"), form.value("stage"))
    said = form.value("q").strip().upper()
    known = said.isprintable() and len(said) <= lists.LONGEST_MATTER
    context = {
        "form": form,
        "table": table_of(request, cases, _("查到的工单")),
        "matter": Matter.objects.filter(pk=said).first() if known else None,
        "asked": any(request.GET.get(name) for name in ("q", "kind", "stage")),
    }
    return render(request, "work/search.html", context)


@require_http_methods(["GET", "POST"])
@for_staff
def notices(request: HttpRequest) -> HttpResponse:
    """Notices to my role: what the clockwork and the residents want somebody to know. Seen are those that are ticked.

    Noting that one has seen something is safe for many at once: it asks for nothing and changes no case.
    """
    person = person_of(request)
    if request.method == "POST":
        said = [whole_number(one) for one in request.POST.getlist("notice")]
        mine = lists.notices_for(person.role).filter(pk__in=filter(None, said)).values_list("pk", flat=True)
        seen = list(mine)
        note_seen(seen, timezone.now())
        if seen:
            messages.success(request, _("{count}条提醒已标为看过。").format(count=len(seen)))
        return redirect("notices")
    unseen = list(lists.notices_for(person.role)[: lists.PAGE + 1])
    rows = [
        {
            "id": notice.pk,
            "name": spoken(notice.name),
            "number": notice.case.number,
            "url": reverse("case", args=[notice.case.number]),
            "at": moment_words(notice.at),
            "article": notice.article,
        }
        for notice in unseen[: lists.PAGE]
    ]
    return render(request, "work/notices.html", {"notices": rows, "more": len(unseen) > lists.PAGE})


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
