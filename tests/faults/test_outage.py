"""What people are told while the database is away or a disk is full, and that nothing half-written is left."""

from __future__ import annotations

import contextlib
import io
import json
import re
import resource
import socket
import urllib.parse
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils import timezone
from PIL import Image

from cast import WATER, ZHOU
from conftest import Installation, Served
from faults.storm import encoded
from huiying.case.models import Case
from huiying.case.scope import CENTRE, WORK, seeing
from huiying.case.verifying import verify
from huiying.case.witness import catch_up, checkpoint_folder
from huiying.config.environment import home
from huiying.stages import flow
from huiying.stages.intake.actions import RESIDENT, Demand, register
from huiying.stages.intake.uploads import digest_of

DEMAND = {"text": "路灯不亮", "idempotency_key": "一次"}


@pytest.fixture
def away(own_database: Installation) -> Iterator[None]:
    """A database that does not answer."""
    del own_database
    before = dict(connection.settings_dict["OPTIONS"])
    connection.close()
    connection.settings_dict["OPTIONS"] = {**before, "host": "/nonexistent"}
    yield
    connection.close()
    connection.settings_dict["OPTIONS"] = before


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """A disk on which no file grows beyond a size (EFBIG)."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def picture() -> SimpleUploadedFile:
    made = io.BytesIO()
    Image.effect_noise((256, 256), 90).save(made, "PNG")
    return SimpleUploadedFile("灯.png", made.getvalue(), "image/png")


def form(key: str) -> dict[str, Any]:
    return {"kind": "help", "text": "路灯不亮", "key": key, "files": [picture()]}


def cases() -> int:
    with seeing(CENTRE):
        return Case.objects.count()


@pytest.mark.usefixtures("away")
def test_while_the_database_is_away_pages_and_api_say_to_come_again() -> None:
    client = Client(raise_request_exception=False)
    assert client.get("/file/").status_code == 200, "a page that asks the database for nothing"
    for answer in (
        client.get("/q/moxiang-1/"),
        client.post("/file/", {"kind": "help", "text": "路灯不亮", "key": "k"}),
    ):
        assert answer.status_code == 503
        assert answer["Retry-After"].isdecimal()
        assert "请稍后再试" in answer.content.decode()
    for answer in (
        client.post("/api/v1/demands", json.dumps(DEMAND), content_type="application/json"),
        client.get("/api/v1/worklist", headers={"Authorization": "Bearer hy_unknown"}),
    ):
        assert answer.status_code == 503
        assert answer["Content-Type"] == "application/problem+json"
        assert answer["Retry-After"].isdecimal()
        assert answer.json()["code"] == "unavailable"


def test_a_full_disk_is_said_nothing_half_is_left_and_it_goes_on_when_there_is_room(own_database: Installation) -> None:
    client, sent = Client(raise_request_exception=False), form("同一次提交")
    with files_of_at_most(20_000):
        refused = client.post("/file/", sent)
    assert refused.status_code == 507
    assert refused["Retry-After"].isdecimal()
    assert "存储空间已满" in refused.content.decode()
    assert cases() == 0
    assert [path for path in (home() / "uploads").rglob("*") if path.is_file()] == []
    sent["files"][0].seek(0)
    assert client.post("/file/", sent).status_code == 302
    assert cases() == 1
    with seeing(WORK):
        assert verify(file_digest=digest_of).ok
    assert own_database.home == home()


def test_a_checkpoint_for_which_there_is_no_room_is_not_written_by_half_and_caught_up_later(
    own_database: Installation,
) -> None:
    register(Demand("路灯不亮"), channel="phone", by=RESIDENT, at=timezone.now())
    with seeing(WORK):
        catch_up(timezone.now())
    (file,) = checkpoint_folder().glob("*.log")
    whole = file.stat().st_size
    with files_of_at_most(whole + 40):
        number = register(Demand("井盖松动"), channel="phone", by=RESIDENT, at=timezone.now()).number
    assert file.stat().st_size == whole, "half a line would spoil the next"
    flow.act(number, "dispatch", by=ZHOU, at=timezone.now(), given={"lead": WATER})
    with seeing(WORK):
        assert catch_up(timezone.now()) == 1
        assert verify(file_digest=digest_of).ok
    assert file.read_text().count(f"case:{number}\t") == 2
    assert own_database.home == home()


def test_half_a_line_that_a_machine_left_when_it_went_down_hides_no_act(own_database: Installation) -> None:
    with seeing(WORK):
        catch_up(timezone.now())
    number = register(Demand("路灯不亮"), channel="phone", by=RESIDENT, at=timezone.now()).number
    (file,) = checkpoint_folder().glob("*.log")
    file.write_bytes(file.read_bytes()[:-30])
    flow.act(number, "dispatch", by=ZHOU, at=timezone.now(), given={"lead": WATER})
    with seeing(WORK):
        assert catch_up(timezone.now()) == 1
        assert verify(file_digest=digest_of).ok
    assert own_database.home == home()


def test_dropped_connections_are_made_anew_and_see_what_their_person_may_see(served: Served) -> None:
    def ask(path: str, login: str) -> Any:
        request = urllib.request.Request(f"{served.url}{path}", headers={"Authorization": f"Bearer {tokens[login]}"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    tokens = {}
    for login in ("xiaozhao", "xiaomeng", "sunshen"):
        made = served.huiying("token", "create", "--staff", login, "--json")
        tokens[login] = json.loads(made.stdout)["token"]
    for text in ("水管漏水", "井盖松动"):
        body = json.dumps({"text": text}).encode()
        request = urllib.request.Request(f"{served.url}/api/v1/demands", body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            assert answer.status == 201
    before = {login: ask("/api/v1/cases", login) for login in tokens}
    assert before["sunshen"]["cases"]
    assert before["xiaomeng"] != before["sunshen"], "a unit sees its own"
    with psycopg.connect(served.admin, autocommit=True) as admin:
        ended = admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ).fetchall()
    assert ended
    assert {login: ask("/api/v1/cases", login) for login in tokens} == before, "at once, and not one error"


@pytest.mark.parametrize("whole", [False, True], ids=["cut off", "whole"])
def test_half_a_submission_registers_nothing(served: Served, whole: bool) -> None:  # noqa: FBT001  # a table
    with urllib.request.urlopen(f"{served.url}/file/", timeout=30) as page:
        token = re.search(r"huiying_csrf=(\w+)", page.headers["Set-Cookie"])
    assert token is not None
    text = f"路灯不亮 {uuid.uuid4().hex}"
    fields = {"kind": "help", "text": text, "key": uuid.uuid4().hex, "csrfmiddlewaretoken": token[1]}
    noise = io.BytesIO()
    Image.effect_noise((256, 256), 90).save(noise, "JPEG")
    kind, body = encoded(fields, noise.getvalue())
    head = f"POST /file/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {kind}\r\nCookie: huiying_csrf={token[1]}\r\n"
    address = urllib.parse.urlsplit(served.url)
    with socket.create_connection((address.hostname, address.port), timeout=30) as raw:
        raw.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body[: None if whole else -3000])
        if not whole:
            raw.shutdown(socket.SHUT_WR)
        raw.settimeout(10)
        with contextlib.suppress(OSError):
            answer = raw.recv(1000)
    with psycopg.connect(served.admin) as admin:
        found = admin.execute("SELECT count(*) FROM case_content WHERE text = %s", [text]).fetchone()
    assert found == (1 if whole else 0,), answer
