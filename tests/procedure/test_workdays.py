"""The calendar: what the State Council's notices and the 放假办法 say of each day."""

from __future__ import annotations

import csv
from datetime import date, timedelta

import pytest

from huiying.procedure.workdays import WEEKEND, WORKDAY, china
from shared_data import shared

YEARS = range(2004, 2027)


def every_day(year: int) -> list[date]:
    first = date(year, 1, 1)
    return [first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days)]


def test_agrees_with_an_independent_list_on_every_day_of_every_year() -> None:
    text = shared("data/holidays_cn/holidays.csv").read_text("utf-8")
    listed = {date.fromisoformat(row["date"]): row["kind"] for row in csv.DictReader(text.splitlines())}
    for year in YEARS:
        for day in every_day(year):
            ours = china().day(day)
            if day in listed:
                assert ours.working is (listed[day] == "workday_makeup"), day
                assert ours.kind in ({"makeup"} if ours.working else {"holiday", "statutory"}), day
            else:
                assert ours == (WORKDAY if day.weekday() < 5 else WEEKEND), day


@pytest.mark.parametrize("year", [2025, 2026])
def test_a_year_of_the_new_rules_has_248_working_days(year: int) -> None:
    assert sum(china().day(day).working for day in every_day(year)) == 248


@pytest.mark.parametrize(
    ("year", "count"),
    # 中秋 fell on 国庆 in 2009 and 2020, so that these years have a day less.
    [
        (2004, 10),
        (2007, 10),
        (2008, 11),
        (2009, 10),
        (2013, 11),
        (2014, 11),
        (2020, 10),
        (2024, 11),
        (2025, 13),
        (2026, 13),
    ],
)
def test_statutory_days_follow_the_version_of_the_law(year: int, count: int) -> None:
    assert sum(china().day(day).statutory for day in every_day(year)) == count


def test_the_statutory_days_of_2026() -> None:
    expected = [
        "01-01",
        "02-16",
        "02-17",
        "02-18",
        "02-19",
        "04-05",
        "05-01",
        "05-02",
        "06-19",
        "09-25",
        "10-01",
        "10-02",
        "10-03",
    ]
    assert [f"{day:%m-%d}" for day in every_day(2026) if china().day(day).statutory] == expected


@pytest.mark.parametrize(
    ("day", "statutory"),
    # 除夕 was statutory from 2008 to 2013 and is again since 2025.
    [
        ("2007-02-17", False),
        ("2008-02-06", True),
        ("2013-02-09", True),
        ("2014-01-30", False),
        ("2024-02-09", False),
        ("2025-01-28", True),
    ],
)
def test_new_years_eve_comes_and_goes(day: str, statutory: bool) -> None:  # noqa: FBT001  # a table
    assert china().day(date.fromisoformat(day)).statutory is statutory


@pytest.mark.parametrize("year", YEARS)
def test_no_statutory_day_is_worked_and_make_up_days_are_weekends(year: int) -> None:
    for day in every_day(year):
        facts = china().day(day)
        assert not (facts.statutory and facts.working), day
        assert facts.kind != "makeup" or day.weekday() >= 5, day
        assert facts.known


def test_an_unknown_year_has_weekends_and_the_holidays_that_the_law_itself_dates() -> None:
    new_year, monday, sunday = (china().day(date(2027, 1, day)) for day in (1, 4, 3))
    assert (new_year.working, new_year.statutory, new_year.name, new_year.known) == (False, True, "元旦", False)
    assert (monday.working, monday.known) == (True, False)
    assert (sunday.working, sunday.known) == (False, False)
    assert china().day(date(2027, 2, 6)).statutory is False, "春节 is not guessed"


def test_looking_back_at_what_was_known_then() -> None:
    then = china().through(2024)
    assert max(then.years) == 2024
    assert then.day(date(2024, 10, 1)) == china().day(date(2024, 10, 1))
    assert then.day(date(2025, 1, 28)).known is False
    assert then.day(date(2025, 1, 28)).working is True, "a plain Tuesday, as far as anybody knew"
