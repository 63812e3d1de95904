"""Has a working installation for as long as a command runs: database, keys, schema, Django."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from huiying.commands.database import told
from huiying.config import database, keys
from huiying.config.environment import home
from huiying.config.trouble import Trouble

#: Lies in a home for as long as it is being restored.
UNFINISHED = "restore.unfinished"


@contextmanager
def ready() -> Iterator[None]:
    """Start the database if it is the home's own, create missing keys, set Django up, bring the schema up to date."""
    with told(), whole(), database.available():
        keys.create_missing()
        set_up_django()
        from huiying.config.migrating import bring_up_to_date  # noqa: PLC0415  # needs Django

        bring_up_to_date()
        yield


@contextmanager
def whole() -> Iterator[None]:
    """Refuse a home in which a restore began and did not come to its end."""
    if (home() / UNFINISHED).exists():
        raise Trouble("restore_unfinished", home())
    yield


def set_up_django() -> None:
    """Load Django with our settings."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "huiying.config.settings"
    import django  # noqa: PLC0415  # Django only where it is used

    django.setup()
