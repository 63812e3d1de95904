"""Pages of what was found urgent: all that waits to be looked at, and one person's word on each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from huiying.case.models import Case
from huiying.case.recording import NotAllowed
from huiying.doors.forms import Field, Form
from huiying.doors.language import rule_words, spoken
from huiying.doors.work import lists
from huiying.doors.work.views import (
    column_names,
    drawn,
    for_staff,
    page_number,
    person_of,
    steps_between_pages,
    visible,
)
from huiying.procedure.decision import Allowed, Refused
from huiying.stages.intake.models import Raising
from huiying.stages.intake.raising import LEVELS, judge, may_judge, waiting
from huiying.stages.triage.suggesting import said_of

#: How a raised demand is marked, by its level.
TONES = {1: "warn", 2: "late"}
#: Words that are shown of each: more of them say nothing new.
MOST_WORDS = 6


@require_GET
@for_staff
def urgent(request: HttpRequest) -> HttpResponse:
    """What was found urgent and nobody has judged, the most urgent first; the words that say so beside each."""
    if not isinstance(may_judge(person_of(request).role), Allowed):
        raise Http404
    number, at = page_number(request), timezone.now()
    start = (number - 1) * lists.PAGE
    raised = list(waiting()[start : start + lists.PAGE + 1])
    shown = {row.case: row for row in lists.listed(Case.objects.filter(pk__in=[one.case_id for one in raised]), at)}
    page = lists.Page([shown[one.case_id] for one in raised[: lists.PAGE]], number, len(raised) > lists.PAGE)
    context: dict[str, Any] = {
        "heading": _("紧急待认定"),
        "caption": _("紧急待认定"),
        "labels": {**column_names(), "due": _("提示")},
        "groups": [{"rows": rows_of(raised[: lists.PAGE], page)}] if raised else [],
        **steps_between_pages(request, page),
    }
    return render(request, "work/urgent.html", context)


def rows_of(raised: Sequence[Raising], page: lists.Page) -> list[dict[str, Any]]:
    """Return what was raised as rows of the worklist component: how urgent it may be, and which words say so."""
    words = rule_words()
    return [
        {
            **drawn(row),
            "url": reverse("judge-urgency", args=[row.number]),
            "left": spoken(words[f"choice.{LEVELS[one.level]}"]),
            "tone": TONES[one.level],
            "due": _("、").join(words[f"danger.{kind}"] for kind in one.kinds),
            "why": words_of(one),
        }
        for one, row in zip(raised, page.rows, strict=True)
    ]


def words_of(raising: Raising) -> str:
    """Return the words that raised a demand, in quotation marks."""
    said = _("、").join(f"“{word}”" for word in raising.words[:MOST_WORDS])
    return said if len(raising.words) <= MOST_WORDS else _("{words}等").format(words=said)


@require_http_methods(["GET", "POST"])
@for_staff
def judge_urgency(request: HttpRequest, number: str) -> HttpResponse:
    """Say how urgent a demand is, with what a machine found in it beside its text."""
    person = person_of(request)
    shown = visible(number)
    allowed = may_judge(person.role)
    if isinstance(allowed, Refused):
        raise NotAllowed(allowed)
    words, raising = rule_words(), Raising.objects.filter(case=shown).first()
    levels = [
        {"value": str(level), "label": spoken(words[f"choice.{name}"])}
        for level, name in sorted(LEVELS.items(), reverse=True)
    ]
    form = Form(
        [
            Field("level", _("紧急程度"), "radios", options=levels, value=str(shown.facts.get("urgent", ""))),
            Field("why", _("理由"), "textarea", required=False, rows=2, hint=_("与提示不同时请写明。")),
        ]
    )
    if request.method == "POST":
        form.fill(request.POST)
        if form.check_required():
            try:
                level = int(form.value("level")) if form.value("level").isdecimal() else -1
                judge(number, level=level, why=form.value("why"), by=person.actor, at=timezone.now())
            except NotAllowed as refused:
                form.refuse(refused.refused)
            else:
                messages.success(request, _("已认定工单 {number} 的紧急程度。").format(number=number))
                return redirect("urgent")
    context = {
        "form": form,
        "case": shown,
        "button": _("认定"),
        "heading": _("认定紧急程度"),
        "article": allowed.article,
        "raised": _found_words(raising) if raising else "",
        "text": said_of(shown),
    }
    return render(request, "work/act.html", context, status=422 if form.problems else 200)


def _found_words(raising: Raising) -> str:
    words = rule_words()
    kinds = _("、").join(words[f"danger.{kind}"] for kind in raising.kinds)
    return _("{kinds}：{words}").format(kinds=kinds, words=words_of(raising))
