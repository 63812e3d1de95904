"""A table's rows, and the steps of a case up to where it stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

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


@register.simple_tag
def table_rows(columns: Sequence[Mapping[str, Any]], rows: Iterable[Mapping[str, Any]]) -> SafeString:
    """Draw a table's rows; ValueError if one has more or fewer cells than there are columns.

    Made here and not by a template for each cell: a list of fifty cases has three hundred.
    """
    heads = [f'<td role="cell" data-label="{escape(column["label"])}"{_number(column)}>' for column in columns]
    return mark_safe("".join(f'<tr role="row">{_cells(heads, row["cells"])}</tr>' for row in rows))  # noqa: S308  # every text in it is escaped


def _cells(heads: Iterable[str], cells: Iterable[Mapping[str, Any]]) -> str:
    drawn = [(begins, _cell(cell)) for begins, cell in zip(heads, cells, strict=True)]
    (_, name), *others = drawn
    return f'<th scope="row" role="rowheader">{name}</th>' + "".join(f"{begins}{cell}</td>" for begins, cell in others)


def _number(column: Mapping[str, Any]) -> str:
    return ' class="table-number"' if column.get("number") else ""


def _cell(cell: Mapping[str, Any]) -> str:
    """Draw what stands in one cell: a link, how something stands, or words; and a small second line."""
    text = str(escape(cell["text"]))
    if cell.get("url"):
        text = f'<a href="{escape(cell["url"])}">{text}</a>'
    elif cell.get("tone"):
        text = f'<span class="tag tag--{escape(cell["tone"])}">{text}</span>'
    note = f'<span class="table-note">{escape(cell["note"])}</span>' if cell.get("note") else ""
    return f"<div>{text}{note}</div>"


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
