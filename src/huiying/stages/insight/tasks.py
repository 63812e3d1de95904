"""What workers run for the figures. Each may run twice, late, or beside itself, and the figures are the same."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from huiying.stages.insight.actions import recount, recount_ended, tally
from huiying.stages.insight.counting import day_of


@app.periodic(cron="* * * * *")
@app.task(name="huiying.tally", queueing_lock="tally")
def every_minute(timestamp: int) -> None:
    """Count what changed since the last count."""
    del timestamp
    tally()


@app.periodic(cron="45 3 * * *")
@app.task(name="huiying.recount_open", queueing_lock="recount_open")
def every_night(timestamp: int) -> None:
    """Count open cases again, after their dates were computed anew (`supervision.tasks.every_night`)."""
    del timestamp
    recount(only_open=True)


@app.periodic(cron="5 0 * * *")
@app.task(name="huiying.recount_ended", queueing_lock="recount_ended")
def every_midnight(timestamp: int) -> None:
    """Count again what was left out of figures until yesterday (EX-03)."""
    del timestamp
    recount_ended(day_of(timezone.now()))
