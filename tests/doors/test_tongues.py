"""Pages in another language say which of their words are Simplified Chinese: names, articles, and what people wrote."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import huiying
from huiying.doors.tongues import mark

LOCALE = Path(huiying.__file__).parent / "doors" / "locale"
PROCEDURE = Path(huiying.__file__).parent / "procedure"

UNIT = '<span lang="zh-Hans">汀川市水务局</span>'


@pytest.mark.parametrize(
    ("written", "marked"),
    [
        ("<p>No Chinese here.</p>", "<p>No Chinese here.</p>"),
        ("<p>汀川市水务局</p>", f"<p>{UNIT}</p>"),
        # Some words of a sentence: to the layout the sentence is one thing, as before.
        ("<p>It is with 汀川市水务局 now.</p>", f"<p><span>It is with {UNIT} now.</span></p>"),
        (
            "<p>Under 《信访工作条例》第22条, within 15 days</p>",
            '<p><span>Under <span lang="zh-Hans">《信访工作条例》第22条</span>, within 15 days</span></p>',
        ),
        # Elements that take words only say it themselves.
        ("<option value=1>汀川市水务局</option>", '<option lang="zh-Hans" value=1>汀川市水务局</option>'),
        (
            "<textarea name='text'>停水 > 三天</textarea>",
            "<textarea lang=\"zh-Hans\" name='text'>停水 > 三天</textarea>",
        ),
        ('<svg><text x="1">临汀区</text></svg>', '<svg><text lang="zh-Hans" x="1">临汀区</text></svg>'),
        ('<input value="停水">', '<input lang="zh-Hans" value="停水">'),
        ('<input type="hidden" value="停水">', '<input type="hidden" value="停水">'),
        # What says so already stays, and what follows it is marked again.
        (
            '<div lang="zh-CN">简<b lang="en">of 文</b>文</div>汀川市水务局',
            f'<div lang="zh-CN">简<b lang="en"><span>of <span lang="zh-Hans">文</span></span></b>文</div>{UNIT}',
        ),
        ('<div lang="zh-CN"><div>简</div>体</div>1 day', None),
        # Not words of the page.
        ('<head><title>案 1</title></head><script>say("水")</script>', None),
        ('<!-- 水 --><p data-words="还可以写 {n} 字" title="a > 水">Water</p>', None),
        ("<p>a &lt; b &amp; 水</p>", '<p><span>a &lt; b &amp; <span lang="zh-Hans">水</span></span></p>'),
    ],
)
def test_what_is_chinese_is_marked_and_nothing_else_is_touched(written: str, marked: str | None) -> None:
    assert mark(written, "en") == (written if marked is None else marked)


@pytest.mark.parametrize(
    ("written", "marked"),
    [
        ("<p>諮詢和求助，由派單員辦理。</p>", None),
        ("<p>汀川市水务局</p>", f"<p>{UNIT}</p>"),
        # Written alike in both: nothing to say.
        ("<p>海湖路8栋</p>", '<p><span lang="zh-Hans">海湖路8栋</span></p>'),
        ("<p>海湖路8棟</p>", None),
        ("<p>海湖路</p>", None),
        ("<p>皇后大道里面有一只干净的台</p>", '<p><span lang="zh-Hans">皇后大道里面有一只干净的台</span></p>'),
        ("<p>公里、皇后、批准</p>", None),
        # What somebody wrote is one piece, whatever signs stand in it.
        ("<p>停水三天，没人管。“急”！</p>", '<p><span lang="zh-Hans">停水三天，没人管。“急”！</span></p>'),
        # In a Traditional sentence: the name, up to a sign or to what can only be Traditional.
        ("<p>已轉到汀川市水务局，請等待。</p>", f"<p><span>已轉{UNIT.replace('汀', '到汀', 1)}，請等待。</span></p>"),
        ("<option>汀川市水务局</option>", '<option lang="zh-Hans">汀川市水务局</option>'),
        ('<input value="没水">', '<input lang="zh-Hans" value="没水">'),
        ('<input value="停水">', None),
        ('<button lang="zh-CN">简体中文</button><b lang="zh-Hant">繁體</b>', None),
        ("<head><title>简</title></head><script>简</script>", None),
    ],
)
def test_a_traditional_page_says_so_of_what_only_simplified_text_has(written: str, marked: str | None) -> None:
    page = f'<html lang="zh-Hant">{written}</html>'
    assert mark(page, "zh-hant") == (page if marked is None else f'<html lang="zh-Hant">{marked}</html>')


@pytest.mark.parametrize("language", ["en", "zh-hant"])
def test_a_marked_page_stays_as_it_is(language: str) -> None:
    body = '<body><p>With 汀川市水务局</p><option>临汀区</option><input value="务"></body>'
    once = mark(f'<html lang="{language}">{body}</html>', language)
    assert once.count('lang="zh-Hans"') == 3
    assert mark(once, language) == once


def test_no_word_of_a_traditional_page_is_taken_for_a_simplified_one() -> None:
    for file in (*LOCALE.rglob("zh_Hant/**/*.po"), *PROCEDURE.rglob("zh_hant.toml")):
        words = re.findall(r'^(?:msgstr|[\w."]+ =) "(.*)"$', file.read_text("utf-8"), re.MULTILINE)
        assert words
        assert [word for word in words if mark(word, "zh-hant") != word] == []
