"""An installation of the benchmarks' own: a home in a scratch folder, its embedded server, the invented city."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

#: How long a process may take to be there.
PATIENCE_S = 60


@contextmanager
def installation() -> Iterator[Path]:
    """Have a home with a founded city for as long as this block runs, and Django set up on it."""
    home = Path(tempfile.mkdtemp(prefix="huiying-bench-"))
    home.chmod(0o755)
    os.environ.update(HUIYING_HOME=str(home), HUIYING_INTAKE_RATE="0", DJANGO_SETTINGS_MODULE="huiying.config.settings")
    os.environ.pop("DATABASE_URL", None)
    try:
        from huiying.commands.ready import ready  # noqa: PLC0415  # reads the environment that was just set

        with ready():
            from django.utils import timezone  # noqa: PLC0415  # needs Django

            from huiying.demo.filling import found_city  # noqa: PLC0415  # needs Django

            found_city(timezone.now())
            yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)


def superuser() -> str:
    """Return the login that floors use: no row-level security, no rights to check."""
    from huiying.config import postgres  # noqa: PLC0415  # reads the environment
    from huiying.config.environment import home  # noqa: PLC0415  # as above

    found = postgres.connection(home(), user=postgres.SUPERUSER)
    return " ".join(f"{name}='{value}'" for name, value in found.items())


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


@contextmanager
def served(command: list[str], port: int) -> Iterator[None]:
    """Have a web server answer on a port for as long as this block runs."""
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True)
    try:
        until = time.monotonic() + PATIENCE_S
        while True:
            if server.poll() is not None or time.monotonic() > until:
                raise SystemExit(f"{command[0]} does not answer")
            with socket.socket() as tried:
                if tried.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(PATIENCE_S)


def python(*arguments: str) -> subprocess.Popen[str]:
    """Start a process of the benchmarks that waits for a line before it begins, and prints one when it has done."""
    return subprocess.Popen(
        [sys.executable, "-m", *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
