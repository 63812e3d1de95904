"""The seam to the job queue: a job is enqueued in the transaction of the act that causes it, or not at all."""

from __future__ import annotations

from datetime import datetime

from procrastinate.contrib.django import app


def enqueue(task: str, at: datetime | None = None, **arguments: int | str) -> None:
    """Have a worker run a task, at a moment or as soon as it can. Arguments are ids and numbers, never contents."""
    app.configure_task(f"huiying.{task}", allow_unknown=True, schedule_at=at).defer(**arguments)
