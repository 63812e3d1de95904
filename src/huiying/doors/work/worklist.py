"""What waits for somebody, in the order in which the law will ask for it: in groups, narrowed by links, chosen."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from huiying.doors.language import rule_words
from huiying.doors.remaining import LATE, LATER, OPEN, TODAY, WEEK, WHENS
from huiying.doors.work import bulk, lists
from huiying.doors.work.views import (
    column_names,
    drawn,
    for_staff,
    link_with,
    page_number,
    person_of,
    steps_between_pages,
    table_of,
)
from huiying.procedure.schema import Kind
from huiying.stages.intake.lookups import LOOKERS
from huiying.stages.intake.raising import JUDGES


@require_GET
@for_staff
def work(request: HttpRequest) -> HttpResponse:
    """What waits for me, in the order in which the law will ask for it."""
    person, at = person_of(request), timezone.now()
    if person.role == "custodian":
        return redirect("custodian")
    asked = {name: request.GET.get(name, "") for name in ("when", "step", "kind")}
    steps = lists.steps_of(person.role)
    step = asked["step"] if asked["step"] in steps else ""
    cases = lists.waiting_for(person, part=asked["when"], step=step, kind=asked["kind"], at=at)
    page = lists.page_of(cases, page_number(request), at)
    acts, choosable = bulk.offers(page.rows, person.role)
    tallies = lists.tallies(person, at)
    context = {
        "heading": _("待办"),
        "raised": raised_words(tallies.get(lists.URGENT, 0)) if person.role in JUDGES else "",
        "post": str(person.post),
        "caption": _("待办"),
        "labels": column_names(),
        "groups": grouped(page.rows, choosable, with_unit=person.actor.unit is None),
        "acts": acts,
        "key": uuid.uuid4().hex,
        "parts": _parts(request, tallies),
        "filters": _filters(request, steps, step),
        "filtered": any(asked.values()),
        **steps_between_pages(request, page),
    }
    if person.role in LOOKERS and not any(asked.values()):
        context["followed"] = table_of(request, lists.followed_by(person), _("您跟进的初访，还没有实质答复"))
    if person.role == "dispatcher" and not any(asked.values()):
        context["answered"] = table_of(request, lists.joined_and_answered(), _("并单随办的工单已有结果，待转告诉求人"))
    return render(request, "work/worklist.html", context)


def grouped(rows: Sequence[lists.Listed], choosable: Mapping[str, bool], *, with_unit: bool) -> list[dict[str, Any]]:
    """Return rows as groups by when the law asks; rows come in that order. `choosable`: step → can be chosen."""
    return [
        {
            "label": part_names()[part],
            "rows": [
                drawn(
                    row,
                    value=f"{row.number}/{row.track}" if choosable.get(row.step_id) else "",
                    with_unit=with_unit,
                )
                for row in members
            ],
        }
        for part, members in groupby(rows, key=lambda row: row.when)
    ]


def raised_words(count: int) -> str:
    """Return how many demands were found urgent that nobody has looked at; nothing where there is none."""
    if not count:
        return ""
    many = f"{lists.MOST_COUNTED}+" if count > lists.MOST_COUNTED else str(count)
    return _("提到危险或者紧急情况、还没有人认定的诉求：{many} 件。").format(many=many)


def part_names() -> dict[str, str]:
    """Return what people call the parts of a worklist."""
    return {LATE: _("已逾期"), TODAY: _("今天到期"), WEEK: _("本周到期"), LATER: _("以后到期"), OPEN: _("没有期限")}


def _parts(request: HttpRequest, tallies: Mapping[str, int]) -> list[dict[str, Any]]:
    """Return the parts of the worklist as links, each with how many wait in it; empty parts are left out."""
    chosen = request.GET.get("when", "")
    shown = [part for part in WHENS if tallies.get(part) or part == chosen]
    if not shown:
        return []
    names = part_names()
    every = {"label": _("全部"), "url": link_with(request, when="", page=""), "current": not chosen}
    return [
        every,
        *(
            {
                "label": names[part],
                "count": f"{lists.MOST_COUNTED}+" if count > lists.MOST_COUNTED else str(count),
                "url": link_with(request, when=part, page=""),
                "current": part == chosen,
                "tone": "late" if part == LATE else "",
            }
            for part in shown
            for count in (tallies.get(part, 0),)
        ),
    ]


def _filters(request: HttpRequest, steps: Mapping[str, str], step: str) -> list[dict[str, Any]]:
    """Return what else a worklist can be narrowed by, as links: the step, where a role has several, and the kind."""
    words, kind = rule_words(), request.GET.get("kind", "")
    kinds = {one.value: words[f"choice.{one.value}"] for one in Kind}
    return [
        {
            "label": label,
            "links": [
                {"label": said, "url": link_with(request, page="", **{name: value}), "current": value == chosen}
                for value, said in (("", _("全部")), *options.items())
            ],
        }
        for name, label, options, chosen in (
            ("step", _("环节"), steps if len(steps) > 1 else {}, step),
            ("kind", _("类型"), kinds, kind if kind in kinds else ""),
        )
        if options
    ]
