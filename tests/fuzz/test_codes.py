"""Codes and numbers that are guessed: what is elsewhere and what is nowhere is answered alike, word for word."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cast import WANG, WATER, ZHAO, ZHOU, Entering
from huiying.case.numbers import number as numbered
from huiying.case.numbers import receipt_code
from huiying.directory.models import Post, Staff
from huiying.doors.models import ApiToken
from huiying.doors.people import new_token, posts_of
from huiying.procedure.disclosure import Field, Purpose
from huiying.stages import flow
from huiying.stages.identity import actions as identity
from huiying.stages.intake.actions import RESIDENT, Demand, register

NO_CASE = numbered(timezone.now(), 99_999_999)
#: What differs between any two answers: a form's token against other sites, and its key against sending it twice.
ONCE = re.compile(r'(?:csrfmiddlewaretoken|key)" value="[^"]*"')


def said(answer: Any, *which: str) -> tuple[int, str, dict[str, str]]:
    """Return an answer without what was asked in it."""
    text = ONCE.sub("", answer.content.decode())
    for one in which:
        text = text.replace(one, "")
    headers = {name: value for name, value in answer.headers.items() if name not in {"Content-Length", "Date"}}
    return answer.status_code, text, headers


def watched() -> tuple[str, int]:
    """A report in another unit's hands, and an opening of it that waits."""
    at = timezone.now()
    number = register(Demand(text="举报偷排", kind="report"), channel="portal", by=RESIDENT, at=at).number
    flow.act(number, "dispatch", by=ZHOU, at=at, given={"lead": WATER})
    flow.act(number, "sign_for_case", by=ZHAO, at=at, given={})
    return number, identity.ask_to_see(number, Field.ORIGINAL, Purpose.HANDLE, by=WANG, at=at).opening.pk


def alike(ask: Callable[[str], Any], there: str, nowhere: str) -> None:
    """Say that two answers do not differ in status, words, headers or in how much was looked up."""
    answers, queries = [], []
    ask(nowhere)  # the first request of a session writes down that it was used
    for one in (there, nowhere):
        with CaptureQueriesContext(connection) as asked:
            answers.append(said(ask(one), one))
        queries.append(len(asked))
    assert answers[0] == answers[1]
    assert queries[0] == queries[1]
    assert answers[0][0] in {403, 404, 422}


@pytest.mark.parametrize("way", ["page", "case", "do", "split", "open", "erase"])
def test_another_units_case_is_answered_as_none(signed_in: Entering, way: str) -> None:
    number, _ = watched()
    client = signed_in("xiaomeng")
    alike({
        "page": lambda one: client.get(f"/staff/case/{one}/"),
        "case": lambda one: client.post(f"/staff/case/{one}/classify/", {"kind": "help"}),
        "do": lambda one: client.post(f"/staff/case/{one}/do/main/sign_for/"),
        "split": lambda one: client.get(f"/staff/case/{one}/split/"),
        "open": lambda one: client.post(f"/staff/case/{one}/open/", {"field": "contact", "purpose": "save_life"}),
        "erase": lambda one: client.post(f"/staff/case/{one}/erase/"),
    }[way], number, NO_CASE)  # fmt: skip


@pytest.mark.parametrize("way", ["", "/proposal", "/acts", "/classify", "/split", "/openings", "/erase"])
def test_another_units_case_is_answered_as_none_by_api(with_token: Entering, way: str) -> None:
    number, _ = watched()
    client = with_token("xiaomeng")
    bodies = {
        "/acts": {"act": "sign_for"},
        "/classify": {"kind": "help", "matter": "0201", "area": "990101"},
        "/split": {"parts": [{"kind": "help", "text": "x"}]},
        "/openings": {"field": "contact", "purpose": "handle"},
    }  # fmt: skip

    def ask(one: str) -> Any:
        if way in {"", "/proposal"}:
            return client.get(f"/api/v1/cases/{one}{way}")
        body = json.dumps(bodies.get(way, {}))
        return client.post(f"/api/v1/cases/{one}{way}", body, content_type="application/json")

    alike(ask, number, NO_CASE)


@pytest.mark.parametrize("login", ["xiaomeng", "laowei"])  # the centre reads in each case's story who opened what
@pytest.mark.parametrize("way", ["see", "decide", "review"])
def test_an_opening_of_anothers_case_is_answered_as_none(
    signed_in: Entering, with_token: Entering, login: str, way: str
) -> None:
    _, opening = watched()
    page, program = signed_in(login), with_token(login)
    address = {"see": "/staff/openings/{}/"}.get(way, f"/custodian/{{}}/{way}/")
    body = json.dumps({"yes": True})
    asks: tuple[Callable[[str], Any], ...] = (
        lambda one: page.post(address.format(one)),
        lambda one: program.post(f"/api/v1/openings/{one}/{way}", body, content_type="application/json"),
    )
    for ask in asks:
        there, nowhere = said(ask(str(opening)), f"/{opening}/"), said(ask("987654321"), "/987654321/")
        assert there == nowhere


CODES = (
    *("7QFK-0M2P-7QFK-0M2P", "7QFK0M2P7QFK0M2P", "7qfk 0m2p 7qfk 0m2p", "x", "7QFK-0M2P", "'; --"),
    *("🔦" * 16, NO_CASE),
)


@pytest.mark.parametrize("way", ["", "/urge", "/withdraw", "/pressed"])
def test_every_wrong_code_is_answered_alike_and_a_number_is_no_code(nobody: Client, way: str) -> None:
    number, _ = watched()
    code = receipt_code(number)
    almost = code[:-1] + ("0" if code[-1] != "0" else "1")
    answers = [
        said(nobody.generic("POST" if way else "GET", f"/api/v1/receipts/{one}{way}"), one)
        for one in (*CODES, number, almost, code[:-1], f"{code}0")
    ]
    assert answers == [answers[0]] * len(answers)
    assert answers[0][0] == 404
    pages = [said(nobody.get(f"/r/{one}/"), one) for one in (CODES[0], CODES[1], number, almost, NO_CASE)]
    assert [page[0] for page in pages] == [404] * len(pages)
    found = [said(nobody.post("/find/", {"code": one}), one) for one in (CODES[0], number, almost, NO_CASE, "WRONG")]
    assert found == [found[0]] * len(found)


def test_whoever_guesses_is_told_when_to_come_back_and_a_right_code_still_opens(nobody: Client) -> None:
    number, _ = watched()
    code = receipt_code(number)
    answers = [nobody.get(f"/api/v1/receipts/7QFK-0M2P-7QFK-{guess:04d}") for guess in range(65)]
    assert {answer.status_code for answer in answers} == {404, 429}
    last = answers[-1]
    assert (last.status_code, int(last["Retry-After"]) > 0) == (429, True)
    assert said(last) == said(nobody.get(f"/api/v1/receipts/{number}"))
    assert nobody.get(f"/api/v1/receipts/{code}").status_code == 200
    assert nobody.generic("POST", f"/api/v1/receipts/{code}/urge").status_code == 200
    assert nobody.get(f"/r/{code}/").status_code == 200


def test_a_token_that_is_over_revoked_or_of_a_post_that_ended_is_as_good_as_none(nobody: Client) -> None:
    del nobody
    now = timezone.now()
    answers = []
    for spoil in ("none", "over", "revoked", "left", "post", "cut", "twice"):
        post = posts_of(Staff.objects.get(username="zhoujie"))[0]
        token = new_token(post, "test", now, days=1)
        bearer = Client(headers={"Authorization": f"Bearer {token}"})
        assert bearer.get("/api/v1/worklist").status_code == 200
        mine = ApiToken.objects.order_by("-pk")[:1].get()
        if spoil == "over":
            ApiToken.objects.filter(pk=mine.pk).update(expires_at=now)
        elif spoil == "revoked":
            ApiToken.objects.filter(pk=mine.pk).update(revoked_at=now)
        elif spoil == "left":
            Staff.objects.filter(pk=post.staff_id).update(is_active=False)
        elif spoil == "post":
            Post.objects.filter(pk=post.pk).update(until=now.date().replace(year=now.year - 1))
        said_token = {"none": "", "cut": token[:-1], "twice": f"{token} {token}"}.get(spoil, token)
        answers.append(said(Client(headers={"Authorization": f"Bearer {said_token}"}).get("/api/v1/worklist")))
        Staff.objects.filter(pk=post.staff_id).update(is_active=True)
        Post.objects.filter(pk=post.pk).update(until=None)
    assert answers == [answers[0]] * len(answers)
    assert answers[0][0] == 401


def test_a_session_that_was_ended_opens_nothing_and_no_page_of_another_counts_as_ones_own(signed_in: Entering) -> None:
    client = signed_in("zhoujie")
    kept = dict(client.cookies)
    assert client.get("/staff/").status_code == 200
    client.post("/accounts/logout/")
    again = Client()
    for name, morsel in kept.items():
        again.cookies[name] = morsel.value
    assert again.get("/staff/").status_code == 302
    strict = Client(enforce_csrf_checks=True)
    other = Client(enforce_csrf_checks=True)
    other.get("/file/")
    strict.get("/file/")
    token = next(iter(other.cookies.values())).value
    for given in ("", "x", token, "\0", "9" * 5000):
        answer = strict.post("/file/", {"kind": "help", "text": "路灯", "csrfmiddlewaretoken": given})
        assert answer.status_code == 403
