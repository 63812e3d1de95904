"""What a paper costs from the ledger to the PDF, beside a floor that sets the same font on an empty layout."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable

import typst
from django.utils import timezone

from huiying.case.models import Case
from huiying.case.scope import CENTRE, seeing
from huiying.config.readying import get_ready
from huiying.stages.intake.actions import RESIDENT, Demand, register
from huiying.stages.papers.actions import take
from huiying.stages.papers.queries import one_owed, text_of
from huiying.stages.papers.setting import folder, fonts, pdf

ROUNDS, BOUND_MS = 40, 300.0


def milliseconds(work: Callable[[], object], rounds: int = ROUNDS) -> tuple[float, float]:
    """Return what the first call took, and the median of those after it."""
    taken = []
    for _ in range(rounds + 1):
        begun = time.perf_counter()
        work()
        taken.append((time.perf_counter() - begun) * 1000)
    return taken[0], statistics.median(taken[1:])


def papers() -> None:
    """Issue papers of new cases, one after the other, and read each as PDF as its owner would."""
    demand = Demand(text="滨河花园5栋楼道漏水，请派人来修。" * 20, title="楼道漏水")
    waiting = [register(demand, channel="portal", by=RESIDENT, at=timezone.now()).number for _ in range(ROUNDS + 1)]

    def bare() -> object:
        page = '#set text(font: "Noto Serif SC")\n漏水'
        return typst.compile(page.encode(), font_paths=fonts(folder()), ignore_system_fonts=True)

    def whole() -> object:
        number = waiting.pop()
        take(number, 1, "registration", by=RESIDENT, at=timezone.now())
        with seeing(CENTRE):
            case = Case.objects.select_related("law").get(number=number)
            one = one_owed(case, 1, "registration", RESIDENT.role)
            assert one is not None  # noqa: S101  # the benchmark's own footing
            return pdf(text_of(case, one))

    begun = time.perf_counter()
    get_ready().join()
    ready = (time.perf_counter() - begun) * 1000
    first, cost = milliseconds(whole)
    _, floor = milliseconds(bare)
    row("a paper: issued, taken, set as PDF", cost, floor)
    row("the first of a process that serves", first, floor)
    sys.stdout.write(f"{'what it read before, beside its first requests':<44} {ready:9.2f} ms\n")


def row(name: str, cost: float, floor: float) -> None:
    """Print one line: the cost, the floor, their ratio, and the bound we set ourselves."""
    beside = f"floor {floor:7.2f} ms   {cost / floor:7.1f} ×   bound {BOUND_MS:5.0f} ms   {cost / BOUND_MS:5.0%}"
    sys.stdout.write(f"{name:<44} {cost:9.2f} ms   {beside}\n")
