"""The API, `/api/v1/`: open to anyone for bringing a demand and following it, with a token for everything else."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET
from ninja import NinjaAPI

from huiying.doors.api import residents, staff
from huiying.doors.api.problems import LEAST_ERROR, MEDIA_TYPE, TITLES, speak

api = NinjaAPI(
    title="回应 Huiying",
    version="1",
    description=(
        "把诉求送进来，凭查询码跟进；有令牌的程序可以代人办理。错误一律是 application/problem+json，"
        "写明理由和依据的条款。时间一律带时区，期限以北京时间为准。"
    ),
    docs_url=None,
    openapi_url=None,
    urls_namespace="api",
)
speak(api)


@require_GET
def openapi(request: HttpRequest) -> HttpResponse:
    """The API's own description, OpenAPI 3.1."""
    del request
    schema = api.get_openapi_schema()
    for operations in schema["paths"].values():
        for operation in operations.values():
            _describe_problems(operation["responses"])
    return JsonResponse(schema, json_dumps_params={"ensure_ascii": False})


def _describe_problems(responses: dict[Any, Any]) -> None:
    """Say of every error that it comes as a problem, and add those that any request may meet."""
    problems = [answer for status, answer in responses.items() if int(status) >= LEAST_ERROR]
    for answer in problems:
        if "application/json" in answer.get("content", {}):
            answer["content"] = {MEDIA_TYPE: answer["content"].pop("application/json")}
    for status in (405, 413, 415):
        responses.setdefault(status, {**problems[0], "description": TITLES[status]})


api.add_router("", residents.router, tags=["诉求人"])
api.add_router("", staff.router, tags=["工作人员"])
