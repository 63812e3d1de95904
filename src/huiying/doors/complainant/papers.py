"""A resident's own papers: taking one is being served with it, which they are told before they do."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from huiying.case.models import Case
from huiying.case.numbers import receipt_code
from huiying.case.recording import NoSuchCase
from huiying.case.scope import of_case, seeing
from huiying.doors import papers
from huiying.doors.complainant import receipts
from huiying.doors.errors import plainly
from huiying.doors.limits import MOST_GUESSES, guesses
from huiying.procedure.schema import COMPLAINANT
from huiying.stages.intake.actions import RESIDENT
from huiying.stages.papers.actions import take
from huiying.stages.papers.queries import Owed, one_owed


def listed(theirs: Sequence[Owed], code: str) -> list[dict[str, str]]:
    """Return somebody's papers as the facts of their page: title, and whether it was taken."""
    return [
        {
            "label": one.wording.title,
            "text": one.paper.number if one.paper and one.paper.served_on else _("领取"),
            "url": reverse("receipt-paper", args=[code, one.notice.position, one.wording.slug]),
            "note": papers.service_words(one.paper) if one.paper else "",
        }
        for one in theirs
    ]


def _asked(request: HttpRequest, code: str) -> int:
    try:
        return receipts.find(code)
    except NoSuchCase as missing:
        guesses.over(request, MOST_GUESSES)
        raise Http404 from missing


def _one(case_id: int, position: int, paper: str) -> tuple[Case, Owed]:
    case = Case.objects.select_related("law").get(pk=case_id)
    one = one_owed(case, position, paper, COMPLAINANT)
    if one is None:
        raise Http404
    return case, one


@require_http_methods(["GET", "POST"])
@plainly
def paper(request: HttpRequest, code: str, position: int, paper: str) -> HttpResponse:
    """A paper, once it was served; before that what taking it means, and the button that takes it."""
    case_id = _asked(request, code)
    with seeing(of_case(case_id)):
        case, one = _one(case_id, position, paper)
        taken = one.paper is not None and one.paper.served_on is not None
        context = {
            **(papers.letter(case, one) if taken else {"text": None, "lacks": ""}),
            "case": case,
            "code": receipt_code(case.number),
            "one": one,
            "taken": taken,
            "served": papers.service_words(one.paper) if one.paper else "",
            "remedies": papers.remedy_facts(case, one) if taken else [],
        }
    if request.method == "POST":
        take(case.number, position, paper, by=RESIDENT, at=timezone.now())
        messages.success(request, _("文书已领取，随时可以再看、再下载。"))
        return redirect("receipt-paper", code=context["code"], position=position, paper=paper)
    return render(request, "complainant/paper.html", context)


@require_GET
@plainly
def as_pdf(request: HttpRequest, code: str, position: int, paper: str) -> HttpResponse:
    """A paper that was served, as PDF."""
    case_id = _asked(request, code)
    with seeing(of_case(case_id)):
        case, one = _one(case_id, position, paper)
        served = one.paper is not None and one.paper.served_on is not None
        text = papers.letter(case, one)["text"] if served else None
    if text is None:
        raise Http404
    return papers.as_pdf(request, text)
