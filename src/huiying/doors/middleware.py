"""What every request passes: the headers that keep pages to themselves, and the scope of whoever asks."""

from __future__ import annotations

import logging
from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from huiying.case.scope import NONE, enter
from huiying.config.whole import announced
from huiying.doors.accounts import owes_second_factor
from huiying.doors.api.problems import API, problem
from huiying.doors.people import Person, at_the_door

Next = Callable[[HttpRequest], HttpResponseBase]
#: Opened files and the second factor's square are parts of their page, hence `data:`. Nothing is inline or evaluated.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:;"
    " media-src 'self' data:; connect-src 'self'; manifest-src 'self'; object-src 'none'; base-uri 'none';"
    " form-action 'self'; frame-ancestors 'none'"
)
#: What programs get is no page: should a browser show it as one, nothing in it may do anything.
API_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"
FEATURES = (
    "camera=(self), geolocation=(self), microphone=(self), payment=(), usb=(), serial=(), hid=(),"
    " midi=(), display-capture=(), publickey-credentials-get=(self), browsing-topics=()"
)
#: Where somebody who still needs a second factor may go: to get it, or to leave.
ACCOUNTS = "/accounts/"
#: What is worth a line: somebody who has signed in asked for what is not theirs.
REFUSED = frozenset({403, 404})
LOG = logging.getLogger("huiying.security")


class SizeMiddleware:
    """A request larger than anything that could be taken is answered before a byte of it is read."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, or say that it is too large."""
        if announced(request.META.get("CONTENT_LENGTH")) > settings.FILE_UPLOAD_MAX_MEMORY_SIZE:
            most = settings.FILE_UPLOAD_MAX_MEMORY_SIZE // 2**20
            return HttpResponse(
                f"一次提交最多 {most} 兆，请分几次上传。", status=413, content_type="text/plain; charset=utf-8"
            )
        return self.get_response(request)


class PolicyMiddleware:
    """Nothing is loaded from anywhere else, nothing is framed, and pages about a case are kept by nobody."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, and set the headers."""
        is_api = request.path.startswith(API)
        if is_api and settings.SESSION_COOKIE_SECURE and not request.is_secure():
            response: HttpResponseBase = problem(403, "not_by_https", "请用 https 访问，刚才所发的可能已被旁人看到。")
        else:
            response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", API_POLICY if is_api else POLICY)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("Permissions-Policy", FEATURES)
        if not request.path.startswith("/static/"):
            response.headers.setdefault("Cache-Control", "no-store")
        return response


class MethodMiddleware:
    """Who sends a page what it does not take is told so in words; programs have their own answer (`api.problems`)."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer; 405 as a page that keeps saying what is allowed."""
        response = self.get_response(request)
        if response.status_code != HTTPStatus.METHOD_NOT_ALLOWED or request.path.startswith(API):
            return response
        page = render(request, "refused.html", {"why": gettext("这个地址不接受这种请求")}, status=response.status_code)
        page["Allow"] = response["Allow"]
        return page


class PersonRequest(HttpRequest):
    """A request that knows who is at the door."""

    person: Person | None


class ScopeMiddleware:
    """Whoever has signed in sees what their post may see; the connection sees nothing once the answer is made."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: PersonRequest) -> HttpResponseBase:
        """Answer within the scope of whoever asks."""
        request.person = at_the_door(request) if request.user.is_authenticated else None
        if request.person is None:
            return self.get_response(request)
        if not request.path.startswith(ACCOUNTS) and owes_second_factor(request.person.post.staff):
            messages.warning(request, "您的岗位须有第二重验证，启用以后才能继续。")
            return redirect("mfa_activate_totp")
        enter(request.person.scope)
        try:
            response = self.get_response(request)
            if isinstance(response, HttpResponse) and hasattr(response, "render") and callable(response.render):
                response.render()
            if response.status_code in REFUSED:
                where = request.resolver_match.view_name if request.resolver_match else "nowhere"
                LOG.info("refused %s: %s at %s", response.status_code, request.person.actor.person, where)
            return response
        finally:
            enter(NONE)
