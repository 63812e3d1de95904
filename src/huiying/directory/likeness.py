"""What texts are compared by while somebody types: pairs of neighbouring characters. No words to cut, no model.

Good enough to put what is probably alike beside a form while somebody types; what is the same, a person says.
"""

from __future__ import annotations

import re
import unicodedata

#: Of a text longer than this only the beginning is compared: what somebody says first is what they call about.
MOST_CHARACTERS = 400
NOTHING_SAID = re.compile(r"[\W_]+")
#: What half of all calls begin with tells nothing apart.
OPENINGS = (
    "你好 您好 我想 想问 问一 一下 请问 问下 反映 我要 要反 我们 这里 怎么 什么 一个 可以 没有 现在 希望 相关 部门 有关"
    " 来电 市民 姓名 名〕"
)
COMMON = frozenset(OPENINGS.split())


def pairs(text: str) -> frozenset[str]:
    """Return the pairs of neighbouring characters of a text, whatever stands between them left out."""
    said = NOTHING_SAID.sub("", unicodedata.normalize("NFKC", text[:MOST_CHARACTERS]).casefold())
    return frozenset(said[start : start + 2] for start in range(len(said) - 1)) - COMMON
