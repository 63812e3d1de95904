"""The triage stage as a Django application: its tables and its tasks."""

from __future__ import annotations

from django.apps import AppConfig


class TriageConfig(AppConfig):
    """What machines proposed, and what people made of it."""

    name = "huiying.stages.triage"
    label = "triage"
    verbose_name = "研判"
