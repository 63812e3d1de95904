"""An answer, demand by demand: put together from its parts for the person to read, and taken apart again to edit.

What is composed is content that an official signs, in the language of the place, whatever language the page speaks:
it is therefore not translated.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from huiying.procedure.closure import MACHINE_MARK
from huiying.procedure.words import catalogue

NUMERALS = "一二三四五六七八九十"
#: The head of an answer's part: 二、关于“路灯不亮”（已解决）
HEAD = re.compile(r"^([一二三四五六七八九十]{1,3})、(?:关于“(.*)”|第.{1,3}项)(?:（([^（）]+)）)?$", re.MULTILINE)
#: How a message numbers its own demands: 1. 1、 （1） 一、 一是 第一，
ITEM = re.compile(
    r"(?:^|[。；;！!？?\n：:])\s*"
    r"(?:[（(]?\d{1,2}[）)、.．]|[一二三四五六七八九十]{1,3}[、是]|第[一二三四五六七八九十]{1,3}[，、])\s*"
)
LONGEST_ABOUT = 30
GREETINGS = ("您好！您反映的事项已经办理，现答复如下。", "您好！您反映的事项已经办理，现逐项答复如下。")
PROOF = "佐证材料{count}件。"
PROVEN = re.compile(r"\n?佐证材料(\d+)件。\s*$")


@dataclass(slots=True)
class Part:
    """The answer to one demand: what it was about, what was found and done, its outcome (a code), and proof."""

    about: str = ""
    text: str = ""
    outcome: str = ""
    proof: int = 0


@dataclass(slots=True)
class Answer:
    """A whole answer: the words before and after, and a part for each demand."""

    greeting: str = ""
    parts: list[Part] = field(default_factory=list)
    closing: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing of any demand was said."""
        return not any(part.text.strip() for part in self.parts)


def greeting(demands: int) -> str:
    """Return how an answer begins where nobody wrote another beginning."""
    return GREETINGS[demands > 1]


def numeral(number: int) -> str:
    """Return a number from 1 to 99 as a heading counts: 一, 十二, 二十."""
    tens, ones = divmod(number, 10)
    head = "" if not tens else "十" if tens == 1 else f"{NUMERALS[tens - 1]}十"
    return head + (NUMERALS[ones - 1] if ones else "")


def compose(answer: Answer) -> str:
    """Return an answer as the person reads it; empty where nothing was said of any demand.

    One demand is answered in plain paragraphs; several are headed, each by what it was about and what became of it.
    """
    if answer.is_empty:
        return ""
    several = len(answer.parts) > 1
    blocks = [_block(part, number if several else 0) for number, part in enumerate(answer.parts, 1)]
    return "\n\n".join(filter(None, (answer.greeting.strip(), *blocks, answer.closing.strip())))


def _block(part: Part, number: int) -> str:
    proof = PROOF.format(count=part.proof) if part.proof else ""
    body = "\n".join(filter(None, (part.text.strip(), proof)))
    if not number:
        return body
    named = shortened(part.about)
    about = f"关于“{named}”" if named else f"第{numeral(number)}项"
    outcome = f"（{outcome_words(part.outcome)}）" if part.outcome else ""
    return f"{numeral(number)}、{about}{outcome}\n{body}".rstrip()


def outcome_words(outcome: str) -> str:
    """Return what an outcome is called in an answer."""
    return catalogue("zh_hans").get(f"choice.{outcome}", outcome)


def marked(text: str) -> str:
    """Return a text with the mark of what a machine drafted at its end, once."""
    return f"{unmarked(text)}\n\n{MACHINE_MARK}"


def unmarked(text: str) -> str:
    """Return a text without that mark, for people to edit."""
    return text.replace(MACHINE_MARK, "").strip()


def taken_apart(text: str, demands: int) -> Answer:
    """Return the parts of an answer that was composed; of any other text, the whole is the first demand's."""
    answer = Answer(parts=[Part() for _ in range(demands)])
    heads = list(HEAD.finditer(text))
    if demands > 1 and [head[1] for head in heads] == [numeral(number) for number in range(1, demands + 1)]:
        answer.greeting = text[: heads[0].start()].strip()
        ends = [head.start() for head in heads[1:]] + [len(text)]
        for part, head, end in zip(answer.parts, heads, ends, strict=True):
            _take(part, text[head.end() : end].strip())
            part.about, part.outcome = head[2] or "", _outcome(head[3] or "")
        last, _, closing = answer.parts[-1].text.rpartition("\n\n")
        if last:
            _take(answer.parts[-1], last)
            answer.closing = closing
    else:
        first, _, rest = text.strip().partition("\n\n")
        answer.greeting, whole = (first, rest) if first in GREETINGS and rest else ("", text.strip())
        _take(answer.parts[0], whole)
    return answer


def _take(part: Part, text: str) -> None:
    found = PROVEN.search(text)
    part.text = text[: found.start()].strip() if found else text
    part.proof = int(found[1]) if found else part.proof


def _outcome(words: str) -> str:
    return next((code for code in ("resolved", "partly", "explained", "deferred") if outcome_words(code) == words), "")


def demands_of(text: str, demands: int) -> Sequence[str]:
    """Return the words of each demand in a message, where it numbers exactly so many itself; otherwise none.

    Of a message with one demand the whole is that demand.
    """
    if demands <= 1:
        return [text.strip()]
    marks = list(ITEM.finditer(text))
    if len(marks) != demands:
        return []
    ends = [mark.start() + 1 for mark in marks[1:]] + [len(text)]
    return [text[mark.end() : end].strip(" \n；;，,") for mark, end in zip(marks, ends, strict=True)]


def shortened(about: str) -> str:
    """Return the words of a demand as they stand in a heading: one line, without what would end it early."""
    line = " ".join(about.split()).translate({ord("“"): "「", ord("”"): "」"}).rstrip("。；;，,.!！?？ ")
    return line if len(line) <= LONGEST_ABOUT else f"{line[:LONGEST_ABOUT]}…"
