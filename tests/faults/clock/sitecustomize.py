"""A machine whose clock somebody sets: Python's clocks run as many seconds late as a file says (no file: not at all).

Put on PYTHONPATH by the tests of faults, for the processes of one installation. It fakes the machine, not our code.
"""

from __future__ import annotations

import datetime as dt
import os
import time
from datetime import datetime as machine_datetime
from pathlib import Path

MARK = Path(os.environ["FAULTS_CLOCK"])
machine_time = time.time


def behind() -> float:
    """Return by how many seconds the clock is behind."""
    try:
        return float(MARK.read_text() or 0)
    except OSError:
        return 0.0


class AnyDatetime(type):
    """A datetime made by C code, which knows nothing of the set clock, is one all the same."""

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, machine_datetime)

    def __subclasscheck__(cls, subclass: type) -> bool:
        return issubclass(subclass, machine_datetime)


class SetDatetime(machine_datetime, metaclass=AnyDatetime):
    """A datetime whose now is the set clock's; all it makes are ordinary ones."""

    __slots__ = ()

    def __new__(cls, *args: object, **kwargs: object) -> machine_datetime:  # type: ignore[misc]  # ordinary
        return machine_datetime(*args, **kwargs)  # type: ignore[arg-type]  # noqa: DTZ001  # whatever it takes

    @classmethod
    def now(cls, tz: dt.tzinfo | None = None) -> machine_datetime:  # type: ignore[override]  # ordinary
        return machine_datetime.fromtimestamp(machine_time() - behind(), tz)


def set_time() -> float:
    """Return the set clock's time."""
    return machine_time() - behind()


time.time = set_time
dt.datetime = SetDatetime  # type: ignore[misc]  # for everything that is imported after this
