"""The audit stage as a Django application: its tables."""

from __future__ import annotations

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """Samples of closed cases."""

    name = "huiying.stages.audit"
    label = "audit"
    verbose_name = "抽样审计"
