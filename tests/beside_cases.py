"""What stands in an installation beside its cases, for tests of its doors: local limits, lists of audits."""

from __future__ import annotations

from datetime import datetime, timedelta

from cast import CAI, GUAN, QIAN
from huiying.case.local_limits import approve, propose
from huiying.procedure.time_limits import SHANGHAI
from huiying.procedure.time_limits import Unit as Measure
from huiying.stages.audit.actions import Plan, commit_list, draw_sample

BASIS = "汀川市承诺办理时限规定第4条"


def a_limit_that_waits(at: datetime) -> int:
    """Propose a limit that waits for a leader, besides one that is in force."""
    today = at.astimezone(SHANGHAI).date()
    approve(propose("GD-02c", 12, Measure.WORKING_DAYS, BASIS, today, by=GUAN, at=at), by=CAI, at=at)
    return propose("GD-02a", 1, Measure.WORKING_DAYS, BASIS, today, by=GUAN, at=at)


def two_audits(at: datetime) -> None:
    """Commit to two lists of the day's closed cases: one is drawn from, one waits for its randomness."""
    day = at.astimezone(SHANGHAI).date()
    for name in ("2026-10", "2026-11"):
        commit_list(Plan(name, day, day, 5, "下一期双色球", at + timedelta(days=1)), by=QIAN, at=at)
    draw_sample("2026-10", "第2026135期 03 08 14", by=QIAN, at=at + timedelta(days=1))
