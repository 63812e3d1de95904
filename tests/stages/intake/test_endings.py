"""How a row's demand ended: by the source's own columns, or not to be said."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from huiying.replay.reading import Reading
from huiying.stages.intake import maps
from huiying.stages.intake.endings import Ending, ending, tells_endings
from huiying.stages.intake.maps import Draft, Map
from huiying.stages.intake.tables import Rejected, Row, Table, Unreadable, read
from shared_data import shared

ON = datetime(2026, 9, 18, 1, 30, tzinfo=UTC)
SOURCES = {source.id: source for source in maps.known()}
NOISE = {
    "unique_key": "1",
    "created_date": "2019-11-03T01:50:00.000",  # an hour before clocks were put back
    "complaint_type": "Noise",
    "descriptor": "",
    "location_type": "",
    "city": "",
    "borough": "",
    "agency": "NYPD",
    "closed_date": "",
    "due_date": "",
}


def ended(source: Map, cells: dict[str, str]) -> Ending | Rejected:
    row = Row(1, cells)
    draft = maps.apply(source, row, ON)
    assert isinstance(draft, Draft), draft
    return ending(source, row, draft, ON)


@pytest.mark.parametrize(
    ("source", "file", "answered", "unit", "due"),
    [
        ("tipdm_replies", "tipdm_c/replies.csv.gz", "2019-05-09T09:49:10+08:00", None, None),
        (
            "baltimore311",
            "baltimore311/train.csv.gz",
            "2018-04-12T12:45:47-04:00",
            "Transportation",
            "2018-04-13T11:11:26-04:00",
        ),
        ("nyc311", "nyc311/train.csv.gz", "2020-01-01T03:07:18-05:00", "NYPD", None),
        ("fuzhou_rivers", "fuzhou_rivers/train.csv.gz", None, None, None),
    ],
)
def test_one_real_row_of_each_source(
    source: str, file: str, answered: str | None, unit: str | None, due: str | None
) -> None:
    row = next(read(shared(f"data/{file}")).rows)
    assert isinstance(row, Row)
    found = ended(SOURCES[source], dict(row.cells))
    assert isinstance(found, Ending)
    said = [moment and moment.isoformat() for moment in (found.answered_at, found.due_at)]
    assert (said, found.unit) == ([answered, due], unit)
    assert tells_endings(SOURCES[source]) is (source != "fuzhou_rivers")


def test_a_due_date_may_lie_ahead_or_in_an_hour_that_clocks_skip_and_a_closing_may_not() -> None:
    for due in ("2099-01-01T00:00:00", "2020-03-08T02:30:00"):
        found = ended(SOURCES["nyc311"], NOISE | {"due_date": due})
        assert isinstance(found, Ending)
        assert found.due_at is not None
    for closed, code in (("2099-01-01T00:00:00", "time_ahead"), ("2020-03-08T02:30:00", "time_skipped")):
        found = ended(SOURCES["nyc311"], NOISE | {"closed_date": closed})
        assert isinstance(found, Rejected)
        assert (found.column, found.code) == ("closed_date", code)


def test_a_closing_before_the_receipt_is_not_taken_by_replay_and_no_bar_to_import() -> None:
    found = ended(SOURCES["nyc311"], NOISE | {"closed_date": "2019-11-02T01:00:00"})
    assert isinstance(found, Rejected)
    assert (found.column, found.code) == ("closed_date", "closed_before_received")


def test_an_hour_that_is_put_back_makes_no_answer_come_before_its_demand() -> None:
    row = Row(1, NOISE | {"closed_date": "2019-11-03T06:10:00Z"})  # 01:10 for the second time that night
    (demand,) = Reading(Table(tuple(row.cells), iter([row])), SOURCES["nyc311"], ON)
    assert demand.past.received_at.isoformat() == "2019-11-03T01:50:00+08:00"
    assert demand.past.answered_at == demand.past.received_at


def test_a_faulty_field_of_a_map_is_named(tmp_path: Path) -> None:
    path = tmp_path / "m.toml"
    text = (maps.KNOWN_SOURCES / "nyc311.toml").read_text("utf-8")
    path.write_text(text.replace('closed_at = "closed_date"', 'closed_at = { column = "closed_date" }'), "utf-8")
    with pytest.raises(Unreadable) as caught:
        maps.load(path)
    assert str(caught.value.params["where"]).startswith("closed_at")
