"""Asks a large language model for a draft of a reply. Optional, off by default, and never on the way of an act.

Only masked texts of `Content` leave; nothing of a report or of a confidential case does. Nothing but the server that
is named is spoken to: no redirect is followed and no proxy asked. What comes back is kept with model and moment.
"""

from __future__ import annotations

import http.client
import socket
import threading
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from huiying.case.models import Case
from huiying.case.recording import lock_case, read_case
from huiying.case.scope import working
from huiying.config.environment import read
from huiying.judgement.drafting import MOST_BYTES, Unusable, draft_in, request_of
from huiying.stages.identity.texts import added_by_resident
from huiying.stages.triage.models import Draft

#: Seconds that a draft may take, from first word to last.
LIMIT_S = 20.0
#: One at a time in a process, so that a model that is slow never holds all of its threads.
BUSY = threading.Lock()
#: Texts that say what is wanted; texts of officials that say what was found.
SAID, FOUND = ("title", "text", "what"), ("basis", "draft")
LONGEST_NAME = 100


class NoDraft(Exception):  # noqa: N818  # what is wrong with somebody's server is no error of ours
    """There is no draft. `code`: off, protected, nothing_said, set_up, busy, unreachable, refused, or `Unusable`'s."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Service:
    """Where a model is asked: an `http.client` connection's facts, the path, the model's name and its key."""

    secure: bool
    host: str
    port: int | None
    path: str
    model: str
    key: str


def may_draft(case: Case) -> bool:
    """Whether a machine may be asked about a case: one is set up, and it is no report, nor confidential or erased."""
    return bool(read("HUIYING_MODEL_URL")) and case.erased_at is None and not read_case(case).protected


def service() -> Service:
    """Return where to ask, as the settings say. Raises `NoDraft` where they say nothing, or nothing that fits."""
    address = read("HUIYING_MODEL_URL")
    if not address:
        raise NoDraft("off")
    model, file = read("HUIYING_MODEL_NAME"), read("HUIYING_MODEL_KEY_FILE")
    try:
        url, key = urlsplit(address), Path(file).read_text("utf-8").strip() if file else ""
        port = url.port
    except (OSError, ValueError) as wrong:
        raise NoDraft("set_up") from wrong
    fits = url.scheme in {"http", "https"} and url.hostname and not (url.username or url.query or url.fragment)
    if not fits or not 0 < len(model) <= LONGEST_NAME or not (key.isascii() and (key.isprintable())):
        raise NoDraft("set_up")
    path = f"{url.path.rstrip('/')}/chat/completions"
    return Service(url.scheme == "https", url.hostname or "", port, path, model, key)


def draft(case: Case, act: str, person: str, at: datetime) -> Draft:
    """Ask for a draft of the answer that somebody gives with an act, and keep it. Raises `NoDraft`; changes no case."""
    asked = service()
    if not may_draft(case):
        raise NoDraft("protected")
    texts = list(case.contents.order_by("position", "name"))
    said = [one.text for one in texts if one.name in SAID]
    if not said:
        raise NoDraft("nothing_said")
    with working():  # officials may name themselves to each other, not to a machine
        notes = [added_by_resident(one.text, case.number) for one in texts if one.name in FOUND]
    demands = int(str(read_case(case).state.facts.get("demands", 1)))
    try:
        text = draft_in(_answer(asked, request_of(asked.model, said, notes, demands)))
    except Unusable as unusable:
        raise NoDraft(unusable.code) from unusable
    with working():
        if not may_draft(lock_case(case.number)):  # it became so while the machine wrote
            raise NoDraft("protected")
        kept = added_by_resident(text, case.number)  # a machine may invent a number or a name: masked as strictly
        return Draft.objects.create(case=case, act=act, person=person, text=kept, model=asked.model, made_at=at)


def _answer(asked: Service, body: bytes) -> bytes:
    """Return what the server answers, of a long answer one byte more than may be."""
    if not BUSY.acquire(blocking=False):
        raise NoDraft("busy")
    try:
        kind = http.client.HTTPSConnection if asked.secure else http.client.HTTPConnection
        with closing(kind(asked.host, asked.port, timeout=LIMIT_S)) as connection:
            connection.connect()
            # A time-out of the socket is one of each read: this one ends all of them, however slowly bytes drip.
            late = threading.Event()
            end = threading.Timer(LIMIT_S, _hang_up, [connection.sock, late])
            end.start()
            try:
                answer = _exchange(connection, asked, body)
            finally:
                end.cancel()
            if late.is_set():  # an answer without a length looks whole when it is cut off
                raise NoDraft("unreachable")
            return answer
    except (OSError, http.client.HTTPException) as failed:
        raise NoDraft("unreachable") from failed
    finally:
        BUSY.release()


def _exchange(connection: http.client.HTTPConnection, asked: Service, body: bytes) -> bytes:
    headers = {"Content-Type": "application/json", "Accept": "application/json", "Accept-Encoding": "identity"}
    if asked.key:
        headers["Authorization"] = f"Bearer {asked.key}"
    connection.request("POST", asked.path, body, headers)
    answer = connection.getresponse()
    if answer.status != http.client.OK:
        raise NoDraft("refused")
    return answer.read(MOST_BYTES + 1)


def _hang_up(sock: socket.socket, late: threading.Event) -> None:
    late.set()
    try:
        sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it ended by itself meanwhile
