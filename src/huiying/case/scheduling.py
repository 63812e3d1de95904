"""Scheduled facts: a reminder before a limit ends, an alarm when it has, escalation while nothing happens, re-checks.

They are rows, computed anew whenever a case moves, and each has a job that rings it (`stages.supervision.tasks`). A
sweep rings whatever a lost job left; ringing twice does nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from huiying.case.folding import Folded, delivery_dates, end_of
from huiying.case.models import Alarm, Case
from huiying.case.queue import enqueue
from huiying.procedure.state import MAIN
from huiying.procedure.time_limits import Due
from huiying.procedure.workdays import china

#: When the reminder comes, as a share of the time there is (rules §7.2: 80 % of the limit).
REMINDER_SHARE = 0.8
#: How long after the limit a case goes up if its supervisor has recorded nothing, and again after each such time.
ESCALATION_AFTER = timedelta(days=7)
Fact = tuple[str, str, datetime]


def planned(now: Folded) -> dict[tuple[str, str], datetime]:
    """Return what is to ring for a case, by what it is about and its kind, and when (for the first time)."""
    return {(about, kind): at for about, kind, at in _planned(now)}


def _planned(now: Folded) -> Iterator[Fact]:
    if now.ended_at is not None:  # whatever its clocks say: nobody can be told to hurry, or named to see to it
        return
    for name, clock in now.state.clocks.items():
        ends = clock.due(china())
        stands = clock.stopped is not None or clock.stands_since is not None
        if now.procedure.clocks[name].whose == "unit" or stands or not isinstance(ends, Due):
            continue
        yield name, "remind", clock.started + (ends.moment - clock.started) * REMINDER_SHARE
        yield name, "alarm", ends.moment
        yield name, "escalate", ends.moment + ESCALATION_AFTER
    for track, day in delivery_dates(now).items():
        if now.state.steps[track] not in now.procedure.endings:
            yield f"track {track}", "alarm", end_of(day)
    step = now.procedure.steps[now.state.steps[MAIN]]
    if step.recheck_days is not None:
        entered = max(e.at for e in now.state.done if now.procedure.acts[e.act].target == step.id)
        yield f"step {step.id}", "recheck", entered + timedelta(days=step.recheck_days)


def again(kind: str, now: Folded) -> timedelta | None:
    """Return after what time a kind of fact rings again, None for those that ring once."""
    step = now.procedure.steps[now.state.steps[MAIN]]
    if kind == "recheck" and step.recheck_days is not None:
        return timedelta(days=step.recheck_days)
    return ESCALATION_AFTER if kind == "escalate" else None


def reschedule(case: Case, now: Folded) -> None:
    """Bring the scheduled facts of a case to what its acts say; what has rung stays."""
    outdated, new = _changes(case, now)
    if outdated:
        Alarm.objects.filter(pk__in=outdated).delete()
    for alarm in Alarm.objects.bulk_create(new):
        enqueue("ring", alarm.at, alarm=alarm.pk)


def settled(case: Case, now: Folded) -> bool:
    """Whether the scheduled facts of a case are what its acts say, by today's calendar."""
    return not any(_changes(case, now))


def _changes(case: Case, now: Folded) -> tuple[list[int], list[Alarm]]:
    """Return which scheduled facts no longer hold, and those that are missing."""
    wanted = planned(now)
    there = list(case.alarms.all())
    outdated = [alarm.pk for alarm in there if alarm.rang_at is None and not holds(alarm, wanted)]
    kept = [alarm for alarm in there if alarm.pk not in outdated]
    new = [
        Alarm(case=case, clock=about, kind=kind, at=moment)
        for (about, kind), at in sorted(wanted.items())
        if (moment := _next(about, kind, at, kept, now)) is not None
    ]
    return outdated, new


def _next(about: str, kind: str, first: datetime, kept: Sequence[Alarm], now: Folded) -> datetime | None:
    """Return when a fact is to ring that no row says yet: at its first moment, or, if it repeats, after its last."""
    rung = [alarm.at for alarm in kept if (alarm.clock, alarm.kind) == (about, kind)]
    if any(alarm.rang_at is None for alarm in kept if (alarm.clock, alarm.kind) == (about, kind)):
        return None
    if first not in rung:
        return first
    interval = again(kind, now)
    return None if interval is None else max(rung) + interval


def holds(alarm: Alarm, wanted: dict[tuple[str, str], datetime]) -> bool:
    """Whether a scheduled fact is still what the case wants: at its first moment, or at a later one if it repeats."""
    first = wanted.get((alarm.clock, alarm.kind))
    if first is None:
        return False
    return alarm.at == first or (alarm.kind in {"escalate", "recheck"} and alarm.at > first)
