"""What workers run for the figures. Each may run twice, late, or beside itself, and the figures are the same."""

from __future__ import annotations

from procrastinate.contrib.django import app

from huiying.stages.insight.actions import recount, tally


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
