"""Time limits: what a rule row says, and the due date that follows from facts.

A due date is computed from its facts (start, suspensions, extensions, calendar) and never counted down. It can give
its derivation: every day, whether it was counted, and why. Days end at 24:00 Asia/Shanghai of the due date; hours,
minutes and seconds run through nights and holidays. Sources: 民法典 201–203, rules TM-01 to TM-15.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone
from enum import StrEnum
from functools import partial
from typing import Annotated, Literal, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from huiying.procedure.decision import Allowed, Decision, Refused
from huiying.procedure.workdays import ONE_DAY, Calendar, Day

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
MONTHS_A_YEAR = 12
#: What an approver who may fix any definite length cannot have meant: more than ten years of days.
BEYOND_REASON = 3650


class Unit(StrEnum):
    """The unit of a limit. `unknown` refuses to be counted until a local pack sets it."""

    NATURAL_DAYS = "nd"
    WORKING_DAYS = "wd"
    MONTHS = "mo"
    HOURS = "h"
    MINUTES = "min"
    SECONDS = "s"
    UNKNOWN = "unknown"


class Roll(StrEnum):
    """What happens when the last day is not worked (rule TM-04): nothing, or on to the next day that is no such day."""

    NONE = "none"
    STATUTORY = "statutory"
    REST_DAY = "rest_day"


class Status(StrEnum):
    """How sure we are of a value. Only V (read in full) and P (read in part) may be shown to the public as law."""

    VERIFIED = "V"
    PARTLY = "P"
    RECALLED = "R"
    SEED = "S"
    INFERRED = "I"
    DESIGN = "D"

    @property
    def is_law(self) -> bool:
        """Whether the public may be told that this is the law."""
        return self in {Status.VERIFIED, Status.PARTLY}


#: Every day counts where a limit is in natural days.
NATURAL = Day(working=True, statutory=False, known=True, kind="natural")
CLOCK_UNITS = {
    Unit.HOURS: timedelta(hours=1),
    Unit.MINUTES: timedelta(minutes=1),
    Unit.SECONDS: timedelta(seconds=1),
}


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Extension(_Frozen):
    """One rung of extending a limit: who approves it, and the most it may add in the limit's own unit.

    `most` is a number, `fixed` (the approver fixes any definite length) or `unknown` (refused until a pack sets it).
    """

    by: str
    most: Annotated[int, Field(gt=0)] | Literal["fixed", "unknown"]


class Term(_Frozen):
    """One row of the law's clock. Days are counted from the day after `from_event`; a negative value counts back."""

    id: str
    name: str
    procedure: str
    step: str
    from_event: str
    value: int
    unit: Unit
    extensions: tuple[Extension, ...] = ()
    suspend_on: tuple[str, ...] = ()
    consent_by: str | None = None
    roll: Roll = Roll.NONE
    article: Annotated[str, Field(pattern=r"\S")]
    valid_from: date = date.min
    valid_to: date = date.max
    status: Status
    note: str = ""
    #: Time that the law leaves to a person: to apply, object, defend, sue. Nobody here may make it shorter.
    own_time: bool = False

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if self.value == 0:
            raise ValueError("value is 0; a limit of nothing is no limit")
        if self.valid_to < self.valid_from:
            raise ValueError("valid_to lies before valid_from")
        if self.unit in CLOCK_UNITS and self.roll is not Roll.NONE:
            raise ValueError("hours, minutes and seconds run through nights and holidays; roll must be none")
        if self.value < 0 and (
            self.extensions or self.suspend_on or self.unit not in {Unit.NATURAL_DAYS, Unit.WORKING_DAYS}
        ):
            raise ValueError("a limit counted backwards is in days and has neither extension nor suspension")
        return self

    def in_force(self, on: date) -> bool:
        """Whether the row governs a clock that starts on this date."""
        return self.valid_from <= on <= self.valid_to


@dataclass(frozen=True, slots=True)
class Suspension:
    """Days not counted, both ends included, on a ground that the row lists. None: the ground is not stated."""

    first: date
    last: date
    ground: str | None = None


class Line(NamedTuple):
    """One line of a derivation: a day (or a moment), whether it was counted, and why (a code of `procedure/words`).

    `assumed`: the day's year has no calendar yet, so that weekends and fixed holidays are all that is known of it.
    """

    at: date | datetime
    counted: bool
    why: str
    detail: str = ""
    number: int = 0
    assumed: bool = False


@dataclass(frozen=True, slots=True)
class Due:
    """When a limit ends. A date ends at 24:00 Asia/Shanghai; a provisional one waits for a calendar."""

    at: date | datetime
    provisional: bool
    article: str
    explain: Callable[[], tuple[Line, ...]] = field(compare=False, repr=False)

    @property
    def derivation(self) -> tuple[Line, ...]:
        """Every day's reason, found when it is asked for: most dates are needed without."""
        return self.explain()

    @property
    def moment(self) -> datetime:
        """The first moment at which the limit has passed."""
        if isinstance(self.at, datetime):
            return self.at
        return datetime.combine(self.at + ONE_DAY, time(), SHANGHAI)


def may_suspend(term: Term, ground: str | None) -> Decision:
    """Whether a clock may stand still on this ground: only on one that the row lists (rules TM-12, TM-13)."""
    if ground is None and term.suspend_on:
        return Allowed(term.article)
    if ground in term.suspend_on:
        return Allowed(term.article)
    code = "suspension_ground_not_listed" if term.suspend_on else "suspension_never"
    return Refused(code, term.article, {"term": term.id, "ground": ground or "", "grounds": term.suspend_on})


def may_extend(term: Term, amount: int, *, already: int = 0, by: str | None = None) -> Decision:
    """Whether `amount` more units may be added after `already` added ones, by this approver.

    Without `by`, the first rung's approver is meant. An extension is one continuous count with the limit itself.
    """
    if not term.extensions:
        return Refused("extension_never", term.article, {"term": term.id})
    rung = next((e for e in term.extensions if by in {None, e.by}), None)
    if rung is None:
        approvers = tuple(rung.by for rung in term.extensions)
        return Refused("extension_wrong_approver", term.article, {"by": by, "approvers": approvers})
    if amount <= 0:
        return Refused("extension_not_positive", term.article, {"amount": amount})
    if rung.most == "unknown":
        return Refused("extension_unknown", term.article, {"term": term.id})
    most = BEYOND_REASON if rung.most == "fixed" else rung.most
    if already + amount > most:
        code = "extension_beyond_reason" if rung.most == "fixed" else "extension_too_long"
        return Refused(code, term.article, {"amount": already + amount, "most": most, "measure": term.unit.value})
    return Allowed(term.article)


def due(
    term: Term,
    start: date | datetime,
    calendar: Calendar,
    *,
    suspensions: Sequence[Suspension] = (),
    extended: int = 0,
    extended_by: str | None = None,
    roll: Roll | None = None,
) -> Due | Refused:
    """Return when a limit ends, and on demand every day's reason, or why it cannot be said.

    `start` is the day (or moment) of the event that starts the clock; it is not counted. `extended` is in the term's
    own unit. `roll` replaces the row's own.
    """
    refused = _refusal(term, start, suspensions, extended, extended_by)
    if refused is not None:
        return refused
    if term.unit in CLOCK_UNITS:
        assert isinstance(start, datetime)  # noqa: S101  # _refusal has seen to it
        return _due_moment(term, start, suspensions, extended)
    day = start.astimezone(SHANGHAI).date() if isinstance(start, datetime) else start
    if term.value < 0:
        return _count_back(term, day, calendar)
    return _due_day(term, day, calendar, suspensions, extended, term.roll if roll is None else roll)


def _refusal(
    term: Term, start: date | datetime, suspensions: Sequence[Suspension], extended: int, extended_by: str | None
) -> Refused | None:
    if term.unit is Unit.UNKNOWN:
        return Refused("unit_unknown", term.article, {"term": term.id, "name": term.name, "value": term.value})
    if term.unit in CLOCK_UNITS and not (isinstance(start, datetime) and start.tzinfo is not None):
        return Refused("moment_needed", term.article, {"term": term.id, "start": start.isoformat()})
    for suspension in suspensions:
        decision = may_suspend(term, suspension.ground)
        if isinstance(decision, Refused):
            return decision
        if suspension.last < suspension.first:
            return Refused(
                "suspension_ends_before_it_starts",
                term.article,
                {"first": suspension.first.isoformat(), "last": suspension.last.isoformat()},
            )
    if extended:
        decision = may_extend(term, extended, by=extended_by)
        if isinstance(decision, Refused):
            return decision
    return None


def _due_day(
    term: Term, start: date, calendar: Calendar, suspensions: Sequence[Suspension], extended: int, roll: Roll
) -> Due:
    wanted = term.value + extended
    if term.unit is Unit.MONTHS:
        wanted = (_months_later(start, wanted) - start).days
    working = calendar if term.unit is Unit.WORKING_DAYS else None
    at = last = _last_day(start, wanted, working, suspensions)
    provisional = _assumed(start + ONE_DAY, last, working)
    while roll is not Roll.NONE:
        if _suspension(at, suspensions) is None:
            day = calendar.day(at)
            provisional = provisional or not day.known
            if not (day.statutory if roll is Roll.STATUTORY else not day.working):
                break
        at += ONE_DAY
    explain = partial(_derive, term.unit, roll, (start, last, at), calendar, suspensions)
    return Due(at, provisional, term.article, explain)


def _last_day(start: date, wanted: int, working: Calendar | None, suspensions: Sequence[Suspension]) -> date:
    """Return the last of so many days after a day; suspended days are not among them.

    `working`: the calendar whose working days count; None: every day does.
    """
    on = start
    for suspension in sorted(suspensions, key=lambda s: s.first):
        if suspension.last <= on:
            continue
        if _nth(on, wanted, working) < suspension.first:
            break
        if on < suspension.first:
            wanted -= working.worked_between(on, suspension.first) if working else (suspension.first - on).days - 1
        on = suspension.last
    return _nth(on, wanted, working)


def _nth(after: date, number: int, working: Calendar | None) -> date:
    return working.nth_worked(after, number) if working else after + timedelta(days=number)


def _assumed(first: date, last: date, working: Calendar | None) -> bool:
    """Whether asking which of these days are worked meets a year without a calendar."""
    return working is not None and any(year not in working.years for year in range(first.year, last.year + 1))


def _suspension(on: date, suspensions: Sequence[Suspension]) -> Suspension | None:
    return next((s for s in suspensions if s.first <= on <= s.last), None)


def _derive(
    unit: Unit, roll: Roll, days: tuple[date, date, date], calendar: Calendar, suspensions: Sequence[Suspension]
) -> tuple[Line, ...]:
    """Return each day's reason. `days`: the start, the last day counted, and the day to which the end then moved."""
    start, last, at = days
    lines, on, number = [Line(start, False, "start")], start, 0
    while on < last:
        on += ONE_DAY
        day = calendar.day(on) if unit is Unit.WORKING_DAYS else NATURAL
        if suspension := _suspension(on, suspensions):
            lines.append(Line(on, False, "suspended", suspension.ground or ""))
        elif not day.working:
            lines.append(Line(on, False, day.kind, day.name, assumed=not day.known))
        else:
            number += 1
            lines.append(Line(on, True, day.kind, day.name, number, not day.known))
    while on < at:
        if _suspension(on, suspensions):
            lines.append(Line(on, False, "rolled_suspended"))
        else:
            day = calendar.day(on)
            lines.append(Line(on, False, f"rolled_{roll.value}", day.name, assumed=not day.known))
        on += ONE_DAY
    if at > last:
        lines.append(Line(at, False, "rolled_to"))
    return tuple(lines)


def _count_back(term: Term, start: date, calendar: Calendar) -> Due:
    working = calendar if term.unit is Unit.WORKING_DAYS else None
    at = _nth(start, term.value, working)
    return Due(at, _assumed(at, start - ONE_DAY, working), term.article, partial(_derive_back, start, at, working))


def _derive_back(start: date, at: date, working: Calendar | None) -> tuple[Line, ...]:
    lines, on, number = [Line(start, False, "start")], start, 0
    while on > at:
        on -= ONE_DAY
        day = working.day(on) if working else NATURAL
        number += day.working
        lines.append(Line(on, day.working, day.kind, day.name, number if day.working else 0, not day.known))
    return tuple(lines)


def _due_moment(term: Term, start: datetime, suspensions: Sequence[Suspension], extended: int) -> Due:
    start = start.astimezone(SHANGHAI)
    left = CLOCK_UNITS[term.unit] * (term.value + extended)
    lines = [Line(start, False, "start_moment")]
    at = start
    for suspension in sorted(suspensions, key=lambda s: s.first):
        stands = datetime.combine(suspension.first, time(), SHANGHAI)
        runs_again = datetime.combine(suspension.last + ONE_DAY, time(), SHANGHAI)
        if runs_again <= at:
            continue
        if at + left <= stands:
            break
        left -= max(stands - at, timedelta())
        at = runs_again
        lines.append(Line(runs_again, False, "suspended_until", suspension.ground or ""))
    lines.append(Line(at + left, True, "moment"))
    return Due(at + left, False, term.article, lambda: tuple(lines))


def _months_later(start: date, months: int) -> date:
    """The same day of the month so many months later, or the month's last day (rule TM-05)."""
    year, month = divmod(start.year * MONTHS_A_YEAR + start.month - 1 + months, MONTHS_A_YEAR)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))
