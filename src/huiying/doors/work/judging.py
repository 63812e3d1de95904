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
from huiying.doors.work.views import for_staff, person_of, visible
from huiying.procedure.decision import Refused
from huiying.procedure.schema import Kind
from huiying.stages.triage import actions as triage

#: More areas than a page can list; an installation names its own in HUIYING_AREA.
MOST_AREAS = 2000


@require_http_methods(["GET", "POST"])
@for_staff
def classify(request: HttpRequest, number: str) -> HttpResponse:
    """Say what a demand is, what it is about and where, and see whose duty that is."""
    person, at = person_of(request), timezone.now()
    shown = visible(number)
    triage.at_the_dispatcher(read_case(shown), person.actor, "确定事项")
    words = rule_words()
    form = Form(
        [
            Field("kind", _("诉求类型"), "radios", value=shown.kind,
                  options=[{"value": kind.value, "label": words[f"choice.{kind.value}"]} for kind in Kind]),
            Field("matter", _("事项"), "combobox", value=shown.matter, options=[
                {"value": matter.code, "label": f"{matter.code} {matter.name}"}
                for matter in Matter.objects.filter(active=True).exclude(parent=None)]),
            Field("area", _("区划"), "combobox", value=shown.area, options=[
                {"value": area.code, "label": f"{'　' * (len(area.code) // 3 - 2)}{area.name}"}
                for area in areas_of_the_city()[:MOST_AREAS]]),
            Field("respondent", _("被反映单位"), "combobox", value="".join(shown.respondents[:1]), required=False,
                  placeholder=_("没有"), hint=_("选定以后，它看不到这件工单，也不能承办。"),
                  options=[{"value": unit.code, "label": unit.name} for unit in Unit.objects.filter(active=True)]),
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
    context = {"form": form, "case": shown, "button": _("确定事项"), "heading": _("确定事项")}
    return render(request, "work/act.html", context, status=422 if form.problems else 200)


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
    context = {"form": form, "case": shown, "button": _("拆分"), "heading": _("拆分诉求")}
    return render(request, "work/act.html", context, status=422 if form.problems else 200)
