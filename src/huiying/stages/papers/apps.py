"""The papers stage as a Django application: its tables."""

from __future__ import annotations

from django.apps import AppConfig

from huiying.config.readying import get_ready_with


class PapersConfig(AppConfig):
    """Papers and the numbers that they were given."""

    name = "huiying.stages.papers"
    label = "papers"
    verbose_name = "文书"

    def ready(self) -> None:
        """Have fonts, layout and words read in a process that serves before somebody waits for a paper."""
        get_ready_with(_prepare)


def _prepare() -> None:
    from huiying.stages.papers.setting import prepare  # noqa: PLC0415  # Typst, only where papers are made

    prepare()
