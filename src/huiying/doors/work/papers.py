"""A case's papers for staff: each as it reads, issuing it, recording how it was served, printing it with a name."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from huiying.case.models import Case
from huiying.case.recording import NoSuchCase, NotAllowed, read_case
from huiying.doors import papers
from huiying.doors.forms import Field, Form, options_of
from huiying.doors.language import rule_words
from huiying.doors.people import Person
from huiying.doors.reading import kept_from
from huiying.doors.work.views import for_staff, person_of, visible
from huiying.procedure import disclosure
from huiying.procedure.decision import Allowed
from huiying.procedure.papers import CHANNELS, may_issue
from huiying.procedure.schema import COMPLAINANT
from huiying.procedure.time_limits import SHANGHAI
from huiying.stages.identity.actions import ask_to_see
from huiying.stages.identity.vault import unpack
from huiying.stages.papers import actions
from huiying.stages.papers.queries import Owed, one_owed, owed, text_of


def listed(case: Case, without: Collection[str]) -> list[dict[str, str]]:
    """Return a case's papers as the facts of its page: title, number, service; `without` these notices."""
    words = rule_words()
    return [
        {
            "label": one.wording.title,
            "text": one.paper.number if one.paper else _("尚未出具"),
            "url": reverse("paper", args=[case.number, one.notice.position, one.wording.slug, one.notice.to]),
            "note": " · ".join(
                filter(
                    None,
                    (
                        words.get(f"role.{one.notice.to}", _("当事人")),
                        papers.service_words(one.paper) or _("尚未送达") if one.paper else "",
                    ),
                )
            ),
        }
        for one in owed(case)
        if one.wording.notice not in without
    ]


@require_GET
@for_staff
def paper(request: HttpRequest, number: str, position: int, paper: str, whom: str) -> HttpResponse:
    """A paper as it reads, and what may be done with it."""
    case, one = _asked(request, number, position, paper, whom)
    return _page(request, case, one, _form(one))


def _asked(request: HttpRequest, number: str, position: int, paper: str, whom: str) -> tuple[Case, Owed]:
    case = visible(number)
    one = one_owed(case, position, paper, whom)
    if one is None or one.wording.notice in kept_from(person_of(request).actor, read_case(case)):
        raise NoSuchCase(number)
    return case, one


def _form(one: Owed) -> Form:
    """Return the form that records service; empty where there is nothing to record."""
    if one.paper is None or one.paper.served_on:
        return Form([])
    today = timezone.now().astimezone(SHANGHAI).date().isoformat()
    when = _("受送达人收到的那一天，救济期限从这天起算。")
    return Form(
        [
            Field("channel", _("送达方式"), "radios", options=options_of(CHANNELS)),
            Field("on", _("送达日期"), "date", value=today, hint=when),
        ]
    )


def _page(request: HttpRequest, case: Case, one: Owed, form: Form) -> HttpResponse:
    person = person_of(request)
    unit = case.ledger.values_list("unit", flat=True).get(position=one.notice.position) or ""
    mine = may_issue(person.role, person.actor.unit, of_unit=unit, to=one.notice.to)
    at = [case.number, one.notice.position, one.wording.slug, one.notice.to]
    context: dict[str, Any] = {
        **papers.letter(case, one),
        "case": case,
        "one": one,
        "form": form,
        "may": isinstance(mine, Allowed),
        "may_name": one.paper is not None and one.notice.to == COMPLAINANT and _may_name(person),
        "served": papers.service_words(one.paper) if one.paper else "",
        "remedies": papers.remedy_facts(case, one),
        "urls": {name: reverse(f"paper-{name}", args=at) for name in ("pdf", "named", "issue", "serve")},
    }
    return render(request, "work/paper.html", context, status=422 if form.problems else 200)


def _may_name(person: Person) -> bool:
    return disclosure.Purpose.SERVE in disclosure.choices(person.role)


@require_GET
@for_staff
def as_pdf(request: HttpRequest, number: str, position: int, paper: str, whom: str) -> HttpResponse:
    """An issued paper as PDF, addressed by the case's number; of one not issued there is none."""
    case, one = _asked(request, number, position, paper, whom)
    if one.paper is None:
        raise Http404
    letter = papers.letter(case, one)
    if letter["text"] is None:
        raise Http404
    return papers.as_pdf(request, letter["text"])


@require_POST
@for_staff
def named(request: HttpRequest, number: str, position: int, paper: str, whom: str) -> HttpResponse:
    """An issued paper as PDF with the name of whoever it is for: an opening for service, seen by them, kept nowhere."""
    case, one = _asked(request, number, position, paper, whom)
    if one.paper is None or whom != COMPLAINANT:
        raise Http404
    text = text_of(case, one)
    opened = ask_to_see(
        number, disclosure.Field.CONTACT, disclosure.Purpose.SERVE, by=person_of(request).actor, at=timezone.now()
    )
    if opened.contents is None:
        return render(request, "work/opening_asked.html", {"number": number})
    name = next((unpack(content).name for content in opened.contents.values()), "")
    return papers.as_pdf(request, text.model_copy(update={"addressee": name}) if name else text)


@require_POST
@for_staff
def issue(request: HttpRequest, number: str, position: int, paper: str, whom: str) -> HttpResponse:
    """Issue a paper: it gets its number, and its words stay as they are now."""
    _asked(request, number, position, paper, whom)
    given = actions.issue(number, position, paper, whom, by=person_of(request).actor, at=timezone.now())
    messages.success(request, _("文书已出具：{number}。").format(number=given))
    return redirect("paper", number=number, position=position, paper=paper, whom=whom)


@require_POST
@for_staff
def serve(request: HttpRequest, number: str, position: int, paper: str, whom: str) -> HttpResponse:
    """Record by which way and on which day a paper was served."""
    case, one = _asked(request, number, position, paper, whom)
    form = _form(one)
    if not form.fields:
        form = Form([Field("channel", _("送达方式")), Field("on", _("送达日期"))])
    form.fill(request.POST)
    if form.check_required() and _recorded(form, request, number, position, paper, whom):
        messages.success(request, _("送达已记入台账。"))
        return redirect("paper", number=number, position=position, paper=paper, whom=whom)
    return _page(request, case, one, form)


def _recorded(form: Form, request: HttpRequest, number: str, position: int, paper: str, whom: str) -> bool:
    try:
        on = date.fromisoformat(form.value("on"))
    except ValueError:
        form.complain("on", _("{label}不是日期").format(label=_("送达日期")))
        return False
    try:
        actions.serve(
            number, position, paper, whom,
            channel=form.value("channel"), on=on, by=person_of(request).actor, at=timezone.now(), key=form.key,
        )  # fmt: skip
    except NotAllowed as refused:
        form.refuse(refused.refused)
        return False
    return True
