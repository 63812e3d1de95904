"""One process of load: so many connections write as fast as they can for so many seconds, and say how it went.

    python -m benchmarks.load verb|floor|pipelined|http --seconds S --connections N --who W [--port P] [--number NO]

It prints `ready`, begins when a line comes in, and then prints one JSON document.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import sys
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterator

TEXT = "家里天花板漏水已经两周了，找物业没有人管，这是第{n}次反映，希望尽快来人修好。联系人张三，电话13800138000。"
FORM = {
    "kind": "help", "title": "天花板漏水", "area": "990101", "address": "东街12号3栋502室", "name": "张三",
    "phone": "13800138000",
}  # fmt: skip
Work = Callable[[int], None]


def verb() -> Work:
    """Return the registering of a demand through the verb that every door calls."""
    from django.utils import timezone  # noqa: PLC0415  # needs Django

    from huiying.stages.identity.vault import Contact  # noqa: PLC0415  # needs Django
    from huiying.stages.intake.actions import RESIDENT, Demand, register  # noqa: PLC0415  # needs Django

    def work(n: int) -> None:
        demand = Demand(
            text=TEXT.format(n=n), title=FORM["title"], area=FORM["area"], address=FORM["address"],
            contact=Contact(FORM["name"], FORM["phone"]),
        )  # fmt: skip
        register(demand, channel="web", by=RESIDENT, at=timezone.now(), key=f"{time.time_ns()}-{n}")

    return work


def http_form(port: int) -> Work:
    """Return the filing of a demand as a resident's browser sends it: the page's form, its token, its cookie."""
    ours = threading.local()

    def fresh() -> None:
        ours.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        ours.connection.request("GET", "/file/")
        answer = ours.connection.getresponse()
        body = answer.read().decode()
        ours.cookie = (answer.getheader("Set-Cookie") or "").partition(";")[0]
        ours.token = body.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]

    def work(n: int) -> None:
        if not hasattr(ours, "connection"):
            fresh()
        said = {**FORM, "text": TEXT.format(n=n), "csrfmiddlewaretoken": ours.token, "key": f"{time.time_ns()}-{n}"}
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": ours.cookie}
        try:
            ours.connection.request("POST", "/file/", urllib.parse.urlencode(said), headers)
            answer = ours.connection.getresponse()
            answer.read()
        except (http.client.HTTPException, OSError):
            del ours.connection
            raise
        if answer.status != 302:  # noqa: PLR2004  # a receipt is a redirect to its page
            raise RuntimeError(f"{answer.status} and no receipt")

    return work


def work_of(kind: str, port: int, number: str, who: int) -> Callable[[], Work]:
    """Return what makes the work of one connection."""
    if kind == "http":
        return lambda: http_form(port)
    if kind == "verb":
        return verb
    from benchmarks.floor import Writer, sample  # noqa: PLC0415  # only here
    from benchmarks.installation import superuser  # noqa: PLC0415  # only here

    rows, connections = sample(superuser(), number), iter(range(who * 100, who * 100 + 100))

    def make() -> Work:
        write = Writer(superuser(), rows, pipelined=kind == "pipelined", who=next(connections))
        return lambda _: write()

    return make


def main() -> None:
    """Load, and say how it went."""
    said = argparse.ArgumentParser()
    said.add_argument("kind", choices=["verb", "floor", "pipelined", "http"])
    said.add_argument("--seconds", type=float)
    said.add_argument("--connections", type=int)
    said.add_argument("--who", type=int, default=0)
    said.add_argument("--port", type=int, default=0)
    said.add_argument("--number", default="")
    asked = said.parse_args()
    with _django(asked.kind):
        make = work_of(asked.kind, asked.port, asked.number, asked.who)
        go, took, failed = threading.Event(), [], []

        def run(work: Work, first: int) -> None:
            go.wait()
            until, n = time.perf_counter() + asked.seconds, first
            while (begun := time.perf_counter()) < until:
                try:
                    work(n)
                except Exception as error:  # noqa: BLE001  # a benchmark counts what fails, whatever it is
                    failed.append(repr(error))
                else:
                    took.append(time.perf_counter() - begun)
                n += 1

        threads = []
        for place in range(asked.connections):
            work = make()
            work(-1)
            threads.append(threading.Thread(target=run, args=(work, place * 10**6)))
            threads[-1].start()
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        sys.stdin.readline()
        go.set()
        for thread in threads:
            thread.join()
    sys.stdout.write(json.dumps({"took": sorted(took), "failed": failed}) + "\n")


@contextlib.contextmanager
def _django(kind: str) -> Iterator[None]:
    """Set Django up where the work is done in this process."""
    if kind == "verb":
        from huiying.commands.ready import set_up_django  # noqa: PLC0415  # only here

        set_up_django()
    yield


if __name__ == "__main__":
    main()
