"""The papers stage as a Django application: its tables."""

from __future__ import annotations

from django.apps import AppConfig


class PapersConfig(AppConfig):
    """Papers and the numbers that they were given."""

    name = "huiying.stages.papers"
    label = "papers"
    verbose_name = "文书"
