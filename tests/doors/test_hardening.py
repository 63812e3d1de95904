"""What somebody who means harm meets at the doors: policies, cookies, methods, files, programs without https."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from email.message import Message
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from cast import Entering
from conftest import Installation, free_port, wait_for_answer
from huiying.case.models import Case
from huiying.case.numbers import receipt_code
from huiying.case.scope import CENTRE, seeing
from huiying.commands.serving import web
from huiying.config.environment import home
from huiying.doors.middleware import API_POLICY, POLICY
from huiying.stages.intake.actions import RESIDENT, Demand, register
from huiying.stages.intake.models import Attachment

PAGES = [
    ("", "/"),
    ("", "/file/"),
    ("", "/find/"),
    ("", "/r/7QFK-0M2P-7QFK-0M2P/"),
    ("", "/accounts/login/"),
    ("", "/no-such-page/"),
    ("", "/static/ui/huiying.css"),
    ("zhoujie", "/staff/"),
    ("zhoujie", "/staff/sessions/"),
    ("heshou", "/custodian/"),
    ("guandang", "/accounts/2fa/"),
    ("guandang", "/accounts/password/change/"),
    ("guandang", "/admin/"),
    ("guandang", "/admin/directory/staff/"),
    ("guandang", "/admin/directory/staff/add/"),
    ("guandang", "/admin/directory/duty/?q=x"),
]


@pytest.mark.parametrize(("login", "path"), PAGES)
def test_every_answer_says_what_a_browser_must_not_do(
    nobody: Client, signed_in: Entering, login: str, path: str
) -> None:
    answer = (signed_in(login) if login else nobody).get(path)
    policy = answer["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert "*" not in policy
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer.get("X-Frame-Options") == "DENY" or path.startswith("/static/")
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer["Referrer-Policy"] == "same-origin"
    assert "payment=()" in answer["Permissions-Policy"]
    assert "Access-Control-Allow-Origin" not in answer
    if answer.streaming:
        answer.close()
    elif "text/html" in answer["Content-Type"]:
        said = answer.content.decode()
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", said), path
        assert not re.search(r"<script(?![^>]*src=)(?![^>]*application/json)", said), path


def test_what_programs_get_may_do_nothing_in_a_browser(nobody: Client) -> None:
    for path in ("/api/openapi.json", "/api/v1/receipts/7QFK-0M2P-7QFK-0M2P", "/api/v1/worklist"):
        answer = nobody.get(path)
        assert answer["Content-Security-Policy"] == API_POLICY
        assert "sandbox" in API_POLICY
        assert "json" in answer["Content-Type"]


@pytest.mark.parametrize("path", ["/", "/staff/", "/accounts/login/", "/api/v1/worklist"])
def test_trace_echoes_nothing(nobody: Client, path: str) -> None:
    answer = nobody.trace(path, headers={"X-Secret": "tell-me"})
    assert answer.status_code in {302, 401, 405}
    assert b"tell-me" not in answer.content


def test_whoever_sends_a_page_what_it_does_not_take_is_told_so_in_words(nobody: Client) -> None:
    answer = nobody.post("/gallery/", {"act": "close"})
    assert answer.status_code == 405
    assert answer["Allow"] == "GET"
    assert "这个地址不接受这种请求" in answer.content.decode()


def test_a_form_from_another_site_is_turned_away_in_plain_words(signed_in: Entering) -> None:
    careful = Client(enforce_csrf_checks=True)
    careful.cookies = signed_in("zhoujie").cookies
    answer = careful.post("/staff/sessions/", {"which": "all"}, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403
    assert "请重新提交" in answer.content.decode()
    assert careful.get("/staff/").status_code == 200


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("a.svg", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "image/svg+xml"),
        ("a.html", b"<!doctype html><script>alert(1)</script>", "text/html"),
        ("a.jpg", b"<?php system($_GET[0]); ?>", "image/jpeg"),
        ("a.exe.jpg", b"MZ\x90\x00", "image/jpeg"),
        ("a.xml", b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>', "text/xml"),
    ],
)
def test_a_file_that_could_run_somewhere_never_comes_in(nobody: Client, name: str, data: bytes, kind: str) -> None:
    answer = nobody.post("/file/", {"kind": "help", "text": "漏水", "files": SimpleUploadedFile(name, data, kind)})
    assert answer.status_code == 422
    with seeing(CENTRE):
        assert not Case.objects.exists()


def test_a_file_lies_under_a_name_of_ours_unreadable_and_where_nobody_serves_it(nobody: Client) -> None:
    from PIL import Image  # noqa: PLC0415  # only here

    picture = io.BytesIO()
    Image.new("RGB", (8, 8)).save(picture, "PNG")
    named = SimpleUploadedFile("..\\..\\static\\shell.png", picture.getvalue(), "image/png")
    assert nobody.post("/file/", {"kind": "help", "text": "漏水", "files": named}).status_code == 302
    with seeing(CENTRE):
        ref = Attachment.objects.get().ref
    assert re.fullmatch(r"[0-9a-f]{32}", ref)
    stored = home() / "uploads" / ref[:2] / ref
    assert b"PNG" not in stored.read_bytes()
    assert stored.stat().st_mode & 0o177 == 0
    for path in (f"/uploads/{ref[:2]}/{ref}", f"/static/../uploads/{ref[:2]}/{ref}", f"/static/{ref}"):
        assert nobody.get(path).status_code == 404


def test_the_monitors_page_is_for_the_machine_itself(nobody: Client) -> None:
    assert nobody.get("/metrics").status_code == 200
    assert nobody.get("/metrics", headers={"X-Forwarded-For": "192.0.2.1"}).status_code == 404
    assert Client(REMOTE_ADDR="192.0.2.1").get("/metrics").status_code == 404


# ---- by https ----
@pytest.fixture(scope="module")
def by_https(database_url: str) -> Iterator[str]:
    """The address of a server that believes to stand behind a proxy which ends https."""
    port = free_port()
    environment = Installation(Path(os.environ["HUIYING_HOME"]), database_url).environment() | {
        "HUIYING_HTTPS": "1", "DJANGO_SETTINGS_MODULE": "huiying.config.settings",
    }  # fmt: skip
    server = subprocess.Popen(web(port, 1), env=environment)
    try:
        wait_for_answer(f"http://127.0.0.1:{port}", server)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(20)


class Stay(urllib.request.HTTPRedirectHandler):
    """Goes nowhere by itself."""

    def redirect_request(self, *_: object) -> None:
        return None


def ask(url: str, **headers: str) -> tuple[int, Message[str, str], bytes]:
    request = urllib.request.Request(url, headers={name.replace("_", "-"): value for name, value in headers.items()})
    try:
        with urllib.request.build_opener(Stay).open(request) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


def test_by_https_cookies_are_this_hosts_own_and_the_way_back_to_http_is_closed(by_https: str) -> None:
    status, headers, _ = ask(f"{by_https}/accounts/login/", X_Forwarded_Proto="https")
    assert status == 200
    assert headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    cookies = headers.get_all("Set-Cookie") or []
    assert cookies
    for cookie in cookies:
        assert cookie.startswith("__Host-")
        assert {"Secure", "HttpOnly", "Path=/"} <= {part.strip() for part in cookie.split(";")}
        assert "SameSite=" in cookie
        assert "Domain=" not in cookie


def test_a_page_asked_for_by_http_is_sent_to_https_and_a_program_is_told(by_https: str) -> None:
    status, headers, _ = ask(f"{by_https}/staff/")
    assert (status, headers["Location"].startswith("https://")) == (301, True)
    status, headers, body = ask(f"{by_https}/api/v1/worklist", Authorization="Bearer hy_secret")
    assert (status, headers["Content-Type"]) == (403, "application/problem+json")
    assert json.loads(body)["code"] == "not_by_https"
    assert ask(f"{by_https}/healthz")[0] == 200


def test_the_policies_are_as_strict_as_they_say() -> None:
    for policy in (POLICY, API_POLICY):
        said = dict(part.strip().partition(" ")[::2] for part in policy.split(";"))
        assert said["default-src"] == "'none'"
        assert said["base-uri"] == said["frame-ancestors"] == "'none'"
        assert said.get("script-src", "'self'") == said.get("style-src", "'self'") == "'self'"


def test_a_receipt_and_a_case_are_kept_by_no_browser(nobody: Client, signed_in: Entering) -> None:
    number = register(Demand(text="漏水"), channel="phone", by=RESIDENT, at=timezone.now()).number
    for client, path in ((nobody, f"/r/{receipt_code(number)}/"), (signed_in("zhoujie"), f"/staff/case/{number}/")):
        answer = client.get(path)
        assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
