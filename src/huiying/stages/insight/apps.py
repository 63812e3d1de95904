"""The insight stage as a Django application: its tables, and tasks that the workers find through it."""

from __future__ import annotations

from django.apps import AppConfig


class InsightConfig(AppConfig):
    """Figures over all cases."""

    name = "huiying.stages.insight"
    label = "insight"
    verbose_name = "研判"
