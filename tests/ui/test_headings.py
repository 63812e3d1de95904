"""A long heading breaks between words, and says the same as without."""

from __future__ import annotations

import re

import pytest
from django.template import Context, Template
from django.utils import translation

from huiying.ui.templatetags.heading_tags import WORDS

HEADING = Template("{% load heading_tags %}{% whole_words %}{{ said }}{% end_whole_words %}")


def drawn(said: str, language: str = "zh-hans") -> str:
    with translation.override(language):
        return HEADING.render(Context({"said": said}))


@pytest.mark.parametrize(
    ("said", "together"),
    [
        ("广东省12345政务服务便民热线", ["广东省", "政务", "服务", "便民", "热线"]),
        ("市场监管举报核查与行政处罚（12315）", ["市场", "监管", "举报", "核查", "行政", "处罚"]),
        ("停水 <b>三天</b> & 投诉没人管", ["停水", "投诉"]),
    ],
)
def test_no_line_ends_within_a_word(said: str, together: list[str]) -> None:
    shown = drawn(said)
    assert re.findall(r'<span class="word">([^<]*)</span>', shown) == together
    assert re.sub(r'</?span( class="word")?>', "", shown) == drawn(said, "zh-hant")


def test_what_stands_on_one_line_and_what_is_in_another_language_stays_as_it_is() -> None:
    assert drawn("我督办的工单") == "我督办的工单"
    assert drawn("广东省12345政务服务便民热线", "en") == "广东省12345政务服务便民热线"


def test_a_line_takes_every_word() -> None:
    assert len(set(WORDS)) == len(WORDS)
    assert {len(word) for word in WORDS} <= {2, 3, 4}
