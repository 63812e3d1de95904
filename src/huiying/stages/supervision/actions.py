"""Verbs of supervision: ring a scheduled fact, once, if it still holds; open a case of protection (XF-57)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from django.db.models import Count, Q

from huiying.case.folding import Folded
from huiying.case.ledger import Entry
from huiying.case.models import Alarm, Case, Notice
from huiying.case.numbers import serials
from huiying.case.queue import enqueue
from huiying.case.recording import (
    CLOCKWORK,
    Beginning,
    Recorded,
    begin_many,
    instrument_in_force,
    lock_case,
    new_case,
    read_case,
    record,
)
from huiying.case.registry import append
from huiying.case.scheduling import ESCALATION_AFTER, again, holds, planned
from huiying.case.scope import working
from huiying.directory.models import Staff
from huiying.procedure.schema import Kind
from huiying.stages.identity import vault
from huiying.stages.identity.texts import from_staff
from huiying.stages.identity.vault import Sealing
from huiying.stages.supervision.dates import SUBJECT, foundation, last_foundation
from huiying.stages.triage.actions import SHARED, registered

ARTICLE = "规范处理流程"
#: Kind of scheduled fact → the act it becomes, what it is called, and which role is told.
TOLD = {
    "remind": ("remind", "期限将至提醒", "officer"),
    "escalate": ("escalate_overdue", "逾期提级", "leader"),
    "recheck": ("recheck", "挂账复查提醒", "unit_head"),
}
#: The fact by which a protection case is known.
PROTECTION = "protection"
WORDS = "工单{number}的诉求人因反映问题受到施压、威胁或者打击报复，由督办员核查：行为本身、是否泄露信息、领导责任。"


def ring(alarm_id: int, at: datetime) -> str | None:
    """Ring one scheduled fact and return the act it became; None where it has rung, moved, or is not yet due.

    However often and by however many workers it is called, the act is appended once: the case is locked first.
    """
    with working():
        alarm = Alarm.objects.select_related("case").filter(pk=alarm_id).first()
        if alarm is None:
            return None
        case = lock_case(alarm.case.number)
        alarm = Alarm.objects.filter(pk=alarm_id, rang_at=None, at__lte=at).first()
        if alarm is None:
            return None
        now = read_case(case)
        act = _ring(case, now, alarm, at) if holds(alarm, planned(now)) else None
        Alarm.objects.filter(pk=alarm_id).update(rang_at=at)
        return act


def _ring(case: Case, now: Folded, alarm: Alarm, at: datetime) -> str:
    """Append what a scheduled fact becomes: a reminder, an alarm and a supervisor, the next level, a re-check."""
    given = {"about": alarm.clock, "at": alarm.at.isoformat()}
    repeats = again(alarm.kind, now)
    if repeats is not None:
        _schedule_again(case, alarm, repeats, at)
    if alarm.kind == "alarm":
        recorded = record(case, Entry("alarm", CLOCKWORK, at, given=given))
        if alarm.clock in now.state.clocks:
            name_supervisor(case, at)
        else:
            _tell(case, recorded.act.position, "协办逾期", "supervisor", at)
        return "alarm"
    act, name, to = TOLD[alarm.kind]
    if alarm.kind == "escalate" and _supervised_since(now, at - ESCALATION_AFTER):
        return alarm.kind
    recorded = record(case, Entry(act, CLOCKWORK, at, given=given))
    _tell(case, recorded.act.position, name, to, at)
    return act


def _schedule_again(case: Case, alarm: Alarm, after: timedelta, at: datetime) -> None:
    """Have a fact ring again at the next of its times that lies ahead: what was missed is not made up for."""
    following = Alarm.objects.create(
        case=case, clock=alarm.clock, kind=alarm.kind, at=alarm.at + after * ((at - alarm.at) // after + 1)
    )
    enqueue("ring", following.at, alarm=following.pk)


def name_supervisor(case: Case, at: datetime) -> None:
    """Name a supervisor for a late case; one that has theirs keeps them (invariant 36)."""
    if case.supervisor:
        return
    least = least_burdened(at)
    if least:
        recorded = record(case, Entry("name_supervisor", CLOCKWORK, at, sets={"supervisor": least}))
        _tell(case, recorded.act.position, "专人督办", "supervisor", at)


def least_burdened(at: datetime) -> str:
    """Return whoever of the supervisors sees to the fewest cases, empty where there is none."""
    chosen = (
        Staff.objects.filter(Q(posts__until=None) | Q(posts__until__gte=at), is_active=True, posts__role="supervisor")
        .distinct()
        .values_list("username", flat=True)
    )
    load = dict(
        Case.objects.filter(closed_at=None, supervisor__in=list(chosen))
        .values_list("supervisor")
        .annotate(late=Count("id"))
    )
    return min(chosen, key=lambda name: (load.get(name, 0), name), default="")


def _supervised_since(now: Folded, since: datetime) -> bool:
    return any(entry.actor.role == "supervisor" and entry.at >= since for entry in now.state.done)


def _tell(case: Case, position: int, name: str, to: str, at: datetime) -> None:
    Notice.objects.create(case=case, position=position, name=name, to=to, article=ARTICLE, at=at)


def note_seen(notices: Sequence[int], at: datetime) -> None:
    """Note that somebody has seen these notices; that they were owed, and what for, stays."""
    with working():
        Notice.objects.filter(pk__in=notices, seen_at=None).update(seen_at=at)


def ring_what_is_due(at: datetime, at_most: int = 500) -> int:
    """Ring everything that is due and has not rung, whether or not its job was lost. Returns how many there were."""
    with working():
        due = list(Alarm.objects.filter(rang_at=None, at__lte=at).order_by("at").values_list("pk", flat=True)[:at_most])
    for alarm_id in due:
        ring(alarm_id, at)
    return len(due)


def protect(recorded: Recorded, at: datetime) -> str:
    """Open the protection case of a case in which a threat was reported, or return the open one. Returns its number.

    It is linked to its origin and followed from its receipt, confidential, handled like a report, and has a named
    officer from its first moment. Locked out of it are the units complained about, and every unit that ever had the
    first case: it is against the act, but also against whoever told of it and whoever led (一案双查).

    Inside the open transaction of the report. What is reported in a protection case stays in it.
    """
    origin, state = recorded.case, recorded.now.state
    if state.facts.get(PROTECTION):
        return origin.number
    known = Case.objects.filter(split_from=origin.number, facts__protection=True, closed_at=None).first()
    if known is not None:
        return known.number
    had_it = {*state.units.values(), *(entry.actor.unit for entry in state.done if entry.actor.unit)}
    new = new_case(serials(1)[0], at, instrument_in_force(at))
    words = WORDS.format(number=origin.number)
    digests = vault.digests(origin.number, SHARED)
    (sealed,) = vault.seal([Sealing(new.number, 1, "text", words)])
    commitments = {**{f"sealed:{name}": digest for name, digest in digests.items()}, "sealed:text": sealed}
    entry = registered(origin, recorded.now, Kind.REPORT, 1, new, CLOCKWORK, at, commitments)
    entry = replace(
        entry,
        given={**entry.given, "respondents": tuple(sorted({*state.respondents(), *had_it})), PROTECTION: True},
        sets={
            **entry.sets,
            "received_at": at.isoformat(),
            "confidential": True,
            "supervisor": least_burdened(at),
        },
    )
    begin_many([Beginning(new, entry, {"text": from_staff(words, new.number)})])
    vault.share(origin.number, new.number, SHARED)
    return new.number


def note_dates_found(at: datetime) -> None:
    """Say that all dates are right by today's days and release, if they were last by others."""
    now = foundation()
    if last_foundation() != now:
        append(SUBJECT, Entry("find_dates", CLOCKWORK, at, given=now))
