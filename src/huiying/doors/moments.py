"""Moments as people say them: a limit that ends with a day by its date and 24时, others by the minute."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from huiying.procedure.time_limits import SHANGHAI


def until(moment: datetime) -> str:
    """Return until when a limit runs, as people say it: a day that ends at 24:00 by its date, otherwise the minute."""
    local = moment.astimezone(SHANGHAI)
    if _ends_a_day(local):
        return _("{date}24时").format(date=on_date((local - timedelta(days=1)).date()))
    return date_format(local, _("Y年n月j日 H:i"))


def until_short(moment: datetime) -> str:
    """Return until when a limit runs, without the year where it is this one: 9月25日24时."""
    local = moment.astimezone(SHANGHAI)
    day = (local - timedelta(days=1)).date() if _ends_a_day(local) else local.date()
    if day.year != timezone.now().astimezone(SHANGHAI).year:
        return until(moment)
    if _ends_a_day(local):
        return _("{date}24时").format(date=_day_words(day, day.year, get_language()))
    return date_format(local, _("n月j日 H:i"))


def _ends_a_day(local: datetime) -> bool:
    return (local.hour, local.minute, local.second) == (0, 0, 0)


def on_date(day: date) -> str:
    """Return a day with its year: 2026年9月25日."""
    return date_format(day, _("Y年n月j日"))


def moment_words(moment: datetime) -> str:
    """Return a moment as it is said in a sentence, without the year where it is this one: 9月18日 10:20."""
    local = moment.astimezone(SHANGHAI)
    this_year = local.year == timezone.now().astimezone(SHANGHAI).year
    return date_format(local, _("n月j日 H:i") if this_year else _("Y年n月j日 H:i"))


def day_words(moment: datetime) -> str:
    """Return the day of a moment, without the year where it is this one: 9月18日."""
    this_year = timezone.now().astimezone(SHANGHAI).year
    return _day_words(moment.astimezone(SHANGHAI).date(), this_year, get_language())


def without_year(day: date) -> str:
    """Return a day without its year, whichever that is: 11月3日."""
    return date_format(day, _("n月j日"))


@lru_cache(maxsize=4096)
def _day_words(day: date, this_year: int, language: str | None) -> str:
    """As above; a list asks for the same few days again and again."""
    del language  # it is the language of the words that are asked for
    return without_year(day) if day.year == this_year else on_date(day)
