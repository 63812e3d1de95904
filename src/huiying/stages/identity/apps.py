"""The identity stage as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class IdentityConfig(AppConfig):
    """The vault and its openings."""

    name = "huiying.stages.identity"
    label = "identity"
    verbose_name = "身份保管"
