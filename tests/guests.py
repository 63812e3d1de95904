"""Guests of a database: processes that use a home's server, and ways to wait for what they do without guessing."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

#: Uses the server until its standard input is closed; says when it has it.
GUEST = """
import sys
from huiying.config import postgres
with postgres.running():
    print("in", flush=True)
    sys.stdin.read()
print("out", flush=True)
"""
PATIENCE_S = 60
NO_MORE: Mapping[str, str] = MappingProxyType({})


def environment(home: Path, **more: str) -> dict[str, str]:
    """Return the environment of a command that uses this home and nothing else of ours."""
    clean = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("HUIYING_", "DATABASE_", "MAKE", "MFLAGS"))
    }
    keep = {"HUIYING_POSTGRES_BIN": os.environ["HUIYING_POSTGRES_BIN"]} if "HUIYING_POSTGRES_BIN" in os.environ else {}
    return {**clean, **keep, "HUIYING_HOME": str(home), **more}


class Guest:
    """One process that uses the server of a home."""

    def __init__(
        self, home: Path, *, python: str = sys.executable, run_as: int | None = None, more: Mapping[str, str] = NO_MORE
    ) -> None:
        self.process = subprocess.Popen(
            [python, "-c", GUEST],
            env=environment(home, **more),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            user=run_as,
            group=run_as,
            extra_groups=None if run_as is None else [],
            cwd="/",
        )

    def line(self) -> str:
        """Wait for its next line."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def leave(self) -> int:
        """Let it go home, and return its exit status."""
        self.process.communicate(timeout=PATIENCE_S)
        return self.process.returncode

    def send(self, number: signal.Signals) -> int:
        """Send it a signal, and return its exit status."""
        self.process.send_signal(number)
        return self.leave()


@contextmanager
def guest(home: Path, **more: str) -> Iterator[Guest]:
    """Have a guest in the house; whatever the test does, nobody is left behind."""
    someone = Guest(home, more=more)
    try:
        yield someone
    finally:
        if someone.process.poll() is None:
            someone.leave()


def postmaster(home: Path) -> int:
    """Return the pid of the server as it says itself."""
    return int((home / "postgres" / "postmaster.pid").read_text().split()[0])


def keeper(home: Path) -> int:
    """Return the pid of the server's keeper."""
    return int((home / "postgres.keeper").read_text())


def gone(pid: int) -> bool:
    """Wait until a process has ended; False if it has not within our patience."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        return bool(poll.poll(PATIENCE_S * 1000))
    finally:
        os.close(descriptor)


def eventually(happens: object, what: str) -> None:
    """Try until something is so, as often as the machine allows; fail after our patience."""
    assert callable(happens)
    waiting = threading.Event()
    for _ in range(PATIENCE_S * 20):
        if happens():
            return
        waiting.wait(0.05)
    raise AssertionError(f"still not so after {PATIENCE_S} s: {what}")


def processes_of(home: Path) -> Mapping[int, str]:
    """Return the server processes and keepers of a home that are alive: pid → command line."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
        except (FileNotFoundError, ProcessLookupError):
            continue
        if any(os.fsencode(home) in word for word in words) and (b"huiying.config.keeper" in words or b"-D" in words):
            found[int(folder.name)] = b" ".join(words).decode("utf-8", "replace")
    return found
