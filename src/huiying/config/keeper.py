"""The server's keeper: its parent, who restarts it when it dies and stops it when nobody uses it any more.

Started by `postgres.running`; it outlives whoever started it, and ends when the server was stopped on purpose.
"""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from huiying.config.postgres import CLEAN_ENVIRONMENT, Cluster, alone, answers, cluster, last_words

#: What the server says while the one before it has not quite gone; worth waiting for.
NOT_YET_GONE = ("shared memory block", "postmaster.pid")
TRIES, PAUSE_S = 240, 0.25
#: How long a server that was in order, and that something such as a full disk has stopped, is left before it is tried.
LATER_S = 2


def main() -> int:
    """Keep the server of the home named on the command line."""
    server = cluster(Path(sys.argv[1]))
    # Never closed by us: the lock goes when the process has gone, so that whoever waits for it finds no keeper left.
    descriptor = os.open(server.home / "postgres.keeper", os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o666)
    mine = os.fdopen(descriptor, "a+", closefd=False)
    if not alone(mine):
        return 0
    mine.truncate(0)
    mine.write(f"{os.getpid()}\n")
    mine.flush()
    return keep(server)


@dataclass(slots=True)
class Kept:
    """The server as its keeper has it. Starting and ending it are one at a time: what has been ended is not started."""

    server: Cluster
    process: subprocess.Popen[bytes] | None = None
    ended: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)

    def start(self) -> subprocess.Popen[bytes] | None:
        """Start the server, or return None if it has been ended."""
        with self.lock:
            if self.ended:
                return None
            command = self.server.arguments()
            self.process = subprocess.Popen(command, **self.server.identity(), cwd="/", env=CLEAN_ENVIRONMENT)
            return self.process

    def end(self) -> None:
        """Have the server shut down fast, and never start again."""
        with self.lock:
            self.ended = True
            if self.process is not None:
                self.process.send_signal(signal.SIGINT)


def keep(server: Cluster) -> int:
    """Run the server until it ends on purpose. Return 0 then, and 1 if it cannot be made to run."""
    kept = Kept(server)

    def stop(*_: object) -> None:
        # The main thread may hold the lock just now: another ends the server.
        threading.Thread(target=kept.end, daemon=True).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    threading.Thread(target=_stop_when_unused, args=(kept,), daemon=True).start()
    tried, in_order = 0, False
    while in_order or tried < TRIES:
        process = kept.start()
        if process is None:
            return 0
        in_order, tried = _answers_until_it_ends(server, process) or in_order, tried + 1
        code = process.wait()
        if code == 0:
            return 0
        died = code < 0  # by a signal: killed, not ended
        if died or any(sign in last_words(server, 3) for sign in NOT_YET_GONE):
            time.sleep(PAUSE_S)
        elif in_order:
            time.sleep(LATER_S)
        else:
            return 1
    return 1


def _answers_until_it_ends(server: Cluster, process: subprocess.Popen[bytes]) -> bool:
    """Wait until the server answers or has ended, and say whether it answered."""
    while process.poll() is None:
        if answers(server):
            return True
        time.sleep(PAUSE_S)
    return False


def _stop_when_unused(kept: Kept) -> None:
    """Wait until every user of the server has let go, by leaving or by being killed, and end it."""
    with (kept.server.home / "postgres.users").open("a+") as users:
        while True:
            fcntl.flock(users, fcntl.LOCK_EX)  # waits for as long as anybody is there
            fcntl.flock(users, fcntl.LOCK_UN)
            with (kept.server.home / "postgres.lock").open("a") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)  # nobody starts or stops meanwhile
                if alone(users):
                    kept.end()
                    if kept.process is not None:
                        kept.process.wait()
                    return


if __name__ == "__main__":
    sys.exit(main())
