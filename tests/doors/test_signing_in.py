"""Guessing: passwords, receipt codes, and how often somebody may submit. Counted for all processes, kept of nobody."""

from __future__ import annotations

import logging
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from conftest import Installation
from huiying.demo.filling import PASSWORD
from huiying.doors.known_browsers import FREE_TRIES
from huiying.doors.limits import HOUR, Limit, counted, hit
from huiying.doors.models import Tally
from huiying.doors.tasks import every_hour

WAIT = "失败次数过多"


def attempt(client: Client, login: str, password: str) -> str:
    """Return `in`, `wait` or `wrong`."""
    answer = client.post("/accounts/login/", {"login": login, "password": password})
    if answer.status_code == 302:
        return "in"
    return "wait" if WAIT in answer.content.decode() else "wrong"


def elapse(time: timedelta) -> None:
    """Let time pass for all that is counted."""
    for tally in Tally.objects.all():
        tally.until -= time
        tally.save()


def test_wrong_passwords_make_the_next_wait_ever_longer_and_never_for_good(nobody: Client) -> None:
    assert [attempt(nobody, "zhoujie", f"guess-{n}") for n in range(FREE_TRIES)] == ["wrong"] * FREE_TRIES
    assert attempt(nobody, "zhoujie", PASSWORD) == "wait", "not even the right one is looked at"
    elapse(timedelta(seconds=31))
    assert attempt(nobody, "zhoujie", "guess-6") == "wrong"
    elapse(timedelta(seconds=31))
    assert attempt(nobody, "zhoujie", PASSWORD) == "wait", "this time it is a minute"
    elapse(timedelta(seconds=31))
    assert attempt(nobody, "zhoujie", PASSWORD) == "in"
    assert attempt(Client(), "zhoujie", "guess-7") == "wrong", "the right one ended the waiting"


def test_nobody_is_locked_out_of_their_own_browser_by_somebody_elses_guesses(nobody: Client) -> None:
    mine = Client(REMOTE_ADDR="192.0.2.7")
    assert attempt(mine, "zhoujie", PASSWORD) == "in"
    mine.post("/accounts/logout/")
    for n in range(FREE_TRIES * 2):
        attempt(nobody, "zhoujie", f"guess-{n}")
    assert attempt(nobody, "zhoujie", PASSWORD) == "wait"
    assert attempt(mine, "zhoujie", "mistyped") == "wrong"
    assert attempt(mine, "zhoujie", PASSWORD) == "in"


def test_a_known_browser_is_counted_too_and_knows_nobody_else(nobody: Client) -> None:
    attempt(nobody, "zhoujie", PASSWORD)
    nobody.post("/accounts/logout/")
    tries = [attempt(nobody, "zhoujie", f"guess-{n}") for n in range(FREE_TRIES + 1)]
    assert tries == ["wrong"] * FREE_TRIES + ["wait"]
    mark = nobody.cookies["huiying_browser"]
    assert "zhoujie" not in mark.value
    assert (mark["httponly"], mark["samesite"]) == (True, "Strict")


def test_a_name_that_nobody_has_is_answered_like_one_that_somebody_has(nobody: Client) -> None:
    def told(login: str) -> list[str]:
        client = Client(REMOTE_ADDR="192.0.2.1")
        pages = [
            client.post("/accounts/login/", {"login": login, "password": f"guess-{n}"}) for n in range(FREE_TRIES + 1)
        ]
        shown = [page.content.decode().replace(login, "…").partition("<main")[2] for page in pages]
        return [re.sub(r'csrfmiddlewaretoken" value="\w+"', "", one) for one in shown]

    del nobody
    assert told("zhoujie") == told("nobody-here")


def test_one_address_that_tries_many_names_is_stopped(nobody: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huiying.doors.known_browsers.ADDRESS_TRIES", 8)
    tries = [attempt(nobody, f"name{n}", "Summer-2026-Summer") for n in range(10)]
    assert tries == ["wrong"] * 8 + ["wait"] * 2
    assert attempt(Client(REMOTE_ADDR="192.0.2.9"), "zhoujie", PASSWORD) == "in"


def test_behind_our_proxy_a_stranger_does_not_use_up_everybodys_tries(
    nobody: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUIYING_PROXIES", "1")
    monkeypatch.setitem(__import__("django.conf").conf.settings.ACCOUNT_RATE_LIMITS, "login", "3/m/ip")

    def status(address: str) -> int:
        headers = {"X-Forwarded-For": address}
        return nobody.post("/accounts/login/", {"login": "x", "password": "y"}, headers=headers).status_code

    assert [status("192.0.2.1") for _ in range(4)] == [200, 200, 200, 429]
    assert status("192.0.2.2") == 200


def test_what_is_tried_is_logged_without_names_addresses_or_passwords(
    nobody: Client, caplog: pytest.LogCaptureFixture
) -> None:
    log = logging.getLogger("huiying.security")
    log.addHandler(caplog.handler)
    log.setLevel(logging.INFO)
    attempt(nobody, "my-password-in-the-wrong-field", "guess")
    attempt(nobody, "zhoujie", PASSWORD)
    log.removeHandler(caplog.handler)
    assert "wrong password" in caplog.text
    assert "signed in: zhoujie" in caplog.text
    for secret in ("my-password", "guess", PASSWORD, "127.0.0.1"):
        assert secret not in caplog.text


# ---- counts ----
def test_no_count_is_lost_between_processes(own_database: Installation) -> None:
    """Threads have connections of their own, as processes have."""
    del own_database
    key = b"one key"

    def count(_: int) -> int:
        try:
            return hit(key, HOUR)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(count, range(40))) == list(range(1, 41))
    assert counted(key) == 40


def test_an_intake_costs_one_statement_and_none_where_nothing_is_counted(db: None) -> None:
    del db
    request, limit = RequestFactory().post("/file/"), Limit("test")
    with CaptureQueriesContext(connection) as queries:
        assert not limit.over(request, 2)
    assert len(queries) == 1
    assert not limit.over(request, 2)
    assert limit.over(request, 2)
    with CaptureQueriesContext(connection) as queries:
        assert not limit.over(request, 0)
    assert len(queries) == 0


def test_the_address_is_nowhere_and_what_is_over_is_gone(nobody: Client) -> None:
    client = Client(REMOTE_ADDR="198.51.100.23")
    client.post("/find/", {"code": "7QFK-0M2P-7QFK-0M2P"})
    attempt(client, "zhoujie", "guess")
    rows = str(list(Tally.objects.values_list()))
    assert Tally.objects.count() >= 2
    assert "198.51" not in rows
    assert "zhoujie" not in rows
    elapse(timedelta(days=2))
    every_hour(timestamp=0)
    assert not Tally.objects.exists()
    del nobody


def test_the_counts_stand_in_no_log_of_the_database(db: None) -> None:
    del db
    with connection.cursor() as cursor:
        cursor.execute("SELECT relpersistence FROM pg_class WHERE relname = 'doors_tally'")
        assert cursor.fetchone() == ("u",)


def test_the_cache_keeps_what_json_can_say_until_its_time_is_over(db: None) -> None:
    del db
    cache.set("key", [1.5, 2.5], 60)
    assert cache.get("key") == [1.5, 2.5]
    assert not cache.add("key", True, 60)
    elapse(timedelta(seconds=61))
    assert cache.get("key", "nothing") == "nothing"
    assert cache.add("key", True, 60)
    cache.delete("key")
    assert cache.get("key") is None
    with pytest.raises(TypeError):
        cache.set("key", timezone.now())
