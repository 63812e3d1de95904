"""How often one address may submit, and how often it may guess: counted in memory by keyed hash, stored nowhere."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import datetime

from django.http import HttpRequest
from django.utils import timezone

from huiying.config.environment import read
from huiying.config.keys import digest

#: Wrong receipt codes an hour from one address; 80 bits cannot be guessed, and trying is still stopped.
MOST_GUESSES = 60


class Limit:
    """A count an hour for each address. Each process counts for itself, and forgets when the hour is over."""

    def __init__(self, purpose: str) -> None:
        self._purpose = purpose
        self._lock = threading.Lock()
        self._hour = ""
        self._counts: Counter[bytes] = Counter()

    def _bucket(self, request: HttpRequest, now: datetime) -> bytes:
        hour = f"{now:%Y%m%d%H}"
        if hour != self._hour:
            self._hour = hour
            self._counts.clear()
        return digest(f"rate {self._purpose}", hour, address_of(request))

    def forget(self) -> None:
        """Begin anew, as when the hour is over."""
        with self._lock:
            self._hour = ""

    def reached(self, request: HttpRequest, most: int) -> bool:
        """Whether an address has used up its hour. 0 means that there is no limit."""
        with self._lock:
            return 0 < most <= self._counts[self._bucket(request, timezone.now())]

    def count(self, request: HttpRequest) -> None:
        """Count one more."""
        with self._lock:
            self._counts[self._bucket(request, timezone.now())] += 1


submissions, guesses = Limit("submission"), Limit("guess")


def address_of(request: HttpRequest) -> str:
    """Return where a request came from: past our own proxies, and no further than they can be believed."""
    proxies = int(read("HUIYING_PROXIES"))
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    return hops[-proxies] if 0 < proxies <= len(hops) else request.META.get("REMOTE_ADDR", "")


def submissions_an_hour() -> int:
    """Return how many submissions an hour one address may make; 0 is as many as it likes."""
    return int(read("HUIYING_INTAKE_RATE"))
