"""The components as a Django application, so that their tags and templates are found."""

from __future__ import annotations

from django.apps import AppConfig


class UiConfig(AppConfig):
    """Layout, components, tokens."""

    name = "huiying.ui"
    label = "ui"
