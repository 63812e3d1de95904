"""What workers run for triage. It may run twice, late, or beside itself, and the models are the same."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from huiying.stages.triage.learning import learn


@app.periodic(cron="30 2 * * 0")
@app.task(name="huiying.learn", queueing_lock="learn")
def every_week(timestamp: int) -> None:
    """Learn from what people said since, on Sunday night."""
    del timestamp
    learn(timezone.now())
