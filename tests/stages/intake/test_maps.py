"""What a row becomes: every row of every source is a draft, or says truly why it is not one."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiying.procedure.schema import Kind
from huiying.procedure.words import LANGUAGES, say
from huiying.stages.intake import maps
from huiying.stages.intake.maps import Draft, Map, apply, check, cleaned, detect, known, load
from huiying.stages.intake.tables import WORDS, Rejected, Row, Unreadable, read
from shared_data import shared

ON = datetime(2026, 9, 18, 1, 30, tzinfo=UTC)
SOURCES = {source.id: source for source in known()}
OURS = {"标题": "路灯不亮", "内容": "已经一周", "类型": "求助"}
LEAST = """
id = "some_city"
name = "某市"
requires = ["编号", "时间"]
key = ["编号"]
title = "标题"
text = { template = ["{标题}", "（{地点}）"] }
kind = { default = "help" }
received_at = "时间"
reply = "答复"
replied_at = "答复时间"
"""


def draft(source: Map, cells: dict[str, str], on: datetime = ON) -> Draft:
    made = apply(source, Row(1, cells), on)
    assert isinstance(made, Draft), made
    return made


def rejected(source: Map, cells: dict[str, str], on: datetime = ON) -> Rejected:
    made = apply(source, Row(7, cells), on)
    assert isinstance(made, Rejected), made
    assert made.number == 7
    assert all(say(f"import.{made.code}", made.params, language, WORDS) for language in LANGUAGES)
    return made


def written(folder: Path, text: str) -> Path:
    path = folder / "map.toml"
    path.write_text(text, "utf-8")
    return path


@pytest.fixture
def least(tmp_path: Path) -> Map:
    return load(written(tmp_path, LEAST))


FILES = {
    "tipdm_replies": "tipdm_c/replies.csv.gz",
    "fuzhou_rivers": "fuzhou_rivers/train.csv.gz",
    "baltimore311": "baltimore311/train.csv.gz",
    "nyc311": "nyc311/train.csv.gz",
}
#: Consultation, help, complaint, report, suggestion, praise.
KINDS = {
    "tipdm_replies": [0, 2112, 0, 0, 0, 0],
    "fuzhou_rivers": [129, 3, 890, 31, 45, 0],
    "baltimore311": [55, 6970, 497, 0, 0, 4],
    "nyc311": [0, 47, 720, 0, 0, 0],
}
#: Phone, portal, app, wechat, sms, weibo, email, letter, visit, qr, other; then rows that name none.
CHANNELS = {
    "tipdm_replies": [0, 2112, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    "fuzhou_rivers": [387, 583, 70, 23, 6, 6, 2, 0, 0, 0, 21, 0],
    "baltimore311": [3742, 1, 1950, 0, 0, 0, 3, 155, 0, 0, 1675, 0],
    "nyc311": [370, 172, 178, 0, 0, 0, 0, 0, 0, 0, 0, 47],
}
REPLIES = {"tipdm_replies": 2112, "fuzhou_rivers": 1098, "baltimore311": 0, "nyc311": 730}


@pytest.mark.parametrize("source", FILES)
def test_every_row_of_the_real_sources_becomes_a_draft(source: str) -> None:
    table = read(shared(f"data/{FILES[source]}"))
    assert detect(table.columns) == SOURCES[source]
    made = [apply(SOURCES[source], row, ON) for row in table.rows]
    drafts = [one for one in made if isinstance(one, Draft)]
    assert len(made) == len(drafts) == len({one.source_key for one in drafts}) == sum(KINDS[source])
    kinds = Counter(one.kind for one in drafts)
    assert [kinds[kind] for kind in Kind] == KINDS[source]
    channels = Counter(one.channel for one in drafts)
    assert [channels[channel] for channel in (*get_args(maps.Channel), None)] == CHANNELS[source]
    assert sum(one.reply is not None for one in drafts) == REPLIES[source]
    said = "".join(one.title + one.text + (one.reply or "") for one in drafts)
    assert "_x000D_" not in said
    assert "\r" not in said


def test_one_real_row_of_each_source() -> None:
    first = {
        source: draft(SOURCES[source], dict(row.cells))
        for source, file in FILES.items()
        if isinstance(row := next(read(shared(f"data/{file}")).rows), Row)
    }
    river, light, noise = first["fuzhou_rivers"], first["baltimore311"], first["nyc311"]
    assert (river.source_key, river.area_name, river.place) == ("fuzhou_rivers:fz-0001", "鼓楼区", "梅峰河")
    assert river.received_at.isoformat() == "2020-09-03T00:00:00+08:00"
    assert (river.anonymous, river.replied_at) == (True, None)
    assert light.text == "TRT-Traffic Signal Repairs（Dorchester）"
    assert light.received_at.isoformat() == "2018-04-12T11:11:26-04:00"
    assert noise.text == "Noise - Commercial: Banging/Pounding（Club/Bar/Restaurant），BROOKLYN"
    assert noise.received_at.astimezone(UTC) == datetime(2020, 1, 1, 4, 59, 11, tzinfo=UTC)
    assert noise.replied_at is not None
    assert first["tipdm_replies"].title == "A3区潇楚南路洋湖段怎么还没修好？"


@pytest.mark.parametrize("source", known(), ids=lambda source: source.id)
def test_a_source_is_known_by_its_required_columns(source: Map) -> None:
    columns = [names[-1] for names in source.requires]
    assert detect([*columns, "more"]) == source
    assert detect(columns[1:]) != source
    with pytest.raises(Unreadable) as caught:
        check(source, columns[1:])
    assert source.requires[0][0] in say("import.columns_missing", caught.value.params, "zh_hans", WORDS)


def test_a_table_of_nobody_is_nobodys() -> None:
    assert detect(["a", "b"]) is None


@pytest.mark.parametrize(
    "headings",
    [
        ["标题", "内容", "类型", "姓名", "电话", "区域"],
        ["title", "text", "kind", "name", "phone", "area_code"],
        ["标题", "text", "类型", "name", "电话", "area_code"],
    ],
    ids=["Chinese", "English", "both"],
)
@pytest.mark.parametrize("kind", ["投诉", "complaint", " Complaint "])
def test_our_template_reads_in_both_languages(headings: list[str], kind: str) -> None:
    assert detect(headings) == SOURCES["huiying"]
    row = ["路灯\n不亮", " 已经一周\r\n", kind, "王某", "0591  8888", "350102"]
    made = draft(SOURCES["huiying"], dict(zip(headings, row, strict=True)))
    assert (made.title, made.text, made.kind) == ("路灯 不亮", "已经一周", Kind.COMPLAINT)
    assert (made.contact_name, made.contact_phone, made.area_name) == ("王某", "0591 8888", "350102")
    assert not made.anonymous
    assert made.received_at == ON
    assert made.received_at.utcoffset() == timedelta(hours=8)


def test_who_leaves_nothing_is_anonymous() -> None:
    assert draft(SOURCES["huiying"], OURS | {"姓名": " "}).anonymous
    assert not draft(SOURCES["huiying"], OURS | {"地址": "鼓楼区"}).anonymous


@pytest.mark.parametrize(
    ("cells", "column", "code"),
    [
        ({"标题": " "}, "标题", "title_missing"),
        ({"标题": "长" * 201}, "标题", "text_too_long"),
        ({"内容": "_x000D_\n"}, "内容", "text_missing"),
        ({"内容": "长" * 20_001}, "内容", "text_too_long"),
        ({"类型": ""}, "类型", "kind_missing"),
        ({"类型": "闲聊"}, "类型", "kind_unknown"),
        ({"电话": "1.38E+10"}, "电话", "digits_lost"),
        ({"编号": "4.5e+15"}, "编号", "digits_lost"),
        ({"时间": "昨天"}, "时间", "time_unreadable"),
        ({"时间": "2026-02-30"}, "时间", "time_unreadable"),
        ({"时间": "9999-12-31T00:00:00-23:00"}, "时间", "time_unreadable"),
        ({"时间": "2026-09-18 09:31"}, "时间", "time_ahead"),
    ],
)
def test_a_row_that_is_not_taken_says_why(cells: dict[str, str], column: str, code: str) -> None:
    bad = rejected(SOURCES["huiying"], OURS | cells)
    assert (bad.column, bad.code) == (column, code)


def test_a_text_as_long_as_may_be_is_taken() -> None:
    assert len(draft(SOURCES["huiying"], OURS | {"内容": "长" * 20_000}).text) == 20_000


def test_a_rejected_row_stays_rejected() -> None:
    bad = Rejected(3, None, "nul")
    assert apply(SOURCES["huiying"], bad, ON) is bad


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2020-09-03", "2020-09-03T00:00:00+08:00"),
        ("2020-09-03 08:05:00", "2020-09-03T08:05:00+08:00"),
        ("2019-12-31T23:59:11.000", "2019-12-31T23:59:11+08:00"),
        ("2019-12-31T15:59:11Z", "2019-12-31T23:59:11+08:00"),
        ("2020/9/3 8:05", "2020-09-03T08:05:00+08:00"),
        ("2020.9.3", "2020-09-03T00:00:00+08:00"),
        ("2020年9月3日", "2020-09-03T00:00:00+08:00"),
        ("2020年9月3日8时05分", "2020-09-03T08:05:00+08:00"),
        ("2020年9月3日 8：05：09", "2020-09-03T08:05:09+08:00"),
        ("2026-09-18 09:30", "2026-09-18T09:30:00+08:00"),
    ],
)
def test_times_are_read_as_people_write_them(written: str, meant: str) -> None:
    assert draft(SOURCES["huiying"], OURS | {"时间": written}).received_at.isoformat() == meant


@pytest.mark.parametrize(
    "time", ["2020-09-0308:05", "03/09/2020", "20200903", "2020-09-03 25:00", "43834", "2020-13-01"]
)
def test_a_time_that_may_mean_two_things_is_not_guessed(time: str) -> None:
    assert rejected(SOURCES["huiying"], OURS | {"时间": time}).code == "time_unreadable"


BALTIMORE = {
    "SRRecordID": "18-1",
    "SRType": "SW-Rat Rubout",
    "MethodReceived": "Pigeon",
    "CreatedDate": "03/11/2018 03:30:00 AM",
    "Agency": "Solid Waste",
    "Neighborhood": "",
    "PoliceDistrict": "",
}


def test_an_hour_that_clocks_skipped_is_no_time() -> None:
    assert draft(SOURCES["baltimore311"], BALTIMORE).received_at.isoformat() == "2018-03-11T03:30:00-04:00"
    bad = rejected(SOURCES["baltimore311"], BALTIMORE | {"CreatedDate": "03/11/2018 02:30:00 AM"})
    assert (bad.column, bad.code) == ("CreatedDate", "time_skipped")


def test_what_a_source_leaves_empty_leaves_no_trace_in_the_text() -> None:
    made = draft(SOURCES["baltimore311"], BALTIMORE)
    assert (made.text, made.place, made.area_name, made.channel) == ("SW-Rat Rubout", None, None, "other")
    assert rejected(SOURCES["baltimore311"], BALTIMORE | {"SRType": "长" * 20_001}).code == "text_too_long"


@pytest.mark.parametrize(("column", "code"), [("SRRecordID", "id_missing"), ("CreatedDate", "time_missing")])
def test_what_a_source_always_gives_may_not_be_missing(column: str, code: str) -> None:
    bad = rejected(SOURCES["baltimore311"], BALTIMORE | {column: ""})
    assert (bad.column, bad.code) == (column, code)


def test_a_text_made_of_columns_points_at_the_first(least: Map) -> None:
    made_of = least.model_copy(update={"title": maps.Words(columns=("编号",))})
    cells = {"编号": "1", "时间": "2026-09-01", "地点": "五一路"}
    assert draft(made_of, cells).text == "（五一路）"
    assert rejected(made_of, cells | {"地点": ""}).column == "标题"


def test_a_value_that_a_map_does_not_list_is_not_guessed(least: Map) -> None:
    listed = least.model_copy(update={"anonymous": SOURCES["fuzhou_rivers"].anonymous})
    cells = {"编号": "1", "时间": "2026-09-01", "标题": "路灯", "anonymity": "perhaps"}
    assert rejected(listed, cells).code == "value_unknown"
    assert draft(listed, cells | {"anonymity": "Named"}).anonymous is False


@pytest.mark.parametrize(
    ("replied", "meant"),
    [
        ("2026-09-02 10:00", "2026-09-02T10:00:00+08:00"),
        ("2026-09-01", "2026-09-01T09:00:00+08:00"),
        ("", None),
    ],
)
def test_a_reply_comes_no_earlier_than_its_demand(least: Map, replied: str, meant: str | None) -> None:
    cells = {"编号": "1", "时间": "2026-09-01 09:00", "标题": "路灯", "答复": "已修", "答复时间": replied}
    at = draft(least, cells).replied_at
    assert (at and at.isoformat()) == meant


def test_a_reply_before_its_demand_is_not_taken(least: Map) -> None:
    cells = {"编号": "1", "时间": "2026-09-01 09:00", "标题": "路灯", "答复": "已修", "答复时间": "2026-09-01 08:59"}
    bad = rejected(least, cells)
    assert (bad.column, bad.code) == ("答复时间", "replied_before_received")
    assert draft(least, cells | {"答复": ""}).replied_at is None


def test_a_row_keeps_its_key(least: Map) -> None:
    ours = SOURCES["huiying"]
    assert draft(ours, OURS | {"编号": "A-1"}).source_key == "huiying:A-1"
    key = draft(ours, OURS).source_key
    assert key.startswith("huiying:sha256:")
    again = dict(reversed(OURS.items())) | {"编号": "", "内容": "已经一周_x000D_"}
    assert draft(ours, again, ON + timedelta(days=1)).source_key == key
    assert draft(ours, OURS | {"内容": "已经两周"}).source_key != key
    assert draft(least, {"编号": "1", "时间": "2026-09-01", "标题": "路灯"}).source_key == "some_city:1"


@given(first=st.tuples(st.text(":%1", min_size=1), st.text(":%1", min_size=1)), second=st.data())
def test_keys_of_two_columns_never_run_together(first: tuple[str, str], second: st.DataObject) -> None:
    source = SOURCES["huiying"].model_copy(update={"key": (maps.Words(columns=("甲",)), maps.Words(columns=("乙",)))})
    other = second.draw(st.tuples(st.text(":%1", min_size=1), st.text(":%1", min_size=1)))
    keys = {draft(source, OURS | {"甲": one, "乙": two}).source_key for one, two in (first, other)}
    assert len(keys) == len({first, other})


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("一_x000D_\n二", "一\n二"),
        ("一\r\n二\r三", "一\n二\n三"),
        ("\ufeff\u3000一\u200b\x07二 ", "一二"),
        ("_x0041_ _x000D", "_x0041_ _x000D"),
    ],
)
def test_what_spreadsheets_leave_is_cleaned(text: str, clean: str) -> None:
    assert cleaned(text) == clean


@given(st.dictionaries(st.sampled_from(["标题", "内容", "类型", "时间", "编号", "电话"]), st.text(max_size=30)))
def test_any_row_is_a_draft_or_says_why_not(cells: dict[str, str]) -> None:
    made = apply(SOURCES["huiying"], Row(1, OURS | cells), ON)
    if isinstance(made, Rejected):
        assert say(f"import.{made.code}", made.params, "zh_hans", WORDS)
        assert made.column in OURS | cells
    else:
        assert made.title
        assert made.text == made.text.strip()
        assert not any(ord(letter) < 32 and letter not in "\t\n" for letter in made.text)
        assert made.received_at <= ON


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (("[", ""), "map.toml"),
        (('id = "some_city"', 'id = "Some City"'), "id"),
        (('name = "某市"', 'nam = "某市"'), "name"),
        (('name = "某市"', 'name = "某市"\nzone = "Mars/Base"'), "zone"),
        (('default = "help"', 'default = "chat"'), "kind.default"),
        (('title = "标题"', 'title = { columns = "标题", template = "{标题}" }'), "title"),
        (('received_at = "时间"', ""), "received_at"),
    ],
)
def test_a_faulty_map_says_where(tmp_path: Path, change: tuple[str, str], where: str) -> None:
    with pytest.raises(Unreadable) as caught:
        load(written(tmp_path, LEAST.replace(*change, 1)))
    assert (caught.value.code, caught.value.params["where"]) == ("map_wrong", where)


def test_a_map_that_is_not_there_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(Unreadable) as caught:
        load(tmp_path / "nowhere.toml")
    assert caught.value.code == "cannot_open"
