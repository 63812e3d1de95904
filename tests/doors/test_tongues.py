"""English pages say which of their words are Chinese: names, articles, and what people wrote."""

from __future__ import annotations

import pytest

from huiying.doors.tongues import mark

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
    assert mark(written) == (written if marked is None else marked)


def test_a_marked_page_stays_as_it_is() -> None:
    once = mark('<html lang="en"><body><p>With 汀川市水务局</p><option>临汀区</option><input value="水"></body></html>')
    assert mark(once) == once
