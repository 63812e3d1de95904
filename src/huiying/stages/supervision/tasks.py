"""What workers run. Each may run twice, late, or beside itself, and does its work once.

None holds a lock: a lock that a dead worker's job still holds would keep the next from running.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Prefetch
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.exceptions import UniqueViolation
from procrastinate.jobs import Status

from huiying.case.folding import dated, folded, law, write_down
from huiying.case.models import Act, Case
from huiying.case.recording import lock_case, read_case
from huiying.case.scheduling import reschedule, settled
from huiying.case.scope import working
from huiying.case.witness import catch_up
from huiying.stages.intake.models import Attachment
from huiying.stages.intake.uploads import sweep
from huiying.stages.supervision.actions import note_dates_found, ring, ring_what_is_due
from huiying.stages.supervision.dates import to_be_found_anew

#: A job that has been "doing" for longer than any of ours takes belongs to a worker that died.
STALLED_S = 120
#: How many cases are read at once where most of them need nothing.
AT_ONCE = 500


@app.task(name="huiying.ring")
def ring_one(alarm: int) -> None:
    """Ring one scheduled fact."""
    ring(alarm, timezone.now())


@app.periodic(cron="* * * * *")
@app.task(name="huiying.every_minute", queueing_lock="every_minute")
def every_minute(timestamp: int) -> None:
    """Ring what a lost job left, and witness what a dead process did not."""
    del timestamp
    now = timezone.now()
    ring_what_is_due(now)
    with working():
        catch_up(now)


@app.periodic(cron="*/2 * * * *")
@app.task(name="huiying.retry_stalled", queueing_lock="retry_stalled", pass_context=False)
async def retry_stalled(timestamp: int) -> None:
    """Give the jobs of workers that died to those that live."""
    del timestamp
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_S):
        try:
            await app.job_manager.retry_job(job)
        except UniqueViolation:  # the next of its kind waits already, and does what this one would
            await app.job_manager.finish_job(job, Status.ABORTED, delete_job=True)


@app.periodic(cron="15 3 * * *")
@app.task(name="huiying.every_night", queueing_lock="every_night")
def every_night(timestamp: int) -> None:
    """Write the dates that a calendar or a release moved; remove files that nobody named."""
    del timestamp
    with working():
        cases = to_be_found_anew()
    for first in range(0, len(cases), AT_ONCE):
        with working():
            moved = _dates_moved(cases[first : first + AT_ONCE])
        for number in moved:
            with working():
                case = lock_case(number)
                now = read_case(case)
                write_down(case, now, now, anew=True)
                reschedule(case, now)
    with working():
        note_dates_found(timezone.now())
    with working():
        named = set(Attachment.objects.values_list("ref", flat=True))
    sweep(named, timezone.now())


def _dates_moved(cases: Sequence[int]) -> list[str]:
    """Return the numbers of those of these cases whose dates are no longer what is written down. Locks nothing."""
    acts = Prefetch("ledger", Act.objects.order_by("position"))
    moved = []
    for case in Case.objects.filter(pk__in=cases).prefetch_related(acts, "clocks", "alarms"):
        now = folded(law(case.law_id), case.ledger.all())
        if not (dated(case, now) and settled(case, now)):
            moved.append(case.number)
    return moved
