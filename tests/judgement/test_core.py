"""The core of a demand: what people wrote, marked where they wrote it; and 100 real messages that somebody marked.

`core_marks.json` holds offsets and no text: message → the wanted outcome, the main place, since when, how many demands.
Marked by one person who had read the messages before the rules were finished: the figures say how the rules do on what
they were made for, docs/judgement/core-and-units.md says so.
"""

from __future__ import annotations

import csv
import gzip
import json
import time
from collections import Counter
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiying.judgement.core import Core, Piece, Places, core_of
from shared_data import shared

MARKS = Path(__file__).with_name("core_marks.json")
SOURCES = {
    "hot": ("data/tipdm_c/hot_messages.csv.gz", "msg_no"),
    "replies": ("data/tipdm_c/replies.csv.gz", "msg_no"),
    "fuzhou": ("data/fuzhou_rivers/train.csv.gz", "id"),
}
CITY = Places({"东区": "990101", "东街街道": "990101001", "槐安社区": "990101001003"})
DAY = date(2026, 3, 20)
TEXT = (
    "反映东区东街街道槐安社区锦绣花园物业乱收费\n"
    "我是锦绣花园的业主，从去年10月起，安居物业公司每月多收二百元停车费，已经半年多了，昨天又断了门禁。"
    "希望住建局尽快查处，退还多收的1.2万元，谢谢！"
)


def read(text: str, day: date = DAY) -> Core:
    return core_of(text, received_on=day, places=CITY)


def said(text: str, pieces: tuple[Piece, ...]) -> list[str]:
    return [text[piece.start : piece.end] for piece in pieces]


def test_a_demand_says_who_what_where_since_when_and_what_for() -> None:
    core = read(TEXT)
    assert [(TEXT[one.start : one.end], one.value) for one in core.who] == [("业主", "业主")]
    assert core.what is not None
    assert core.what.value == "东区东街街道槐安社区锦绣花园物业乱收费"
    assert (said(TEXT, core.where)[0], core.where[0].value) == ("东区东街街道槐安社区锦绣花园", "990101001003")
    assert [(TEXT[one.start : one.end], one.value) for one in core.when] == [("昨天", "2026-03-19")]
    assert [one.value for one in core.since] == ["2025-10", "2025-09"]
    assert said(TEXT, core.wishes) == ["希望住建局尽快查处，退还多收的1.2万元"]
    assert [one.value for one in core.sums] == ["200.00", "12000.00"]
    assert "住建局" in said(TEXT, core.parties)
    assert core.parts == ()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2019年7月2日断电", "2019-07-02"),
        ("2019.7.2断电", "2019-07-02"),
        ("11月5日断电", "2025-11-05"),
        ("二月三十日断电", ""),
        ("去年断电", "2025"),
        ("18年6月断电", "2018-06"),
        ("上个月断电", "2026-02"),
        ("本月断电", "2026-03"),
        ("上周断电", "2026-03-09"),
        ("本周断电", "2026-03-16"),
        ("前天断电", "2026-03-18"),
        ("今早断电", "2026-03-20"),
    ],
)
def test_days_are_resolved_against_the_day_of_receipt(text: str, value: str) -> None:
    assert [one.value for one in read(text).when] == [value]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("停水已经三天了", "2026-03-17"),
        ("停水已经两周了", "2026-03-06"),
        ("停水已经十几天了", ""),
        ("停水两个月了", "2026-01"),
        ("停水快一年半了", "2024"),
        ("停水半年了", "2025-09"),
        ("停水半个月了", "2026-03-05"),
        ("多年没人管", ""),
        ("自2019年5月3日起停水", "2019-05-03"),
        ("停水已经二十天了", "2026-02-28"),
    ],
)
def test_since_when_is_counted_back_as_exactly_as_it_was_said(text: str, value: str) -> None:
    assert [one.value for one in read(text).since] == [value]


@pytest.mark.parametrize(
    ("text", "wishes"),
    [
        ("路灯坏了。请尽快维修，感谢！", ["请尽快维修"]),
        ("我们业主强烈要求退费，恳请政府介入。", ["要求退费", "恳请政府介入"]),
        ("请问医保怎么报销？", ["请问医保怎么报销"]),
        ("我在希望小学读书。", []),
        ("谢谢。", []),
    ],
)
def test_the_wanted_outcome_is_cut_to_the_wish(text: str, wishes: list[str]) -> None:
    assert said(text, read(text).wishes) == wishes


@pytest.mark.parametrize(
    ("text", "starts"),
    [
        ("反映2个问题\n1、河水黑臭，请调查。2、餐馆油烟大，请处理。", ["1、河水", "2、餐馆"]),
        ("1.从春节前停到现在\n2.占了站台\n希望管一管", []),
        ("路灯坏了，请修。另外，希望增加公交车。", ["路灯坏了", "另外，希"]),
        ("路灯坏了。另外天也黑。", []),
        ("1.5万元没退，请退。", []),
        ("第一，请修路。第二，请装灯。第三，请退费。", ["第一，请", "第二，请", "第三，请"]),
    ],
)
def test_several_demands_are_proposed_as_a_split(text: str, starts: list[str]) -> None:
    parts = read(text).parts
    assert [text[part.start : part.start + 4] for part in parts] == starts
    assert all(one.end <= other.start for one, other in pairwise(parts))


def test_what_was_masked_is_never_cut_into() -> None:
    text = "我叫〔姓名〕，是业主，电话〔电话〕，请回复〔姓名〕，住在东区〔门牌〕。"
    core = read(text)
    for token in ("〔姓名〕", "〔电话〕", "〔门牌〕"):
        at = text.index(token)
        for piece in pieces(core):
            assert not at < piece.start < at + len(token)
            assert not at < piece.end < at + len(token)


@pytest.mark.parametrize(
    ("sum_", "yuan"),
    [("三万五千元", "35000.00"), ("两百块钱", "200.00"), ("12.5元", "12.50"), ("十元", "10.00"), ("万元", "10000.00")],
)
def test_sums_are_read_in_yuan(sum_: str, yuan: str) -> None:
    assert [one.value for one in read(f"收了{sum_}").sums] == [yuan]


def pieces(core: Core) -> list[Piece]:
    several = (core.who, core.where, core.when, core.since, core.wishes, core.sums, core.parties, core.parts)
    return [*([core.what] if core.what else []), *(piece for held in several for piece in held)]


BITS = st.sampled_from(
    [
        "我是",
        "业主",
        "希望",
        "请",
        "，",
        "。",
        "\n",
        "1、",
        "2、",
        "〔姓名〕",
        "从",
        "2019年",
        "去年",
        "13月",
        "三十日",
        "以来",
        "三年",
        "了",
        "东区",
        "路",
        "公司",
        "？",
        "另外",
        "999999年",
        "几",
        "十",
        "万元",
        "99",
        "物业",
    ]
)


@given(st.one_of(st.text(max_size=200), st.lists(BITS, max_size=40).map("".join)), st.dates())
def test_whatever_is_written_pieces_lie_in_it_and_stay_the_same(text: str, day: date) -> None:
    core = read(text, day)
    assert all(0 <= piece.start < piece.end <= len(text) for piece in pieces(core))
    assert core == read(text, day)
    assert all(text[part.start : part.end] == part.value for part in core.parts)


@pytest.mark.parametrize(
    "part",
    [
        "请",
        "1、",
        "从2019年",
        "我是",
        "〔姓名〕",
        "公司",
        "路",
        "了三年",
        "A3区",
        "一",
        "希望，",
        "另外请求。",
        "〔",
        "元1",
    ],
)
def test_a_hundred_thousand_characters_take_seconds_at_most(part: str) -> None:
    begun = time.perf_counter()
    read(part * (100_000 // len(part)))
    assert time.perf_counter() - begun < 5


def messages() -> dict[str, tuple[str, date]]:
    found = {}
    for source, (name, key) in SOURCES.items():
        with gzip.open(shared(name), "rt", encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                day = date.fromisoformat((row.get("time") or row["date"])[:10])
                found[f"{source}:{row[key]}"] = f"{row['title'].strip()}\n{row['body'].strip()}", day
    return found


@pytest.fixture(scope="module")
def counts() -> Counter[str]:
    marks: dict[str, dict[str, Any]] = json.loads(MARKS.read_text("ascii"))
    texts, counted = messages(), Counter[str]()
    for message, marked in marks.items():
        text, day = texts[message]
        core = core_of(text, received_on=day, places=Places())
        for name, held in (("wish", core.wishes), ("place", core.where), ("since", core.since)):
            start, end = marked[name] or (0, 0)
            shared_with = [max(0, min(piece.end, end) - max(piece.start, start)) for piece in held]
            counted[f"{name} marked"] += end > 0
            counted[f"{name} found"] += end > 0 and 2 * sum(shared_with) >= end - start
            counted[f"{name} said"] += bool(held)
            counted[f"{name} said rightly"] += any(shared_with)
        counted["demands right"] += (len(core.parts) or 1) == marked["demands"]
    assert len(marks) == 100
    return counted


@pytest.mark.parametrize(
    ("name", "recall", "precision"), [("wish", 0.85, 0.74), ("place", 0.87, 0.93), ("since", 0.7, 0.54)]
)
def test_what_somebody_marked_is_found(counts: Counter[str], name: str, recall: float, precision: float) -> None:
    assert counts[f"{name} found"] / counts[f"{name} marked"] >= recall
    assert counts[f"{name} said rightly"] / counts[f"{name} said"] >= precision


def test_how_many_demands_there_are_is_mostly_told(counts: Counter[str]) -> None:
    assert counts["demands right"] >= 93
