"""Doing one act of a case: a form of what the procedure asks for; for answers, an editor demand by demand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from huiying.case.folding import Folded
from huiying.case.models import Case
from huiying.case.recording import NotAllowed, read_case, surroundings
from huiying.case.scope import working
from huiying.config.environment import read
from huiying.directory.models import Unit
from huiying.doors.forms import Field, Form, fields_for, given_from
from huiying.doors.language import spoken
from huiying.doors.people import Person
from huiying.doors.work import lists
from huiying.doors.work.proposals import signals_table, units_table
from huiying.doors.work.replying import Editor, answered_with
from huiying.doors.work.views import for_staff, person_of, visible
from huiying.procedure.decision import Refused
from huiying.procedure.routing import may_assign
from huiying.procedure.schema import Act, Kind
from huiying.procedure.state import Actor
from huiying.stages import flow
from huiying.stages.intake.actions import ACCEPTED_FILES, attach, check_all
from huiying.stages.triage import actions as triage
from huiying.stages.triage.drafts import decide, undecided
from huiying.stages.triage.proposing import units
from huiying.stages.triage.signals import signals_of
from huiying.stages.triage.suggesting import said_of

EVIDENCE, STEP, PREVIEW, VERDICT = "evidence", "step", "preview", "verdict"
Files = list[tuple[str, bytes]]


def unit_options(now: Folded) -> list[dict[str, str]]:
    """Return the units that a case may be given to: whoever is complained about is not among them."""
    around, facts = surroundings(), now.state.facts
    return [
        {"value": unit.code, "label": unit.name}
        for unit in Unit.objects.filter(active=True)
        if not isinstance(
            may_assign(
                unit.code,
                around.units,
                respondents=now.state.respondents(),
                superiors_too=facts.get("kind") == Kind.REPORT,
            ),
            Refused,
        )
    ]


@require_http_methods(["GET", "POST"])
@for_staff
def do(request: HttpRequest, number: str, track: str, name: str) -> HttpResponse:
    """One act: what it asks for, and doing it. An answer can be read first as the person will read it."""
    person, at = person_of(request), timezone.now()
    shown = visible(number)
    now = read_case(shown)
    act = act_of(now, person, track, name)
    form, editor = form_of(act, shown, now, person, at)
    takes_files = any(field.kind == "file" for field in form.fields)
    preview = False
    if request.method == "POST":
        form.fill(request.POST)
        files = [(file.name or "", file.read()) for file in request.FILES.getlist("files")]
        if editor:
            editor.filled(len(files))
        elif takes_files and files and not form.value(EVIDENCE):
            form.set(EVIDENCE, str(len(files)))
        preview = editor is not None and request.POST.get(STEP) == PREVIEW
        if not preview and _done(form, editor, act, number, track, person.actor, at, files):
            messages.success(request, _("{act}：已记入台账。").format(act=spoken(act.name)))
            still_seen = Case.objects.filter(number=number).exists()
            return redirect("case", number=number) if still_seen else redirect("work")
    asked = preview and "HX-Request" not in request.headers
    return page(request, shown, now, act, track, form, editor, asked=asked, previews=preview)


def act_of(now: Folded, person: Person, track: str, name: str) -> Act:
    """Return the act that somebody may do on a track of a case; otherwise there is no such page."""
    act = now.procedure.acts.get(name)
    if act is None or person.role not in act.by or track not in now.state.steps:
        raise Http404
    return act


def page(
    request: HttpRequest,
    shown: Case,
    now: Folded,
    act: Act,
    track: str,
    form: Form,
    editor: Editor | None,
    *,
    asked: bool = False,
    previews: bool = False,
) -> HttpResponse:
    """Draw the form of an act, with what was typed. `asked`: the page came for the preview, which takes the focus."""
    context = {
        "heading": spoken(act.name),
        "article": act.article,
        "form": form,
        "files": any(field.kind == "file" for field in form.fields),
        "case": shown,
        "button": spoken(act.name),
        "unsolved": act.follows_up and now.state.facts.get("solved") == "no",
        "script": act.script,
        "precedents": lists.precedents(shown) if act.gives_to == "lead" else [],
        "proposed": _proposed(shown, now, timezone.now()) if act.gives_to == "lead" else [],
        "signals": signals_table(signals_of(shown, said_of(shown), timezone.now())) if _judges(act) else [],
        "text": "\n\n".join(_said(shown)),
        "tone": "danger" if act.target in now.procedure.endings and act.decides else "primary",
    }
    if editor:
        place = [shown.number, track, act.id]
        context |= editor.drawn(shown, asked=asked) | {
            "draft": f"{person_of(request).actor.person}/{shown.number}/{act.id}",
            "here": reverse("do", args=place),
            "drafting": reverse("draft", args=place) if read("HUIYING_MODEL_URL") and not now.protected else "",
        }
    template = "work/reply.html" if editor else "work/act.html"
    return render(request, template, context, status=422 if form.problems and not previews else 200)


def _judges(act: Act) -> bool:
    """Whether an act says if what was brought is so."""
    return any(ask.name == VERDICT for ask in act.asks)


def _proposed(shown: Case, now: Folded, at: datetime) -> list[dict[str, Any]]:
    """Return whose a case may be, with reasons, among those to whom it may be given."""
    allowed = [option["value"] for option in unit_options(now)]
    return units_table(units(shown, said_of(shown), at, allowed))


def form_of(act: Act, shown: Case, now: Folded, person: Person, at: datetime) -> tuple[Form, Editor | None]:
    """Return the form of an act, and of one that answers, or drafts an answer, the editor around it."""
    demands = int(str(now.state.facts.get("demands", 1)))
    drafts = _drafts(shown, act, at)
    form = Form(fields_for(act, demands=demands, units=lambda: unit_options(now), drafts=drafts))
    editor = None
    if answered_with(act):
        editor = Editor(
            form,
            act,
            demands,
            _demand_texts(shown),
            now.state.facts,
            machine=undecided(shown, act.id, person.actor.person),
        )
        editor.begin(drafts.get(answered_with(act), ""))
    if any(ask.name == EVIDENCE for ask in act.asks):
        form.fields.append(
            Field("files", _("证据材料"), "file", required=False, accept=ACCEPTED_FILES,
                  hint=_("照片、单据、记录；先存在本机，提交时一起上传。"))
        )  # fmt: skip
    return form, editor


def _done(
    form: Form,
    editor: Editor | None,
    act: Act,
    number: str,
    track: str,
    by: Actor,
    at: datetime,
    files: Files,
) -> bool:
    """Do the act if the form is complete; where it is refused, say so in the form. Returns whether it was done."""
    complete = form.check_required() and (editor is None or editor.check())
    if not complete:
        return False
    demands = editor.demands if editor else _demands_asked(form)
    given = given_from(act, form, demands)
    if form.problems:
        return False
    try:
        check_all(files)
        with working():  # the act and its evidence, or neither
            flow.act(number, act.id, by=by, at=at, given=given, track=track, key=form.key)
            if editor and editor.machine:
                decide(number, act.id, by.person, used=editor.says_used, at=at)
            if files:
                attach(number, files, by=by, at=at, key=form.key)
    except NotAllowed as refused:
        form.refuse(refused.refused)
        if editor:
            editor.point_at_parts()
        return False
    return True


def _demands_asked(form: Form) -> int:
    return sum(field.name.startswith("outcomes-") for field in form.fields)


def _said(shown: Case) -> list[str]:
    texts = {content.name: content.text for content in shown.contents.filter(position=1)}
    return [texts[name] for name in ("title", "text") if texts.get(name)]


def _demand_texts(shown: Case) -> str:
    texts = {content.name: content.text for content in shown.contents.filter(position=1)}
    return texts.get("text", "")


def _drafts(shown: Case, act: Act, at: datetime) -> Mapping[str, str]:
    """Return what a form begins with: the officer's draft of the reply, the catalogue's proposal for the lead."""
    drafts: dict[str, str] = {}
    text = answered_with(act)
    if text:
        last = shown.contents.filter(name="draft").order_by("-position").first()
        drafts[text] = last.text if last else ""
    if act.gives_to == "lead" and shown.matter and shown.area:
        proposed = triage.propose(shown, at)
        drafts["lead"] = "" if isinstance(proposed, Refused) else proposed.lead
    return drafts
