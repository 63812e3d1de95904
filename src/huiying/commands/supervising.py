"""Keeps processes running side by side: whichever ends is started again while the others go on.

A worker that is killed, or that loses the database for a moment, takes no page down with it. Only a process that has
never stayed up is given up after it ended by itself a few times, with its status: something is wrong that a person must
mend. Whoever is killed from outside (by a machine short of memory) is started again however often that happens.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import FrameType

PATIENCE_S = 20
#: How often it is looked whether a process has ended.
LOOK_S = 0.2
#: Whoever has lived for so long was started well.
STEADY_S = 10
#: So many starts in a row may fail where none has ever been steady; after each the pause is twice as long.
TRIES, LONGEST_PAUSE_S = 3, 30
#: Statuses, as a shell tells them, of a process that somebody else ended.
KILLED = {128 + signal.SIGKILL, 128 + signal.SIGTERM}
#: Told when a process has ended: its name, its status, and after how many seconds it is started again.
Ended = Callable[[str, int, int], None]


@dataclass(slots=True)
class Kept:
    """A process that is to run."""

    name: str
    command: list[str]
    environment: Mapping[str, str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0
    again_at: float = 0
    short_lives: int = 0
    failed_starts: int = 0
    steady: bool = field(default=False)

    def start(self) -> None:
        """Start it, bound to us: if we are killed it is too."""
        following = [sys.executable, "-m", "huiying.config.following", str(os.getpid())]
        self.process = subprocess.Popen(
            [*following, *self.command], env=self.environment, stdout=subprocess.DEVNULL, start_new_session=True
        )
        self.started = time.monotonic()

    def ended(self, now: float) -> int | None:
        """Return its status if it has ended since it was last asked, as a shell tells it."""
        if self.process is None or (status := self.process.poll()) is None:
            return None
        self.process = None
        told = status if status >= 0 else 128 - status
        long = now - self.started >= STEADY_S
        self.steady = self.steady or long
        self.short_lives = 0 if long else self.short_lives + 1
        self.failed_starts += told not in KILLED
        self.again_at = now + self.pause
        return told

    @property
    def pause(self) -> int:
        """Return after how many seconds it is started again: at once, if it had been steady."""
        return min((1 << self.short_lives) - 1, LONGEST_PAUSE_S)

    @property
    def hopeless(self) -> bool:
        """Whether it is given up."""
        return not self.steady and self.failed_starts >= TRIES

    def end(self) -> None:
        """Ask it to end, and make it."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def supervise(commands: Mapping[str, list[str]], environment: Mapping[str, str], tell: Ended) -> int:
    """Keep commands running until somebody asks to stop (0), or one cannot be made to run (its status)."""
    asked = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        asked.set()

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    everyone = [Kept(name, command, environment) for name, command in commands.items()]
    try:
        while True:
            for kept in everyone:
                now = time.monotonic()
                if (status := kept.ended(now)) is not None:
                    if kept.hopeless:
                        return status or 1
                    tell(kept.name, status, kept.pause)
                if kept.process is None and now >= kept.again_at:
                    kept.start()
            if asked.wait(LOOK_S):
                return 0
    finally:
        for kept in everyone:
            kept.end()
        for number, handler in before.items():
            signal.signal(number, handler)
