"""One act on several cases at once, where that is safe (`procedure/several.py`); each case has a result of its own.

The three acts of signing are one button: which of them a case takes follows from its kind and track, not from a wish.
A case that refuses changes nothing for the others. The same form sent again gives the same results and does nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from huiying.case.commands import KeyConflict
from huiying.case.folding import law
from huiying.case.recording import NoSuchCase, NotAllowed
from huiying.doors.forms import KEY
from huiying.doors.language import sentence, spoken
from huiying.doors.work import lists
from huiying.doors.work.views import for_staff, person_of, visible
from huiying.procedure.schema import Act
from huiying.procedure.several import is_safe, safe_acts
from huiying.procedure.state import MAIN, Actor
from huiying.stages import flow

#: Acts that are one thing to whoever does them.
SIGNING = ("sign_for", "sign_for_case", "support_sign")


@dataclass(frozen=True, slots=True)
class Offer:
    """A button for the chosen rows: what it says, and the acts of which each case takes the one that fits it."""

    id: str
    label: str
    acts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one case: the act that was done and the step that it led to, or why nothing was done."""

    number: str
    title: str
    url: str
    done: str = ""
    step: str = ""
    why: str = ""


def offers(rows: Iterable[lists.Listed], role: str) -> tuple[Sequence[Offer], Mapping[str, bool]]:
    """Return the buttons for a page of a worklist, and step → whether rows that stand there can be chosen at all."""
    found: dict[str, Offer] = {}
    steps: dict[str, bool] = {}
    for row in rows:
        if row.step_id in steps:
            continue
        acts = safe_acts(law(row.law), role, row.step_id)
        steps[row.step_id] = bool(acts)
        for act in acts:
            offer = offered(act)
            found.setdefault(offer.id, offer)
    return list(found.values()), steps


def offered(act: Act) -> Offer:
    """Return the button under which an act is done."""
    return Offer("sign", _("签收"), SIGNING) if act.id in SIGNING else Offer(act.id, spoken(act.name), (act.id,))


def act_on(number: str, track: str, offer: Offer, *, by: Actor, at: datetime, key: str) -> Result:
    """Do an act on one case, as one command: all of it or nothing, and once however often it is sent."""
    url = reverse("case", args=[number])
    title = ""
    try:
        case = visible(number)
        texts = {content.name: content.text for content in case.contents.filter(position=1)}
        title = lists.shortened(texts.get("title") or texts.get("text", ""))
        done, step = flow.act_that_fits(number, offer.acts, by=by, at=at, track=track, key=key)
    except NoSuchCase:
        return Result(number, "", "", why=_("没有这件工单，或者您不能查看。"))
    except NotAllowed as refused:
        return Result(number, title, url, why=sentence(refused.refused))
    except KeyConflict:
        return Result(number, title, url, why=_("这次已经提交过了，请回到待办重新选择。"))
    procedure = law(case.law_id)
    named = procedure.acts[done].name, procedure.steps[step].name
    return Result(number, title, url, *map(spoken, named))


@require_POST
@for_staff
def several(request: HttpRequest) -> HttpResponse:
    """Do one safe act on each of the chosen cases, and say of each what became of it."""
    person, at = person_of(request), timezone.now()
    chosen = list(dict.fromkeys(request.POST.getlist("case")))[: lists.PAGE]
    offer = offer_of(request.POST.get("act", ""), person.role)
    if not chosen or offer is None:
        return render(request, "work/several.html", {"results": [], "heading": _("成批办理")}, status=422)
    key = request.POST.get(KEY, "")[:64]
    results = []
    for one in chosen:
        number, _slash, track = one.partition("/")
        results.append(act_on(number, track or MAIN, offer, by=person.actor, at=at, key=key))
    context = {
        "heading": _("成批办理：{act}").format(act=offer.label),
        "results": results,
        "done": [result for result in results if result.done],
        "left": [result for result in results if result.why],
    }
    return render(request, "work/several.html", context)


def offer_of(name: str, role: str) -> Offer | None:
    """Return the button of this name, None where there is none for a role."""
    if name == "sign":
        return Offer("sign", _("签收"), SIGNING)
    for procedure in lists.procedures():
        act = procedure.acts.get(name)
        if act is not None and role in act.by and is_safe(procedure, act):
            return offered(act)
    return None
