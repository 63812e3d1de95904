"""Scheduled facts about clocks: a reminder before a limit ends, an alarm when it has, escalation while nothing happens.

They are rows, computed anew whenever a clock moves, and each has a job that rings it (`stages.supervision.tasks`). A
sweep rings whatever a lost job left; ringing twice does nothing.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from huiying.case.folding import Folded
from huiying.case.models import Alarm, Case
from huiying.case.queue import enqueue
from huiying.procedure.state import RunningClock
from huiying.procedure.time_limits import Due
from huiying.procedure.workdays import china

#: When the reminder comes, as a share of the time there is (rules §7.2: 80 % of the limit).
REMINDER_SHARE = 0.8
#: How long after the limit an overdue case goes up if its supervisor has recorded nothing.
ESCALATION_AFTER = timedelta(days=7)


def planned(clock: RunningClock) -> dict[str, datetime]:
    """Return what is to ring for a clock, and when; nothing for one that stands, has stopped, or has no limit."""
    if clock.stopped is not None or clock.stands_since is not None:
        return {}
    ends = clock.due(china())
    if not isinstance(ends, Due):
        return {}
    remaining = ends.moment - clock.started
    return {
        "remind": clock.started + remaining * REMINDER_SHARE,
        "alarm": ends.moment,
        "escalate": ends.moment + ESCALATION_AFTER,
    }


def reschedule(case: Case, now: Folded) -> None:
    """Bring the scheduled facts of a case to what its clocks say; what has rung stays."""
    wanted = {
        (name, kind, moment)
        for name, clock in now.state.clocks.items()
        if now.procedure.clocks[name].whose == "person"
        for kind, moment in planned(clock).items()
    }
    there = {(alarm.clock, alarm.kind, alarm.at): alarm for alarm in case.alarms.all()}
    outdated = [alarm.pk for fact, alarm in there.items() if fact not in wanted and alarm.rang_at is None]
    if outdated:
        Alarm.objects.filter(pk__in=outdated).delete()
    new = [Alarm(case=case, clock=name, kind=kind, at=at) for name, kind, at in sorted(wanted - set(there))]
    for alarm in Alarm.objects.bulk_create(new):
        enqueue("ring", alarm.at, alarm=alarm.pk)
