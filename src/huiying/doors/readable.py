"""What cannot be read as it was sent is answered, or left out, before anything is looked up by it."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from huiying.doors.middleware import Next

#: Digits of a length that could be one.
MOST_DIGITS = 18
UTF_8 = frozenset({"utf-8", "utf8", "us-ascii", "ascii"})


class ReadableMiddleware:
    """Text is UTF-8, a length is a number, and a session's key is letters and digits.

    Text in another encoding would be read wrongly and kept so. A quoted cookie may hold characters, NUL among them,
    that no key of ours has and no database takes.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, or say that this is no encoding of ours."""
        named = (request.content_params or {}).get("charset", "utf-8").strip("\"' ").lower()
        if named not in UTF_8:
            said = "请用 UTF-8 编码提交；别的编码可能被读错，没有保存。"
            return HttpResponse(said, status=415, content_type="text/plain; charset=utf-8")
        length = str(request.META.get("CONTENT_LENGTH") or "0")
        if not (length.isascii() and length.isdecimal() and len(length) <= MOST_DIGITS):
            return HttpResponse("请求的长度不是数字，无法读懂。", status=400, content_type="text/plain; charset=utf-8")
        key = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
        if not (key.isascii() and key.isalnum()):
            request.COOKIES.pop(settings.SESSION_COOKIE_NAME, None)
        return self.get_response(request)
