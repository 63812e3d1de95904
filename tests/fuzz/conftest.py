"""A town with demands at every step, and people at its doors who send it what nobody should."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections

from doors.conftest import nobody, signed_in, with_token  # noqa: F401  # the doors' own fixtures
from fuzz.town import Town, founded


@pytest.fixture
def town(db: None) -> Town:
    """Return the town."""
    del db
    return founded()


@pytest.fixture
def kept_open() -> Iterator[None]:
    """Keep the test's connection while the web server's own entrance is called, as Django's client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)
