"""A process that ends with whoever started it, however they end: the kernel tells it, nobody has to be asked.

`python -m huiying.config.following PID COMMAND…` becomes the command, bound to the process PID that started it. Where
the kernel is not Linux nothing is told, and a killed `huiying serve` leaves its processes to whoever stops them.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def follow(parent: int) -> None:
    """Have this process killed when its parent dies; it may have died already.

    At once, and not asked: the database goes with the parent, and whoever waits for it to say goodbye may wait long. A
    transaction that has not committed is none, and whoever was not answered sends the same key again.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL))
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    """Become the command named after the parent's pid; what was asked of the kernel stays."""
    follow(int(sys.argv[1]))
    os.execv(sys.argv[2], sys.argv[2:])  # noqa: S606  # what our own supervisor names


if __name__ == "__main__":
    main()
