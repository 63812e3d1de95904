"""One act on several cases at once, where that is safe; each case is a command of its own, with a result of its own.

Safe is what the procedure itself shows to be no judgement of the single case. Such an act asks for nothing, decides
nothing, answers nobody and tells the person nothing; it gives the case to no other unit and opens no track; it moves
no clock of the person's and ends no case. In the general flow these are 签收承办, 签收核查 and 协办签收 (a unit takes
what is its own; the unit's time for returning it stops, the person's clock runs on), 挂账续办, 提交联合审计,
指定专人督办 (somebody takes a duty upon themselves) and 归档 (from one ending to the next). What decides (审核通过,
结案, 裁定), what speaks to the person (答复, 请诉求人补充) and what moves their clock (延期, 中止, 恢复) is done case
by case, after reading it.

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

from huiying.case.commands import Key, KeyConflict, once
from huiying.case.folding import Folded, law
from huiying.case.models import Case
from huiying.case.recording import NoSuchCase, NotAllowed, read_case, surroundings
from huiying.case.scope import working
from huiying.doors.forms import KEY
from huiying.doors.language import sentence, spoken
from huiying.doors.work import lists
from huiying.doors.work.views import for_staff, person_of, visible
from huiying.procedure.decision import Refused
from huiying.procedure.lifecycle import may
from huiying.procedure.schema import COMPLAINANT, Act, Procedure
from huiying.procedure.state import MAIN, Actor, Attempt
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


def is_safe(procedure: Procedure, act: Act) -> bool:
    """Whether an act may be done on several cases at once, by what the procedure says of it (see the module)."""
    judges = act.asks or act.decides or act.answers or act.follows_up or act.wishes_to_end
    hands_on = act.opens or act.gives_to or any(notice.to == COMPLAINANT for notice in act.notices)
    moves = act.starts or act.renews or act.extends or act.suspends or act.resumes
    persons = any(procedure.clocks[name].whose == "person" for name in act.stops)
    ends = act.target in procedure.endings and not set(procedure.sources[act.id]) <= procedure.endings
    return not (judges or hands_on or moves or persons or ends)


def safe_acts(procedure: Procedure, role: str, step: str) -> list[Act]:
    """Return the safe acts that a role has at a step, those first that lead on."""
    acts = [
        act
        for act in procedure.acts.values()
        if role in act.by and step in procedure.sources[act.id] and is_safe(procedure, act)
    ]
    return sorted(acts, key=lambda act: act.target is None)


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


def fitting(now: Folded, acts: Sequence[str], actor: Actor, track: str, at: datetime) -> Act | Refused:
    """Return the act of several that a track of a case takes now, or why it takes none."""
    step, around = now.state.steps.get(track), surroundings()
    refusals = []
    for act in safe_acts(now.procedure, actor.role, step or ""):
        if act.id not in acts:
            continue
        decision = may(now.procedure, now.state, Attempt(act.id, actor, at, {}, track), around)
        if not isinstance(decision, Refused):
            return act
        refusals.append(decision)
    if refusals:
        return refusals[0]
    known = next((now.procedure.acts[name] for name in acts if name in now.procedure.acts), None)
    named = now.procedure.steps[step or now.state.steps[MAIN]].name
    article, name = (known.article, known.name) if known else ("", "")
    return Refused("not_at_this_step", article, {"act": name, "step": named})


def act_on(number: str, track: str, offer: Offer, *, by: Actor, at: datetime, key: str) -> Result:
    """Do an act on one case, as one command: all of it or nothing, and once however often it is sent."""
    url = reverse("case", args=[number])
    title = ""
    try:
        case = visible(number)
        texts = {content.name: content.text for content in case.contents.filter(position=1)}
        title = lists.shortened(texts.get("title") or texts.get("text", ""))
        caller = f"{by.role}:{by.person}"
        command = Key(caller, f"several {offer.id}", f"{number}/{track}/{key}", {}) if key else None

        with working():
            done, _first = once(command, lambda: _do(case, offer, by, track, at))
    except NoSuchCase:
        return Result(number, "", "", why=_("没有这件工单，或者您不能查看。"))
    except NotAllowed as refused:
        return Result(number, title, url, why=sentence(refused.refused))
    except KeyConflict:
        return Result(number, title, url, why=_("这次已经提交过了，请回到待办重新选择。"))
    procedure = law(case.law_id)
    named = procedure.acts[done["act"]].name, procedure.steps[done["step"]].name
    return Result(number, title, url, *map(spoken, named))


def _do(case: Case, offer: Offer, by: Actor, track: str, at: datetime) -> dict[str, str]:
    act = fitting(read_case(case), offer.acts, by, track, at)
    if isinstance(act, Refused):
        raise NotAllowed(act)
    return {"act": act.id, "step": flow.act(case.number, act.id, by=by, at=at, given={}, track=track)}


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
