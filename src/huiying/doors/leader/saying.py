"""The figures that the overview leads with, each with a sentence in plain words that a leader could say aloud."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from huiying.doors.leader.words import Names, about, count_words, per_cent, span_words
from huiying.doors.moments import without_year
from huiying.stages.insight.periods import Period
from huiying.stages.insight.queries import Figures, Line, Stuck
from huiying.stages.insight.rates import Rate

#: Gives the address of the cases behind a measure, of one code of a dimension where one is named.
Behind = Callable[..., str]
Headline = dict[str, Any]


def headlines(figures: Figures, stuck: Sequence[Stuck], names: Names, at: datetime, behind: Behind) -> list[Headline]:
    """Return six figures: what came, what was done, whether in time, whether it helped, what is stuck, what about."""
    total = figures.total
    return [
        {
            "label": _("收到"),
            "value": count_words(total.now.received),
            "unit": _("件"),
            "note": _received(figures.period, total, at),
            "url": behind("received"),
        },
        {
            "label": _("办结"),
            "value": count_words(total.now.closed),
            "unit": _("件"),
            "note": _closed(figures.period, total),
            "url": behind("closed"),
        },
        {
            "label": _("按时办结率"),
            "value": per_cent(total.now.on_time.share),
            "note": _on_time(figures.period, total),
            "url": behind("late") if total.now.due > total.now.kept else "",
            "change": small(total.now.on_time),
        },
        {
            "label": _("解决率"),
            "value": per_cent(total.now.resolution.share),
            "note": _resolution(total),
            "url": behind("unsolved") if total.now.answered > total.now.solved else "",
            "change": small(total.now.resolution),
        },
        _late(stuck, names),
        _matter(figures, names, behind),
    ]


def small(rate: Rate) -> str:
    """Return the caution for a share of few, empty where it needs none."""
    return _("样本少") if rate.base and rate.few else ""


def _received(period: Period, total: Line, at: datetime) -> str:
    today = total.now.received - total.whole.received
    said = {"time": f"{timezone.localtime(at):%H:%M}", "today": count_words(today)}
    so_far = _("今天到 %(time)s 收到 %(today)s 件。") % said
    return f"{_compared(period, total.whole.received, total.before.received)}{so_far}"


def _compared(period: Period, now: int, before: int) -> str:
    if period.before is None or period.before_end is None:
        return _("今天是这段时间的第一天，还没有整天可比。")
    said = {
        "span": span_words(period.start, period.yesterday),
        "now": count_words(now),
        "then": span_words(period.before, period.before_end),
        "was": count_words(before),
        "more": count_words(abs(now - before)),
    }
    if now > before:
        return _("%(span)s %(now)s 件，比%(then)s的 %(was)s 件多 %(more)s 件。") % said
    if now < before:
        return _("%(span)s %(now)s 件，比%(then)s的 %(was)s 件少 %(more)s 件。") % said
    return _("%(span)s %(now)s 件，与%(then)s一样多。") % said


def _closed(period: Period, total: Line) -> str:
    return _compared(period, total.whole.closed, total.before.closed)


def _on_time(period: Period, total: Line) -> str:
    rate = total.now.on_time
    if rate.interval is None:
        return _("这段时间还没有期限届满的工单。")
    low, high = rate.interval
    return _(
        "到%(day)s为止届满 %(due)s 件，其中 %(kept)s 件按期答复；"
        "算上偶然因素，真实水平大约在 %(low)s 到 %(high)s 之间。"
    ) % {
        "day": without_year(period.yesterday),
        "due": count_words(rate.base),
        "kept": count_words(rate.of),
        "low": about(low),
        "high": about(high),
    }


def _resolution(total: Line) -> str:
    rate = total.now.resolution
    if rate.interval is None:
        return _("办结的工单里，还没有人回答是否解决。")
    low, high = rate.interval
    return _(
        "办结的工单里 %(base)s 件有诉求人的回答，%(of)s 件说解决了；"
        "算上偶然因素，真实水平大约在 %(low)s 到 %(high)s 之间。"
    ) % {"base": count_words(rate.base), "of": count_words(rate.of), "low": about(low), "high": about(high)}


def _late(stuck: Sequence[Stuck], names: Names) -> Headline:
    late = [one for one in stuck if one.late]
    if not late:
        return {"label": _("逾期未结"), "value": "0", "unit": _("件"), "note": _("现在没有逾期未结的工单。")}
    longest = max(late, key=lambda one: one.latest)
    said = {"days": count_words(longest.latest), "where": names.holder(longest.unit, longest.holder)}
    return {
        "label": _("逾期未结"),
        "value": count_words(sum(one.late for one in late)),
        "unit": _("件"),
        "tone": "late",
        "change": _("最久 %(days)s 天") % said,
        "note": _("逾期最久的一件现在在%(where)s。") % said,
        "url": reverse("board"),
    }


def _matter(figures: Figures, names: Names, behind: Behind) -> Headline:
    named = [line for line in figures.by["matter"] if line.code and line.now.received]
    if not named:
        return {"label": _("反映最多"), "value": "—", "note": _("这段时间的工单都还没有确定事项。")}
    first = named[0]
    said = {
        "count": count_words(first.now.received),
        "share": per_cent(first.now.received / figures.total.now.received),
        "before": count_words(first.before.received),
    }
    sentence = _("%(count)s 件，占全部的 %(share)s。") % said
    if figures.period.before is not None:
        sentence = _("%(count)s 件，占全部的 %(share)s；上一段同样的天数里 %(before)s 件。") % said
    return {
        "label": _("反映最多"),
        "value": names.of("matter", first.code),
        "note": sentence,
        "url": behind("received", matter=first.code),
    }
