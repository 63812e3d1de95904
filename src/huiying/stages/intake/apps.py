"""The intake stage as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    """Registration, import, attachments."""

    name = "huiying.stages.intake"
    label = "intake"
    verbose_name = "登记"
