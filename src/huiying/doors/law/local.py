"""Local limits: the list of them, proposing one, and of each what became of it, with approving and withdrawing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import BooleanField, ExpressionWrapper, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from huiying.case import local_limits
from huiying.case.models import Act
from huiying.case.recording import NotAllowed
from huiying.case.registry import subject_of
from huiying.config.packs import our_library
from huiying.directory.models import LocalLimit
from huiying.directory.queries import staff_names
from huiying.doors.forms import Field, Form
from huiying.doors.language import refusal, spoken
from huiying.doors.law.links import rule_url
from huiying.doors.law.saying import Cell, columns, length, local_length, paged_rows
from huiying.doors.moments import moment_words, on_date
from huiying.doors.people import Person
from huiying.doors.work.views import for_staff, person_of, whole_number
from huiying.procedure import local_limits as rules
from huiying.procedure.decision import Allowed, Refused
from huiying.procedure.time_limits import Term, Unit

#: Verb → what is called it, what is said once it is done, and as a sentence of the ledger.
VERBS: Mapping[str, tuple[Any, Any, Any]] = {
    "propose": (lazy("提出本地期限"), lazy("已提出，等待领导批准。"), lazy("{who}提出这条本地期限。")),
    "approve": (lazy("批准本地期限"), lazy("已批准，生效日起开始的工单适用。"), lazy("{who}批准这条本地期限。")),
    "withdraw": (lazy("撤回本地期限"), lazy("已撤回。已经开始的工单仍按原来的期限。"), lazy("{who}撤回这条本地期限。")),
}
#: Neither approved nor withdrawn.
OPEN = Q(approved_by="", withdrawn_by="")
DO: Mapping[str, Callable[..., None]] = {"approve": local_limits.approve, "withdraw": local_limits.withdraw}


def may_propose(person: Person) -> bool:
    """Whether somebody may propose local limits."""
    return isinstance(rules.may("propose", person.role), Allowed)


def waiting(person: Person) -> int:
    """Return how many proposals wait for somebody's approval."""
    if isinstance(rules.may("approve", person.role), Refused):
        return 0
    there = LocalLimit.objects.filter(OPEN, valid_from__gte=timezone.localdate())
    return there.exclude(proposed_by=person.actor.person).count()


@require_GET
@for_staff
def index(request: HttpRequest) -> HttpResponse:
    """All local limits, what waits for approval first."""
    rows = LocalLimit.objects.annotate(open=ExpressionWrapper(OPEN, BooleanField())).order_by("-open", "-id")
    page, steps = paged_rows(request, rows)
    table = {
        "caption": _("本地期限"),
        "columns": columns(_("规则"), _("本地期限"), _("生效日"), _("依据"), _("状态")),
        "rows": [{"cells": _listed(item)} for item in page],
        **steps,
    }
    new = reverse("local-limit-new") if may_propose(person_of(request)) else ""
    context = {"table": table, "new_url": new, "back": {"label": _("法规与期限"), "url": reverse("law")}}
    return render(request, "law/local.html", context)


def _listed(item: LocalLimit) -> list[Cell]:
    term = our_library().terms.get(item.term)
    name = spoken(term.name) if term else item.term
    return [
        {"text": name, "url": reverse("local-limit", args=[item.pk]), "note": item.term},
        {"text": local_length(item.for_rules()), "note": _statutory(term)},
        {"text": on_date(item.valid_from)},
        {"text": item.article},
        _state(item, term),
    ]


def _statutory(term: Term | None) -> str:
    return _("法定{length}").format(length=length(term)) if term else ""


def _state(item: LocalLimit, term: Term | None) -> Cell:
    """Return how a local limit stands today."""
    today, limit = timezone.localdate(), item.for_rules()
    if item.withdrawn_by and not limit.in_force(today):
        return {"text": _("已撤回"), "tone": "neutral"}
    if not item.approved_by:
        late = item.valid_from < today
        return {"text": _("生效日已过，未批准") if late else _("等待批准"), "tone": "neutral" if late else "warn"}
    if term is None or isinstance(rules.fits(limit, term), Refused):
        return {"text": _("与规则不符，不适用"), "tone": "late"}
    if not limit.in_force(today):
        return {"text": _("已批准，未到生效日"), "tone": "neutral"}
    return {"text": _("生效"), "tone": "good"}


@require_GET
@for_staff
def one(request: HttpRequest, limit: int) -> HttpResponse:
    """A local limit: what it says, how it stands, what became of it, and what may be done with it."""
    item, person = _item(limit), person_of(request)
    term = our_library().terms.get(item.term)
    acts = list(Act.objects.filter(subject=subject_of(item)).order_by("position"))
    names = staff_names({act.person for act in acts})
    state = _state(item, term)
    context = {
        "title": spoken(term.name) if term else item.term,
        "back": {"label": _("本地期限"), "url": reverse("local-limits")},
        "facts": [
            {"label": _("规则"), "text": item.term, "url": rule_url(item.term), "note": term.article if term else ""},
            {"label": _("法定"), "text": length(term) if term else ""},
            {"label": _("本地期限"), "text": local_length(item.for_rules())},
            {"label": _("生效日"), "text": on_date(item.valid_from)},
            {"label": _("依据"), "text": item.article},
            {"label": _("状态"), "text": state["text"], "tone": state["tone"]},
            *([{"label": _("失效日"), "text": on_date(item.ends)}] if item.ends else []),
        ],
        "events": [
            {
                "at": act.at,
                "when": moment_words(act.at),
                "sentence": str(VERBS[act.act][2]).format(who=names.get(act.person, act.person)),
            }
            for act in acts
        ],
        "verbs": [_verb(verb, item, person) for verb in DO if _possible(verb, item, person)],
    }
    return render(request, "law/local_one.html", context)


def _possible(verb: str, item: LocalLimit, person: Person) -> bool:
    """Whether to show a verb: to whom it is given, while it is not done."""
    done = item.withdrawn_by or (verb == "approve" and item.approved_by)
    return not done and isinstance(rules.may(verb, person.role), Allowed)


def _verb(verb: str, item: LocalLimit, person: Person) -> dict[str, str]:
    """Return a verb as a button, with the reason where it is not possible now."""
    refused = None
    if verb == "approve":
        own = rules.may_approve(item.proposed_by, person.actor.person)
        fits = rules.may_hold(item.for_rules(), our_library().term(item.term), timezone.localdate())
        refused = next((decision for decision in (own, fits) if isinstance(decision, Refused)), None)
    return {
        "url": reverse("local-limit-do", args=[item.pk, verb]),
        "label": str(VERBS[verb][0]),
        "tone": "primary" if verb == "approve" else "secondary",
        "why": refusal(refused.code, refused.params) if refused else "",
        "article": refused.article if refused else "",
    }


def _item(limit: int) -> LocalLimit:
    item = LocalLimit.objects.filter(pk=limit).first()
    if item is None:
        raise Http404
    return item


@require_POST
@for_staff
def do(request: HttpRequest, limit: int, verb: str) -> HttpResponse:
    """Approve or withdraw a local limit."""
    if verb not in DO:
        raise Http404
    item = _item(limit)
    DO[verb](item.pk, by=person_of(request).actor, at=timezone.now())
    messages.success(request, VERBS[verb][1])
    return redirect("local-limit", limit=item.pk)


@require_http_methods(["GET", "POST"])
@for_staff
def new(request: HttpRequest) -> HttpResponse:
    """Propose a local limit."""
    if not may_propose(person_of(request)):
        raise Http404
    form = _form(request.GET.get("term", ""))
    if request.method == "POST":
        form.fill(request.POST)
        proposed = _proposed(form, person_of(request))
        if proposed is not None:
            messages.success(request, VERBS["propose"][1])
            return redirect("local-limit", limit=proposed)
    context = {"form": form, "back": {"label": _("本地期限"), "url": reverse("local-limits")}}
    return render(request, "law/local_new.html", context, status=422 if form.problems else 200)


def _form(term: str) -> Form:
    options = [
        {"value": row.id, "label": f"{row.id} {spoken(row.name)}{_('：')}{length(row)}"}
        for row in our_library().terms.values()
        if row.value > 0 and not row.own_time and row.unit is not Unit.UNKNOWN
    ]
    return Form(
        [
            Field("term", _("规则"), "select", value=term, options=options, placeholder=_("请选择")),
            Field("value", _("本地期限"), "number", hint=_("只填数目，单位与规则相同；不得长于法定。")),
            Field("valid_from", _("生效日"), "date", hint=_("今天或者以后。这一天起开始的工单适用。")),
            Field("article", _("依据"), limit=local_limits.LONGEST_ARTICLE, hint=_("本地哪个文件、哪一条这样规定。")),
        ]
    )


def _proposed(form: Form, person: Person) -> int | None:
    """Propose what a form says and return its id; None where something is wrong, which the form then says."""
    if not form.check_required():
        return None
    value = whole_number(form.value("value"))
    if value is None:
        form.complain("value", _("{label}不是整数").format(label=_("本地期限")))
    try:
        on = date.fromisoformat(form.value("valid_from"))
    except ValueError:
        form.complain("valid_from", _("{label}不是日期").format(label=_("生效日")))
        return None
    term = our_library().terms.get(form.value("term"))
    if term is None:
        form.complain("term", _("请选择{label}").format(label=_("规则")))
    if value is None or term is None:
        return None
    try:
        return local_limits.propose(
            term.id, value, term.unit, form.value("article"), on, by=person.actor, at=timezone.now(), key=form.key
        )
    except NotAllowed as refused:
        form.refuse(refused.refused)
        return None
