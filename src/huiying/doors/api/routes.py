"""The API, `/api/v1/`: open to anyone for bringing a demand and following it, with a token for everything else."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI

from huiying.doors.api import residents, staff
from huiying.doors.api.problems import speak

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


def openapi(request: HttpRequest) -> HttpResponse:
    """The API's own description, OpenAPI 3.1."""
    del request
    return JsonResponse(api.get_openapi_schema(), json_dumps_params={"ensure_ascii": False})


api.add_router("", residents.router, tags=["诉求人"])
api.add_router("", staff.router, tags=["工作人员"])
