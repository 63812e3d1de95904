"""Pages for call-takers: register what a caller says, answer on the spot, look up a caller's open matters."""

from __future__ import annotations

from dataclasses import replace

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from huiying.case.commands import KeyConflict
from huiying.case.models import Case
from huiying.case.recording import NotAllowed
from huiying.directory.models import Matter
from huiying.doors.complainant.questions import demand_form, demand_from
from huiying.doors.forms import Field, Form
from huiying.doors.work.lists import PAGE, listed
from huiying.doors.work.views import for_staff, person_of
from huiying.procedure.decision import NOTHING
from huiying.procedure.words import refusal
from huiying.stages.intake.actions import Receipt, at_once, register
from huiying.stages.intake.lookups import LOOKERS, open_matters

CHANNELS = (("phone", "电话"), ("visit", "来访"), ("letter", "来信"), ("wechat", "微信"), ("other", "其他"))
#: What a form for residents asks them, as a call-taker fills it in for somebody.
SPOKEN_OF = {"name": "诉求人姓名", "phone": "联系电话", "confidential": "诉求人请求保密", "respondent": "被反映单位"}
AT_ONCE = (("", "不，登记后办理"), ("yes", "是，当场解决"), ("partly", "是，部分解决"), ("declined", "是，未评价"))


def desk_form() -> Form:
    """Return a demand's fields as a call-taker fills them in."""
    form = demand_form()
    choices = [{"value": value, "label": label} for value, label in CHANNELS]
    matters = [
        {"value": matter.code, "label": f"{matter.code} {matter.name}"}
        for matter in Matter.objects.filter(active=True).exclude(parent=None)
    ]
    for field in form.fields:
        field.label = SPOKEN_OF.get(field.name, field.label)
    ratings = [{"value": value, "label": label} for value, label in AT_ONCE]
    form.fields = [
        Field("channel", "渠道", "select", value="phone", options=choices),
        *(field for field in form.fields if field.name not in {"files", "matter"}),
        Field("matter", "事项", "select", options=matters, required=False),
        Field("demands", "诉求件数", "number", value="1"),
        Field("at_once", "即答", "select", options=ratings, required=False, placeholder="不，登记后办理"),
    ]
    return form


@require_http_methods(["GET", "POST"])
@for_staff
def register_call(request: HttpRequest) -> HttpResponse:
    """Register what somebody says; the receipt is read out to them."""
    if person_of(request).role not in LOOKERS:
        raise Http404
    form, receipt = desk_form(), None
    if request.method == "POST":
        form.fill(request.POST)
        receipt = _register(request, form) if form.check_required() else None
        if receipt is not None:  # shown on this very page: a message would keep the code in the session
            form = desk_form()
    context = {"form": form, "receipt": receipt}
    return render(request, "desk/register.html", context, status=422 if form.problems else 200)


def _register(request: HttpRequest, form: Form) -> Receipt | None:
    if form.value("channel") not in dict(CHANNELS):
        form.complain("channel", "请选择渠道")
        return None
    try:
        demands = int(form.value("demands"))
    except ValueError:
        form.complain("demands", "诉求件数不是整数")
        return None
    rating = form.value("at_once")
    try:
        demand = replace(demand_from(form, request), demands=demands, matter=form.value("matter"))
        return register(
            demand,
            channel=form.value("channel"),
            by=person_of(request).actor,
            at=timezone.now(),
            key=form.key,
            given=at_once(demands, rating) if rating else NOTHING,
        )
    except NotAllowed as refused:
        form.refuse(refused.refused)
    except KeyConflict:
        form.complain("", refusal("key_conflict"))
    return None


@require_http_methods(["GET", "POST"])
@for_staff
def lookup(request: HttpRequest) -> HttpResponse:
    """A caller's open matters, by the number they call from: those that may be seen, and no count of a life."""
    person = person_of(request)
    if person.role not in LOOKERS:
        raise Http404
    form = Form([Field("phone", "来电号码", "tel", autocomplete="off")])
    found: list[object] = []
    asked = False
    if request.method == "POST":
        form.fill(request.POST)
        if form.check_required():
            asked = True
            numbers = open_matters(form.value("phone"), by=person.actor, at=timezone.now())
            found = list(listed(Case.objects.filter(number__in=numbers, closed_at=None)[:PAGE], timezone.now()))
    return render(request, "desk/lookup.html", {"form": form, "found": found, "asked": asked})
