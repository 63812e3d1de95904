"""Where somebody has signed in, and ending it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from huiying.directory.models import Staff
from huiying.doors.moments import moment_words
from huiying.doors.sessions import MOST, sessions_of, stored_key
from huiying.doors.work.views import for_staff


@require_http_methods(["GET", "POST"])
@for_staff
def mine(request: HttpRequest) -> HttpResponse:
    """The browsers in which I have signed in; end one, or all."""
    staff = request.user
    assert isinstance(staff, Staff)  # noqa: S101  # for_staff has seen to it
    this = stored_key(request.session.session_key or "")
    if request.method == "POST":
        which = request.POST.get("which", "")
        ended = staff.sessions.all() if which == "all" else staff.sessions.filter(session_key=which)
        ended.delete()
        if which in {"all", this}:
            request.session.flush()
            return redirect("account_login")
        messages.success(request, _("那一处登录已经结束。"))
        return redirect("my-sessions")
    sessions = [
        {
            "pk": session.pk,
            "began": moment_words(session.began_at) if session.began_at else "",
            "seen": moment_words(session.seen_at) if session.seen_at else "",
            "here": session.pk == this,
        }
        for session in sessions_of(staff)
    ]
    return render(request, "work/sessions.html", {"sessions": sessions, "most": MOST})
