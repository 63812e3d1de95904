"""How visits in person went (A11): first visits and repeat visits, each share with what it is a share of."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from huiying.doors.leader.saying import small
from huiying.doors.leader.words import about, count_words, per_cent
from huiying.stages.insight.queries import Visits
from huiying.stages.insight.rates import Rate


def visits_table(visits: Visits) -> dict[str, Any] | None:
    """Return the table as table.html takes it; None where nobody came."""
    if not visits.first + visits.again:
        return None
    said = {"first": count_words(visits.first), "again": count_words(visits.again)}
    labels = (_("指标"), _("数字"), _("分子"), _("分母"), _("真实水平大约在"))
    return {
        "caption": _("来访：初访 %(first)s 件，重访 %(again)s 件") % said,
        "columns": [{"label": label, "number": number > 0} for number, label in enumerate(labels)],
        "rows": [
            _row(_("初访化解率"), _("初访里已经结案、回答了是否解决的"), visits.settled),
            _row(_("重访率"), _("全部来访"), visits.repeated),
        ],
    }


def _row(name: str, base: str, rate: Rate) -> dict[str, Any]:
    between = "—"
    if rate.interval is not None:
        low, high = rate.interval
        between = _("%(low)s 到 %(high)s") % {"low": about(low), "high": about(high)}
    return {
        "cells": [
            {"text": name},
            {"text": per_cent(rate.share), "note": small(rate)},
            {"text": count_words(rate.of)},
            {"text": count_words(rate.base), "note": base},
            {"text": between},
        ]
    }
