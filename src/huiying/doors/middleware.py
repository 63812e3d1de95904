"""What every request passes: the headers that keep pages to themselves, and the scope of whoever asks."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from huiying.case.scope import NONE, enter
from huiying.doors.people import Person, at_the_door

Next = Callable[[HttpRequest], HttpResponseBase]
POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; media-src 'self' data: blob:; object-src 'none'; base-uri 'none';"
    " form-action 'self'; frame-ancestors 'none'"
)
ADMIN = "/admin/"


class SizeMiddleware:
    """A request larger than anything that could be taken is answered before a byte of it is read."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, or say that it is too large."""
        length = str(request.META.get("CONTENT_LENGTH") or "0")
        # Of a number without end only the beginning is read: Python refuses to read it all.
        if length.isdecimal() and int(length.lstrip("0")[:18] or "0") > settings.FILE_UPLOAD_MAX_MEMORY_SIZE:
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
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Referrer-Policy", "same-origin")
        response.headers.setdefault("Permissions-Policy", "camera=(self), geolocation=(self), microphone=(self)")
        if not request.path.startswith("/static/"):
            response.headers.setdefault("Cache-Control", "no-store")
        return response


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
        enter(request.person.scope)
        try:
            response = self.get_response(request)
            if isinstance(response, HttpResponse) and hasattr(response, "render") and callable(response.render):
                response.render()
            return response
        finally:
            enter(NONE)
