"""What rules refuse, as pages say it in each language."""

from __future__ import annotations

import pytest
from django.utils import translation

from huiying.doors.language import refusal


@pytest.mark.parametrize(
    ("language", "term", "said"),
    [
        ("zh-hans", "求助、建议类答复", "求助、建议类答复没有任何可以中止计时的规定"),
        ("zh-hans", "WF-01", "WF-01 没有任何可以中止计时的规定"),
        ("zh-hant", "求助", "求助沒有任何可以中止計時的規定"),
    ],
)
def test_a_name_in_a_refusal_stands_without_a_gap(language: str, term: str, said: str) -> None:
    with translation.override(language):
        assert refusal("suspension_never", {"term": term}) == said
