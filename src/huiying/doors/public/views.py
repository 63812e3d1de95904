"""Whether the system lives, and figures for monitoring: counts of requests' outcomes and of what waits, no more."""

from __future__ import annotations

from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET
from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from huiying.case.scope import CENTRE, seeing

HERE = frozenset({"127.0.0.1", "::1", ""})
FIGURES = (
    ("huiying_cases_open", "Cases that are not closed.", "SELECT count(*) FROM case_case WHERE closed_at IS NULL"),
    (
        "huiying_cases_overdue",
        "Open cases whose limit has passed.",
        "SELECT count(*) FROM case_case WHERE closed_at IS NULL AND due_at <= now()",
    ),
    (
        "huiying_alarms_waiting",
        "Scheduled facts that are due and have not rung.",
        "SELECT count(*) FROM case_alarm WHERE rang_at IS NULL AND at <= now()",
    ),
    (
        "huiying_jobs_waiting",
        "Jobs that a worker should have begun.",
        "SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo' AND coalesce(scheduled_at, now()) <= now()",
    ),
)


@require_GET
def healthz(request: HttpRequest) -> HttpResponse:
    """200 while the database answers, 503 while it does not."""
    del request
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Exception:  # noqa: BLE001  # whatever is wrong with the database is what is asked about
        connection.close()
        return JsonResponse({"ok": False, "database": "no answer"}, status=503)
    return JsonResponse({"ok": True, "database": "answers"})


@require_GET
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus text, for a monitor beside the server and nobody who comes through a proxy.

    The figures are counted when they are asked for, with indexes, and name nobody.
    """
    if "X-Forwarded-For" in request.headers or request.META.get("REMOTE_ADDR", "") not in HERE:
        raise Http404
    registry = CollectorRegistry()
    with seeing(CENTRE), connection.cursor() as cursor:
        for name, meaning, query in FIGURES:
            cursor.execute(query)
            Gauge(name, meaning, registry=registry).set(cursor.fetchone()[0])
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
