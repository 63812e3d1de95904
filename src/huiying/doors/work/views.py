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
    """Return a page of cases as the table component takes it, with the way to the other pages."""
    page = lists.page_of(cases, page_number(request), timezone.now())
    query = request.GET.copy()

    def link(number: int) -> str:
        query["page"] = str(number)
        return f"?{query.urlencode()}"

    return {
        "caption": caption,
        "columns": [{"label": label} for label in ("诉求", "类型", "环节", "单位", "到期", "收件")],
        "rows": [{"cells": _cells(row)} for row in page.rows],
        "previous": link(page.number - 1) if page.number > 1 else "",
        "next": link(page.number + 1) if page.more else "",
    }


def _cells(row: lists.Listed) -> list[dict[str, Any]]:
    local = timezone.localtime
    due = until(row.due_at).partition("年")[2] if row.due_at else "—"
    tone = "late" if row.late else "warn" if row.soon else ""
    return [
        {"text": row.title, "url": reverse("case", args=[row.number]), "note": row.number},
        {"text": row.kind, "note": row.matter},
        {"text": row.step, "note": f"督办：{row.supervisor}" if row.supervisor else ""},
        {"text": row.unit or "—"},
        {"text": f"逾期 {due}" if row.late else due, "tone": tone},
        {"text": f"{local(row.received_at):%-m月%-d日 %H:%M}"},
    ]


@require_GET
@for_staff
def work(request: HttpRequest) -> HttpResponse:
    """What waits for me, in the order in which the law will ask for it."""
    person = person_of(request)
    if person.role == "custodian":
        return redirect("custodian")
    context = {"table": table_of(request, lists.waiting_for(person), "待办")}
    if person.role == "dispatcher":
        context["answered"] = table_of(request, lists.joined_and_answered(), "并入的工单已有结果，待转告")
    return render(request, "work/list.html", context | {"heading": f"待办：{person.post}"})


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


@require_GET
@for_staff
def case(request: HttpRequest, number: str) -> HttpResponse:
    """A case: what it is about, its limits, what happened, and what I may do now."""
    person, at = person_of(request), timezone.now()
    shown = visible(number)
    now, around = read_case(shown), surroundings()
    acts = list(shown.ledger.order_by("position"))
    names = staff_names({act.person for act in acts})
    texts = {content.name: content.text for content in shown.contents.filter(position=1)}
    return render(
        request,
        "work/case.html",
        {
            "case": shown,
            "title": lists.shortened(texts.get("title") or texts.get("text", "（内容不留存）")),
            "text": texts.get("text", ""),
            "facts": _facts(shown, now, texts),
            "limits": [_limit(limit) for limit in limits(now, around) if limit.article or limit.of_person],
            "tracks": _tracks(now),
            "options": [_option(number, option) for option in possible(now, person.actor, at, around)],
            "events": [
                {"at": told.at, "title": told.title, "text": told.text, "article": told.article, "who": told.who}
                for told in reversed(story(shown, now, acts, names, person.actor))
            ],
            "files": shown.attachments.all(),
            "purposes": [
                {"purpose": purpose.value, "field": field.value}
                for purpose, fields in choices(person.role).items()
                for field in fields
            ],
            "may_erase": _may_erase(shown, person, at),
            "openings": shown.openings.order_by("-id")[:10],
            "may_judge": isinstance(triage.may_judge(now, person.role), Allowed),
        },
    )


def _may_erase(case: Case, person: Person, at: datetime) -> bool:
    decision = may_erase(case.closed_at, at, role=person.role, erased=case.erased_at is not None)
    return isinstance(decision, Allowed)


def _facts(case: Case, now: Folded, texts: Mapping[str, str]) -> list[dict[str, Any]]:
    words, units = catalogue("zh_hans"), unit_names()
    matter = Matter.objects.filter(pk=case.matter).first()
    place = "，".join(filter(None, (place_name(case.area) if case.area else "", texts.get("place", ""))))
    step = now.procedure.steps[case.step]
    facts: list[dict[str, Any]] = [
        {"label": "工单号", "text": case.number},
        {"label": "环节", "text": step.name, "note": f"由{words.get(f'role.{step.holder}', step.holder)}办理"},
        {"label": "类型", "text": words.get(f"choice.{case.kind}", "")},
        {"label": "事项", "text": matter.name if matter else ""},
        {"label": "地点", "text": place},
        {"label": "诉求件数", "text": now.state.facts.get("demands", "")},
        {"label": "主办单位", "text": units.get(now.state.units.get(MAIN, ""), "")},
        {"label": "渠道", "text": words.get(f"channel.{case.channel}", case.channel)},
    ]
    if case.follower and case.stage in {"received", "assigned", "handling"}:
        follower = staff_names({case.follower}).get(case.follower, case.follower)
        facts.append({"label": "首访跟进人", "text": follower, "note": "跟进到第一次实质答复"})
    handed = sum(
        1
        for entry in now.state.done
        if now.procedure.acts[entry.act].gives_to
        and entry.track == MAIN
        and now.procedure.acts[entry.act].opens is None
    )
    if handed > 1:
        facts.append({"label": "派单次数", "text": str(handed), "note": "退单以后改派的计在内"})
    if case.supervisor:
        facts.append({"label": "督办人", "text": staff_names({case.supervisor}).get(case.supervisor, case.supervisor)})
    if case.confidential:
        facts.append({"label": "保密", "text": "保密件", "tone": "warn"})
    for label, other in (("并入", case.joined_into), ("拆自", case.split_from)):
        if other:
            facts.append({"label": label, "text": other, "url": reverse("case", args=[other])})
    return facts


def _limit(limit: Any) -> dict[str, Any]:  # noqa: ANN401  # a reading.Limit
    if limit.standing:
        text = "中止计时"
    elif limit.moment is None:
        text = limit.why_not or "没有期限规定"
    else:
        text = f"{until(limit.moment)}前" + ("（暂定）" if limit.provisional else "")
    late = limit.running and limit.moment is not None and limit.moment <= timezone.now()
    note = "；".join(filter(None, (derivation(limit) if limit.derivation else "", limit.article)))
    return {"label": limit.what, "text": f"逾期 {text}" if late else text, "tone": "late" if late else "", "note": note}


def _tracks(now: Folded) -> list[str]:
    units, dates = unit_names(), delivery_dates(now)
    return [
        f"{now.procedure.track_names([track])}：{units.get(now.state.units.get(track, ''), '')}，"
        f"{now.procedure.steps[step].name}" + (f"，{dates[track]:%-m月%-d日}前交件" if track in dates else "")
        for track, step in now.state.steps.items()
        if track != MAIN
    ]


def _option(number: str, option: Possible) -> dict[str, str]:
    return {
        "label": option.act.name,
        "url": reverse("do", args=[number, option.track, option.act.id]),
        "why": option.why,
        "article": option.article,
    }


def unit_options(now: Folded) -> list[dict[str, str]]:
    """Return the units that a case may be given to: whoever is complained about is not among them."""
    around, facts = surroundings(), now.state.facts
    return [
        {"value": unit.code, "label": unit.name}
        for unit in Unit.objects.filter(active=True)
        if not isinstance(
            may_assign(
                unit.code,
                around.units,
                respondents=now.state.respondents(),
                superiors_too=facts.get("kind") == Kind.REPORT,
            ),
            Refused,
        )
    ]


@require_http_methods(["GET", "POST"])
@for_staff
def do(request: HttpRequest, number: str, track: str, name: str) -> HttpResponse:
    """One act: what it asks for, and doing it."""
    person, at = person_of(request), timezone.now()
    shown = visible(number)
    now = read_case(shown)
    act = now.procedure.acts.get(name)
    if act is None or person.role not in act.by or track not in now.state.steps:
        raise Http404
    demands = int(str(now.state.facts.get("demands", 1)))
    form = Form(fields_for(act, demands=demands, units=unit_options(now), drafts=_drafts(shown, now, name, at)))
    takes_files = any(ask.name == EVIDENCE for ask in act.asks)
    if takes_files:
        form.fields.append(Field("files", "证据材料", "file", required=False, accept=ACCEPTED_FILES))
    if request.method == "POST":
        form.fill(request.POST)
        files = [(file.name or "", file.read()) for file in request.FILES.getlist("files")]
        if takes_files and files and not form.value(EVIDENCE):
            form.set(EVIDENCE, str(len(files)))
        if form.check_required():
            given = given_from(act, form, demands)
            if not form.problems:
                try:
                    check_all(files)
                    with working():  # the act and its evidence, or neither
                        flow.act(number, name, by=person.actor, at=at, given=given, track=track, key=form.key)
                        if files:
                            attach(number, files, by=person.actor, at=at, key=form.key)
                except NotAllowed as refused:
                    form.refuse(refused.refused)
                else:
                    messages.success(request, f"{act.name}：已记入台账。")
                    still_seen = Case.objects.filter(number=number).exists()
                    return redirect("case", number=number) if still_seen else redirect("work")
    context = {"heading": act.name, "article": act.article, "form": form, "case": shown, "button": act.name}
    unsolved = act.follows_up and now.state.facts.get("solved") == "no"
    context |= {
        "unsolved": unsolved,
        "script": act.script,
        "precedents": lists.precedents(shown) if act.gives_to == "lead" else [],
    }
    return render(request, "work/act.html", context, status=422 if form.problems else 200)


def _drafts(shown: Case, now: Folded, name: str, at: datetime) -> dict[str, str]:
    """Return what a form begins with: the officer's draft of the reply, the catalogue's proposal for the lead."""
    drafts: dict[str, str] = {}
    act = now.procedure.acts[name]
    if any(ask.name == "reply" for ask in act.asks):
        last = shown.contents.filter(name="draft").order_by("-position").first()
        drafts["reply"] = last.text if last else ""
    if act.gives_to == "lead" and shown.matter and shown.area:
        proposed = triage.propose(shown, at)
        drafts["lead"] = "" if isinstance(proposed, Refused) else proposed.lead
    return drafts
