"""How much of a limit is left, in the unit in which it is counted, and to which part of a list that belongs."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import lru_cache

from django.utils.translation import gettext as _

from huiying.procedure.time_limits import SHANGHAI, Unit
from huiying.procedure.workdays import ONE_DAY, china

#: The parts of a list, in the order in which the law asks.
LATE, TODAY, WEEK, LATER, OPEN = "late", "today", "week", "later", "open"
WHENS = (LATE, TODAY, WEEK, LATER, OPEN)
HOUR, MINUTE = 3600, 60
SHORT = frozenset({Unit.HOURS, Unit.MINUTES, Unit.SECONDS})


def end_of_today(at: datetime) -> datetime:
    """Return the moment at which the day of `at` ends, in Beijing."""
    return datetime.combine(at.astimezone(SHANGHAI).date() + ONE_DAY, time(), SHANGHAI)


def end_of_week(at: datetime) -> datetime:
    """Return the moment at which the week of `at` ends: Sunday, 24:00, in Beijing."""
    today = at.astimezone(SHANGHAI).date()
    return datetime.combine(today + timedelta(days=7 - today.weekday()), time(), SHANGHAI)


def when(moment: datetime | None, at: datetime) -> str:
    """Return the part of a list to which a limit belongs: past, ending today, this week, later, or not fixed."""
    if moment is None:
        return OPEN
    if moment <= at:
        return LATE
    if moment <= end_of_today(at):
        return TODAY
    return WEEK if moment <= end_of_week(at) else LATER


def left(moment: datetime, at: datetime, unit: Unit | None = None) -> str:
    """Say how much is left until a limit ends, or how long it has been over: 还剩3个工作日, 已逾期2天.

    `unit`: the unit that the limit's row is counted in; without one, days.
    """
    if moment <= at:
        return _late(at - moment)
    if unit in SHORT or (moment <= end_of_today(at) and moment != end_of_today(at)):
        return _short(moment - at)
    today, last = at.astimezone(SHANGHAI).date(), (moment - timedelta(microseconds=1)).astimezone(SHANGHAI).date()
    if last == today:
        return _("今天到期")
    if unit is Unit.WORKING_DAYS:
        return _("还剩{days}个工作日").format(days=workdays_between(today, last))
    return _("还剩{days}天").format(days=(last - today).days)


def _late(over: timedelta) -> str:
    if over.days:
        return _("已逾期{days}天").format(days=over.days)
    if over.seconds >= HOUR:
        return _("已逾期{hours}小时").format(hours=over.seconds // HOUR)
    return _("已逾期{minutes}分钟").format(minutes=over.seconds // MINUTE)


def _short(ahead: timedelta) -> str:
    seconds = int(ahead.total_seconds())
    if seconds >= HOUR:
        return _("还剩{hours}小时").format(hours=seconds // HOUR)
    return _("还剩{minutes}分钟").format(minutes=seconds // MINUTE)


@lru_cache(maxsize=4096)
def workdays_between(today: date, last: date) -> int:
    """Return how many days are worked after `today`, up to and including `last`; a list asks for few different ones."""
    calendar, days = china(), (last - today).days
    return sum(calendar.day(today + timedelta(days=one)).working for one in range(1, days + 1))
