"""Addresses, headers and bodies as no browser sends them: each gets an answer in words, and nothing stays behind."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest
from django.test import Client

from cast import Entering
from fuzz.sending import URLENCODED, attempt, post, wrong
from huiying.case.scope import CENTRE, seeing
from huiying.config.wsgi import application
from huiying.stages.intake.models import Attachment

LONG = "9" * 5000
ARABIC = "٢٠٢٦١١٠٢-٠٠٠٠٠٠٠١-A"
FORM, JSON = "/file/", "/api/v1/demands"
#: Codecs of Python's that decode no text, decode it wrongly, or fail on any.
CODECS = (
    "rot13", "base64", "hex", "zip", "undefined", "idna", "punycode", "utf-16", "utf-7", "gbk", "unicode_escape",
    "nonsense", "x" * 20_000,
)  # fmt: skip


@pytest.mark.parametrize("path", [
    f"/staff/?page={LONG}", "/staff/?page=١٢", "/staff/?page=-1", "/staff/?page=1e9", "/staff/?page=%00",
    "/staff/?page=", "/staff/?page=99999999999", f"/staff/search/?q={LONG}",
    f"/staff/search/?q={ARABIC}",
    "/staff/search/?q=%FF%FE", "/staff/search/?q=%ED%A0%80", f"/staff/search/?kind={LONG}&stage=%00&page=x",
])  # fmt: skip
def test_what_is_asked_of_a_list_is_answered_by_a_list(signed_in: Entering, path: str) -> None:
    answer = attempt(client := signed_in("zhoujie"), lambda: client.get(path))
    assert (answer.status, wrong(answer)) == (200, "")


@pytest.mark.parametrize("path", [
    f"/staff/case/{ARABIC}/", f"/staff/case/{ARABIC}/classify/", f"/staff/case/{LONG}/", "/staff/case/%2e%2e%2fadmin/",
    "/staff/case/..%2f..%2f/", "/staff/case/%00/split/", "/staff/case/%FF/", "/staff/case/x/do/main/%00/",
    f"/staff/openings/{LONG}/", f"/staff/post/{LONG}/", f"/custodian/{LONG}/decide/", "/r/%00/", "/r/%ED%A0%80/",
    "/r/%2e%2e/", f"/r/{LONG}/", "/r/7QFK-0M2P-7QFK-0M2P/%00/", f"/api/v1/cases/{ARABIC}", "/api/v1/cases/%00",
    "/api/v1/receipts/%2e%2e%2f", "/static/%00", "/static/..%2f..%2fetc/passwd", "/%00", "/nowhere/%FF%FE",
])  # fmt: skip
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_address_that_is_none_is_said_to_be_none(signed_in: Entering, path: str, method: str) -> None:
    answer = attempt(client := signed_in("zhoujie"), lambda: client.generic(method, path))
    assert wrong(answer) == "" or answer.status == 405
    assert answer.status in {401, 403, 404, 405, 409}


@pytest.mark.parametrize("following", [
    "abc", "receipt", "home", "\\x", "a\nb", "//192.0.2.1/", "https://192.0.2.1/", "javascript:alert(1)", "http://[",
    "\\\\192.0.2.1", "/\\192.0.2.1", "x" * 5000, "", "/staff/\r\nSet-Cookie: a=b",
])  # fmt: skip
def test_whoever_changes_the_view_is_sent_on_within_these_pages(nobody: Client, following: str) -> None:
    answer = attempt(nobody, lambda: nobody.post("/view/", {"view": "elder", "next": following}))
    assert (answer.status, wrong(answer)) == (302, "")
    there = answer.headers["Location"]
    assert there.startswith("/")
    assert not there.startswith(("//", "/\\"))
    assert "\n" not in there


@pytest.mark.parametrize("notice", [LONG, "٣", "-1", "NaN", "1", "%00", "9" * 19])
def test_a_notice_that_is_none_is_left_alone(signed_in: Entering, notice: str) -> None:
    answer = attempt(client := signed_in("sunshen"), lambda: client.post("/staff/notices/", {"notice": notice}))
    assert (answer.status, wrong(answer), answer.left) == (302, "", {})


def called(method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, str, Mapping[str, str]]:
    """Call what the web server calls, and return status, body and headers."""
    address, _, query = path.partition("?")
    environ: dict[str, Any] = {"HTTP_HOST": "testserver", "REMOTE_ADDR": "127.0.0.1", "QUERY_STRING": query}
    setup_testing_defaults(environ)
    environ |= {"PATH_INFO": address, "REQUEST_METHOD": method, "CONTENT_LENGTH": str(len(body))}
    environ |= {"wsgi.input": _Body(body), **headers}
    said: list[tuple[str, Mapping[str, str]]] = []

    def start(status: str, pairs: list[tuple[str, str]], _: object = None, /) -> Callable[[bytes], object]:
        said.append((status, dict(pairs)))
        return len

    answer = application(environ, start)
    text = b"".join(answer).decode("utf-8", "replace")
    return int(said[0][0].split()[0]), text, said[0][1]


class _Body:
    """What a web server gives to read from: a connection that ends where it ends."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def read(self, size: int = -1) -> bytes:
        end = len(self._data) if size < 0 else size
        part, self._data = self._data[:end], self._data[end:]
        return part

    def readline(self, size: int = -1) -> bytes:
        at = self._data.find(b"\n") + 1 or len(self._data)
        return self.read(at if size < 0 else min(at, size))


@pytest.mark.django_db
@pytest.mark.usefixtures("kept_open")
@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("kind", ["text/html", URLENCODED, "multipart/form-data; boundary=x", "application/json"])
@pytest.mark.parametrize(("method", "path"), [("GET", "/?a=%ff&b=c"), ("POST", FORM), ("POST", JSON)])
def test_only_utf_8_is_read(codec: str, kind: str, method: str, path: str) -> None:
    status, text, headers = called(method, path, b'{"text":"a"}', CONTENT_TYPE=f"{kind}; charset={codec}")
    assert (status, "UTF-8" in text) == (415, True)
    assert headers["Content-Type"].startswith("application/problem+json" if path == JSON else "text/plain")


@pytest.mark.django_db
@pytest.mark.usefixtures("kept_open")
@pytest.mark.parametrize(("path", "headers", "status"), [
    ("/", {"CONTENT_TYPE": "text/plain; x*=nonsense''%ff"}, 415),
    ("/", {"CONTENT_TYPE": "text/plain; x*=rot13''%ff"}, 200),
    ("/", {"CONTENT_TYPE": 'text/plain; charset="UTF-8"'}, 200),
    ("/?" + "a=1&" * 501, {"CONTENT_TYPE": "text/plain; charset=utf-8"}, 200),
    ("/staff/search/?" + "a=1&" * 501, {}, 302),
    ("/", {"HTTP_HOST": "evil.example"}, 400),
    ("/", {"HTTP_HOST": "a b"}, 400),
    ("/api/v1/receipts/x", {"HTTP_HOST": "evil.example"}, 400),
    ("/", {"HTTP_ACCEPT": "\xff/;q=NaN,,;;=,*"}, 200),
    ("/api/v1/receipts/x", {"HTTP_ACCEPT": "image/png;q=-1e400"}, 404),
    ("/", {"HTTP_ACCEPT_LANGUAGE": "x" * 5000}, 200),
    ("/", {"HTTP_RANGE": "bytes=9-1,-,x"}, 200),
    ("/", {"HTTP_IF_MODIFIED_SINCE": "yesterday", "HTTP_IF_NONE_MATCH": '"\xff'}, 200),
    ("/", {"HTTP_HX_REQUEST": "true", "HTTP_HX_CURRENT_URL": "http://["}, 200),
    ("/", {"HTTP_X_FORWARDED_FOR": ",,\xff, " * 500}, 200),
    ("/staff/", {"HTTP_AUTHORIZATION": "Bearer \xff"}, 302),
    ("/api/v1/worklist", {"HTTP_AUTHORIZATION": "Bearer \xff\x01" * 500}, 401),
    ("/api/v1/worklist", {"HTTP_AUTHORIZATION": "bearer"}, 401),
    ("/api/v1/worklist", {"HTTP_AUTHORIZATION": "Basic Og=="}, 401),
    ("/staff/", {"HTTP_COOKIE": 'huiying_session="\\000aaaaaaaaaaa"'}, 302),
    ("/staff/", {"HTTP_COOKIE": 'huiying_session="\\355\\240\\200aaaaaaaa"; huiying_csrf="\\000"'}, 302),
    ("/staff/", {"HTTP_COOKIE": "huiying_session=" + "a" * 100_000}, 302),
    ("/staff/", {"HTTP_COOKIE": 'huiying_session=";=;;huiying_view="\\000'}, 302),
])  # fmt: skip
def test_odd_headers_change_nothing(path: str, headers: dict[str, str], status: int) -> None:
    answered, text, _ = called("GET", path, b"", **headers)
    assert answered == status
    assert "\\000" not in text
    assert answered < 400 or any("\u4e00" <= character <= "\u9fff" for character in text)


@pytest.mark.django_db
@pytest.mark.usefixtures("kept_open")
@pytest.mark.parametrize(("length", "status"), [
    (LONG, {413}), ("000" + LONG, {413}), ("201326593", {413}),
    *((length, {400, 403, 422}) for length in ("-4", "٣", "1e3", "", "4.0", "0" * 5000, "9999")),
])  # fmt: skip
@pytest.mark.parametrize("path", [FORM, JSON])
def test_a_length_that_lies_is_found_out(path: str, length: str, status: set[int]) -> None:
    kind = "application/json" if path == JSON else URLENCODED
    answered, text, headers = called("POST", path, b"{}", CONTENT_LENGTH=length, CONTENT_TYPE=kind)
    assert answered in status, text
    assert path == FORM or headers["Content-Type"] == "application/problem+json"
    with seeing(CENTRE):
        assert not Attachment.objects.exists()


@pytest.mark.parametrize(("body", "status"), [
    (b"text=" + b"x" * (3 * 2**20), 400),
    (b"&".join(b"a%d=1" % n for n in range(600)), 400),
    (b"&" * 100_000, 400),
    (b"%", 422), (b"=&=;=%zz", 422), (b"\xff\xfe\x00", 422), (b"\xef\xbb\xbftext=a", 422), (b"", 422),
    (b'{"text":"a","kind":"help"}', 422),
])  # fmt: skip
def test_a_forms_body_that_is_none_is_refused(nobody: Client, body: bytes, status: int) -> None:
    answer = post(nobody, FORM, body)
    assert (answer.status, wrong(answer)) == (status, "")


@pytest.mark.parametrize("body", [
    b"", b"--x", b"--x--\r\n", b"--x\r\n\r\n\r\n--x--", b"--x\r\nContent-Disposition: form-data\r\n\r\na\r\n--x--",
    b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\nno end',
    b'--x\r\nContent-Disposition: form-data; name="text"; name*=undefined\'\'%ff\r\n\r\na\r\n--x--',
    b'--x\r\nContent-Disposition: form-data; name="text"\r\nContent-Transfer-Encoding: base64\r\n\r\n!!\r\n--x--',
    (
        b'--x\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n'
        b"Content-Transfer-Encoding: base64\r\n\r\n!\r\n--x--"
    ),
    b'--x\r\nContent-Disposition: form-data; name="' + b"n" * 100_000 + b'"\r\n\r\na\r\n--x--',
    b"--x\r\n" + b"H: v\r\n" * 20_000 + b"\r\na\r\n--x--",
    b'--x\r\nContent-Disposition: form-data; name="a"; filename="a"\r\n\r\n\r\n' * 150 + b"--x--",
    b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n' * 600 + b"--x--",
    b"\x00\xff" * 5000,
])  # fmt: skip
@pytest.mark.parametrize(
    "kind",
    [
        *("multipart/form-data; boundary=x", "multipart/form-data", "multipart/mixed; boundary=x"),
        "multipart/form-data; boundary=" + "b" * 300,
    ],
)
def test_broken_multipart_is_refused(nobody: Client, body: bytes, kind: str) -> None:
    answer = post(nobody, FORM, body, kind)
    assert wrong(answer) == ""
    assert answer.status in {400, 422}


NESTED = "[" * 900 + "]" * 900


@pytest.mark.parametrize("body", [
    b"", b"null", b"[]", b'"text"', b"{", b"{}x", b'{"text"', b"\x00", b"\xff\xfe", b'{"text":"\xc2\xb7\xc1\xe9"}',
    '{"text":"路灯"}'.encode("gbk"), b'{"text":"\\ud800"}', b'{"text":NaN}', b'{"text":Infinity}', b'{"text":1e400}',
    f'{{"text":{LONG}}}'.encode(), f'{{"text":{NESTED}}}'.encode(), ("[" * 100_000).encode(),
    b'{"text":"a","contact":{"name":"\\ud800"}}', b'{"text":"a\\u0000"}',
    b'{"text":"a","idempotency_key":"\\ud800"}', b'{"text":"a","confidential":NaN}', b'{"text":{"text":"a"}}',
])  # fmt: skip
def test_json_that_is_none_is_refused_with_its_reason(nobody: Client, body: bytes) -> None:
    answer = post(nobody, JSON, body, "application/json")
    assert (answer.status in {400, 422}, wrong(answer)) == (True, "")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert json.loads(answer.text)["detail"]


@pytest.mark.parametrize("given", [
    NESTED, f'{{"why":{NESTED}}}', '{"why":"\\ud800"}', '{"\\ud800":1}', '{"lead":NaN}', '{"lead":1e400}',
    f'{{"lead":{"9" * 4000}}}', '{"lead":{"a":[null]}}', '{"lead":[]}', '{"lead":true}', '{"lead":"\\u0000"}',
    '{"grade":Infinity,"lead":"sw"}', '{"deliver_by":"2026-02-30","lead":"sw"}', f'{{"lead":{json.dumps(NESTED)}}}',
    '{"lead":"sw","lead":{"b":1}}', '{"department_duty":NaN,"lead":"sw"}', '{"department_duty":[1],"lead":"sw"}',
])  # fmt: skip
@pytest.mark.parametrize("act", ["dispatch", "order_support", "join", "explain_unmeetable", "\\ud800", "\\u0000"])
def test_what_an_act_is_given_is_taken_or_refused_by_its_rule(
    nobody: Client, with_token: Entering, given: str, act: str
) -> None:
    number = nobody.post(JSON, '{"text":"路灯不亮"}', content_type="application/json").json()["number"]
    client = with_token("zhoujie")
    answer = post(
        client, f"/api/v1/cases/{number}/acts", f'{{"act":"{act}","given":{given}}}'.encode(), "application/json"
    )
    assert (answer.status in {400, 403, 404, 409, 422}, wrong(answer)) == (True, "")


@pytest.mark.parametrize("body", ['\ufeff{"text":"有 BOM"}'.encode(), '{"text":"灯🔦\u200b\u202e不亮"}'.encode(),
                                  '{"text":"路灯"}'.encode("utf-16"), b'{"text":"a","text":"b"}'])  # fmt: skip
@pytest.mark.parametrize("kind", ["application/json", "text/plain", URLENCODED, "multipart/form-data; boundary=x", ""])
def test_json_is_read_whatever_it_is_called(nobody: Client, body: bytes, kind: str) -> None:
    answer = post(nobody, JSON, body, kind)
    assert (answer.status, answer.left["case_case"]) == (201, 1)
