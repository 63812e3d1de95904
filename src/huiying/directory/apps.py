"""The directory as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class DirectoryConfig(AppConfig):
    """Areas, units, staff, posts, matters, duties."""

    name = "huiying.directory"
    label = "directory"
    verbose_name = "机构与职责"
