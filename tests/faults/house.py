"""An installation as people run it, with its processes within reach of a test that kills them."""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from conftest import free_port
from guests import environment, eventually, gone, postmaster
from huiying.config import postgres

HERE = Path(__file__).parent
HUIYING = Path(sys.executable).with_name("huiying")
DISK_MB = 700


def children(pid: int) -> dict[int, str]:
    """Return the children of a process: pid → command line."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            words = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        except OSError:
            continue
        if parent == pid and words:
            found[int(folder.name)] = words
    return found


@dataclass
class House:
    """One installation: its home, its port, and `huiying serve` in it."""

    home: Path
    said: dict[str, Any]
    port: int = field(default_factory=free_port)
    serving: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        """What its commands have in their environment: a clock that can be set, no limit of submissions."""
        paths = os.pathsep.join([str(HERE / "clock"), *(path for path in sys.path if path)])
        more = {"PORT": str(self.port), "HUIYING_INTAKE_RATE": "0", "FAULTS_CLOCK": str(self.clock)}
        return environment(self.home, PYTHONPATH=paths, **more)

    @property
    def clock(self) -> Path:
        """The file that says by how many seconds the clock is behind; not on the home's disk, which may be full."""
        return self.home.with_name(f"{self.home.name}.clock")

    def run(self, *command: str | Path) -> str:
        """Run a command of this installation and return what it says."""
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False, timeout=300)
        assert done.returncode == 0, f"{command}: {done.returncode}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
        return done.stdout

    def start(self) -> None:
        """Start `huiying serve` and wait until it answers."""
        with self.home.with_name(f"{self.home.name}.log").open("ab") as log:
            self.serving = subprocess.Popen(
                [HUIYING, "serve", "--processes", "2"], env=self.environment, stdout=log, stderr=log
            )
        eventually(self.answers, "the server answers")

    def answers(self) -> bool:
        """Whether the web server and its database answer."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            assert self.serving is None or self.serving.poll() is None, "huiying serve has ended"
            return False

    def stop(self) -> int:
        """Ask `huiying serve` to end, and return its status."""
        assert self.serving is not None
        self.serving.send_signal(signal.SIGTERM)
        status = self.serving.wait(120)
        self.serving = None
        return status

    def web_server(self) -> int | None:
        """The web server's own process."""
        return self._child("granian")

    def worker(self) -> int | None:
        """The worker's process."""
        return self._child("procrastinate")

    def _child(self, word: str) -> int | None:
        assert self.serving is not None
        return next((pid for pid, words in children(self.serving.pid).items() if word in words), None)

    def web_workers(self) -> list[int]:
        """The processes of the web server that answer requests."""
        server = self.web_server()
        return [] if server is None else sorted(pid for pid in children(server))

    def everyone(self) -> set[int]:
        """All processes of `huiying serve`, itself not counted."""
        assert self.serving is not None
        return {*children(self.serving.pid), *self.web_workers()}

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        """Ask the database past everything."""
        login = postgres.connection(self.home, user=postgres.SUPERUSER)
        with psycopg.connect(**login, autocommit=True, connect_timeout=5) as connection:  # type: ignore[arg-type]
            return connection.execute(statement.encode()).fetchall()

    # ---- faults ----

    def kill(self, pid: int | None) -> bool:
        """Kill a process at once; False if there is none."""
        if pid is None:
            return False
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            return False
        return gone(pid)

    def kill_database(self) -> bool:
        """Kill the embedded server's postmaster."""
        try:
            return self.kill(postmaster(self.home))
        except (OSError, IndexError):
            return False

    def kill_serve(self) -> set[int]:
        """Kill `huiying serve` itself, and return its processes that are left after a while."""
        left = self.everyone()
        assert self.serving is not None
        self.serving.kill()
        self.serving.wait()
        self.serving = None
        return {pid for pid in left if not gone(pid)}

    def drop_connections(self) -> int:
        """End every connection of web server and worker in the middle of what it does."""
        try:
            rows = self.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'huiying_app'")
        except psycopg.Error:
            return 0
        return len(rows)

    def set_clock_back(self, seconds: float) -> None:
        """Have the clock of web server and worker run this much late."""
        new = self.clock.with_suffix(".new")
        new.write_text(str(seconds))
        new.rename(self.clock)

    def fill_disk(self) -> Path:
        """Leave no room on the home's disk."""
        filler = self.home / "filler"
        with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
            while file.write(b"\0" * 2**16):
                pass
        return filler


@contextmanager
def small_disk(folder: Path) -> Iterator[bool]:
    """Have a folder on a small disk of its own where the machine lets root mount one; say whether it is."""
    folder.mkdir(parents=True)
    options = f"size={DISK_MB}m,mode=711"
    mounted = (
        os.geteuid() == 0
        and subprocess.run(
            ["mount", "-t", "tmpfs", "-o", options, "none", folder], check=False, capture_output=True
        ).returncode
        == 0
    )
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", folder], check=True)


@contextmanager
def house(founded: Path, said: dict[str, Any], folder: Path) -> Iterator[tuple[House, bool]]:
    """Have a copy of a founded home of its own, served; whatever happens nobody is left behind."""
    home = folder / "home"
    with small_disk(home) as is_small:
        subprocess.run(["cp", "-a", f"{founded}/.", home], check=True)
        it = House(home, said)
        try:
            it.start()
            yield it, is_small
        finally:
            (home / "filler").unlink(missing_ok=True)
            if it.serving is not None and it.serving.poll() is None:
                it.stop()
    shutil.rmtree(folder, ignore_errors=True)


def found(home: Path, *, handled: int, late: int) -> dict[str, Any]:
    """Found a city in a home, with cases to handle and cases that are late."""
    empty = House(home, {})
    said: dict[str, Any] = json.loads(empty.run(sys.executable, HERE / "founding.py", str(handled), str(late)))
    return said


def chance(seed: int) -> random.Random:
    """Return the dice of a seed."""
    return random.Random(seed)  # noqa: S311  # a storm, not a secret
