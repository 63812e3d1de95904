"""Pages for dispatchers: say what a demand is and whose it may be, split one message into several."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from huiying.case.recording import NotAllowed, read_case
from huiying.directory.models import Matter, Unit
from huiying.directory.queries import areas_of_the_city, unit_names
from huiying.doors.forms import Field, Form
from huiying.doors.language import refusal, rule_words
from huiying.doors.work.proposals import core_facts, parts
from huiying.doors.work.views import for_staff, person_of, visible
from huiying.procedure.decision import Refused
from huiying.procedure.schema import Kind
from huiying.stages.triage import actions as triage
from huiying.stages.triage.models import Suggestion
from huiying.stages.triage.proposing import core
from huiying.stages.triage.suggesting import said_of, suggest

#: More areas than a page can list; an installation names its own in HUIYING_AREA.
MOST_AREAS = 2000


@require_http_methods(["GET", "POST"])
@for_staff
def classify(request: HttpRequest, number: str) -> HttpResponse:
    """Say what a demand is, what it is about and where, and see whose duty that is."""
    person, at = person_of(request), timezone.now()
    shown = visible(number)
    triage.at_the_dispatcher(read_case(shown), person.actor, "确定事项")
    words, suggestion = rule_words(), suggest(shown, at)
    sure = suggestion.matter if suggestion and not suggestion.abstained else ""
    form = Form(
        [
            Field("kind", _("诉求类型"), "radios", value=shown.kind,
                  options=[{"value": kind.value, "label": words[f"choice.{kind.value}"]} for kind in Kind]),
            Field("matter", _("事项"), "combobox", value=shown.matter or sure, options=[
                {"value": matter.code, "label": f"{matter.code} {matter.name}"}
                for matter in Matter.objects.filter(active=True).exclude(parent=None)]),
            Field("area", _("区划"), "combobox", value=shown.area, options=[
                {"value": area.code, "label": f"{'　' * (len(area.code) // 3 - 2)}{area.name}"}
                for area in areas_of_the_city()[:MOST_AREAS]]),
            Field("respondent", _("被反映单位"), "combobox", value="".join(shown.respondents[:1]), required=False,
                  placeholder=_("没有"), hint=_("选定以后，它看不到这件工单，也不能承办。"),
                  options=[{"value": unit.code, "label": unit.name} for unit in Unit.objects.filter(active=True)]),
            *([Field("why", _("与建议不同的理由"), required=False, hint=_("机器会从中学习；与建议相同就不用写。"))]
              if suggestion else []),
        ]
    )  # fmt: skip
    if request.method == "POST":
        form.fill(request.POST)
        if form.check_required():
            try:
                chosen = form.value("respondent")
                others = [code for code in shown.respondents[1:] if chosen]
                triage.classify(
                    number, kind=form.value("kind"), matter=form.value("matter"), area=form.value("area"),
                    respondents=[chosen, *others] if chosen else [], by=person.actor, at=at,
                    why=form.value("why") if suggestion else "",
                )  # fmt: skip
            except NotAllowed as refused:
                form.refuse(refused.refused)
            else:
                proposed = triage.propose(visible(number), at)
                if isinstance(proposed, Refused):
                    messages.warning(request, refusal(proposed.code, proposed.params))
                else:
                    lead = unit_names().get(proposed.lead, proposed.lead)
                    messages.success(
                        request, _("派单目录：由{lead}主办（{basis}）。").format(lead=lead, basis=proposed.basis)
                    )
                return redirect("case", number=number)
    context = {
        "form": form, "case": shown, "button": _("确定事项"), "heading": _("确定事项"),
        "suggested": suggested(suggestion) if suggestion else None,
        "text": said_of(shown),
        "core": core_facts(core(shown, said_of(shown)), said_of(shown)),
    }  # fmt: skip
    return render(request, "work/act.html", context, status=422 if form.problems else 200)


def suggested(suggestion: Suggestion) -> dict[str, str]:
    """Return what a machine proposed, in words: how sure it is, what led to it, and what else it might be."""
    known = [suggestion.matter, suggestion.broader, *(code for code, _likely in suggestion.others)]
    names = dict(Matter.objects.filter(pk__in=known).values_list("pk", "name"))
    model = _("由您确定。模型 {model}。").format(model=suggestion.model)
    if suggestion.abstained:  # figures that say little would only look as if they said something
        near = _("、").join(names.get(code, code) for code in known if code and code != suggestion.broader)
        whole = names.get(suggestion.broader, "")
        sure = _("可以确定属于“{name}”。").format(name=whole) if whole else ""
        return {
            "title": _("机器拿不准，只列出相近的"),
            "text": _("{near}。{sure}{model}").format(near=near, sure=sure, model=model),
        }

    def name(code: str, likely: float) -> str:
        return _("{name}（{code}，{share}）").format(name=names.get(code, code), code=code, share=f"{likely:.0%}")

    reasons = _("、").join(f"“{said}”" for said, _share in suggestion.reasons)
    rest = _("、").join(name(code, likely) for code, likely in suggestion.others)
    why = _("因为{reasons}。也可能是{rest}。").format(reasons=reasons, rest=rest) if reasons and rest else ""
    title = _("机器建议：{first}").format(first=name(suggestion.matter, suggestion.probability))
    return {"title": title, "text": f"{why}{model}"}


@require_http_methods(["GET", "POST"])
@for_staff
def split(request: HttpRequest, number: str) -> HttpResponse:
    """Split one more demand off a message; it becomes a case of its own that the person follows too."""
    person, at = person_of(request), timezone.now()
    shown = visible(number)
    triage.at_the_dispatcher(read_case(shown), person.actor, "拆分诉求")
    words = rule_words()
    form = Form(
        [
            Field("kind", _("分出的诉求是什么类型"), "radios",
                  options=[{"value": kind.value, "label": words[f"choice.{kind.value}"]} for kind in Kind]),
            Field("text", _("分出的诉求内容"), "textarea", limit=20_000, hint=_("只写这一项，原文另行保管。")),
        ]
    )  # fmt: skip
    if request.method == "POST":
        form.fill(request.POST)
        if form.check_required():
            part = triage.Part(form.value("kind"), form.value("text"))
            try:
                numbers = triage.split(number, [part], by=person.actor, at=at, key=form.key)
            except NotAllowed as refused:
                form.refuse(refused.refused)
            else:
                messages.success(request, _("已分出工单 {numbers}。").format(numbers=_("、").join(numbers)))
                return redirect("case", number=number)
    said = said_of(shown)
    context = {
        "form": form, "case": shown, "button": _("拆分"), "heading": _("拆分诉求"), "text": said,
        "proposed_parts": parts(core(shown, said), said),
    }  # fmt: skip
    return render(request, "work/act.html", context, status=422 if form.problems else 200)
