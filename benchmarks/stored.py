"""What stored cases cost those that come after them: a staff list, the sweep of what is due, verifying."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.copying import store
from benchmarks.counting import statements_of
from benchmarks.installation import superuser
from benchmarks.report import line

PATTERNS, ROUNDS = 200, 40
#: Sizes at which a run of everything measures; the proof is 100,000 and 1,000,000.
SMALL = (10_000, 50_000)
#: Verifying reads everything: beyond this many cases it is left to whoever wants to wait.
MOST_VERIFIED = 100_000
#: A role of the centre, a clerk and an officer of a unit, and who looks at what is late.
PEOPLE = (("zhoujie", "/staff/"), ("xiaozhao", "/staff/"), ("laowang", "/staff/"), ("sunshen", "/board/cases/"))
#: Prints how long verifying took, and the most memory it had (KiB).
VERIFY = """
import pathlib, resource, subprocess, sys, time
begun = time.perf_counter()
huiying = pathlib.Path(sys.executable).with_name("huiying")
done = subprocess.run([huiying, "ledger", "verify", "--json"], capture_output=True)
took, most = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(took, most, done.returncode, done.stdout.decode())
"""


def stored_cases(home: Path, sizes: tuple[int, ...]) -> None:
    """Measure at each size, and print how the figures grew from the first to the last."""
    from django.utils import timezone  # noqa: PLC0415  # needs Django

    from huiying.demo.filling import fill  # noqa: PLC0415  # needs Django

    for _ in fill(timezone.now(), PATTERNS):
        pass
    found: list[dict[str, float]] = []
    already = 0
    for size in sizes:
        begun = time.perf_counter()
        store(superuser(), size, home / "checkpoints", already)
        line(f"{size:,} stored cases", f"made in {time.perf_counter() - begun:.0f} s")
        already = size
        found.append(_at_this_size() | (_verify() if size <= MOST_VERIFIED else {}))
    for name, first in found[0].items():
        if name not in found[-1]:
            continue
        line(f"  {name}: growth", f"{found[-1][name] / first:5.2f} ×")


def _at_this_size() -> dict[str, float]:
    from django.conf import settings  # noqa: PLC0415  # needs Django
    from django.test import Client  # noqa: PLC0415  # needs Django

    from huiying.directory.models import Staff  # noqa: PLC0415  # needs Django

    settings.ALLOWED_HOSTS = ["*"]
    figures = {}
    for login, path in PEOPLE:
        client = Client()
        client.force_login(Staff.objects.get(username=login), backend=settings.AUTHENTICATION_BACKENDS[0])
        page = client.get(path)
        count = len(statements_of(lambda client=client, path=path: client.get(path)))  # type: ignore[misc]
        took = milliseconds(lambda client=client, path=path: client.get(path))  # type: ignore[misc]
        rows = page.content.count(b"<tr") - 1
        line(
            f"  list {path} of {login}",
            f"p50 {took:6.1f} ms (at most 30)   {rows} rows   {count} statements (at most 8)",
        )
        figures[f"list {path} of {login}"] = took
    return {**figures, **_sweep()}


def _sweep() -> dict[str, float]:
    """Ring nothing, and then the next facts that come due, at the moment when they are."""
    from django.utils import timezone  # noqa: PLC0415  # needs Django

    from huiying.case.models import Alarm  # noqa: PLC0415  # needs Django
    from huiying.case.scope import WORK, seeing  # noqa: PLC0415  # needs Django
    from huiying.stages.supervision.actions import ring_what_is_due  # noqa: PLC0415  # needs Django

    while ring_what_is_due(timezone.now()):
        pass
    idle = milliseconds(lambda: ring_what_is_due(timezone.now()))
    with seeing(WORK):
        soonest = Alarm.objects.filter(rang_at=None).order_by("at").values_list("at", flat=True)[0]
        waiting = Alarm.objects.filter(rang_at=None).count()
    begun = time.perf_counter()
    rang = ring_what_is_due(soonest, at_most=100)
    each = (time.perf_counter() - begun) / rang * 1e3
    line("  sweep with nothing due", f"{idle:6.2f} ms, with {waiting:,} facts waiting")
    line("  sweep, each fact that is due", f"{each:6.2f} ms ({rang} rung)")
    return {"sweep with nothing due": idle, "sweep, each fact": each}


def _verify() -> dict[str, float]:
    done = subprocess.run([sys.executable, "-c", VERIFY], capture_output=True, text=True, check=True)
    seconds, memory, code, said = done.stdout.split(maxsplit=3)
    line(
        "  ledger verify",
        f"{float(seconds):6.1f} s   {int(memory) // 1024} MB at most   exit {code}   {said[:90].strip()}",
    )
    return {"ledger verify, memory": float(memory)}


def milliseconds(work: Callable[[], object]) -> float:
    """Return the median time of one call."""
    work()
    took = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        work()
        took.append((time.perf_counter() - begun) * 1e3)
    return statistics.median(took)
