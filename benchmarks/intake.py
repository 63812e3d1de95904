"""Registering a demand: through the verb and through HTTP, beside the same rows written by bare psycopg (floor A)."""

from __future__ import annotations

import json
import statistics
from dataclasses import dataclass

from benchmarks.installation import free_port, python, served
from benchmarks.load import verb
from benchmarks.report import line

SECONDS, PROCESSES = 8.0, 2
#: So many connections write at once, in two processes, as two server processes would.
CONCURRENCY = 8


@dataclass(frozen=True, slots=True)
class Load:
    """How a load went: writings a second, and how long one took (milliseconds)."""

    per_second: float
    p50: float
    p99: float
    failed: int


def load(kind: str, *, connections: int = CONCURRENCY, processes: int = PROCESSES, **more: object) -> Load:
    """Let processes write side by side, and return how it went."""
    options = [part for name, value in more.items() for part in (f"--{name}", str(value))]
    running = [
        python(
            "benchmarks.load", kind, "--seconds", str(SECONDS), "--connections", str(connections // processes),
            "--who", str(who), *options,
        )
        for who in range(processes)
    ]  # fmt: skip
    for process in running:
        assert process.stdout is not None  # noqa: S101  # a pipe was asked for
        if process.stdout.readline() != "ready\n":
            raise SystemExit(f"the load {kind} did not start")
    said = [json.loads(process.communicate("go\n")[0]) for process in running]
    took = sorted(second * 1e3 for one in said for second in one["took"])
    failed = [why for one in said for why in one["failed"]]
    if failed:
        line(f"  failed: {failed[0]}", "")
    quantiles = statistics.quantiles(took, n=100)
    return Load(len(took) / SECONDS, quantiles[49], quantiles[98], len(failed))


def told(name: str, what: Load, floor: Load | None = None, wanted: float = 0) -> None:
    """Print how a load went, beside its floor."""
    ratio = f"{what.per_second / floor.per_second:5.2f} of the floor (at least {wanted})" if floor else ""
    line(
        name,
        f"{what.per_second:7.0f}/s   p50 {what.p50:6.1f} ms   p99 {what.p99:6.1f} ms   failed {what.failed}   {ratio}",
    )


def registering() -> None:
    """Measure all of it in one run, each after the other on the same database."""
    from benchmarks.counting import register_one, statements_of  # noqa: PLC0415  # needs Django
    from huiying.commands.serving import web  # noqa: PLC0415  # needs the environment

    number = register_one()
    counted = statements_of(lambda: verb()(0))
    line("registering one demand: statements", f"{len(counted)} (at most 12), commits {counted.count('COMMIT')}")
    alone = load("floor", connections=1, processes=1, number=number)
    told("floor A, one connection", alone)
    told("  the same, pipelined", load("pipelined", connections=1, processes=1, number=number))
    told("verb, one connection", load("verb", connections=1, processes=1), alone, 0.5)
    floor = load("floor", number=number)
    told(f"floor A, {CONCURRENCY} connections", floor)
    told(f"verb, {CONCURRENCY} connections", load("verb"), floor, 0.5)
    port = free_port()
    with served(web(port, PROCESSES), port):
        told("HTTP form, one client", load("http", connections=1, processes=1, port=port), alone, 0.15)
        told(f"HTTP form, {CONCURRENCY} clients", load("http", port=port), floor, 0.15)
