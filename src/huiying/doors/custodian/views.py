"""Pages for custodians: requests that wait for a decision, and openings that wait for a review."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from huiying.directory.queries import staff_names
from huiying.doors.work.lists import PAGE
from huiying.doors.work.views import for_staff, page_number, person_of
from huiying.stages.identity import actions as identity
from huiying.stages.identity.models import Opening


@require_GET
@for_staff
def openings(request: HttpRequest) -> HttpResponse:
    """What custodians have to decide and to review, the oldest first; a review is due within seven days."""
    if person_of(request).role != "custodian":
        raise Http404
    start = (page_number(request) - 1) * PAGE
    known = Opening.objects.select_related("case")
    to_decide = list(known.filter(approved=None, opened_at=None).order_by("asked_at")[:PAGE])
    to_review = list(
        known.exclude(opened_at=None).filter(reviewed_at=None).order_by("opened_at")[start : start + PAGE + 1]
    )
    now = timezone.now()
    rows = [
        {
            "opening": opening,
            "due": opening.opened_at + timedelta(days=identity.REVIEW_DAYS),
            "late": opening.opened_at + timedelta(days=identity.REVIEW_DAYS) <= now,
            "own": opening.person == person_of(request).actor.person,
        }
        for opening in to_review[:PAGE]
        if opening.opened_at is not None
    ]
    page = page_number(request)
    names = staff_names({opening.person for opening in (*to_decide, *to_review)})
    return render(
        request,
        "custodian/openings.html",
        {
            "to_decide": to_decide,
            "to_review": rows,
            "names": names,
            "previous": f"?page={page - 1}" if page > 1 else "",
            "next": f"?page={page + 1}" if len(to_review) > PAGE else "",
        },
    )


@require_POST
@for_staff
def decide(request: HttpRequest, opening_id: int) -> HttpResponse:
    """Approve or refuse a request."""
    approve = request.POST.get("approve") == "yes"
    identity.decide(opening_id, approve=approve, by=person_of(request).actor, at=timezone.now())
    messages.success(request, "已同意查看。" if approve else "已不同意查看。")
    return redirect("custodian")


@require_POST
@for_staff
def review(request: HttpRequest, opening_id: int) -> HttpResponse:
    """Say whether an opening served its purpose."""
    proper = request.POST.get("proper") == "yes"
    identity.review(opening_id, proper=proper, by=person_of(request).actor, at=timezone.now())
    messages.success(request, "已复查。")
    return redirect("custodian")
