"""The intake stage as a Django application."""

from __future__ import annotations

from django.apps import AppConfig

from huiying.config.readying import get_ready_with


class IntakeConfig(AppConfig):
    """Registration, import, attachments."""

    name = "huiying.stages.intake"
    label = "intake"
    verbose_name = "登记"

    def ready(self) -> None:
        """Have the words of open cases read in a process that serves, so that no caller waits for that."""
        get_ready_with(_prepare)


def _prepare() -> None:
    from huiying.stages.intake.held import prepare  # noqa: PLC0415  # models, which are not loaded yet up there

    prepare()
