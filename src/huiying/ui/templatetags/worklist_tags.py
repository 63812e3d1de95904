"""Draws the rows of a worklist: made here and not by a template for each cell, as a list is asked for often."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

register = template.Library()


@register.simple_tag
def worklist_rows(groups: Sequence[Mapping[str, Any]], labels: Mapping[str, str], pick: bool) -> SafeString:  # noqa: FBT001  # a template's argument
    """Draw the groups of a worklist, each a `<tbody>`; `worklist.html` says what a group and a row hold.

    `labels`: what people call the columns; `pick`: whether there is a column for choosing rows.
    """
    names = {name: str(escape(label)) for name, label in labels.items()}
    choose = str(escape(_("选择：{title}")))
    return mark_safe("".join(_group(group, names, choose if pick else "") for group in groups))  # noqa: S308  # every text in it is escaped


def _group(group: Mapping[str, Any], names: Mapping[str, str], choose: str) -> str:
    head = ""
    if group.get("label"):
        head = (
            '<tr role="row" class="worklist-group">'
            f'<th role="rowheader" scope="rowgroup" colspan="{5 if choose else 4}">'
            f"{escape(group['label'])}</th></tr>"
        )
    return f'<tbody role="rowgroup">{head}{"".join(_row(row, names, choose) for row in group["rows"])}</tbody>'


def _row(row: Mapping[str, Any], names: Mapping[str, str], choose: str) -> str:
    title = str(escape(row["title"]))
    box = ""
    if choose:
        label = choose.replace("{title}", title)
        box = (
            f'<td role="cell" class="worklist-pick"><label><input type="checkbox" class="choice-input" name="case"'
            f' value="{escape(row["value"])}" aria-label="{label}"></label></td>'
            if row.get("value")
            else '<td role="cell" class="worklist-pick"></td>'
        )
    return (
        f'<tr role="row" class="worklist-row">{box}'
        f'<th role="rowheader" scope="row" class="worklist-what">'
        f'<a href="{escape(row["url"])}">{title}</a>{_note(row["about"])}</th>'
        f'<td role="cell" class="worklist-where" data-label="{names["step"]}">{escape(row["step"])}'
        f"{_note(row['held'])}</td>"
        f'<td role="cell" class="worklist-due" data-label="{names["due"]}">{_due(row)}</td>'
        f'<td role="cell" class="worklist-since" data-label="{names["since"]}">{escape(row["since"])}</td></tr>'
    )


def _due(row: Mapping[str, Any]) -> str:
    tag = f'<span class="tag tag--{escape(row["tone"])}">{escape(row["left"])}</span>' if row["left"] else ""
    at = f'<span class="worklist-at">{escape(row["due"])}</span>' if row["due"] else ""
    return f"<div>{tag}{at}{_note(row['why'])}</div>"


def _note(text: str) -> str:
    return f'<span class="worklist-note">{escape(text)}</span>' if text else ""
