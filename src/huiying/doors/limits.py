"""How often something may be tried: counted in the database, by keyed hash and for a time, for all processes together.

The table is not logged by PostgreSQL: a crash forgets it, and neither the log nor a standby ever holds it. What is
counted for whom cannot be read back, and what is over is swept away every hour.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.db import connection
from django.http import HttpRequest
from django.utils import timezone

from huiying.config.environment import read
from huiying.config.keys import digest

#: Wrong receipt codes an hour from one address; 80 bits cannot be guessed, and trying is still stopped.
MOST_GUESSES = 60
HOUR = timedelta(hours=1)
FAR = timedelta(days=365)
#: One more, in one statement; what was counted before the time was over counts no longer.
HIT = """
INSERT INTO doors_tally AS t (key, count, until) VALUES (%(key)s, 1, %(until)s)
ON CONFLICT (key) DO UPDATE SET
  count = CASE WHEN t.until <= %(now)s THEN 1 ELSE t.count + 1 END,
  until = CASE WHEN t.until <= %(now)s THEN excluded.until ELSE t.until END
RETURNING count
"""
SET = """
INSERT INTO doors_tally AS t (key, value, until) VALUES (%(key)s, %(value)s, %(until)s)
ON CONFLICT (key) DO UPDATE SET value = excluded.value, until = excluded.until
"""


def _run(statement: str, **given: str | bytes | datetime) -> tuple[Any, ...] | None:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        row: tuple[Any, ...] | None = cursor.fetchone() if cursor.description else None
        return row


def hit(key: bytes, lasting: timedelta, now: datetime | None = None) -> int:
    """Count one more under a key, and return how many it has been since the first."""
    now = now or timezone.now()
    row = _run(HIT, key=key, now=now, until=now + lasting)
    return int(row[0]) if row else 0


def counted(key: bytes) -> int:
    """Return how many were counted under a key."""
    row = _run("SELECT count FROM doors_tally WHERE key = %(key)s AND until > %(now)s", key=key, now=timezone.now())
    return int(row[0]) if row else 0


def forget(key: bytes) -> None:
    """Count from nothing again."""
    _run("DELETE FROM doors_tally WHERE key = %(key)s", key=key)


def sweep(now: datetime) -> None:
    """Remove what is over."""
    _run("DELETE FROM doors_tally WHERE until <= %(now)s", now=now)


class Limit:
    """A count an hour for each address."""

    def __init__(self, purpose: str) -> None:
        self._purpose = purpose

    def over(self, request: HttpRequest, most: int) -> bool:
        """Count one more, and say whether an address has used up its hour. 0 means that nothing is counted."""
        if most <= 0:
            return False
        now = timezone.now()
        # The hour is part of the hash, so that one address's hours cannot be put together.
        return hit(digest(f"rate {self._purpose}", f"{now:%Y%m%d%H}", address_of(request)), HOUR, now) > most


submissions, guesses = Limit("submission"), Limit("guess")


class TallyCache(BaseCache):
    """Django's cache on the same table, where allauth keeps its counts. Values are JSON: nothing read runs."""

    def __init__(self, _location: str, params: dict[str, Any]) -> None:
        super().__init__(params)

    def _key(self, key: Any, version: int | None) -> bytes:  # noqa: ANN401  # Django's own type
        return digest("cache", self.make_key(key, version))

    def _until(self, timeout: Any) -> datetime:  # noqa: ANN401  # Django's own type
        seconds = self.default_timeout if timeout is DEFAULT_TIMEOUT else timeout
        return timezone.now() + (FAR if seconds is None else timedelta(seconds=seconds))

    def add(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:  # noqa: ANN401  # as above
        """Set a value where there is none, and say whether that was so."""
        row = _run(
            f"{SET} WHERE t.until <= %(now)s RETURNING true",
            key=self._key(key, version), value=json.dumps(value), until=self._until(timeout), now=timezone.now(),
        )  # fmt: skip
        return row is not None

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:  # noqa: ANN401  # as above
        """Return a value, unless its time is over."""
        row = _run(
            "SELECT value FROM doors_tally WHERE key = %(key)s AND until > %(now)s",
            key=self._key(key, version), now=timezone.now(),
        )  # fmt: skip
        return default if row is None or row[0] is None else json.loads(row[0])

    def set(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:  # noqa: ANN401  # as above
        """Set a value."""
        _run(SET, key=self._key(key, version), value=json.dumps(value), until=self._until(timeout))

    def delete(self, key: Any, version: int | None = None) -> bool:  # noqa: ANN401  # as above
        """Remove a value."""
        forget(self._key(key, version))
        return True

    def clear(self) -> None:
        """Forget everything, counts too."""
        _run("DELETE FROM doors_tally")


def address_of(request: HttpRequest) -> str:
    """Return where a request came from: past our own proxies, and no further than they can be believed."""
    proxies = int(read("HUIYING_PROXIES"))
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    return hops[-proxies] if 0 < proxies <= len(hops) else request.META.get("REMOTE_ADDR", "")


def submissions_an_hour() -> int:
    """Return how many submissions an hour one address may make; 0 is as many as it likes."""
    return int(read("HUIYING_INTAKE_RATE"))
