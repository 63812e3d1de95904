"""Rows of the law in people's words: how long, extended by whom, standing still on what, when, how sure we are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from huiying.doors.language import rule_words, spoken
from huiying.doors.law.links import PAGE
from huiying.doors.moments import on_date
from huiying.doors.reading import amount_words
from huiying.doors.work.views import link_with, page_number
from huiying.procedure.library import Instrument
from huiying.procedure.local_limits import LocalLimit
from huiying.procedure.time_limits import Extension, Status, Term

Item = TypeVar("Item")
Row = TypeVar("Row", bound=Model)
Cell = dict[str, Any]
TONES = {Status.VERIFIED: "good", Status.PARTLY: "neutral"}


def paged(request: HttpRequest, items: Sequence[Item]) -> tuple[Sequence[Item], dict[str, str]]:
    """Return the page of a list that is asked for, with the ways to those before and after it."""
    number = page_number(request)
    start = (number - 1) * PAGE
    return items[start : start + PAGE], steps(request, number, more=len(items) > start + PAGE)


def paged_rows(request: HttpRequest, rows: QuerySet[Row]) -> tuple[Sequence[Row], dict[str, str]]:
    """Return the page of a table that is asked for, with the ways to those before and after it."""
    number = page_number(request)
    start = (number - 1) * PAGE
    found = list(rows[start : start + PAGE + 1])
    return found[:PAGE], steps(request, number, more=len(found) > PAGE)


def steps(request: HttpRequest, number: int, *, more: bool) -> dict[str, str]:
    """Return the addresses of the pages before and after one; empty where there is none."""
    return {
        "previous": link_with(request, page=str(number - 1)) if number > 1 else "",
        "next": link_with(request, page=str(number + 1)) if more else "",
    }


def columns(*labels: str) -> list[dict[str, Any]]:
    """Return the heads of a table."""
    return [{"label": label} for label in labels]


def called(table: str, code: str) -> str:
    """Return what people call a code of one table of the rules' words; an unknown code as it is."""
    return rule_words().get(f"{table}.{code}", code)


def roles(codes: Sequence[str]) -> str:
    """Return roles as people call them."""
    return _("、").join(called("role", code) for code in codes)


def validity(first: date, last: date) -> str:
    """Return on which days something is in force."""
    if first == date.min and last == date.max:
        return _("未写明")
    if last == date.max:
        return _("{first}起").format(first=on_date(first))
    if first == date.min:
        return _("至{last}").format(last=on_date(last))
    return _("{first}至{last}").format(first=on_date(first), last=on_date(last))


def instrument_validity(instrument: Instrument) -> str:
    """Return when an instrument is in force: as it says itself, or from its first row to its last."""
    if instrument.file:
        return validity(instrument.file.valid_from, instrument.file.valid_to)
    rows = instrument.terms.term if instrument.terms else ()
    first = min((row.valid_from for row in rows), default=date.min)
    return validity(first, max((row.valid_to for row in rows), default=date.max))


def length(term: Term) -> str:
    """Return how long a row is: 15个工作日; of one counted backwards how long before."""
    if term.value < 0:
        return _("至少提前{amount}").format(amount=amount_words(-term.value, term.unit))
    return amount_words(term.value, term.unit)


def local_length(limit: LocalLimit) -> str:
    """Return how long a local limit is."""
    return amount_words(limit.value, limit.unit)


def extension(term: Term) -> str:
    """Return by how much a row may be extended, and by whom."""
    return _("；").join(_rung(rung, term) for rung in term.extensions)


def _rung(rung: Extension, term: Term) -> str:
    by = rule_words().get(f"approver.{rung.by}") or called("role", rung.by)
    if rung.most == "unknown":
        return _("{by}批准可以延长，长度未查明").format(by=by)
    if rung.most == "fixed":
        return _("{by}可以再延长，长度另定").format(by=by)
    return _("{by}批准可以延长{amount}").format(by=by, amount=amount_words(rung.most, term.unit))


def suspension(term: Term) -> str:
    """Return on which grounds a row's clock may stand still."""
    return _("、").join(called("choice", ground) for ground in term.suspend_on)


def sureness(status: Status) -> Cell:
    """Return how sure we are of a value as a cell: the code and what it means, and whether the public may be told."""
    cell = {"text": f"{status.value} {called('status', status.value)}", "tone": TONES.get(status, "warn")}
    return cell if status.is_law else cell | {"note": _("不作为法律展示")}


def limit_cells(term: Term, local: str) -> list[Cell]:
    """Return a row of the law as cells. `local`: what is kept instead of it, in words."""
    return [
        {"text": spoken(term.name), "note": term.id},
        {"text": length(term), "note": local or _("自{event}起").format(event=called("event", term.from_event))},
        {"text": extension(term) or _("不延长")},
        {"text": suspension(term) or _("不中止"), "note": called("roll", term.roll.value)},
        {"text": term.article, "note": validity(term.valid_from, term.valid_to)},
        sureness(term.status),
    ]
