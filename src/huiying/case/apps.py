"""The spine as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class CaseConfig(AppConfig):
    """Cases, acts, tracks, clocks, contents, notices, commands."""

    name = "huiying.case"
    label = "case"
    verbose_name = "工单与台账"
