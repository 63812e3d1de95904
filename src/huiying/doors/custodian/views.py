"""Pages for custodians: requests that wait for a decision, and openings that wait for a review."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from huiying.directory.queries import staff_names
from huiying.doors.moments import day_words, moment_words
from huiying.doors.work.lists import PAGE
from huiying.doors.work.views import for_staff, page_number, person_of
from huiying.stages.identity import actions as identity
from huiying.stages.identity import queries
from huiying.stages.identity.models import Opening


@require_GET
@for_staff
def openings(request: HttpRequest) -> HttpResponse:
    """What custodians have to decide and to review, the oldest first; a review is due within seven days."""
    if person_of(request).role != "custodian":
        raise Http404
    start = (page_number(request) - 1) * PAGE
    waiting = list(queries.to_decide()[:PAGE])
    opened = list(queries.to_review()[start : start + PAGE + 1])
    now = timezone.now()
    page, me = page_number(request), person_of(request).actor.person
    names = staff_names({opening.person for opening in (*waiting, *opened)})

    def drawn(opening: Opening, at: datetime) -> dict[str, Any]:
        name = names.get(opening.person, opening.person)
        return {"opening": opening, "at": moment_words(at), "name": name, "own": opening.person == me}

    rows = [
        {**drawn(opening, opening.opened_at), "due": day_words(due), "late": due <= now}
        for opening in opened[:PAGE]
        if opening.opened_at is not None
        for due in (opening.opened_at + timedelta(days=identity.REVIEW_DAYS),)
    ]
    return render(
        request,
        "custodian/openings.html",
        {
            "to_decide": [drawn(opening, opening.asked_at) for opening in waiting],
            "to_review": rows,
            "previous": f"?page={page - 1}" if page > 1 else "",
            "next": f"?page={page + 1}" if len(opened) > PAGE else "",
        },
    )


@require_POST
@for_staff
def decide(request: HttpRequest, opening_id: int) -> HttpResponse:
    """Approve or refuse a request."""
    queries.must_be_visible(opening_id)
    approve = request.POST.get("approve") == "yes"
    identity.decide(opening_id, approve=approve, by=person_of(request).actor, at=timezone.now())
    messages.success(request, _("已同意查看。") if approve else _("已答复：不同意查看。"))
    return redirect("custodian")


@require_POST
@for_staff
def review(request: HttpRequest, opening_id: int) -> HttpResponse:
    """Say whether an opening served its purpose."""
    queries.must_be_visible(opening_id)
    proper = request.POST.get("proper") == "yes"
    identity.review(opening_id, proper=proper, by=person_of(request).actor, at=timezone.now())
    messages.success(request, _("已复查。"))
    return redirect("custodian")
