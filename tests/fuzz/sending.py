"""Sends one request, says what came of it, and takes it back, so that the next one meets the same town."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote_from_bytes

from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client

from fuzz.bad import MARKS
from huiying.case.scope import NONE, WORK, enter

#: All that a request may leave behind: rows of every table that we write; the vault is counted beside them.
KEPT = (
    "case_case", "case_act", "case_content", "case_track", "case_clock", "case_notice", "case_alarm", "case_command",
    "intake_attachment", "identity_opening", "procrastinate_jobs", "directory_staff", "directory_post",
    "directory_unit", "directory_area", "directory_matter", "directory_duty", "doors_apitoken",
)  # fmt: skip
REFUSED, OURS = 400, 500
CHINESE = re.compile("[\u4e00-\u9fff]")
URLENCODED, BOUNDARY = "application/x-www-form-urlencoded", "huiying-boundary"
Pairs = Sequence[tuple[str, bytes]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request was answered, what it left behind (table → how many rows more), and the page it leads to."""

    status: int
    text: str
    headers: Mapping[str, str]
    left: Mapping[str, int] = field(default_factory=dict)
    then: str = ""


def kept() -> dict[str, int]:
    """Count what there is."""
    counts = ", ".join(f"(SELECT count(*) FROM {table})" for table in KEPT)
    vault = "(SELECT count(*) FROM vault.inventory((SELECT array_agg(number) FROM case_case)))"
    enter(WORK)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {counts}, {vault}")
        row = cursor.fetchone()
    enter(NONE)
    return dict(zip((*KEPT, "vault"), row, strict=True))


def attempt(client: Client, send: Callable[[], Any], before: Mapping[str, int] | None = None) -> Answer:
    """Send a request, look at what is there afterwards and at the page that it leads to, and undo it.

    `before`: what was there, where that is known.
    """
    before, cookies = before or kept(), deepcopy(client.cookies)
    cache.clear()  # an hour of its own for each: limits are not what is asked about here
    client.raise_request_exception = False
    with transaction.atomic():
        response = send()
        after = kept()
        then = ""
        if response.status_code in {302, 303} and response["Location"].startswith("/"):
            follow = client.get(response["Location"])
            then = follow.content.decode("utf-8", "replace") if follow.status_code < OURS else "500 follows"
        transaction.set_rollback(True)
    client.cookies = cookies
    left = {name: after[name] - before[name] for name in after if after[name] != before[name]}
    return Answer(response.status_code, response.content.decode("utf-8", "replace"), dict(response.headers), left, then)


def wrong(answer: Answer) -> str:
    """Return what is wrong with an answer to bad input, empty where nothing is."""
    if answer.status >= OURS or answer.then == "500 follows":
        return f"{answer.status}, an error of ours"
    if answer.status >= REFUSED and answer.left:
        return f"{answer.status}, and yet it left {dict(answer.left)}"
    html = answer.headers.get("Content-Type", "").startswith("text/html")
    if any(mark in answer.then or (html and mark in answer.text) for mark in MARKS):
        return "what was sent came out as markup"
    if answer.status >= REFUSED and not CHINESE.search(answer.text):
        return f"{answer.status} without a word that people here read"
    return ""


def urlencoded(pairs: Pairs) -> bytes:
    """Return a form's body as a browser without files sends it."""
    return "&".join(f"{quote_from_bytes(name.encode())}={quote_from_bytes(value)}" for name, value in pairs).encode()


def multipart(pairs: Pairs, files: Sequence[tuple[str, bytes, bytes]] = ()) -> bytes:
    """Return a form's body with files: field, name as bytes, contents."""
    parts = [
        b'--%s\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (BOUNDARY.encode(), name.encode(), value)
        for name, value in pairs
    ]
    parts += [
        b'--%s\r\nContent-Disposition: form-data; name="%s"; filename="%s"\r\nContent-Type: image/jpeg\r\n\r\n%s\r\n'
        % (BOUNDARY.encode(), name.encode(), filename, data)
        for name, filename, data in files
    ]
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


def post(client: Client, url: str, body: bytes, content_type: str = URLENCODED, **more: Any) -> Answer:
    """Send a body as it is."""
    return attempt(client, lambda: client.generic("POST", url, body, content_type=content_type, **more))


def post_files(client: Client, url: str, pairs: Pairs, files: Sequence[tuple[str, bytes, bytes]]) -> Answer:
    """Send a form with files."""
    return post(client, url, multipart(pairs, files), f"multipart/form-data; boundary={BOUNDARY}")
