"""Which unit a reply names: sentences as replies write them, and near a hundred real replies that somebody read.

`unit_marks.json` holds no text: reply → kind of the unit that answers or to which it was handed on, "" where the reply
tells none. Drawn at random among replies in which the rules found a unit, after the rules were written.
"""

from __future__ import annotations

import csv
import gzip
import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiying.judgement.answering import EVIDENCE, answering_unit, names
from shared_data import shared

MARKS = Path(__file__).with_name("unit_marks.json")
SOURCES = {"replies": ("data/tipdm_c/replies.csv.gz", "msg_no"), "fuzhou": ("data/fuzhou_rivers/train.csv.gz", "id")}


@pytest.mark.parametrize(
    ("reply", "kind", "owner", "evidence"),
    [
        ("您好！已依法查处。感谢支持！\nA7县城市管理和行政执法局 2014年1月13日", "enforcement", "A7县", "signed"),
        ("您的留言收悉。经A3区洋湖街道核实，情况属实。", "street", "洋湖", "acted"),
        ("我镇已督促施工单位调整施工时间。", "town", "", "self"),
        ("您反映的问题已转交县教育局核实、办理。", "education", "县", "handed_on"),
        ("如有疑问，请与区环卫局（电话：0000）联系咨询。", "enforcement", "区", "contacted"),
        ("我局收到后，已安排K1区房产局物业科上门。", "housing", "K1区", "self"),
    ],
)
def test_a_reply_names_its_unit(reply: str, kind: str, owner: str, evidence: str) -> None:
    found = answering_unit(reply)
    assert found is not None
    assert (found.kind, found.owner, found.evidence) == (kind, owner, evidence)
    assert 0 <= found.start < found.end <= len(reply)


@pytest.mark.parametrize(
    "reply",
    [
        "",
        "网友：您好！留言已收悉。",
        "您反映的情况已转相关部门核实、办复。感谢您的留言。",
        "根据西地省物价局《关于收费的通知》，学员应当缴费。",
        "各乡镇、街道均已安装路灯。",
        "我局将与综合执法局协调。",
    ],
)
def test_who_only_thanks_quotes_or_works_with_somebody_names_nobody(reply: str) -> None:
    assert answering_unit(reply) is None


@given(st.text(st.sampled_from([*"我局市区县A3镇街道办转经核实，。 \n2019年月日院委公司"]), max_size=300))
def test_whatever_is_written_is_read(reply: str) -> None:
    found = answering_unit(reply)
    if found is not None:
        assert found.kind in names().kinds
        assert found.evidence in EVIDENCE
        assert 0 <= found.start < found.end <= len(reply)


@pytest.mark.parametrize("part", ["转", "我局", "市", "街道", "县教育局", "2019年1月"])
def test_a_very_long_reply_costs_no_more(part: str) -> None:
    begun = time.perf_counter()
    answering_unit(part * 100_000)
    assert time.perf_counter() - begun < 1


def test_of_real_replies_nine_in_ten_are_read_as_somebody_read_them() -> None:
    marks: dict[str, str] = json.loads(MARKS.read_text("ascii"))
    read = right = rows = 0
    for source, (name, key) in SOURCES.items():
        with gzip.open(shared(name), "rt", encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                found = answering_unit(row["reply"])
                rows += found is not None
                if found is not None and f"{source}:{row[key]}" in marks:
                    read += 1
                    right += found.kind == marks[f"{source}:{row[key]}"]
    assert rows > 900
    assert read > 90
    assert right / read >= 0.9, f"{right} of {read}"
