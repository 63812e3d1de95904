"""The API as it describes itself: schemathesis sends what the description allows and what it does not."""

from __future__ import annotations

import json
from typing import Any

import pytest
import schemathesis
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from fuzz.sending import CHINESE, kept
from fuzz.town import Town
from huiying.case.numbers import receipt_code
from huiying.config.wsgi import application
from huiying.directory.models import Staff
from huiying.doors.people import new_token, posts_of
from huiying.stages.identity.models import Opening

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
#: A receipt is all that a resident has; of the staff, whoever has most at the API.
NOBODY = "nobody"
STAFF = (NOBODY, "zhoujie", "xiaoli", "xiaozhao", "laowang", "sunshen", "heshou", "guandang")
REFUSED = 400


def told(headers: dict[str, str], status: int, body: bytes) -> str:
    """Return what a refusal lacks: what, where, what to do; empty where it lacks nothing."""
    if status < REFUSED:
        return ""
    if headers.get("content-type") != "application/problem+json":
        return f"{status} is no problem: {headers}"
    said = json.loads(body)
    if said["status"] != status or not said["code"] or not CHINESE.search(said["title"] + said["detail"]):
        return f"{status} says nothing: {said}"
    missing = {401: "www-authenticate", 405: "allow", 429: "retry-after"}.get(status)
    return f"{status} without {missing}" if missing and missing not in headers else ""


@pytest.mark.usefixtures("kept_open")
@pytest.mark.parametrize("examples", [2, pytest.param(60, marks=pytest.mark.long)], ids=["few", "many"])
@pytest.mark.parametrize("who", STAFF)
def test_every_answer_is_as_described_whatever_is_sent(
    town: Town, monkeypatch: pytest.MonkeyPatch, who: str, examples: int
) -> None:
    monkeypatch.setenv("HUIYING_INTAKE_RATE", "0")
    headers = {"Accept-Encoding": "identity"}  # what asks here reads no compressed answers
    if who != NOBODY:
        post = posts_of(Staff.objects.get(username=who))[0]
        headers["Authorization"] = f"Bearer {new_token(post, 'test', timezone.now(), days=1)}"
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", application)
    numbers = list(town.cases.values())
    real = {
        "number": st.sampled_from(numbers),
        "code": st.sampled_from([receipt_code(number) for number in numbers]),
        "opening": st.sampled_from(list(Opening.objects.values_list("pk", flat=True)) or [1]),
    }
    faults: list[str] = []
    sent = 0

    def ask(case: Any) -> None:
        nonlocal sent
        sent += 1
        before = kept()
        with transaction.atomic():
            answer = case.call(headers=headers)
            left = {name: n - before[name] for name, n in kept().items() if n != before[name]}
            transaction.set_rollback(True)
        try:
            case.validate_response(answer, checks=CHECKS)
        except BaseExceptionGroup as group:
            faults.append(f"{case.method} {case.formatted_path} {case.body!r:.200}: {group.exceptions!r:.300}")
        plain = {name.lower(): value[0] for name, value in answer.headers.items()}
        if lacks := told(plain, answer.status_code, answer.content):
            faults.append(f"{case.method} {case.formatted_path}: {lacks:.300}")
        if answer.status_code >= REFUSED and left:
            faults.append(f"{case.method} {case.formatted_path}: {answer.status_code}, and yet it left {left}")

    rule: Any = settings(
        max_examples=examples, derandomize=True, deadline=None, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    operations: Any = schema.get_all_operations()
    for result in operations:
        operation: Any = result.ok()
        if who != NOBODY and "/receipts/" in operation.path:
            continue
        named = {one.name for one in operation.path_parameters}
        places = st.fixed_dictionaries({name: real[name] for name in named}) if named else st.just({})
        anything = list(operation.body) or list(operation.query)  # that could be sent otherwise than described
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE) if anything else (GenerationMode.POSITIVE,):
            run: Any = rule(given(operation.as_strategy(generation_mode=mode))(ask))  # type: ignore[no-untyped-call]  # schemathesis' own
            run()
            if named:
                run = rule(given(_at(operation, mode, places))(ask))
                run()
    print(f"{who}: {sent} requests")  # noqa: T201  # told with -s
    assert not faults, "\n".join(sorted(set(faults)))


def _at(operation: Any, mode: GenerationMode, places: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[Any]:
    """Return what is sent to a case that there is."""
    return places.flatmap(lambda place: operation.as_strategy(generation_mode=mode, path_parameters=place))
