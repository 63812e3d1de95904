"""The nightly look at dates: whatever a calendar reaches is found anew, and nothing else is touched or even read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cast import WATER, ZHAO, ZHOU
from huiying.case import folding
from huiying.case.models import Act, Alarm, Case
from huiying.case.scope import CENTRE, WORK, seeing
from huiying.case.verifying import verify
from huiying.procedure import workdays
from huiying.procedure.time_limits import SHANGHAI
from huiying.stages import flow
from huiying.stages.intake.actions import RESIDENT, Demand, register
from huiying.stages.intake.uploads import digest_of
from huiying.stages.supervision import dates
from huiying.stages.supervision.tasks import every_night

pytestmark = pytest.mark.django_db
SHIPPED = workdays.CHINA
JUNE = datetime(2025, 6, 9, 9, 0, tzinfo=SHANGHAI)
DECEMBER = datetime(2025, 12, 29, 9, 0, tzinfo=SHANGHAI)
FEBRUARY = datetime(2026, 2, 6, 9, 0, tzinfo=SHANGHAI)


class Published:
    """The calendar file of an installation, of which somebody says how far it goes and what stands in it."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "china.toml"

    def through_2025(self) -> None:
        self._say(SHIPPED.read_text("utf-8").split("[years.2026]")[0])

    def through_2026(self, *, instead: tuple[str, str] = ("", "")) -> None:
        self._say(SHIPPED.read_text("utf-8").replace(*instead))

    def _say(self, text: str) -> None:
        self.file.write_text(text, "utf-8")
        workdays.CHINA = self.file
        workdays.china.cache_clear()


@pytest.fixture
def published(tmp_path: Path) -> Iterator[Published]:
    yield Published(tmp_path)
    workdays.CHINA = SHIPPED
    workdays.china.cache_clear()


def running(at: datetime) -> str:
    number = register(Demand(text="家里漏水"), channel="phone", by=RESIDENT, at=at).number
    flow.act(number, "dispatch", by=ZHOU, at=at + timedelta(hours=1), given={"lead": WATER})
    flow.act(number, "sign_for", by=ZHAO, at=at + timedelta(hours=2), given={})
    return number


def handled_by(number: str) -> tuple[date, bool]:
    """Return the last day of a case's limit, and whether it is provisional."""
    with seeing(CENTRE):
        clock = Case.objects.get(number=number).clocks.get(name="handle")
    assert clock.due_at is not None
    return (clock.due_at.astimezone(SHANGHAI) - timedelta(seconds=1)).date(), clock.provisional


def written(number: str) -> list[tuple[str, int]]:
    """Return a mark of every row of a case, which is another once a row was written again, even with the same words."""
    tables = ("case_track", "case_clock", "case_alarm")
    with seeing(WORK), connection.cursor() as cursor:
        cursor.execute("SELECT id FROM case_case WHERE number = %s", [number])
        (case,) = cursor.fetchone()
        marks = []
        for table in tables:
            cursor.execute(f"SELECT ctid::text, id FROM {table} WHERE case_id = %s ORDER BY id", [case])
            marks += [(f"{table} {place}", row) for place, row in cursor.fetchall()]
        return marks


def night() -> list[str]:
    """Let a night pass; return the statements that it took."""
    with CaptureQueriesContext(connection) as taken:
        every_night.func(0)
    return [query["sql"] for query in taken.captured_queries]


def test_a_late_calendar_corrects_every_date_that_it_reaches_and_touches_no_other(published: Published) -> None:
    published.through_2025()
    stands, moves = running(JUNE), [running(DECEMBER), running(FEBRUARY)]
    night()
    before = {number: handled_by(number) for number in (stands, *moves)}
    rows = written(stands)
    assert [before[number][1] for number in (stands, *moves)] == [False, True, True]
    published.through_2026()
    night()
    for number in moves:
        day, provisional = handled_by(number)
        assert not provisional
        with seeing(CENTRE):
            alarm = Alarm.objects.get(case__number=number, clock="handle", kind="alarm", rang_at=None)
        assert alarm.at.astimezone(SHANGHAI).date() == day + timedelta(days=1)
    assert handled_by(moves[1])[0] > before[moves[1]][0], "Spring Festival lies on its way"
    assert handled_by(stands) == before[stands]
    assert written(stands) == rows
    with seeing(WORK):
        assert verify(file_digest=digest_of).ok


def test_a_night_on_which_nothing_changed_reads_no_case_however_many_there_are(published: Published) -> None:
    published.through_2026()
    running(FEBRUARY)
    night()
    few = night()
    for _ in range(4):
        running(FEBRUARY)
    many = night()
    assert len(many) == len(few)
    assert not any("case_act" in said and "case_id" in said and " IN " in said for said in many)


def test_a_holiday_that_is_moved_in_a_known_year_moves_the_dates_on_whose_way_it_lies(published: Published) -> None:
    published.through_2026()
    summer = datetime(2026, 6, 1, 9, 0, tzinfo=SHANGHAI)
    near, far = running(FEBRUARY), running(JUNE)
    night()
    (was, _), rows, other = handled_by(near), written(far), handled_by(far)
    assert summer.date() > was
    holiday = next(line for line in SHIPPED.read_text("utf-8").split("[years.2026]")[1].splitlines() if "春节" in line)
    published.through_2026(instead=(holiday, holiday.replace("2026-02-23", "2026-02-25")))
    night()
    assert handled_by(near)[0] > was
    assert (handled_by(far), written(far)) == (other, rows)


def test_a_date_that_was_written_by_a_process_of_before_is_found_the_next_night(
    published: Published, monkeypatch: pytest.MonkeyPatch
) -> None:
    published.through_2026()
    night()
    with monkeypatch.context() as before:
        before.setattr(folding, "china", lambda: workdays.china().through(2025))
        number = running(FEBRUARY)
    was, provisional = handled_by(number)
    assert provisional
    night()
    day, provisional = handled_by(number)
    assert (day > was, provisional) == (True, False)


def test_after_a_release_all_that_run_are_looked_at_once(published: Published, monkeypatch: pytest.MonkeyPatch) -> None:
    published.through_2026()
    number = running(FEBRUARY)
    night()
    assert dates.to_be_found_anew() == []
    monkeypatch.setattr(dates, "RELEASE", "99.0")
    with seeing(WORK):
        assert dates.to_be_found_anew() == [Case.objects.get(number=number).pk]
    night()
    with seeing(WORK):
        assert dates.to_be_found_anew() == []
        assert Act.objects.filter(subject=dates.SUBJECT).count() == 2
        assert verify(file_digest=digest_of).ok
