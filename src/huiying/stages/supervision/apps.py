"""The supervision stage as a Django application: its tasks are found by the workers through it."""

from __future__ import annotations

from django.apps import AppConfig


class SupervisionConfig(AppConfig):
    """Reminders, alarms, escalation."""

    name = "huiying.stages.supervision"
    label = "supervision"
    verbose_name = "督办"
