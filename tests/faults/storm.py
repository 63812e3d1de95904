"""A storm: submissions and acts by HTTP that go on until each is acknowledged, while a machine fails around them."""

from __future__ import annotations

import contextlib
import heapq
import http.client
import io
import json
import random
import re
import socket
import struct
import threading
import time
import urllib.parse
import uuid
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from PIL import Image

from faults.founding import UNITS
from guests import eventually

CLIENTS = 8
#: No request may take longer to be answered, and nobody tries longer than that to be acknowledged.
LONGEST_ANSWER_S, PATIENCE_S = 60, 180
PAUSE_S = 0.1
#: What may be answered to a request that is in order, and what says that the machine cannot just now.
DONE, NOT_NOW = {200, 201, 302}, {503, 507}
KINDS = ("help", "consultation", "complaint", "suggestion")


@dataclass
class Order:
    """One request that somebody sends until it is acknowledged: what, with which key, and what is to follow."""

    name: str
    send: Callable[[Client], tuple[int, Mapping[str, str], bytes]]
    noted: Callable[[int, Mapping[str, str], bytes], None]
    after: Callable[[], tuple[float, Order] | None] = lambda: None


class Client:
    """Somebody's program or browser, with a connection of its own that breaks when the server does."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=LONGEST_ANSWER_S)
        self.csrf = ""

    def ask(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        headers: Mapping[str, str] = {},  # read only
    ) -> tuple[int, Mapping[str, str], bytes]:
        """Send a request and return the answer; a broken connection is an `OSError` or an `HTTPException`."""
        try:
            self.connection.request(method, path, body, dict(headers))
            with self.connection.getresponse() as answer:
                return answer.status, {name.lower(): value for name, value in answer.headers.items()}, answer.read()
        except BaseException:
            self.connection.close()
            raise

    def form(self, path: str, fields: Mapping[str, str], picture: bytes = b"") -> tuple[int, Mapping[str, str], bytes]:
        """Send a page's form as a browser does, having looked at it before."""
        if not self.csrf:
            status, headers, body = self.ask("GET", path)
            if status != 200:
                return status, headers, body
            found = re.search(r"huiying_csrf=(\w+)", headers.get("set-cookie", ""))
            assert found is not None, "the page sets a cookie against forgery"
            self.csrf = found[1]
        kind, body = encoded({**fields, "csrfmiddlewaretoken": self.csrf}, picture)
        return self.ask("POST", path, body, {"Content-Type": kind, "Cookie": f"huiying_csrf={self.csrf}"})


def encoded(fields: Mapping[str, str], picture: bytes) -> tuple[str, bytes]:
    """Return a form's content type and body, with a picture if there is one."""
    if not picture:
        return "application/x-www-form-urlencoded", urllib.parse.urlencode(fields).encode()
    edge = "edge-of-this-form"
    parts = [
        f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    head = (
        f'--{edge}\r\nContent-Disposition: form-data; name="files"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n'
    )
    return f"multipart/form-data; boundary={edge}", b"".join(
        [*parts, head.encode(), picture, f"\r\n--{edge}--\r\n".encode()]
    )


def picture(dice: random.Random) -> bytes:
    """Return a small picture like no other."""
    made = io.BytesIO()
    Image.frombytes("RGB", (64, 64), dice.randbytes(64 * 64 * 3)).save(made, "PNG")
    return made.getvalue()


def said_in(body: bytes) -> str:
    """Return what an answer says, without the page around it."""
    text = body.decode("utf-8", "replace").rpartition("<main")[2]
    return re.sub(r"\s*<[^>]*>\s*", " ", text)[:400]


@dataclass
class Storm:
    """What is sent, what was acknowledged, and how often it had to be sent again."""

    port: int
    tokens: Mapping[str, str]
    dice: random.Random
    heap: list[tuple[float, int, Order]] = field(default_factory=list)
    open: int = 0
    pushed: int = 0
    receipts: dict[str, str] = field(default_factory=dict)  # what was said → receipt code
    calm: bool = False
    acts: dict[str, list[str]] = field(default_factory=dict)  # number → acts acknowledged, in order
    answers: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    retried: int = 0
    longest_s: float = 0
    over: bool = False  # nobody is to try any longer
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def acknowledged(self) -> int:
        """How many submissions and acts were acknowledged so far."""
        with self.lock:
            return len(self.receipts) + sum(map(len, self.acts.values()))

    def push(self, place: float, order: Order) -> None:
        """Have an order sent when it is its turn."""
        with self.lock:
            self.open, self.pushed = self.open + 1, self.pushed + 1
            heapq.heappush(self.heap, (place, self.pushed, order))

    def submission(self, name: str) -> Order:
        """Return a submission by API or by page, one in twenty with a picture; `name` is said in its text."""
        key, kind = f"{uuid.UUID(int=self.dice.getrandbits(128))}", self.dice.choice(KINDS)
        text, by_page = f"{name}：小区路灯不亮，晚上走路看不见。", self.dice.random() < 0.4
        image = picture(self.dice) if by_page and self.dice.random() < 0.125 else b""

        def send(client: Client) -> tuple[int, Mapping[str, str], bytes]:
            if by_page:
                fields = {"kind": kind, "text": text, "phone": "13900005678", "key": key}
                return client.form("/file/", fields, image)
            body = {"text": text, "kind": kind, "contact": {"phone": "13900005678"}, "idempotency_key": key}
            return client.ask(
                "POST", "/api/v1/demands", json.dumps(body).encode(), {"Content-Type": "application/json"}
            )

        def noted(status: int, headers: Mapping[str, str], body: bytes) -> None:
            found = re.search(r"/r/([^/]+)/", headers.get("location", "")) if status == 302 else None
            code = found[1] if found else json.loads(body)["receipt_code"] if status == 201 else ""
            if not code:
                self.wrong.append(f"{name}: acknowledged with {status} and no receipt")
            if self.receipts.setdefault(name, code) != code:
                self.wrong.append(f"{name}: two receipts for one key")

        return Order(name, send, noted)

    def handling(self, number: str, unit: str, width: float) -> Order:
        """Return the first of the eight acts that a case takes to its end, each followed by the next."""
        clerk, officer = UNITS[unit]
        reply = f"路灯已于当日修复，现场核实照明正常（工单{number}）。"
        result = {"outcomes": ["resolved"], "evidence": 1, "basis": "职责规定第三条", "draft": reply}
        walk: list[tuple[str, str, dict[str, Any]]] = [
            ("zhoujie", "dispatch", {"lead": unit}),
            (clerk, "sign_for", {}),
            (officer, "contact", {"reached": True}),
            (officer, "submit_result", result),
            ("sunshen", "approve_result", {}),
            (clerk, "serve_reply", {"channel": "phone", "reply": reply}),
            ("wujie", "record_call", {"reached": True, "solved": "yes", "satisfied": "5"}),
            ("wujie", "close", {}),
        ]
        places = sorted(self.dice.random() * width for _ in walk)
        done = self.acts.setdefault(number, [])

        def step(n: int) -> Order:
            login, act, given = walk[n]
            body = json.dumps({"act": act, "given": given, "key": f"{number}-{n}"}).encode()
            headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.tokens[login]}"}
            return Order(
                f"{number} {act}",
                lambda client: client.ask("POST", f"/api/v1/cases/{number}/acts", body, headers),
                lambda *_: done.append(act),
                lambda: (places[n + 1], step(n + 1)) if n + 1 < len(walk) else None,
            )

        return step(0)

    def fill(self, submissions: int, numbers: list[str]) -> None:
        """Have so many submissions sent, and these cases handled among them."""
        for n in range(submissions):
            self.push(n, self.submission(f"诉求第{n}件"))
        for n, number in enumerate(numbers):
            self.push(self.dice.random() * submissions / 8, self.handling(number, sorted(UNITS)[n % 2], submissions))

    def blow(self, faults: Callable[[], None]) -> None:
        """Have eight clients send everything while `faults` happen."""
        clients = [threading.Thread(target=self._client, daemon=True) for _ in range(CLIENTS)]
        for client in clients:
            client.start()
        faults()
        self.calm = True
        for client in clients:
            client.join(PATIENCE_S * 2)
            assert not client.is_alive(), "a client is still trying"

    def _next(self) -> Order | None:
        with self.lock:
            return heapq.heappop(self.heap)[2] if self.heap else None

    def _client(self) -> None:
        client, waiting = Client(self.port), threading.Event()
        with contextlib.closing(client.connection):
            self._send_all(client, waiting)

    def _send_all(self, client: Client, waiting: threading.Event) -> None:
        while (self.open or not self.calm) and not self.over:  # a fault may bring more to be sent
            order = self._next()
            if order is None:  # another's act has to be acknowledged before the next can be sent
                waiting.wait(PAUSE_S)
                continue
            self._until_acknowledged(client, order, waiting)
            following = order.after()
            if following is not None:
                self.push(*following)
            with self.lock:
                self.open -= 1

    def _until_acknowledged(self, client: Client, order: Order, waiting: threading.Event) -> None:
        began = time.monotonic()
        while time.monotonic() < began + PATIENCE_S and not self.over:
            sent = time.monotonic()
            try:
                status, headers, body = order.send(client)
            except (OSError, http.client.HTTPException) as error:
                status, headers, body = 0, {}, type(error).__name__.encode()
            with self.lock:
                self.longest_s = max(self.longest_s, time.monotonic() - sent)
                self.answers[str(status or body.decode())] += 1
                if status in DONE:
                    order.noted(status, headers, body)
                    return
                self.retried += 1
                if status in NOT_NOW and not headers.get("retry-after", "").isdecimal():
                    self.wrong.append(f"{order.name}: {status} without Retry-After")
                if status and status not in NOT_NOW:
                    self.wrong.append(f"{order.name}: {status} {said_in(body)}")
                    if status != 500:
                        return
            waiting.wait(PAUSE_S)
        with self.lock:
            self.wrong.append(f"{order.name}: not acknowledged within {PATIENCE_S} s")

    def hang_up(self, name: str) -> None:
        """Send a submission and hang up before the answer, half of them in mid-request; it is sent again later."""
        order = self.submission(name)
        half = self.dice.random() < 0.5
        port = self.port

        class HangingUp(Client):
            def ask(
                self,
                method: str,
                path: str,
                body: bytes = b"",
                headers: Mapping[str, str] = {},  # read only
            ) -> tuple[int, Mapping[str, str], bytes]:
                if method == "GET":
                    return super().ask(method, path, body, headers)
                lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(body)}"]
                lines += [f"{key}: {value}" for key, value in headers.items()]
                whole = "\r\n".join([*lines, "", ""]).encode() + body
                with socket.create_connection(("127.0.0.1", port), timeout=5) as raw:
                    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    raw.sendall(whole[: len(whole) - len(body) // 2] if half else whole)
                return 0, {}, b""

        someone = HangingUp(port)
        with contextlib.closing(someone.connection), contextlib.suppress(OSError, http.client.HTTPException):
            order.send(someone)
        self.push(0, order)

    def reaches(self, count: int) -> None:
        """Wait until so many were acknowledged."""
        eventually(lambda: self.acknowledged >= count or not self.open, f"{count} acknowledged")
