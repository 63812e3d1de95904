"""Sessions of staff: when they begin, when they end, and what is kept of them."""

from __future__ import annotations

import logging
import re
import sys
import time
from datetime import timedelta
from types import SimpleNamespace

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as codes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.conf import settings
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from cast import Entering
from huiying.config.logs import WithoutContents
from huiying.demo.filling import PASSWORD
from huiying.directory.models import Post, Staff
from huiying.doors.models import Session
from huiying.doors.sessions import MOST
from huiying.doors.tasks import every_hour

INSIDE, OUTSIDE = 200, 302


@pytest.fixture(autouse=True)
def within_one_code(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock that codes of the second factor are made of stands still: none runs out halfway through a test."""
    moment = time.time()
    monkeypatch.setattr(codes, "time", SimpleNamespace(time=lambda: moment))


def sign_in(login: str, password: str = PASSWORD) -> Client:
    client = Client()
    answer = client.post("/accounts/login/", {"login": login, "password": password})
    assert answer.status_code == 302, answer.content.decode()
    return client


def status(client: Client, path: str = "/staff/") -> int:
    return client.get(path).status_code


def back_date(client: Client, name: str, span: timedelta) -> None:
    session = client.session
    session[name] -= span.total_seconds()
    session.save()


def test_signing_in_gives_a_new_session_and_the_table_does_not_hold_what_the_browser_holds(nobody: Client) -> None:
    nobody.cookies[settings.SESSION_COOKIE_NAME] = planted = "a" * 32
    nobody.post("/accounts/login/", {"login": "zhoujie", "password": PASSWORD})
    cookie = nobody.cookies[settings.SESSION_COOKIE_NAME]
    assert cookie.value != planted
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    row = Session.objects.get(staff__username="zhoujie")
    assert cookie.value not in (row.session_key, row.session_data)
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = row.session_key
    assert (status(nobody), status(thief)) == (INSIDE, OUTSIDE)


def test_a_session_ends_when_it_lies_idle_or_has_lasted_a_day_of_work(signed_in: Entering) -> None:
    idle, old, used = signed_in("zhoujie"), signed_in("zhoujie"), signed_in("zhoujie")
    assert [status(client) for client in (idle, old, used)] == [INSIDE] * 3
    back_date(idle, "seen", timedelta(minutes=31))
    back_date(old, "began", timedelta(hours=12, minutes=1))
    back_date(used, "seen", timedelta(minutes=29))
    assert [status(client) for client in (idle, old, used)] == [OUTSIDE, OUTSIDE, INSIDE]
    back_date(used, "seen", timedelta(minutes=29))  # it was used just now, so its time began anew
    assert status(used) == INSIDE


def test_signing_out_ends_it_for_every_copy_of_the_cookie_and_tells_the_browser_to_forget(signed_in: Entering) -> None:
    mine, copy = signed_in("zhoujie"), Client()
    copy.cookies[settings.SESSION_COOKIE_NAME] = mine.cookies[settings.SESSION_COOKIE_NAME].value
    assert status(copy) == INSIDE
    answer = mine.post("/accounts/logout/")
    assert "cache" in answer["Clear-Site-Data"]
    assert (status(mine), status(copy)) == (OUTSIDE, OUTSIDE)


def test_of_many_browsers_the_oldest_are_signed_out(signed_in: Entering) -> None:
    clients = [signed_in("zhoujie") for _ in range(MOST + 2)]
    assert [status(client) for client in clients] == [OUTSIDE] * 2 + [INSIDE] * MOST


def test_a_new_password_ends_the_other_sessions_and_keeps_this_one(nobody: Client) -> None:
    del nobody
    mine, other = sign_in("zhoujie"), sign_in("zhoujie")
    new = "tall-streetlamp-49"
    answer = mine.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert answer.status_code == 302
    assert (status(mine), status(other)) == (INSIDE, OUTSIDE)
    sign_in("zhoujie", new)


def test_an_account_that_is_closed_or_a_post_that_ends_is_out_at_once(signed_in: Entering) -> None:
    closed, ended = signed_in("zhoujie"), signed_in("laowang")
    assert (status(closed), status(ended)) == (INSIDE, INSIDE)
    Staff.objects.filter(username="zhoujie").update(is_active=False)
    Post.objects.filter(staff__username="laowang").update(until=timezone.localdate() - timedelta(days=1))
    assert (status(closed), status(ended)) == (OUTSIDE, OUTSIDE)
    assert not Session.objects.filter(staff__username="laowang").exists()


def test_whoever_loses_one_of_two_posts_does_not_slip_into_the_other_unasked(signed_in: Entering) -> None:
    staff = Staff.objects.get(username="laowang")
    held = staff.posts.get()
    Post.objects.create(staff=staff, role_id="supervisor", since=held.since)
    client = signed_in("laowang")
    assert status(client) == INSIDE
    Post.objects.filter(pk=held.pk).update(until=timezone.localdate() - timedelta(days=1))
    assert status(client) == OUTSIDE


def test_i_see_where_i_am_signed_in_and_end_one_or_all(signed_in: Entering) -> None:
    mine, lost = signed_in("zhoujie"), signed_in("zhoujie")
    colleague = signed_in("xiaoli")
    shown = mine.get("/staff/sessions/").content.decode()
    assert (shown.count("还在用"), shown.count("就是这里")) == (2, 1)
    theirs = Session.objects.get(staff__username="xiaoli").pk
    mine.post("/staff/sessions/", {"which": theirs})
    assert status(colleague) == INSIDE
    (other,) = Session.objects.filter(staff__username="zhoujie").order_by("seen_at")[1:]
    mine.post("/staff/sessions/", {"which": other.pk})
    assert (status(mine), status(lost)) == (INSIDE, OUTSIDE)
    again = signed_in("zhoujie")
    assert mine.post("/staff/sessions/", {"which": "all"})["Location"] == "/accounts/login/"
    assert (status(mine), status(again), status(colleague)) == (OUTSIDE, OUTSIDE, INSIDE)


def test_an_administrator_signs_somebody_out_and_gives_no_password_that_anybody_would_try(signed_in: Entering) -> None:
    admin, theirs = signed_in("guandang"), signed_in("zhoujie")
    assert status(theirs) == INSIDE
    staff = Staff.objects.get(username="zhoujie")
    form = {"username": "zhoujie", "name": staff.name, "is_active": "on"}
    weak = admin.post(f"/admin/directory/staff/{staff.pk}/change/", {**form, "new_password": "huiying12345"})
    assert "人人想得到" in weak.content.decode()
    assert status(theirs) == INSIDE
    admin.post("/admin/directory/staff/", {"action": "end_sessions", "_selected_action": staff.pk})
    assert status(theirs) == OUTSIDE


def code(secret: str) -> str:
    return str(format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time())))))


def test_a_role_that_needs_a_second_factor_does_nothing_without_one(
    signed_in: Entering, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUIYING_SECOND_FACTOR", "custodian,administrator")
    for login, path in (("heshou", "/custodian/"), ("heshou", "/staff/"), ("guandang", "/admin/directory/staff/")):
        answer = signed_in(login).get(path)
        assert (answer.status_code, answer["Location"]) == (302, "/accounts/2fa/totp/activate/"), path
    assert status(signed_in("xiaoli")) == INSIDE
    TOTP.activate(Staff.objects.get(username="heshou"), generate_totp_secret())
    assert status(signed_in("heshou"), "/custodian/") == INSIDE


def test_with_a_second_factor_the_password_alone_opens_nothing_and_its_code_cannot_be_guessed(nobody: Client) -> None:
    secret = generate_totp_secret()
    TOTP.activate(Staff.objects.get(username="heshou"), secret)
    assert secret not in str(Authenticator.objects.get().data)
    answer = nobody.post("/accounts/login/", {"login": "heshou", "password": PASSWORD})
    assert answer["Location"].startswith("/accounts/2fa/authenticate/")
    assert status(nobody, "/custodian/") == OUTSIDE
    for guess in range(10):
        nobody.post("/accounts/2fa/authenticate/", {"code": f"{guess:06d}"})
    assert nobody.post("/accounts/2fa/authenticate/", {"code": code(secret)}).status_code == 200
    assert status(nobody, "/custodian/") == OUTSIDE


def test_a_code_opens_once(nobody: Client) -> None:
    secret = generate_totp_secret()
    TOTP.activate(Staff.objects.get(username="heshou"), secret)
    now = code(secret)
    for client, inside in ((nobody, INSIDE), (Client(), OUTSIDE)):
        client.post("/accounts/login/", {"login": "heshou", "password": PASSWORD})
        client.post("/accounts/2fa/authenticate/", {"code": now})
        assert status(client, "/custodian/") == inside


def test_a_changed_second_factor_ends_the_other_sessions(
    signed_in: Entering, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    mine, other = sign_in("guandang"), signed_in("guandang")
    mine.post("/accounts/reauthenticate/", {"password": PASSWORD})
    page = mine.get("/accounts/2fa/totp/activate/").content.decode()
    secret = re.search(r"\b[A-Z2-7]{32}\b", page)
    assert secret
    with django_capture_on_commit_callbacks(execute=True):
        activated = mine.post("/accounts/2fa/totp/activate/", {"code": code(secret[0])})
    assert activated["Location"].startswith("/accounts/2fa/recovery-codes/")
    assert (status(mine), status(other)) == (INSIDE, OUTSIDE)


def test_whoever_shows_again_who_they_are_goes_on_under_a_new_key(signed_in: Entering) -> None:
    client = signed_in("guandang")
    before = client.cookies[settings.SESSION_COOKIE_NAME].value
    assert client.get("/accounts/2fa/totp/activate/")["Location"].startswith("/accounts/reauthenticate/")
    client.post("/accounts/reauthenticate/", {"password": "not-this-one"})
    assert client.cookies[settings.SESSION_COOKIE_NAME].value == before
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert client.cookies[settings.SESSION_COOKIE_NAME].value != before
    assert status(client, "/accounts/2fa/totp/activate/") == INSIDE


def test_who_asks_for_what_is_not_theirs_is_written_down(
    signed_in: Entering, capsys: pytest.CaptureFixture[str]
) -> None:
    log = logging.getLogger("huiying.security")
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(WithoutContents())
    log.addHandler(handler)
    assert status(signed_in("laowang"), "/staff/case/990120260000001/") == 404
    log.removeHandler(handler)
    said = capsys.readouterr().err
    assert re.search(
        r"^\d{4}-\d\d-\d\dT[\d:]{8}[+-]\d{4} INFO huiying.security refused 404: laowang at case$", said, re.MULTILINE
    )
    assert "990120260000001" not in said


def test_sessions_that_are_over_are_not_kept(signed_in: Entering) -> None:
    signed_in("zhoujie")
    Session.objects.update(expire_date=timezone.now())
    every_hour(timestamp=0)
    assert not Session.objects.exists()
