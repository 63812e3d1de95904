"""What a process knows of the words of open cases, to find what is like a new one at once: numbers, never the words.

Each process that serves has its own index of masked copies. It learns of new cases when somebody asks: it reads those
above the last one it saw, at most `AT_ONCE` a time, and a few below it, since cases commit in no fixed order. What has
closed, was joined or may not be seen is left out by whoever asks the index, from the database, each time. A case that
was closed when the process began and is open again is found only by the next process.
"""

from __future__ import annotations

from contextlib import suppress
from threading import Lock

from django.db import OperationalError, connection
from django.db.models.functions import Left

from huiying.case.models import Case, Content
from huiying.case.scope import working
from huiying.judgement.grams import Worth
from huiying.judgement.nearest import Near, Nearest
from huiying.procedure.schema import Kind

#: Cases read at once, and how far below the last one seen a case may still appear.
AT_ONCE, MAY_APPEAR_LATE = 2_000, 500
#: Characters of a text that are compared.
MOST_CHARACTERS = 1_000
_HELD: dict[str, Held] = {}


class Held:
    """The index of one database in this process."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._index = Nearest(Worth.counted([]))
        self._last = 0
        self._recent: set[int] = set()
        self._reading = Lock()

    def search(self, said: str, most: int) -> list[Near]:
        """Return the cases whose words are most like these, by their ids; whoever else is reading is not waited for."""
        self.catch_up()
        return self._index.search(said, most)

    def catch_up(self) -> bool:
        """Read what is new, at most `AT_ONCE` cases; return whether there may be more."""
        if not self._reading.acquire(blocking=False):
            return False
        try:
            return self._read()
        finally:
            self._reading.release()

    def _read(self) -> bool:
        with working():
            rows = list(
                Case.objects.filter(id__gt=self._last - MAY_APPEAR_LATE)
                .order_by("id")
                .values_list("id", "closed_at", "confidential", "joined_into", "kind")[:AT_ONCE]
            )
            new = [row for row in rows if row[0] not in self._recent]
            wanted = [
                case
                for case, closed_at, confidential, joined_into, kind in new
                if not (closed_at or confidential or joined_into or kind == Kind.REPORT)
            ]
            texts = words_of(wanted) if wanted else {}
        if texts:
            self._index.add(list(texts), list(texts.values()))
            if len(self._index) >= 2 * self._index.worth.texts:
                self._index = self._index.weighed_anew()
        if rows:
            self._last = max(self._last, rows[-1][0])
            lately = self._last - 2 * AT_ONCE
            self._recent = {case for case in self._recent.union(row[0] for row in new) if case > lately}
        return len(rows) == AT_ONCE


def held() -> Held:
    """Return this process's index of the database that is in use."""
    return _HELD.setdefault(str(connection.settings_dict["NAME"]), Held())


def words_of(cases: list[int]) -> dict[int, str]:
    """Return the masked words that came with cases: the title, where there is one, on a line before the text."""
    found: dict[int, str] = {}
    rows = (
        Content.objects.filter(case__in=cases, position=1, name__in=["title", "text"])
        .annotate(start=Left("text", MOST_CHARACTERS))
        .order_by("case_id", "-name")  # the title before the text
        .values_list("case_id", "start")
    )
    for case_id, start in rows:
        found[case_id] = f"{found[case_id]}\n{start}" if case_id in found else start
    return found


def prepare() -> None:
    """Read all open cases before anybody asks; in a process that serves, beside its first requests.

    Where there is no database yet, whoever looks first reads them, and is told what is wrong.
    """
    try:
        with suppress(OperationalError):
            while held().catch_up():
                pass
    finally:
        connection.close()
