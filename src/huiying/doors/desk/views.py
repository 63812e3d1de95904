"""Pages for call-takers: one screen for a call, a visit or a letter, and what stands beside it while somebody talks."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from huiying.case.commands import KeyConflict
from huiying.case.models import Case
from huiying.case.recording import NotAllowed
from huiying.case.scope import working
from huiying.directory.models import Guidance
from huiying.directory.queries import guidance_for
from huiying.doors.desk import call as calls
from huiying.doors.desk.call import Call
from huiying.doors.forms import Field, Form
from huiying.doors.language import refusal, sentence
from huiying.doors.people import Person
from huiying.doors.work.lists import Listed, listed
from huiying.doors.work.views import for_staff, person_of, whole_number
from huiying.stages import flow
from huiying.stages.intake.actions import MOST_DEMANDS, wrong
from huiying.stages.intake.calls import ThreeWay, inquire, note_three_way, take
from huiying.stages.intake.lookups import LOOKERS, open_matters
from huiying.stages.intake.similar import LIKELY, NEARLY_CERTAIN, alike

#: A caller's open matters that are shown: whoever has more is asked which one.
MOST_SHOWN = 20
#: Who may answer on the spot, supplement and urge; a grid worker registers.
ANSWERS = "call_taker"


def at_the_desk(request: HttpRequest) -> Person:
    """Return who is at the desk; raise `Http404` for whoever has no work there."""
    person = person_of(request)
    if person.role not in LOOKERS:
        raise Http404
    return person


@require_http_methods(["GET", "POST"])
@for_staff
def register_call(request: HttpRequest) -> HttpResponse:
    """Register what somebody says, answer it, or add it to what is open; the receipt is read out to them."""
    person = at_the_desk(request)
    if request.method == "GET":
        return _screen(request, calls.begun(request.GET.get("channel", "")), fresh=True)
    call, posted = calls.typed(request.POST), request.POST
    if "add" in posted:
        call.add()
    elif "use" in posted:
        _answer(call, posted["use"])
    elif "look_up" in posted:
        return _screen(request, call, found=_found(person, call.caller))
    elif "join" in posted:
        text = call.parts[0].field("text")
        done = _join(person, posted["join"], text, call.caller, call.three_way()) if call.check_three_way() else None
        if done is not None:
            return render(request, "desk/done.html", done)
        return _screen(request, call, status=422)
    elif "restore" not in posted:
        return _save(request, person, call)
    return _screen(request, call, restored="restore" in posted)


def _screen(
    request: HttpRequest,
    call: Call,
    *,
    status: int = 200,
    found: list[Listed] | None = None,
    fresh: bool = False,
    restored: bool = False,
) -> HttpResponse:
    """Show the screen with everything that was typed, and what stands beside the first demand."""
    person = person_of(request)
    first = call.parts[0]
    context = {
        "call": call,
        "most": MOST_DEMANDS,
        "more": call.last < MOST_DEMANDS,
        "may_answer": person.role == ANSWERS,
        "found": found,
        "looked_up": found is not None,
        "fresh": fresh,
        "restored": restored,
        **beside_of(first.value("text"), first.value("area"), first.value("matter"), 1),
    }
    return render(request, "desk/register.html", context, status=status)


def beside_of(said: str, area: str, matter: str, number: int) -> dict[str, Any]:
    """Return what stands beside a demand: guidance that speaks to it, and open cases that are like it."""
    now, today = timezone.now(), timezone.localdate()
    said = said if "\0" not in said else ""
    found = alike(said, area=area, at=now)
    rows = {row.number: row for row in listed(Case.objects.filter(number__in=[one.number for one in found]), now)}
    return {
        "said": bool(said),
        "number": number,
        "guidance": [
            {
                "entry": entry,
                "answer": calls.answer_of(entry),
                "expired": entry.review_by < today,
                "use": f"{entry.pk}:{number}",
            }
            for entry in (guidance_for(said, matter) if said or matter else ())
        ],
        "alike": [
            {"row": rows[one.number], "sure": _how_sure(one.probability), "why": one, "words": "、".join(one.shared)}
            for one in found
            if one.number in rows
        ],
    }


def _how_sure(probability: float) -> str:
    """Say a probability in words: what a machine reckons, for a person to judge."""
    if probability >= NEARLY_CERTAIN:
        return _("几乎可以确定是同一件事")
    return _("很可能是同一件事") if probability >= LIKELY else _("可能是同一件事")


def _answer(call: Call, use: str) -> None:
    """Fill an answer with the guidance that a button names: its row, and of which demand."""
    row, _colon, number = use.partition(":")
    found = Guidance.objects.filter(pk=whole_number(row) or 0, active=True).first()
    if found is not None:
        call.answer_with(found, whole_number(number) or 1)


def _save(request: HttpRequest, person: Person, call: Call) -> HttpResponse:
    if call.check() and _sound(call):
        try:
            receipts = take(
                call.spoken(),
                channel=call.caller.value("channel"),
                by=person.actor,
                at=timezone.now(),
                key=call.key,
                three_way=call.three_way(),
            )
        except NotAllowed as refused:
            call.refuse(refused.refused)
        except KeyConflict:
            call.caller.complain("", refusal("key_conflict"))
        else:  # shown at once: a message would keep the code in the session
            return render(request, "desk/receipt.html", {"receipts": receipts, "channel": call.caller.value("channel")})
    return _screen(request, call, status=422)


def _sound(call: Call) -> bool:
    """Whether every demand is sound by itself; what is wrong is said beside it."""
    if call.caller.value("channel") not in calls.CHANNELS:
        call.caller.complain("channel", _("请选择渠道"))
    for one, spoken in zip(call.parts, call.spoken(), strict=True):
        refused = wrong(spoken.demand)
        if refused is not None:
            one.form.refuse(refused)
        if spoken.rating and spoken.rating not in calls.RATINGS:
            one.form.complain(one.field("at_once").name, _("请选择当场评价"))
    return not call.problems


# ---- who is calling ----
def _found(person: Person, form: Form) -> list[Listed] | None:
    """Return a caller's open matters by their number; None where none was given, and the form says so."""
    phone = form.value("phone")
    if not phone:
        form.complain("phone", _("请填写来电号码"))
        return None
    numbers = open_matters(phone, by=person.actor, at=timezone.now())
    return list(listed(Case.objects.filter(number__in=numbers, closed_at=None)[:MOST_SHOWN], timezone.now()))


#: What a call may do with a case that is open, by the name that its button sends.
JOINING = ("supplement", "urge", "inquire")


def _join(
    person: Person, wish: str, field: Field, form: Form, three_way: ThreeWay | None = None
) -> dict[str, Any] | None:
    """Add a call to a case; return what the next page says, or None where the form says why not.

    `field`: where a supplement was typed. What a unit on the line said is kept with the case too, or neither is.
    """
    act, _colon, number = wish.partition(":")
    what = field.value
    if act not in JOINING:
        raise Http404
    if act == "supplement" and not what:
        field.error = _("请先写下要补充的内容，再补充到工单")
        form.problems.append({"id": field.id, "text": field.error})
        return None
    try:
        at, by, key = timezone.now(), person.actor, form.key
        with working():
            if act == "inquire":
                inquire(number, by=by, at=at, key=key)
            else:
                given = {"what": what} if act == "supplement" else {}
                flow.act(number, act, by=by, at=at, given=given, key=key)
            if three_way is not None:
                note_three_way(number, three_way, by=by, at=at, key=key)
    except NotAllowed as refused:
        form.complain("", sentence(refused.refused))
    except KeyConflict:
        form.complain("", refusal("key_conflict"))
    else:
        return {"act": act, "number": number}
    return None


def lookup_form() -> Form:
    """Return the fields of a look-up: the number, and what the caller adds, if they add something."""
    return Form(
        [
            Field("phone", _("来电号码"), "tel", autocomplete="off"),
            Field("text", _("补充内容"), "textarea", required=False, rows=4),
        ]
    )


@require_http_methods(["GET", "POST"])
@for_staff
def lookup(request: HttpRequest) -> HttpResponse:
    """A caller's open matters, by the number they call from: those that may be seen, and no count of a life."""
    person = at_the_desk(request)
    form, found = lookup_form(), None
    if request.method == "POST":
        form.fill(request.POST)
        if "join" in request.POST:
            done = _join(person, request.POST["join"], form.fields[1], form)
            if done is not None:
                return render(request, "desk/done.html", done)
        elif not form.problems:
            found = _found(person, form)
    context = {
        "form": form,
        "found": found,
        "looked_up": found is not None,
        "may_answer": person.role == ANSWERS,
    }
    if request.headers.get("HX-Target") == "caller":
        return render(
            request, "desk/caller.html", {**context, "problem": form.problems[0]["text"] if form.problems else ""}
        )
    return render(request, "desk/lookup.html", context, status=422 if form.problems else 200)


# ---- beside the form ----
@require_POST
@for_staff
def beside(request: HttpRequest) -> HttpResponse:
    """Guidance for one demand of a call, and open cases like it. Posted, so that no log holds what somebody said."""
    person = at_the_desk(request)
    number = min(max(whole_number(request.POST.get("part", "1")) or 1, 1), MOST_DEMANDS)
    said, area, matter = (request.POST.get(calls.part_name(name, number), "") for name in calls.COMPARED)
    context = {**beside_of(said, area, matter, number), "may_answer": person.role == ANSWERS}
    return render(request, "desk/beside.html", context)


@require_GET
@for_staff
def demand(request: HttpRequest) -> HttpResponse:
    """One more demand of the same call, as a part of the page; whoever opens the address itself gets the page."""
    person = at_the_desk(request)
    if "HX-Request" not in request.headers:
        return redirect("desk-register")
    number = whole_number(request.GET.get("number", "")) or 0
    if not 1 < number <= MOST_DEMANDS:
        raise Http404
    context = {"part": calls.part(number, calls.Choices()), "may_answer": person.role == ANSWERS}
    return render(request, "desk/more.html", context)
