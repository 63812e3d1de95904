"""Errors of the API as problem details (RFC 9457): what, why, under which article, and never who or whether."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from ninja import Field, NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError

from huiying.case.commands import KeyConflict
from huiying.case.ledger import plain
from huiying.case.recording import NoSuchCase, NotAllowed
from huiying.procedure.words import refusal

MEDIA_TYPE = "application/problem+json"
LEAST_ERROR = 400
NOT_JSON = "请求的正文不是可用的 JSON：须是 UTF-8 编码、不过深，数字不过长"
#: What a program does next, as HTTP says it: sign in with a token; come back when the hour of its limit is over.
TO_DO: Mapping[int, Mapping[str, str]] = {401: {"WWW-Authenticate": "Bearer"}, 429: {"Retry-After": "3600"}}
API = "/api/"
#: Refusals that say something is wrong with what was sent; all others say that it is not possible now.
OF_INPUT = frozenset(
    {
        "not_given", "not_asked", "not_listed", "not_of_kind", "nul_in_text", "text_too_long", "number_out_of_range",
        "too_many_files", "act_unknown", "track_unknown", "reply_too_short",
    }
)  # fmt: skip
#: Refusals of who asks.
OF_PERSON = frozenset({"not_this_role", "not_your_unit", "unit_in_conflict", "not_for_this_purpose", "own_opening"})


class Problem(Schema):
    """What went wrong. `code` names the reason, `detail` says it, `article` is the rule that it rests on."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    code: str
    article: str = ""
    params: dict[str, Any] = Field(default_factory=dict)
    errors: list[dict[str, Any]] = Field(default_factory=list)


#: What every address may answer while the machine cannot do what is asked.
OUTAGES: Mapping[int, Any] = {503: Problem, 507: Problem}
TITLES = {
    400: "请求无法读懂",
    401: "没有登录",
    403: "无权这样做",
    404: "没有找到",
    405: "这个地址不接受这种请求",
    409: "现在不能这样做",
    413: "提交的内容太大",
    415: "不是 UTF-8 编码",
    422: "提交的内容有误",
    429: "过于频繁",
    500: "系统出了问题，刚才的操作没有完成",
    503: "请稍后再试",
    507: "存储空间已满",
}


def problem(status: int, code: str, detail: str, article: str = "", **more: Any) -> HttpResponse:  # noqa: ANN401  # JSON's own types
    """Return an answer that says what went wrong."""
    body = Problem(
        title=TITLES.get(status, TITLES[400]), status=status, detail=detail, code=code, article=article, **more
    )
    response = HttpResponse(body.model_dump_json(), status=status, content_type=MEDIA_TYPE)
    for name, value in TO_DO.get(status, {}).items():
        response.headers[name] = value
    return response


def refused(error: NotAllowed) -> HttpResponse:
    """Return a rule's refusal as a problem."""
    found = error.refused
    status = (
        422 if found.code in OF_INPUT or found.code.startswith("file_") else 403 if found.code in OF_PERSON else 409
    )
    params: Mapping[str, Any] = plain(found.params)
    return problem(status, found.code, refusal(found.code, found.params), found.article, params=dict(params))


class ProblemMiddleware:
    """Errors of the framework itself under `/api/` (no such address, no such method) are problems too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, and turn a page that says an error into a problem."""
        response = self.get_response(request)
        status = response.status_code
        if not request.path.startswith(API) or status < LEAST_ERROR or response.get("Content-Type") == MEDIA_TYPE:
            return response
        said = problem(status, "http", TITLES.get(status, TITLES[LEAST_ERROR]))
        if "Allow" in response.headers:
            said.headers["Allow"] = response.headers["Allow"]
        return said


def speak(api: NinjaAPI) -> None:
    """Have an API answer what verbs raise as problems."""

    @api.exception_handler(NoSuchCase)
    def missing(request: HttpRequest, error: NoSuchCase) -> HttpResponse:
        del request, error
        return problem(404, "case_unknown", refusal("case_unknown"))

    @api.exception_handler(Http404)
    def not_found(request: HttpRequest, error: Http404) -> HttpResponse:
        del request, error
        return problem(404, "case_unknown", refusal("case_unknown"))

    @api.exception_handler(NotAllowed)
    def not_allowed(request: HttpRequest, error: NotAllowed) -> HttpResponse:
        del request
        return refused(error)

    @api.exception_handler(KeyConflict)
    def conflict(request: HttpRequest, error: KeyConflict) -> HttpResponse:
        del request, error
        return problem(409, "key_conflict", refusal("key_conflict"))

    @api.exception_handler(AuthenticationError)
    def unknown(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
        del request, error
        return problem(401, "not_signed_in", refusal("not_signed_in"))

    @api.exception_handler(RequestDataTooBig)
    def too_big(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
        del request, error
        return problem(413, "too_big", TITLES[413])

    @api.exception_handler(HttpError)
    def unreadable(request: HttpRequest, error: HttpError) -> HttpResponse:
        del request
        said = NOT_JSON if error.status_code == LEAST_ERROR else TITLES.get(error.status_code, str(error))
        return problem(error.status_code, "unreadable", said)

    @api.exception_handler(ValidationError)
    def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
        del request
        errors = [{"where": ".".join(map(str, one["loc"])), "what": one["msg"]} for one in error.errors]
        said = "；".join(f"{one['where']}：{one['what']}" for one in errors)
        return problem(422, "invalid", said, errors=errors)
