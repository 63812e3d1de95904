"""What a night costs: where nothing changed, and where every open case is looked at and none of its dates moved."""

from __future__ import annotations

import sys
import time

from django.utils import timezone

from huiying.case.scope import working
from huiying.procedure.state import Actor
from huiying.stages import flow
from huiying.stages.intake.actions import RESIDENT, Demand, register
from huiying.stages.supervision import dates
from huiying.stages.supervision.tasks import every_night

FEW, MANY, ROUNDS = 50, 500, 3


def nights() -> None:
    """Bring cases, and let nights pass."""
    brought = 0
    for size in (FEW, MANY):
        for _ in range(size - brought):
            demand = Demand(text="滨河花园5栋楼道漏水，请派人来修。", title="楼道漏水")
            number = register(demand, channel="portal", by=RESIDENT, at=timezone.now()).number
            flow.act(number, "dispatch", by=Actor("zhoujie", "dispatcher"), at=timezone.now(), given={"lead": "sw"})
        brought = size
        every_night.func(0)
        quiet = _best()
        sys.stdout.write(f"{f'{size} open cases, nothing changed':<44} {quiet * 1000:9.2f} ms a night\n")
        dates.RELEASE = f"measured-{size}"
        with working():
            looked_at = len(dates.to_be_found_anew())
        begun = time.perf_counter()
        every_night.func(0)
        took = time.perf_counter() - begun
        each = (took - quiet) / looked_at * 1000
        sys.stdout.write(f"{f'{size} open cases, a new release':<44} {each:9.2f} ms a case   bound 0.3 ms\n")


def _best() -> float:
    taken = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        every_night.func(0)
        taken.append(time.perf_counter() - begun)
    return min(taken)
