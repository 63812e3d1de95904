"""Filing a demand, one question a page. Each page carries all earlier answers on, so that nothing is kept here.

What somebody types is in nobody's session and in no table until they submit it. Without script every page posts to the
next one; with it, answers stay on the person's own device (`ui/draft.js`) and only the last page sends anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from huiying.case.commands import KeyConflict
from huiying.case.recording import NotAllowed
from huiying.directory.models import Spot
from huiying.directory.places import area_at
from huiying.directory.queries import spot_in_use
from huiying.doors.complainant import looks
from huiying.doors.complainant.questions import (
    BY_NAME,
    RULES_NAMES,
    STEPS,
    Step,
    answers,
    area_choices,
    check_step,
    demand_form,
    demand_from,
    filled,
    narrowest,
)
from huiying.doors.complainant.spots import find as find_spot
from huiying.doors.complainant.spots import shown
from huiying.doors.forms import Field, Form
from huiying.doors.language import refusal, sentence
from huiying.doors.limits import submissions, submissions_an_hour
from huiying.procedure.decision import Refused
from huiying.stages.intake.actions import RESIDENT, register

FIRST, LAST = STEPS[0], STEPS[-1]
#: Files cannot be carried from page to page: without script they are chosen on the last one.
WITH_SCRIPT = "files"
#: Says to our own script that a page is the same for everybody and may be kept for when there is no network.
KEEP = "X-Keep-Offline"
#: Fields whose values are codes: script shows on the last page what people call them.
CHOSEN = frozenset({"kind", "area", "matter", "respondent", "confidential"})
#: Where to go when a change is made: back to the answers.
THEN = "then"


@dataclass(frozen=True, slots=True)
class Way:
    """Where a page of the filing stands among the others. Names are those of steps."""

    step: Step
    before: str
    after: str
    after_with_script: str
    returning: bool = False

    @property
    def next_url(self) -> str:
        """Where the page posts its answers to."""
        return _url(self.after)


def way(step: Step, *, returning: bool = False) -> Way:
    """Return what comes before and after a page. `returning`: it was opened to change one answer."""
    names = [one.name for one in STEPS]
    here = names.index(step.name)
    plain = [name for name in names if name != WITH_SCRIPT]
    before = plain[plain.index(step.name) - 1] if step.name in plain and here else names[here - 1] if here else ""
    if returning:
        return Way(step, before, LAST.name, LAST.name, returning=True)
    later = next((name for name in names[here + 1 :] if name != WITH_SCRIPT), "")
    return Way(step, before, later, names[here + 1] if step is not LAST else "")


def _url(name: str) -> str:
    return reverse("file-step", args=[name]) if name else reverse("file")


@require_http_methods(["GET", "POST"])
def file(request: HttpRequest) -> HttpResponse:
    """File a demand, with a name or without: GET asks the first question, POST submits all answers at once."""
    if request.method == "GET":
        return page(request, demand_form(), FIRST)
    form = filled(request.POST)
    receipt = _file(request, form)
    if receipt is not None:
        return redirect(f"{reverse('receipt', args=[receipt])}?new=1")
    return page(request, form, _first_wrong(form), status=422)


@require_http_methods(["GET", "POST"])
def step(request: HttpRequest, name: str) -> HttpResponse:
    """One question. GET is the empty page; POST brings the answers so far, those of the page before among them."""
    if name not in BY_NAME:
        raise Http404
    asked = BY_NAME[name]
    if request.method == "GET":
        return page(request, demand_form(), asked)
    form = filled(request.POST)
    came_from = BY_NAME.get(request.POST.get("from", ""))
    if look := looks.wanted(request):
        looks.at_once(request, look)
        answer = page(request, form, asked)
        looks.keep(request, answer, look)
        return answer
    if "back" not in request.POST:
        for one in STEPS if asked is LAST else [came_from] if came_from else []:
            check_step(form, one)
    if form.problems:
        return page(request, form, _first_wrong(form), status=422)
    return page(request, form, LAST if asked.name == WITH_SCRIPT else asked)


def _first_wrong(form: Form) -> Step:
    """Return the page on which the first field is that something is wrong with; the last where it is the whole."""
    wrong = {one.name for one in form.fields if one.error}
    return next((one for one in STEPS if wrong & set(one.fields) and one.name != WITH_SCRIPT), LAST)


def _file(request: HttpRequest, form: Form) -> str | None:
    for one in STEPS:
        check_step(form, one)
    if form.problems:
        return None
    if submissions.over(request, submissions_an_hour()):
        form.complain("", refusal("too_many_requests"))
        return None
    channel = "qr" if form.value("spot") else "portal"
    try:
        receipt = register(demand_from(form, request), channel=channel, by=RESIDENT, at=timezone.now(), key=form.key)
    except NotAllowed as refused:
        form.complain(_field_of(refused.refused), sentence(refused.refused))
        return None
    except KeyConflict:
        form.complain("", refusal("key_conflict"))
        return None
    return receipt.code


def _field_of(refused: Refused) -> str:
    if refused.code.startswith(("file", "too_many_files")):
        return "files"
    named = str(refused.params.get("field", ""))
    return RULES_NAMES.get(named, named)


def page(request: HttpRequest, form: Form, asked: Step, *, status: int = 200, spot: Spot | None = None) -> HttpResponse:
    """Return one page of the filing, with all that is not asked on it carried along unseen."""
    spot = spot or spot_in_use(form.value("spot"))
    here = way(asked, returning=request.POST.get(THEN) == LAST.name and asked is not LAST)
    by_script = request.method == "GET"
    said = {one["name"]: one["text"] for one in answers(form)} if form.value("kind") or form.value("area") else {}
    context = {
        "form": form,
        "way": here,
        "step": asked,
        "fields": [one for one in form.fields if one.name in asked.fields and one.kind not in {"hidden", "place"}],
        "carried": [
            {"name": one.name, "value": one.value, "said": said.get(one.name, "") if one.name in CHOSEN else ""}
            for one in form.fields
            if _carried(one, asked)
        ],
        "adopt": "answers" if not by_script else "sign" if spot else "",
        "files": next(one for one in form.fields if one.name == "files"),
        "places": area_choices(form.value("area")) if asked.name == "where" else [],
        "answers": _to_check(form, by_script=by_script) if asked is LAST else [],
        "by_script": by_script,
        "progress": progress(asked, by_script=by_script),
        "spot": shown(spot) if spot else None,
        # Answers that only this page carries must not be lost to a change of how it looks.
        "page_form": None if by_script else {"id": "filing", "url": _url(asked.name)},
        "urls": {one.name: _url(one.name) for one in STEPS},
    }
    answer = render(request, "complainant/file.html", context, status=status)
    if by_script and spot is None and getattr(request, "person", None) is None:
        answer[KEEP] = "yes"
    return answer


def _to_check(form: Form, *, by_script: bool) -> list[dict[str, object]]:
    """Return what is shown to be checked. What only a sign asks is left out where there was none."""
    shown_if_any = {"matter"}
    files = next(one for one in form.fields if one.name == WITH_SCRIPT)
    row: dict[str, object] = {"name": files.name, "label": files.label, "text": "", "step": WITH_SCRIPT}
    asked = [one for one in answers(form) if by_script or one["text"] or one["name"] not in shown_if_any]
    return [*({**one, "if_any": one["name"] in shown_if_any} for one in asked), *([row] if by_script else [])]


def _carried(one: Field, asked: Step) -> bool:
    return one.kind != "file" and (one.name not in asked.fields or one.kind == "hidden")


def progress(asked: Step, *, by_script: bool) -> Sequence[dict[str, object]]:
    """Return the pages and which of them this is. Without script the last one also takes the files."""
    names = [one.name for one in STEPS]
    here = {asked.name} if by_script or asked is not LAST else {WITH_SCRIPT, asked.name}
    first = min(names.index(name) for name in here)
    return [
        {"label": one.label, "current": one.name in here, "done": number < first} for number, one in enumerate(STEPS)
    ]


@require_GET
def from_spot(request: HttpRequest, code: str) -> HttpResponse:
    """Begin filing from a sign, with its place and matter filled in; everything can be changed."""
    spot = find_spot(code)
    form = demand_form(spot)
    form.set("area", spot.area_id)
    form.set("address", spot.address)
    return page(request, form, FIRST, spot=spot)


@require_GET
def areas(request: HttpRequest) -> HttpResponse:
    """Return the selects of the levels of areas, down to what lies in the one that was chosen."""
    return _areas(request, narrowest(request.GET.getlist("area")))


@require_POST
def place(request: HttpRequest) -> HttpResponse:
    """Return the selects with the area chosen in which a position lies. The position is looked up and forgotten."""
    try:
        found = area_at(float(request.POST.get("latitude", "")), float(request.POST.get("longitude", "")))
    except ValueError:
        found = None
    return _areas(request, found.pk if found else "", located=True)


def _areas(request: HttpRequest, chosen: str, *, located: bool = False) -> HttpResponse:
    context = {"places": area_choices(chosen), "located": located, "chosen": chosen}
    return render(request, "complainant/areas.html", context)
