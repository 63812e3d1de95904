"""Instruments: the list of them, and of each its picture and steps, its acts, and its limits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from huiying.config.environment import read
from huiying.config.packs import our_library, pack_folders
from huiying.directory.queries import approved_local_limits
from huiying.doors.language import CATALOGUES, language, spoken
from huiying.doors.law import local
from huiying.doors.law.checked import passed
from huiying.doors.law.links import rows_of
from huiying.doors.law.saying import (
    Cell,
    called,
    columns,
    instrument_validity,
    limit_cells,
    local_length,
    paged,
    roles,
    sureness,
)
from huiying.doors.moments import on_date
from huiying.doors.work.views import for_staff, person_of
from huiying.procedure.drawing import draw_instrument
from huiying.procedure.library import Instrument, library
from huiying.procedure.local_limits import holding
from huiying.procedure.schema import ANYWHERE, Act, Procedure, Step
from huiying.procedure.time_limits import Term


def instrument_of(name: str) -> Instrument:
    """Return an instrument of this installation; Http404 where there is none of that name."""
    found = our_library().instruments.get(name)
    if found is None:
        raise Http404
    return found


@require_GET
@for_staff
def index(request: HttpRequest) -> HttpResponse:
    """All instruments: what each is, when it is in force, how much it holds, and whether its examples come out."""
    shown, steps = paged(request, list(our_library().instruments.values()))
    table = {
        "caption": _("规程和期限"),
        "columns": columns(_("名称"), _("有效期"), _("内容"), _("例子")),
        "rows": [{"cells": _listed(instrument)} for instrument in shown],
        **steps,
    }
    return render(request, "law/index.html", {"table": table, "waiting": local.waiting(person_of(request))})


def _listed(instrument: Instrument) -> list[Cell]:
    failed = sum(not ok for ok in passed(instrument).values())
    count = len(instrument.examples)
    result = _("{count}个，全部相符").format(count=count) if not failed else _("{failed}个不符").format(failed=failed)
    return [
        {"text": instrument.title, "url": reverse("law-instrument", args=[instrument.id]), "note": _what(instrument)},
        {"text": instrument_validity(instrument)},
        {"text": _holds(instrument)},
        {"text": result, "tone": "late" if failed else "good"} if count else {"text": _("没有")},
    ]


def _what(instrument: Instrument) -> str:
    """Return what an instrument is, and whether new cases follow it."""
    if instrument.file is None:
        return _("只有期限")
    if instrument.file.extends is None:
        said = _("规程")
    else:
        base = our_library().instruments[instrument.file.extends]
        said = _("本地规则包，依托{base}").format(base=base.title)
    return _("{what}，新工单适用").format(what=said) if instrument.id == read("HUIYING_PROCEDURE") else said


def _holds(instrument: Instrument) -> str:
    procedure, limits = our_library().procedures.get(instrument.id), len(rows_of(our_library(), instrument))
    if procedure is None:
        return _("{limits}个期限").format(limits=limits)
    return _("{steps}个环节，{acts}个办理动作，{limits}个期限").format(
        steps=len(procedure.steps), acts=len(procedure.acts), limits=limits
    )


def frame(instrument: Instrument, here: str) -> dict[str, Any]:
    """Return what the pages of one instrument share: its name, the ways between them. `here`: the page's address."""
    there = our_library().procedures.get(instrument.id)
    counts = {
        "law-instrument": (_("总览"), None),
        "law-acts": (_("办理动作"), len(there.acts) if there else None),
        "law-limits": (_("期限"), len(rows_of(our_library(), instrument))),
        "law-examples": (_("例子"), len(instrument.examples)),
    }
    return {
        "title": instrument.title,
        "back": {"label": _("法规与期限"), "url": reverse("law")},
        "parts": [
            {"label": label, "count": count, "url": reverse(name, args=[instrument.id]), "current": name == here}
            for name, (label, count) in counts.items()
            if count is not None or name == "law-instrument"
        ],
    }


@require_GET
@for_staff
def overview(request: HttpRequest, instrument: str) -> HttpResponse:
    """An instrument as a picture, its usual ways, and its steps with whoever holds a case there."""
    shown = instrument_of(instrument)
    procedure = our_library().procedures.get(shown.id)
    facts = [
        {"label": _("是什么"), "text": _what(shown)},
        {"label": _("有效期"), "text": instrument_validity(shown)},
        {"label": _("内容"), "text": _holds(shown)},
    ]
    context: dict[str, Any] = {
        "facts": facts,
        "summary": shown.file.summary if shown.file else "",
        "picture_url": reverse("law-picture", args=[shown.id]),
    }
    if procedure:
        page, steps = paged(request, list(procedure.steps.values()))
        context |= {
            "ways": [
                {
                    "label": spoken(way.name),
                    "text": " → ".join(spoken(procedure.steps[step].name) for step in way.steps),
                }
                for way in procedure.ways
            ],
            "table": {
                "caption": _("环节"),
                "columns": columns(_("环节"), _("谁持有"), _("诉求人看到"), _("说明")),
                "rows": [{"cells": _step(procedure, step)} for step in page],
                **steps,
            },
        }
    return render(request, "law/overview.html", frame(shown, "law-instrument") | context)


def _step(procedure: Procedure, step: Step) -> list[Cell]:
    said = [
        _("起点") if step.start else "",
        _("终点") if step.ending else "",
        _("可选") if step.optional else "",
        _("只留不含内容的存根") if step.content_free else "",
        _("每{days}天复查一次").format(days=step.recheck_days) if step.recheck_days else "",
        step.because,
    ]
    track = procedure.tracks[step.track].name
    return [
        {"text": spoken(step.name), "note": "" if step.track == "main" else spoken(track)},
        {"text": called("role", step.holder)},
        {"text": called("stage", step.stage.value)},
        {"text": _("；").join(filter(None, said)) or "—"},
    ]


@require_GET
@for_staff
def acts(request: HttpRequest, instrument: str) -> HttpResponse:
    """The acts of a procedure, step by step: to where, who may, under which article, and how sure we are of it."""
    shown = instrument_of(instrument)
    procedure = our_library().procedures.get(shown.id)
    if procedure is None:
        raise Http404
    groups = [_group(procedure, step, begun) for step in procedure.steps.values() if (begun := _begun(procedure, step))]
    anywhere = [act for act in procedure.acts.values() if act.source == (ANYWHERE,)]
    if anywhere:
        groups.append(_group(procedure, None, anywhere))
    groups[0]["open"] = True
    return render(request, "law/acts.html", frame(shown, "law-acts") | {"groups": groups})


def _begun(procedure: Procedure, step: Step) -> list[Act]:
    """Return the acts that are possible at a step, besides those possible anywhere."""
    return [
        act for act in procedure.acts.values() if act.source != (ANYWHERE,) and step.id in procedure.sources[act.id]
    ]


def _group(procedure: Procedure, step: Step | None, acts_: Sequence[Act]) -> dict[str, Any]:
    """Return the acts of a step, or those possible anywhere, as folded.html takes them."""
    label = spoken(step.name) if step else _("各个环节")
    return {
        "label": label,
        "note": called("role", step.holder) if step else "",
        "count": _("{count}个").format(count=len(acts_)),
        "table": {
            "caption": label,
            "columns": columns(_("办理动作"), _("之后到"), _("谁可以办"), _("依据"), _("把握程度")),
            "rows": [{"cells": _act(procedure, act)} for act in acts_],
        },
    }


def _act(procedure: Procedure, act: Act) -> list[Cell]:
    return [
        {"text": spoken(act.name), "note": "" if act.track == "main" else spoken(procedure.tracks[act.track].name)},
        {"text": _leads_to(procedure, act) if act.moves else "—"},
        {"text": roles(act.by)},
        {"text": act.article},
        sureness(act.status),
    ]


def _leads_to(procedure: Procedure, act: Act) -> str:
    return _("原来的环节") if act.target is None else spoken(procedure.steps[act.target].name)


@require_GET
@for_staff
def limits(request: HttpRequest, instrument: str) -> HttpResponse:
    """The limits of an instrument, and what this city keeps shorter."""
    shown = instrument_of(instrument)
    rows = rows_of(our_library(), shown)
    page, steps = paged(request, rows)
    kept = _kept(rows)
    table = {
        "caption": _("期限"),
        "columns": columns(_("规则"), _("期限"), _("延长"), _("中止和顺延"), _("依据"), _("把握程度")),
        "rows": [{"id": term.id, "cells": limit_cells(term, kept.get(term.id, ""))} for term in page],
        **steps,
    }
    new = reverse("local-limit-new") if local.may_propose(person_of(request)) else ""
    context = {"table": table, "local_url": reverse("local-limits"), "new_url": new}
    return render(request, "law/limits.html", frame(shown, "law-limits") | context)


def _kept(rows: Sequence[Term]) -> Mapping[str, str]:
    """Return, by row, what the city keeps instead of it today, or will from a day on."""
    ours = {term.id: term for term in rows}
    today = timezone.localdate()
    said: dict[str, str] = {}
    coming = [limit for limit in approved_local_limits() if limit.valid_from > today]
    for limit in (*reversed(coming), *holding(approved_local_limits(), ours, today).values()):
        if limit.term in ours and limit.in_force(max(today, limit.valid_from)):
            said[limit.term] = _("本地期限{length}，{first}起").format(
                length=local_length(limit), first=on_date(limit.valid_from)
            )
    return said


@require_GET
@for_staff
def picture(request: HttpRequest, instrument: str) -> HttpResponse:
    """The picture of an instrument, as `huiying procedures draw` makes it."""
    del request
    drawn = _drawn(pack_folders(), instrument_of(instrument).id, CATALOGUES[language()])
    return HttpResponse(drawn, content_type="image/svg+xml; charset=utf-8")


@lru_cache(maxsize=128)
def _drawn(packs: tuple[Path, ...], instrument: str, in_language: str) -> str:
    ours = library(packs)
    return draw_instrument(ours, ours.instruments[instrument], in_language)
