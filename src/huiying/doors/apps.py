"""The doors as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class DoorsConfig(AppConfig):
    """Pages and API."""

    name = "huiying.doors"
    label = "doors"
    verbose_name = "入口"
