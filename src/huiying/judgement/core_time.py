"""When and since when: dates and lengths of time as people say them, resolved against the day of receipt."""

from __future__ import annotations

import re
from datetime import date, timedelta

from huiying.judgement.core_pieces import Piece

DIGITS = "零一二三四五六七八九"
NUMBER = r"(?:[0-9]{1,3}|[一二两三四五六七八九十]{1,3}|几|十几|数)"
MONTH = r"(?:1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])月份?"
DAY = (
    r"(?:3[01]|[12][0-9]|0?[1-9]|三十一?|二十[一二三四五六七八九]?|十[一二三四五六七八九]?|[一二三四五六七八九])[日号]"
)
YEAR = r"(?:19|20)[0-9]{2}年|(?<![0-9])[0-9]{2}年(?=底|初|[0-9]{1,2}月)|去年|今年|前年|当年"
DATE = re.compile(
    rf"(?P<year>{YEAR})?(?P<month>{MONTH})(?P<day>{DAY})?"
    r"|(?P<iso>(?:19|20)[0-9]{2}[.\-/][01]?[0-9][.\-/][0-3]?[0-9])"
    rf"|(?P<only>{YEAR})(?P<edge>底|初|末)?"
    r"|(?P<near>昨天|昨晚|昨日|前天|今天|今日|今晚|今早|上周|上个月|上月|本月|这个月|上星期|本周|这周)"
)
LENGTH = re.compile(
    rf"(?P<half>半)(?:个)?(?P<of>年|月)(?:多|余)?|(?P<count>{NUMBER})(?P<more>多|来|余)?\s?(?P<kind>年半?|个半?月|个?星期|周|天|日)(?:多|余|之久)?"
    r"|(?P<many>多年|常年|长年|多月|数月)"
)
FROM_BEFORE = re.compile(r"(?:自从|打从|从|自)[^，。！？\n]{0,2}$")
FROM_AFTER = re.compile(r"(?:[^，。！？\n]{0,4})?(?:以来|至今|到现在|到今|起(?!诉|草)|开始|就(?:一直|已)|一直)")
SO_LONG_BEFORE = re.compile(r"(?:已经?|长达|近|将近|快|有|了|拖|等|这|都|持续|连续|过去|达)[^，。！？\n]{0,2}$")
SO_LONG_AFTER = re.compile(r"(?:以?来|了|之久|多了|一直|都|从未|没有?|仍|还|迟迟|有余|前|未)")
NEAR = {"昨": 1, "前天": 2, "今": 0}
DAYS_OF_WEEK, DAYS_OF_MONTH, DAYS_OF_YEAR = 7, 30, 365
#: Somebody who says 几年 means some years, and 多年 many: no day is made of either.
UNSAID = "几数"


def times_in(text: str, received_on: date) -> tuple[list[Piece], list[Piece]]:
    """Return when something was, and since when it is so; values are years, months or days, empty where untold."""
    when, since = list[Piece](), list[Piece]()
    for found in DATE.finditer(text):
        value = _dated(found, received_on)
        before, after = text[max(0, found.start() - 4) : found.start()], text[found.end() : found.end() + 12]
        begins = FROM_BEFORE.search(before) or FROM_AFTER.match(after)
        (since if begins else when).append(Piece(found.start(), found.end(), value))
    dated = {position for piece in (*when, *since) for position in range(piece.start, piece.end)}
    for found in LENGTH.finditer(text):
        if found.start() in dated or found.end() - 1 in dated:
            continue
        before, after = text[max(0, found.start() - 4) : found.start()], text[found.end() : found.end() + 4]
        if found["many"] or SO_LONG_BEFORE.search(before) or SO_LONG_AFTER.match(after):
            since.append(Piece(found.start(), found.end(), _ago(found, received_on)))
    return when, since


def _number(said: str) -> int:
    """Return a number of one to three digits or Chinese signs; 0 where it is none."""
    if said.isascii() and said.isdecimal():
        return int(said)
    if "十" in said:
        tens, _, ones = said.partition("十")
        return (_number(tens) if tens else 1) * 10 + (_number(ones) if ones else 0)
    if said == "两":
        return 2
    return max(0, DIGITS.find(said)) if len(said) == 1 else 0


def _year(said: str, received_on: date) -> int:
    relative = {"去年": 1, "前年": 2, "今年": 0, "当年": 0}
    if said in relative:
        return received_on.year - relative[said]
    number = int(said[:-1])
    return number if number > 99 else received_on.year // 100 * 100 + number  # noqa: PLR2004  # years of two digits


def _dated(found: re.Match[str], received_on: date) -> str:
    if found["near"]:
        return _recently(found["near"], received_on)
    if found["iso"]:
        return _day(*(int(part) for part in re.split(r"[.\-/]", found["iso"])))
    if found["only"]:
        return f"{_year(found['only'], received_on):04d}"
    month = _number(found["month"].rstrip("份").removesuffix("月"))
    # A month without a year is the last one that has begun.
    year = _year(found["year"], received_on) if found["year"] else received_on.year - (month > received_on.month)
    if found["day"]:
        return _day(year, month, _number(found["day"][:-1]))
    return f"{year:04d}-{month:02d}"


def _day(year: int, month: int, day: int) -> str:
    """Return a day as ISO; empty where the calendar has none such."""
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return ""


def _recently(said: str, received_on: date) -> str:
    if "月" in said:
        last = received_on.replace(day=1) - timedelta(days=1) if said.startswith("上") else received_on
        return f"{last.year:04d}-{last.month:02d}"
    if "周" in said or "星期" in said:
        monday = received_on - timedelta(days=received_on.weekday() + DAYS_OF_WEEK * said.startswith("上"))
        return monday.isoformat()
    back = next(days for sign, days in NEAR.items() if said.startswith(sign))
    return (received_on - timedelta(days=back)).isoformat()


def _ago(found: re.Match[str], received_on: date) -> str:
    """Return the day so long before receipt, as exact as what was said: a year for years, a month for months."""
    if found["many"] or (found["count"] and any(sign in found["count"] for sign in UNSAID)):
        return ""
    if found["half"]:
        days = DAYS_OF_YEAR // 2 if found["of"] == "年" else DAYS_OF_MONTH // 2
        kind = "月" if found["of"] == "年" else "天"
    else:
        kind, count = found["kind"], _number(found["count"])
        one = DAYS_OF_YEAR if "年" in kind else DAYS_OF_MONTH if "月" in kind else DAYS_OF_WEEK
        one = 1 if kind in {"天", "日"} else one
        days = count * one + ("半" in kind) * one // 2
    try:
        began = received_on - timedelta(days=days)
    except OverflowError:
        return ""
    if "年" in kind:
        return f"{began.year:04d}"
    return f"{began.year:04d}-{began.month:02d}" if "月" in kind else began.isoformat()
