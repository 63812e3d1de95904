"""Asks every invariant that applies about one case."""

from __future__ import annotations

from invariants.checks import CHECKS, EVERYWHERE, World
from invariants.checks_special import SPECIAL
from invariants.trace import Trace


def check(trace: Trace, world: World) -> None:
    """Ask every invariant about one case: those of its procedure, and those that hold under any."""
    if trace.general:
        wanted = [*CHECKS.values()]
    else:
        wanted = [found for name, found in CHECKS.items() if name.split("_")[1] in EVERYWHERE] + [*SPECIAL]
    for ask in wanted:
        ask(trace, world)
