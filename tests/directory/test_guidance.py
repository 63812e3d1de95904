"""Guidance is found by matter and by what callers say; names are found by their pinyin."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from cast import later
from huiying.case import registry
from huiying.case.verifying import verify
from huiying.demo.filling import FOUNDER
from huiying.directory.likeness import pairs
from huiying.directory.models import Guidance
from huiying.directory.pinyin import keys
from huiying.directory.queries import guidance_for
from huiying.stages.intake.uploads import digest_of


def add(**more: Any) -> Guidance:
    given = {
        "title": "共享雨伞怎么还",
        "text": "还到原处。",
        "unit_id": "cg",
        "article": "《民法典》",
        "words": "雨伞押金",
    }
    item = Guidance(**{**given, "review_by": date(2027, 1, 1), **more})
    registry.change(item, FOUNDER, later())
    return item


def titles(said: str, matter: str = "") -> list[str]:
    return [one.title for one in guidance_for(said, matter)]


@pytest.mark.django_db
def test_it_is_found_by_what_callers_say() -> None:
    assert titles("你好我想问一下，我的身份证快到期了怎么办")[0] == "身份证到期换领"
    assert titles("工地半夜施工吵得睡不着")[0] == "夜间施工噪声"
    assert titles("今天天气真好") == []
    assert titles("") == []


@pytest.mark.django_db
def test_what_is_of_the_matter_comes_first() -> None:
    assert titles("身份证到期了", "0701")[0] == "老板拖欠工资"
    assert titles("", "0701") == ["老板拖欠工资"]
    assert titles("", "\x00") == []


@pytest.mark.django_db
def test_what_is_changed_is_found_by_its_new_words_and_what_is_not_in_use_by_none() -> None:
    item = add()
    assert titles("共享雨伞的押金") == [item.title]
    item.title, item.words = "公共直饮水", "水杯接水"
    registry.change(item, FOUNDER, later(1))
    assert titles("共享雨伞的押金") == []
    assert titles("公共直饮水在哪里接水")[0] == item.title
    item.active = False
    registry.change(item, FOUNDER, later(2))
    assert item.title not in titles("公共直饮水在哪里接水")
    assert verify(file_digest=digest_of).differences == ()


def test_pairs_pass_over_signs_and_what_every_call_begins_with() -> None:
    assert pairs("你好，路 灯！坏了") == {"好路", "路灯", "灯坏", "坏了"}
    assert pairs("ＡＢ") == {"ab"}
    assert pairs("灯") == frozenset()


@pytest.mark.parametrize(
    ("name", "key"),
    [("水务局", "swj"), ("水务局", "shuiwuju"), ("长乐路", "cll"), ("长乐路", "zyl"), ("12345热线", "12345rx")],
)
def test_a_name_is_found_by_its_initials_in_every_reading_and_by_its_syllables(name: str, key: str) -> None:
    assert key in keys(name).split()


def test_signs_alone_give_no_key_and_many_readings_not_too_many() -> None:
    assert keys("（）") == ""
    assert len(keys("行长行长行长行长").split()) <= 9
