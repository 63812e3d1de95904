"""What is left out of figures (EX-04): counted apart, by unit and ground, with an alarm where the share is high."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from huiying.config.environment import read
from huiying.doors.language import rule_words
from huiying.doors.leader.saying import small
from huiying.doors.leader.words import Names, count_words, per_cent
from huiying.stages.insight.periods import Period
from huiying.stages.insight.queries import LeftOut, left_out

PER_CENT = 100


def left_out_table(asked: Period, called: Names) -> dict[str, Any] | None:
    """Return the table as table.html takes it, with `alarms` for high shares; None where there is nothing."""
    rows = left_out(asked)
    if not rows:
        return None
    threshold = int(read("HUIYING_LEFT_OUT_ALARM"))
    return {
        "caption": _("不计入考核的工单"),
        "columns": [
            {"label": _("单位")},
            {"label": _("理由")},
            {"label": _("不计入"), "number": True},
            {"label": _("办结"), "number": True},
            {"label": _("比例"), "number": True},
        ],
        "rows": [_row(row, called) for row in rows],
        "alarms": [
            _("%(unit)s有%(share)s的办结工单不计入考核，超过%(threshold)s%%，请查明是不是把难办的都说成不合理。")
            % {"unit": called.of("unit", row.unit), "share": per_cent(row.rate.share), "threshold": threshold}
            for row in rows
            if not row.ground and (row.rate.share or 0) * PER_CENT > threshold
        ],
    }


def _row(row: LeftOut, called: Names) -> dict[str, Any]:
    ground = rule_words()[f"choice.{row.ground}"] if row.ground else _("合计")
    return {
        "cells": [
            {"text": called.of("unit", row.unit)},
            {"text": ground},
            {"text": count_words(row.rate.of)},
            {"text": count_words(row.rate.base)},
            {"text": per_cent(row.rate.share), "note": small(row.rate)},
        ]
    }
