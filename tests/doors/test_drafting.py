"""A machine's draft in the editor of answers, from a server of the test's own: asked, marked, confirmed, refused."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from cast import GUAN, SUN, WANG, WATER, WU, ZHAO, ZHOU, Entering
from huiying.case.models import Act, Content
from huiying.case.numbers import receipt_code
from huiying.case.scope import CENTRE, seeing
from huiying.procedure.closure import MACHINE_MARK
from huiying.procedure.state import Actor
from huiying.stages import flow
from huiying.stages.closure.actions import erase
from huiying.stages.identity.vault import Contact
from huiying.stages.intake.actions import RESIDENT, Demand, register
from huiying.stages.triage import drafting
from huiying.stages.triage.models import Draft

DRAFTED = "您反映的路灯不亮，我们于〔待填〕到现场查看，<b>已更换灯具</b>。"
EDITED = "您反映的路灯不亮，我们于11月20日到现场查看，已更换灯具三盏。"


@dataclass(slots=True)
class Machine:
    """A model on the loopback: what it will answer, and what it was asked."""

    answer: bytes = b""
    status: int = 200
    drip: float = 0
    headers: dict[str, str] = field(default_factory=dict)
    asked: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    def says(self, text: str) -> None:
        self.answer = json.dumps({"choices": [{"message": {"content": text}}]}).encode()


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Machine]:
    """A large model that is set up and answers."""
    made = Machine()
    made.says(DRAFTED)

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            made.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))) | {"path": self.path})
            made.keys.append(self.headers.get("Authorization", ""))
            self.send_response(made.status)
            for name, value in made.headers.items():
                self.send_header(name, value)
            self.end_headers()
            try:
                if made.drip:
                    for byte in made.answer:
                        self.wfile.write(bytes([byte]))
                        self.wfile.flush()
                        if Event().wait(made.drip):
                            return
                else:
                    self.wfile.write(made.answer)
            except OSError:
                return  # it was hung up on

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    thread = Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    key = tmp_path / "key"
    key.write_text("sk-local\n", "utf-8")
    monkeypatch.setenv("HUIYING_MODEL_URL", f"http://127.0.0.1:{server.server_port}/v1/")
    monkeypatch.setenv("HUIYING_MODEL_NAME", "qwen-test")
    monkeypatch.setenv("HUIYING_MODEL_KEY_FILE", str(key))
    yield made
    server.shutdown()
    thread.join()
    server.server_close()


def handled(*, demands: int = 1, **more: Any) -> str:
    at = timezone.now()
    text = "我叫李小明，电话13900001234，幸福路的路灯不亮。"
    demand = Demand(text=text, demands=demands, contact=Contact("李小明", "13900001234"), **more)
    number = register(demand, channel="phone", by=RESIDENT, at=at).number
    flow.act(number, "dispatch", by=ZHOU, at=at, given={"lead": WATER})
    if demand.kind != "report":
        flow.act(number, "sign_for", by=ZHAO, at=at, given={})
    return number


def drafts() -> list[Draft]:
    with seeing(CENTRE):
        return list(Draft.objects.all())


def asks(client: Client, number: str, **typed: str) -> tuple[int, str]:
    answer = client.post(f"/staff/case/{number}/draft/main/submit_result/", typed)
    return answer.status_code, answer.content.decode()


def test_a_draft_lands_marked_is_confirmed_by_a_person_and_goes_on_saying_so(
    machine: Machine, signed_in: Entering
) -> None:
    number, officer = handled(), signed_in("laowang")
    path = f"/staff/case/{number}/do/main/submit_result/"
    assert "让机器起草" in officer.get(path).content.decode()
    status, page = asks(officer, number, **{"answer-1": "三盏灯", "basis": "现场核查"})
    assert status == 200
    assert "由模型 qwen-test 起草，没有人核对过" in page
    area = page.partition('name="answer-1"')[2].partition("</textarea>")[0]
    assert "三盏灯\n\n您反映的路灯不亮" in area
    assert "&lt;b&gt;已更换灯具" in area
    assert "<b>" not in page
    assert f'action="{path}"' in page

    (asked,) = machine.asked
    assert (asked["path"], asked["model"], machine.keys) == ("/v1/chat/completions", "qwen-test", ["Bearer sk-local"])
    sent = json.dumps(asked, ensure_ascii=False)
    assert "路灯不亮" in sent
    assert "李小明" not in sent
    assert "13900001234" not in sent
    (kept,) = drafts()
    assert (kept.model, kept.person, kept.used, kept.text) == ("qwen-test", WANG.person, None, DRAFTED)

    filled = {"outcomes-1": "explained", "answer-1": EDITED, "basis": "现场核查"}
    refused = officer.post(path, filled)  # nobody said yet whether it was used
    assert refused.status_code == 422
    assert 'href="#field-machine">请选择机器起草的内容' in refused.content.decode()
    gap = officer.post(path, {**filled, "answer-1": DRAFTED, "machine": "used"}).content.decode()
    assert "答复里还有“〔待填〕”，请写上查到的事实" in gap
    denied = officer.post(path, {**filled, "answer-1": DRAFTED[-15:], "machine": "not_used"}).content.decode()
    assert "第1项的答复就是机器起草的原文，不是自己写的" in denied
    assert officer.post(path, {**filled, "machine": "used"}).status_code == 302

    (kept,) = drafts()
    with seeing(CENTRE):
        done = Act.objects.get(case__number=number, act="submit_result")
        assert Content.objects.get(case__number=number, name="draft").text.endswith(MACHINE_MARK)
    assert (kept.used, kept.position) == (True, done.position)

    flow.act(number, "approve_result", by=SUN, at=timezone.now(), given={})
    clerk = signed_in("xiaozhao")
    serving = f"/staff/case/{number}/do/main/serve_reply/"
    assert MACHINE_MARK not in clerk.get(serving).content.decode().partition("reply-preview")[0]
    assert clerk.post(serving, {"channel": "page", "answer-1": EDITED}).status_code == 302
    assert Client().get(f"/r/{receipt_code(number)}/").content.decode().count(MACHINE_MARK) == 1


def test_whoever_did_not_use_a_draft_answers_in_their_own_name(machine: Machine, signed_in: Entering) -> None:
    number, officer = handled(), signed_in("laowang")
    asks(officer, number)
    filled = {"outcomes-1": "explained", "answer-1": "灯杆属于小区，已告知物业维修。", "basis": "现场核查"}
    path = f"/staff/case/{number}/do/main/submit_result/"
    assert officer.post(path, {**filled, "machine": "not_used"}).status_code == 302
    assert [one.used for one in drafts()] == [False]
    with seeing(CENTRE):
        assert MACHINE_MARK not in Content.objects.get(case__number=number, name="draft").text
    assert len(machine.asked) == 1


def test_a_draft_answers_demand_by_demand(machine: Machine, signed_in: Entering) -> None:
    machine.says("一、第一项\n路灯已修。\n\n二、第二项\n井盖已换。")
    _status, page = asks(signed_in("laowang"), handled(demands=2))
    second = page.partition('name="answer-2"')[2].partition("</textarea>")[0]
    assert "井盖已换。" in second
    assert "路灯已修。" not in second


@pytest.mark.parametrize("what", [{"kind": "report"}, {"confidential": True}])
def test_nothing_of_a_report_or_a_confidential_case_leaves(
    machine: Machine, signed_in: Entering, what: dict[str, Any]
) -> None:
    number, officer = handled(**what), signed_in("laowang")
    assert "让机器起草" not in officer.get(f"/staff/case/{number}/do/main/submit_result/").content.decode()
    status, page = asks(officer, number, **{"answer-1": "已经写了这些"})
    assert status == 422
    assert "举报和保密的工单不交给大模型，请自己写答复。" in page
    assert "已经写了这些</textarea>" in page
    assert machine.asked == []


def test_without_a_model_there_is_no_button_and_nothing_is_asked(signed_in: Entering) -> None:
    number, officer = handled(), signed_in("laowang")
    assert "让机器起草" not in officer.get(f"/staff/case/{number}/do/main/submit_result/").content.decode()
    status, page = asks(officer, number, **{"answer-1": "已经写了这些"})
    assert status == 422
    assert "没有设置大模型，请自己写答复。" in page
    assert "已经写了这些</textarea>" in page


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HUIYING_MODEL_URL", "file:///etc/passwd"),
        ("HUIYING_MODEL_URL", "http://me:word@127.0.0.1/v1"),
        ("HUIYING_MODEL_URL", "http://127.0.0.1:99999/v1"),
        ("HUIYING_MODEL_NAME", ""),
        ("HUIYING_MODEL_KEY_FILE", "no such file"),
    ],
)
def test_what_is_set_up_wrongly_asks_nobody(
    machine: Machine, signed_in: Entering, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    assert "设置得不对，请告诉管理员" in asks(signed_in("laowang"), handled())[1]
    assert machine.asked == []


def test_what_a_server_does_wrong_is_said_and_what_was_typed_stays(machine: Machine, signed_in: Entering) -> None:
    officer, number, typed = signed_in("laowang"), handled(), {"answer-1": "已经写了这些", "basis": "现场核查"}

    def said(words: str) -> None:
        status, page = asks(officer, number, **typed)
        assert status == 422
        assert words in page
        assert "已经写了这些</textarea>" in page
        assert drafts() == []

    machine.status, machine.headers = 302, {"Location": "http://127.0.0.1:1/"}
    said("大模型拒绝了这次请求")
    machine.status, machine.answer = 200, b"<html>"
    said("大模型的回答读不懂，没有采用")
    machine.answer = b"x" * 200_000
    said("大模型的回答太长，没有采用")
    machine.says("好\0")
    said("有不能保存的字符")
    machine.says(" ")
    said("大模型什么也没有写")


def test_an_answer_that_drips_ends_with_the_limit(
    machine: Machine, signed_in: Entering, monkeypatch: pytest.MonkeyPatch
) -> None:
    officer, number = signed_in("laowang"), handled()
    monkeypatch.setattr(drafting, "LIMIT_S", 0.5)
    machine.drip = 0.05
    began = time.monotonic()
    assert "没有在20秒内答完，或者连不上" in asks(officer, number)[1]
    assert time.monotonic() - began < 4


def test_one_who_waits_keeps_no_second_waiting(machine: Machine, signed_in: Entering) -> None:
    officer, number = signed_in("laowang"), handled()
    assert drafting.BUSY.acquire(blocking=False)
    try:
        assert "正在为别人起草，请过一会儿再按" in asks(officer, number)[1]
    finally:
        drafting.BUSY.release()
    assert machine.asked == []
    assert asks(officer, number)[0] == 200


def test_what_a_machine_invents_of_somebody_is_masked_too(machine: Machine, signed_in: Entering) -> None:
    machine.says("李小明您好，已电话13900001234联系您，路灯已修好。")
    asks(signed_in("laowang"), handled())
    (kept,) = drafts()
    assert "李小明" not in kept.text
    assert "13900001234" not in kept.text


def test_a_draft_goes_with_what_may_not_be_kept(machine: Machine, signed_in: Entering) -> None:
    number = handled()
    asks(signed_in("laowang"), number)
    assert len(drafts()) == len(machine.asked) == 1
    at = timezone.now()
    steps: list[tuple[str, Actor, dict[str, object]]] = [
        ("submit_result", WANG, {"outcomes": ("explained",), "basis": "已查"}),
        ("approve_result", SUN, {}),
        ("serve_reply", ZHAO, {"channel": "page", "reply": EDITED}),
        ("record_call", WU, {"reached": True, "solved": "yes", "satisfied": "5"}),
        ("close", WU, {}),
    ]
    for act, by, given in steps:
        flow.act(number, act, by=by, at=at, given=given)
    erase(number, by=GUAN, at=at + timedelta(days=4000))
    assert drafts() == []
