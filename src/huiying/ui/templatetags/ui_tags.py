"""A table's cells beside their columns, and the steps of a case up to where it stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from django import template

register = template.Library()

STEPS = {
    "received": "收到",
    "assigned": "派单",
    "handling": "办理",
    "answered": "答复",
    "following_up": "回访",
    "closed": "办结",
}
WITHDRAWN = {"received": "收到", "withdrawn": "撤回"}
FINISHED = {"closed", "withdrawn"}


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a case as a resident sees it; `at` is when it was reached, if that is known."""

    label: str
    done: bool
    current: bool
    at: date | None


@register.filter
def beside(columns: Iterable[object], cells: Iterable[object]) -> list[tuple[object, object]]:
    """Pair a table's columns with the cells of one row; ValueError if a row has more or fewer."""
    return list(zip(columns, cells, strict=True))


@register.simple_tag
def case_steps(stage: str, dates: Mapping[str, date] | Literal[""] = "") -> list[Step]:
    """Lay out the steps of a case at `stage`, a stage of the receipts' API; ValueError if there is no such stage.

    `dates` says when stages were reached; a template that has none hands over an empty text.
    """
    steps = WITHDRAWN if stage == "withdrawn" else STEPS
    if stage not in steps:
        message = f"no stage is called {stage!r}; known: {', '.join([*STEPS, 'withdrawn'])}"
        raise ValueError(message)
    order = list(steps)
    here = order.index(stage)
    return [
        Step(
            label=label,
            done=number < here or (number == here and stage in FINISHED),
            current=number == here,
            at=(dates or {}).get(name),
        )
        for number, (name, label) in enumerate(steps.items())
    ]
