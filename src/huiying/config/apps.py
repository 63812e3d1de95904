"""Registers the installation's system checks with Django."""

from __future__ import annotations

from django.apps import AppConfig
from django.core import checks


class ConfigApp(AppConfig):
    """The installation itself: no models, only what Django must watch over."""

    name = "huiying.config"
    label = "config"

    def ready(self) -> None:
        """Register the checks."""
        from huiying.config.checks import (  # noqa: PLC0415  # needs the apps
            database_can_carry_us,
            fields_are_classified,
            nothing_invites_strangers,
        )

        checks.register(fields_are_classified, checks.Tags.models)
        checks.register(nothing_invites_strangers, checks.Tags.security)
        checks.register(database_can_carry_us, checks.Tags.database)
