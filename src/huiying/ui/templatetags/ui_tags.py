"""Icons, a table's rows, and the steps of a case up to where it stands."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from django import template
from django.templatetags.static import static
from django.utils.functional import Promise
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import pgettext_lazy

register = template.Library()

STEPS = {
    "received": pgettext_lazy("step", "收到"),
    "assigned": pgettext_lazy("step", "交办"),
    "handling": pgettext_lazy("step", "办理"),
    "answered": pgettext_lazy("step", "答复"),
    "following_up": pgettext_lazy("step", "回访"),
    "closed": pgettext_lazy("step", "办结"),
}
WITHDRAWN = {"received": pgettext_lazy("step", "收到"), "withdrawn": pgettext_lazy("step", "撤回")}
FINISHED = {"closed", "withdrawn"}
#: What stands in a cell that has nothing to say.
NONE = "—"
NUMBER = re.compile(r"\d+(\.\d+)?")


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a case as a resident sees it; `at` is when it was reached, if that is known."""

    label: str | Promise
    done: bool
    current: bool
    at: date | None


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """Draw an icon of lucide's by its name there: `{% icon "phone" %}`.

    Beside words it says nothing of its own; where it stands alone, `label` says it. Names are written out in templates
    (or handed over as `icon="phone"`), because scripts/assets takes into the sprite what it finds written.
    """
    told = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="icon" {} focusable="false"><use href="{}#{}"></use></svg>', told, static("ui/icons.svg"), name
    )


@register.simple_tag
def table_rows(columns: Sequence[Mapping[str, Any]], rows: Iterable[Mapping[str, Any]]) -> SafeString:
    """Draw a table's rows; ValueError if one has more or fewer cells than there are columns.

    Made here and not by a template for each cell: a list of fifty cases has three hundred.
    """
    heads = [(f'<td role="cell" data-label="{escape(column["label"])}"', _classes(column)) for column in columns]
    return mark_safe("".join(f'<tr role="row"{_id(row)}>{_cells(heads, row["cells"])}</tr>' for row in rows))  # noqa: S308  # every text in it is escaped


def _cells(heads: Iterable[tuple[str, tuple[str, str]]], cells: Iterable[Mapping[str, Any]]) -> str:
    (_, name), *others = zip(heads, cells, strict=True)
    drawn = (
        f"{begins}{none if cell['text'] == NONE else full}>{_cell(cell)}</td>"
        for (begins, (full, none)), cell in others
    )
    return f'<th scope="row" role="rowheader">{_cell(name)}</th>' + "".join(drawn)


def _id(row: Mapping[str, Any]) -> str:
    return f' id="{escape(row["id"])}"' if row.get("id") else ""


def _classes(column: Mapping[str, Any]) -> tuple[str, str]:
    """Return the classes of a column's cells: of one that says something, and of one that does not."""
    if column.get("number"):
        return ' class="table-number"', ' class="table-number table-none"'
    return "", ' class="table-none"'


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


@register.simple_tag
def plain_bars(rows: Sequence[Mapping[str, Any]], series: str, top: int | str = "") -> SafeString:
    """Draw the first of a figure's series as bare bars, without a word: what is seen where no script draws it.

    `series` and `top` as in figure.html; numbers are read from the cells as people read them.
    """
    column = int(series.split(maxsplit=1)[0])
    values = [_value(row["cells"][column]["text"]) for row in rows][: int(top) if top else None]
    most = max([*values, 0]) or 1
    drawn = "".join(
        f'<rect x="{place * 10 + 1.5}" y="{100 - 100 * value / most:.1f}" width="7" height="{100 * value / most:.1f}"/>'
        for place, value in enumerate(values)
    )
    return mark_safe(  # noqa: S308  # numbers only
        f'<svg class="figure-plain" viewBox="0 0 {len(values) * 10} 100" preserveAspectRatio="none" aria-hidden="true"'
        f' focusable="false">{drawn}</svg>'
    )


def _value(text: str) -> float:
    """Return the number that a cell begins with: 1,284 or 93.5%; a cell without one counts as nought."""
    found = NUMBER.match(str(text).replace(",", ""))
    return float(found[0]) if found else 0.0
