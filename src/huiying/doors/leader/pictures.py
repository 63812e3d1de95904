"""The overview's pictures: for each the table behind it, whose rows open down to the cases, and what is drawn of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from huiying.doors.leader import maps
from huiying.doors.leader.saying import Behind, small
from huiying.doors.leader.words import (
    Names,
    about,
    count_words,
    interval_words,
    per_cent,
    span_words,
)
from huiying.doors.moments import without_year
from huiying.stages.insight.periods import QUARTER
from huiying.stages.insight.queries import Count, Figures, Line
from huiying.stages.insight.rates import Rate

Figure = dict[str, Any]
#: How many rows of a long table are drawn; the table has them all.
DRAWN = 12
WEEK_DAYS = 7


def pictures(figures: Figures, names: Names, behind: Behind) -> Mapping[str, Figure]:
    """Return the overview's figures by name, each as figure.html takes it."""
    return {
        "volume": volume(figures, behind),
        "areas": areas(figures, names, behind),
        "matters": broken_down(figures, "matter", _("反映什么"), _("事项"), names, behind),
        "kinds": broken_down(figures, "kind", _("什么样的诉求"), _("类型"), names, behind),
        "channels": broken_down(figures, "channel", _("从哪里来"), _("渠道"), names, behind),
        "units": units(figures, names, behind),
    }


def volume(figures: Figures, behind: Behind) -> Figure:
    """Return what came and what was done by day, or by week where that would be too many days."""
    weekly = figures.period.name == QUARTER
    parts = list(_weeks(figures.days) if weekly else ((day, day, count) for day, count in figures.days.items()))
    busiest = max(parts, key=lambda part: part[2].received)
    if not any(count.received or count.closed for _start, _end, count in parts):
        parts = []
    said = {"when": span_words(*busiest[:2]), "count": count_words(busiest[2].received)}
    return {
        "id": "volume",
        "title": _("每周收到和办结") if weekly else _("每天收到和办结"),
        "sentence": _("最多的是%(when)s，收到 %(count)s 件。") % said if busiest[2].received else "",
        "chart": "columns",
        "series": "1 2",
        "columns": [
            {"label": _("哪一周") if weekly else _("哪一天")},
            {"label": _("收到"), "number": True},
            {"label": _("办结"), "number": True},
        ],
        "rows": [
            {
                "cells": [
                    {"text": without_year(start), "note": _until(end) if weekly and end > start else ""},
                    _linked(count.received, behind("received", start=start, end=end)),
                    _linked(count.closed, behind("closed", start=start, end=end)),
                ]
            }
            for start, end, count in parts
        ],
    }


def _until(day: date) -> str:
    return _("至%(day)s") % {"day": without_year(day)}


def _weeks(days: Mapping[date, Count]) -> Iterable[tuple[date, date, Count]]:
    """Return whole weeks back from the last day, the earliest first; of the earliest only what lies in the period."""
    ordered = sorted(days)
    first, last = ordered[0], ordered[-1]
    parts = []
    while last >= first:
        start = max(first, last - timedelta(days=WEEK_DAYS - 1))
        inside = [days[start + timedelta(days=number)] for number in range((last - start).days + 1)]
        parts.append((start, last, sum(inside, Count())))
        last = start - timedelta(days=1)
    return reversed(parts)


def _linked(count: int, url: str) -> dict[str, Any]:
    return {"text": count_words(count), "url": url if count else ""}


def broken_down(figures: Figures, dimension: str, title: str, column: str, names: Names, behind: Behind) -> Figure:
    """Return how many cases came of each code of a dimension, beside those of the days before."""
    lines = [line for line in figures.by[dimension] if line.now.received or line.before.received]
    compared = figures.period.before is not None
    return {
        "id": f"by-{dimension}",
        "title": title,
        "sentence": _most(lines, figures.total, dimension, names),
        "note": _compared_days(figures) if compared else "",
        "chart": "bars",
        "series": "1",
        "top": DRAWN,
        "columns": [
            {"label": column},
            {"label": _("收到"), "number": True},
            {"label": _("占比"), "number": True},
            *([{"label": _("整天对比"), "number": True}] if compared else []),
        ],
        "rows": [
            {
                "cells": [
                    {"text": names.of(dimension, line.code)},
                    _linked(line.now.received, behind("received", **{dimension: line.code})),
                    {"text": per_cent(Rate(line.now.received, figures.total.now.received).share)},
                    *([_change(line)] if compared else []),
                ]
            }
            for line in lines
        ],
    }


def _most(lines: list[Line], total: Line, dimension: str, names: Names) -> str:
    named = [line for line in lines if line.code and line.now.received]
    if not named:
        return ""
    share = per_cent(Rate(named[0].now.received, total.now.received).share)
    said = {"name": names.of(dimension, named[0].code), "count": count_words(named[0].now.received), "share": share}
    return _("最多的是%(name)s，%(count)s 件，占 %(share)s。") % said


def _change(line: Line) -> dict[str, Any]:
    """Return how many more or fewer came in the whole days than in those before."""
    more = line.whole.received - line.before.received
    said = {"now": count_words(line.whole.received), "was": count_words(line.before.received)}
    return {"text": f"{more:+,}" if more else "0", "note": _("%(now)s 比 %(was)s") % said}


def _compared_days(figures: Figures) -> str:
    period = figures.period
    assert period.before is not None  # noqa: S101  # only asked where there is something to compare with
    assert period.before_end is not None  # noqa: S101  # as above
    return _("整天对比：%(now)s与%(then)s相比，不含今天。") % {
        "now": span_words(period.start, period.yesterday),
        "then": span_words(period.before, period.before_end),
    }


def areas(figures: Figures, names: Names, behind: Behind) -> Figure:
    """Return where demands come from: a map and its table. Counts and shares only; how many live there is not known."""
    lines = [line for line in figures.by["area"] if line.now.received]
    counts = {line.code: line.now.received for line in lines}
    rings = maps.outlines()
    return {
        "id": "areas",
        "title": _("在哪里"),
        "sentence": _most(lines, figures.total, "area", names),
        "note": _area_note(sum(count for code, count in counts.items() if code not in rings) if rings else 0),
        "map": maps.drawing(
            rings, counts, lambda code: names.of("area", code), lambda code: behind("received", area=code)
        ),
        "columns": [
            {"label": _("街道乡镇")},
            {"label": _("收到"), "number": True},
            {"label": _("占比"), "number": True},
            {"label": _("按时办结率"), "number": True},
        ],
        "rows": [
            {
                "cells": [
                    {"text": names.of("area", line.code)},
                    _linked(line.now.received, behind("received", area=line.code)),
                    {"text": per_cent(Rate(line.now.received, figures.total.now.received).share)},
                    _share(line.now.on_time),
                ]
            }
            for line in lines
        ],
    }


def _area_note(off_the_map: int) -> str:
    if not off_the_map:
        return _("人多的地方件数自然多；这里没有人口数，不能说哪里问题更重。")
    said = {"count": count_words(off_the_map)}
    return (
        _(
            "人多的地方件数自然多；这里没有人口数，不能说哪里问题更重。"
            "另有 %(count)s 件没有写到街道，只在表里，不在图上。"
        )
        % said
    )


def _share(rate: Rate) -> dict[str, Any]:
    if not rate.base:
        return {"text": "—"}
    said = {"of": count_words(rate.of), "base": count_words(rate.base)}
    caution = small(rate)
    note = _("%(base)s 件中 %(of)s 件，样本少") % said if caution else _("%(base)s 件中 %(of)s 件") % said
    return {"text": per_cent(rate.share), "note": note}


def units(figures: Figures, names: Names, behind: Behind) -> Figure:
    """Return whether units answer in time, with how sure that is, those with the most limits first."""
    lines = sorted(
        (line for line in figures.by["unit"] if line.now.due and line.code), key=lambda line: (-line.now.due, line.code)
    )
    whole = figures.total.now.on_time
    return {
        "id": "units",
        "title": _("各单位按时办结率"),
        "sentence": _apart(lines, whole),
        "note": _("横线是 95% 的区间：件数越少，线越长，越不能据此下结论。区间含着全市数字的，不能说比全市好或者差。"),
        "chart": "intervals",
        "series": "3 4 5",
        "top": DRAWN,
        "reference": "" if whole.share is None else f"{whole.share * 100:.1f}",
        "reference_label": "" if whole.share is None else _("全市 %(share)s") % {"share": about(whole.share)},
        "columns": [
            {"label": _("单位")},
            {"label": _("届满"), "number": True},
            {"label": _("按期"), "number": True},
            {"label": _("按时率"), "number": True},
            {"label": _("区间低端"), "number": True},
            {"label": _("区间高端"), "number": True},
        ],
        "rows": [_unit(line, names, behind) for line in lines],
        "empty": _("这段时间还没有期限届满的工单。"),
    }


def _unit(line: Line, names: Names, behind: Behind) -> dict[str, Any]:
    rate = line.now.on_time
    low, high = interval_words(rate)
    return {
        "cells": [
            {"text": names.of("unit", line.code)},
            _linked(rate.base, behind("due", unit=line.code)),
            {"text": count_words(rate.of)},
            {"text": per_cent(rate.share), "note": small(rate)},
            {"text": low},
            {"text": high},
        ]
    }


def _apart(lines: list[Line], whole: Rate) -> str:
    """Return how many units differ from all together by more than chance."""
    worse = sum(line.now.on_time.against(whole) < 0 for line in lines)
    better = sum(line.now.on_time.against(whole) > 0 for line in lines)
    said = {"worse": worse, "better": better, "all": len(lines)}
    if not lines:
        return ""
    if not worse and not better:
        return _("%(all)s 个单位有期限届满的工单，没有一个明显高于或者低于全市。") % said
    return _("%(all)s 个单位有期限届满的工单，其中 %(worse)s 个明显低于全市，%(better)s 个明显高于全市。") % said
