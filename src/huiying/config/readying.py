"""What a process of the web server gets ready beside its first requests, so that nobody who asks later waits for it."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread

_WORK: list[Callable[[], None]] = []


def get_ready_with(work: Callable[[], None]) -> None:
    """Have something done once in each process that serves, and in no other; what it raises nobody would see."""
    _WORK.append(work)


def get_ready() -> Thread:
    """Begin all of it, one after the other, in a thread that no end of a process waits for."""
    thread = Thread(target=_all, name="getting-ready", daemon=True)
    thread.start()
    return thread


def _all() -> None:
    for work in _WORK:
        work()
