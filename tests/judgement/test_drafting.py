"""What is asked of a large model, and what of its answer is taken."""

from __future__ import annotations

import json

import pytest

from huiying.judgement.drafting import LONGEST_DRAFT, MOST_BYTES, MOST_SENT, Unusable, draft_in, request_of


def answer(said: object) -> bytes:
    return json.dumps({"choices": [{"message": {"content": said}}]}).encode()


def test_a_draft_is_plain_text_whatever_the_model_thought_before() -> None:
    assert draft_in(answer("<think>先查\n再答</think>\n\n您好！\r\n<b>已修好</b>。 ")) == "您好！\n<b>已修好</b>。"


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (b"<html>502</html>", "unreadable"),
        (b"\xff\xfe", "unreadable"),
        (b'{"choices": []}', "unreadable"),
        (b"[" * 50_000, "unreadable"),
        (answer(None), "unreadable"),
        (answer(["a"]), "unreadable"),
        (b'{"choices":[{"message":{"content":"\\ud800"}}]}', "unreadable"),
        (answer("好\0"), "nul"),
        (answer("<think>什么也没想到</think> "), "empty"),
        (answer("好" * (LONGEST_DRAFT + 1)), "too_long"),
        (b" " * (MOST_BYTES + 1), "too_long"),
    ],
)
def test_what_cannot_be_kept_as_text_is_refused(wrong: bytes, code: str) -> None:
    with pytest.raises(Unusable) as refused:
        draft_in(wrong)
    assert refused.value.code == code


def test_what_is_sent_has_an_end_and_says_what_may_not_be_made_up() -> None:
    body = json.loads(request_of("qwen", ["灯不亮" * MOST_SENT], [], 2))
    system, user = (one["content"] for one in body["messages"])
    assert body["model"] == "qwen"
    assert "不得编造" in system
    assert "诉求共有2项" in system
    assert len(user) < MOST_SENT + 10
    assert "经办人材料" not in user
