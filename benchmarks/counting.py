"""Counts the statements that a piece of work sends to the database."""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.load import verb


def register_one() -> str:
    """Register a demand and return its number."""
    from huiying.case.models import Case  # noqa: PLC0415  # needs Django
    from huiying.case.scope import WORK, seeing  # noqa: PLC0415  # needs Django

    verb()(0)
    with seeing(WORK):
        return str(Case.objects.values_list("number", flat=True).order_by("-id").first())


def statements_of(work: Callable[[], object]) -> list[str]:
    """Return the statements that this piece of work sends, BEGIN and COMMIT among them."""
    from django.db import connection  # noqa: PLC0415  # needs Django
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415  # needs Django

    with CaptureQueriesContext(connection) as captured:
        work()
    return [query["sql"] for query in captured.captured_queries]
