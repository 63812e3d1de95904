"""The card of the model in use: from what it learned, how good it is and where not, and what people make of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from huiying.directory.models import Matter
from huiying.doors.context import CARD_READERS
from huiying.doors.leader.entering import only
from huiying.doors.leader.pictures import Figure
from huiying.doors.leader.words import count_words, per_cent
from huiying.doors.moments import on_date, without_year
from huiying.judgement.model import Model
from huiying.stages.triage.suggesting import code_of, current_version, model, versions
from huiying.stages.triage.tallies import Week, weeks


@require_GET
@only(*CARD_READERS)
def card(request: HttpRequest) -> HttpResponse:
    """What is in use, since when, and what it is worth."""
    version = current_version()
    context: dict[str, Any] = {"version": version}
    if version:
        shown = model(version)
        checked = shown.card.get("left_out")
        context |= {"facts": facts(shown, version), "drift": drift(weeks(version))}
        if checked:
            names = dict(Matter.objects.values_list("code", "name"))
            context |= {
                "classes": classes(checked["per_class"], names),
                "calibration": calibration(checked["calibration"], checked["ece"]),
                "curve": curve(checked["curve"], shown.bound),
            }
    return render(request, "leader/models.html", context)


def facts(shown: Model, version: str) -> list[dict[str, str]]:
    """Return where a model comes from."""
    said, frozen = shown.card, shown.card.get("frozen", {})
    learned = _("{texts} 件工单").format(texts=count_words(said["texts"])) if said["texts"] else _("派单目录自己的文字")
    figure, before = frozen.get("macro_f1"), frozen.get("before")
    compared = ""
    if figure is not None:
        compared = _("在从未见过的 {n} 件上，各事项平均 F1 {figure}").format(
            n=count_words(frozen["n"]), figure=f"{figure:.3f}"
        )
        if before is not None:
            compared = _("{compared}，前一个模型 {before}").format(compared=compared, before=f"{before:.3f}")
    sure = (
        _("概率不到 {bound} 的，只列出不下结论").format(bound=per_cent(shown.bound))
        if shown.bound <= 1
        else _("一律只列出")
    )
    return [
        {"label": _("版本"), "text": version, "note": _("保存着 {n} 个版本").format(n=len(versions()))},
        {"label": _("学习日期"), "text": on_date(date.fromisoformat(said["learned_on"]))},
        {"label": _("从什么学习"), "text": learned, "note": _("只读遮盖过的文字")},
        {"label": _("什么时候不下结论"), "text": sure},
        {"label": _("为什么用它"), "text": compared or _("还没有别的模型")},
    ]


def classes(figures: Mapping[str, Mapping[str, float]], names: Mapping[str, str]) -> Figure:
    """Return how well each matter is recognized, the worst first."""
    ordered = sorted(figures.items(), key=lambda one: (one[1]["f1"], one[0]))
    worst = next(((label, one) for label, one in ordered if one["n"]), None)
    return {
        "id": "classes",
        "title": _("各事项认得多准"),
        "sentence": _("最不准的是{name}。").format(name=names.get(code_of(worst[0]), worst[0])) if worst else "",
        "note": _("F1 兼顾“说是的有多少真是”和“真是的找到多少”。学习时留出来检验，近似重复的一起留出。"),
        "chart": "bars",
        "series": "1",
        "columns": [
            {"label": _("事项")},
            {"label": "F1", "number": True},
            {"label": _("说是的真是"), "number": True},
            {"label": _("真是的找到"), "number": True},
            {"label": _("件数"), "number": True},
        ],
        "rows": [
            {
                "cells": [
                    {"text": names.get(code_of(label), label), "note": code_of(label)},
                    {"text": per_cent(one["f1"])},
                    {"text": per_cent(one["precision"])},
                    {"text": per_cent(one["recall"])},
                    {"text": count_words(int(one["n"]))},
                ]
            }
            for label, one in ordered
        ],
    }


def calibration(bins: Sequence[Mapping[str, float]], error: float) -> Figure:
    """Return what was said beside what was right, for each step of probability."""
    return {
        "id": "calibration",
        "title": _("说的概率有多真"),
        "sentence": _("平均差 {error}。").format(error=per_cent(error)),
        "note": _("每一档里，机器说的平均概率和实际说对的比例；越接近越好。"),
        "chart": "columns",
        "series": "1 2",
        "columns": [
            {"label": _("概率")},
            {"label": _("说的"), "number": True},
            {"label": _("说对的"), "number": True},
            {"label": _("件数"), "number": True},
        ],
        "rows": [
            {
                "cells": [
                    {"text": per_cent(one["said"])},
                    {"text": per_cent(one["said"])},
                    {"text": per_cent(one["right"])},
                    {"text": count_words(int(one["n"]))},
                ]
            }
            for one in bins
        ],
    }


def curve(points: Sequence[Mapping[str, float]], bound: float) -> Figure:
    """Return which share is answered, and how much of that is right, by where the machine begins to be silent."""
    return {
        "id": "curve",
        "title": _("说得少一些，就准一些"),
        "sentence": _("现在从 {bound} 起下结论。").format(bound=per_cent(bound)) if bound <= 1 else "",
        "chart": "columns",
        "series": "1 2",
        "columns": [
            {"label": _("从多大概率起")},
            {"label": _("下结论的"), "number": True},
            {"label": _("其中说对的"), "number": True},
        ],
        "rows": [
            {
                "cells": [
                    {"text": per_cent(one["bound"])},
                    {"text": per_cent(one["answered"])},
                    {"text": per_cent(one["right"])},
                ]
            }
            for one in points
        ],
    }


def drift(found: Sequence[Week]) -> Figure:
    """Return what people made of the proposals, week by week: where they agree less and less, the city has changed."""
    return {
        "id": "drift",
        "title": _("每周有多少建议被采纳"),
        "note": _("采纳：派单员确定的事项就是建议的；拿不准而只列出的另外计。"),
        "chart": "columns",
        "series": "1 2",
        "columns": [
            {"label": _("哪一周")},
            {"label": _("采纳"), "number": True},
            {"label": _("拿不准"), "number": True},
            {"label": _("件数"), "number": True},
        ],
        "rows": [
            {
                "cells": [
                    {"text": without_year(week.begins)},
                    {"text": per_cent(week.agreed / week.decided) if week.decided else "—"},
                    {"text": per_cent(week.abstained / week.made)},
                    {"text": count_words(week.made)},
                ]
            }
            for week in found
        ],
        "empty": _("还没有建议。"),
    }
