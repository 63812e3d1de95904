"""`huiying demo` from nothing and again: from the command to the first page."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from benchmarks.installation import PATIENCE_S, free_port
from benchmarks.report import line


def starting() -> None:
    """Start twice in one home."""
    home = Path(tempfile.mkdtemp(prefix="huiying-start-"))
    home.chmod(0o755)
    try:
        for name in ("demo, the first start", "demo, the second start (at most 5 s)"):
            line(name, f"{_start(home):5.1f} s to the first page")
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _start(home: Path) -> float:
    port = free_port()
    begun = time.perf_counter()
    demo = subprocess.Popen(
        [Path(sys.executable).with_name("huiying"), "demo"],
        env={**os.environ, "HUIYING_HOME": str(home), "PORT": str(port)}, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        while not _answers(port):
            if demo.poll() is not None or time.perf_counter() - begun > 5 * PATIENCE_S:
                raise SystemExit("huiying demo does not answer")
            time.sleep(0.02)
        return time.perf_counter() - begun
    finally:
        demo.send_signal(signal.SIGTERM)
        demo.wait(PATIENCE_S)


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as answer:
            return bool(answer.status == 200)  # noqa: PLR2004  # a page
    except OSError:
        return False
