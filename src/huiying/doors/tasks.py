"""What workers clear away at the doors."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from huiying.doors.limits import sweep
from huiying.doors.models import Session


@app.periodic(cron="5 * * * *")
@app.task(name="huiying.every_hour", queueing_lock="every_hour", lock="every_hour")
def every_hour(timestamp: int) -> None:
    """Forget counts whose hour is over, and sessions that have ended."""
    del timestamp
    now = timezone.now()
    sweep(now)
    Session.objects.filter(expire_date__lte=now).delete()
