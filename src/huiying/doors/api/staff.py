"""What a program may do with somebody's token: the same verbs as the pages, under the same rules and the same scope."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from functools import wraps
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Status
from ninja.security import HttpBearer

from huiying.case.models import Case
from huiying.case.recording import NotAllowed, read_case, surroundings
from huiying.case.scope import NONE, enter
from huiying.directory.queries import staff_names
from huiying.doors.api import schemas
from huiying.doors.api.problems import OUTAGES, Problem, problem
from huiying.doors.api.residents import demand_of, receipt_out
from huiying.doors.people import Person, with_token
from huiying.doors.reading import derivation, kept_from, limits, possible, story
from huiying.doors.work import lists
from huiying.doors.work.openings import files, shown
from huiying.doors.work.views import visible
from huiying.procedure.decision import NOTHING, Refused
from huiying.procedure.disclosure import Field, Purpose
from huiying.procedure.schema import Act
from huiying.procedure.words import refusal
from huiying.stages import flow
from huiying.stages.closure.actions import erase
from huiying.stages.identity import actions as identity
from huiying.stages.identity.models import Opening
from huiying.stages.identity.queries import must_be_visible, to_decide, to_review
from huiying.stages.intake.actions import at_once, register
from huiying.stages.intake.lookups import open_matters
from huiying.stages.triage import actions as triage

ERRORS: Mapping[int, Any] = {**dict.fromkeys((400, 401, 403, 404, 409, 422), Problem), **OUTAGES}
Operation = Callable[..., Any]


class Token(HttpBearer):
    """A token of `huiying token create`."""

    def authenticate(self, request: HttpRequest, token: str) -> Person | None:
        """Return who the token acts as."""
        del request
        return with_token(token)


router = Router(auth=Token())


def scoped(operation: Operation) -> Operation:
    """Let an operation see what the token's post may see, and nothing once it has answered."""

    @wraps(operation)
    def within(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401  # whatever the operation takes
        enter(_person(request).scope)
        try:
            return operation(request, *args, **kwargs)
        finally:
            enter(NONE)

    return within


def _person(request: HttpRequest) -> Person:
    person = getattr(request, "auth", None)
    assert isinstance(person, Person)  # noqa: S101  # the router's own auth
    return person


def _rows(page: lists.Page) -> dict[str, Any]:
    return {
        "cases": [
            {
                "number": row.number, "title": row.title, "kind": row.kind, "step": row.step, "units": row.unit,
                "due_at": row.due_at, "received_at": row.received_at, "late": row.late,
            }
            for row in page.rows
        ],
        "page": page.number,
        "more": page.more,
    }  # fmt: skip


@router.get("/worklist", response={200: schemas.CasesOut, **ERRORS}, summary="待办")
@scoped
def worklist(request: HttpRequest, page: int = 1) -> Any:  # noqa: ANN401  # ninja's union of answers
    """What waits for the token's post, in the order in which the law will ask for it."""
    return _rows(lists.page_of(lists.waiting_for(_person(request)), _page(page), timezone.now()))


@router.get("/overdue", response={200: schemas.CasesOut, **ERRORS}, summary="逾期未结")
@scoped
def overdue(request: HttpRequest, page: int = 1) -> Any:  # noqa: ANN401  # as above
    """What is late and not closed."""
    del request
    at = timezone.now()
    return _rows(lists.page_of(lists.overdue(at), _page(page), at))


@router.get("/cases", response={200: schemas.CasesOut, **ERRORS}, summary="查询")
@scoped
def search(request: HttpRequest, q: str = "", kind: str = "", stage: str = "", page: int = 1) -> Any:  # noqa: ANN401  # as above
    """Cases that the post may see: by whole number or matter (`q`), kind and stage, the newest first."""
    del request
    return _rows(lists.page_of(lists.found(q, kind, stage), _page(page), timezone.now()))


@router.post("/cases", response={201: schemas.ReceiptOut, **ERRORS}, summary="登记")
@scoped
def register_for(request: HttpRequest, said: schemas.DeskDemandIn) -> Any:  # noqa: ANN401  # as above
    """Register a demand for somebody who calls, comes or writes; answer it on the spot with `at_once`."""
    demand = replace(demand_of(said), matter=said.matter, demands=said.demands, respondents=tuple(said.respondents))
    receipt = register(
        demand,
        channel=said.channel,
        by=_person(request).actor,
        at=timezone.now(),
        key=said.idempotency_key,
        given=at_once(said.demands, said.at_once) if said.at_once else NOTHING,
    )
    return Status(201, receipt_out(request, receipt))


@router.get("/notices", response={200: schemas.NoticesOut, **ERRORS}, summary="提醒")
@scoped
def notices(request: HttpRequest) -> Any:  # noqa: ANN401  # as above
    """The newest notices to the post that nobody has seen yet."""
    unseen = lists.notices_for(_person(request).role)[: lists.PAGE]
    rows = [
        {"name": notice.name, "number": notice.case.number, "article": notice.article, "at": notice.at}
        for notice in unseen
    ]
    return {"notices": rows}


def _page(asked: int) -> int:
    return min(max(asked, 1), 10_000)


@router.get("/cases/{number}", response={200: schemas.CaseOut, **ERRORS}, summary="工单")
@scoped
def case(request: HttpRequest, number: str) -> Any:  # noqa: ANN401  # as above
    """A case as the post may see it: masked, with its clocks, its ledger, and what may be done now."""
    found, at = visible(number), timezone.now()
    now, around = read_case(found), surroundings()
    acts = list(found.ledger.order_by("position"))
    names, hidden = staff_names({act.person for act in acts}), kept_from(_person(request).actor, now)
    return {
        "number": found.number,
        "kind": found.kind,
        "step": found.step,
        "stage": found.stage,
        "matter": found.matter,
        "area": found.area,
        "units": found.units,
        "joined_into": found.joined_into,
        "split_from": found.split_from,
        "supervisor": found.supervisor,
        "facts": {name: value for name, value in found.facts.items() if name not in hidden},
        "texts": {content.name: content.text for content in found.contents.filter(position=1)},
        "tracks": {track: step for track, step in now.state.steps.items() if track not in hidden},
        "limits": [
            {
                "what": limit.what,
                "at": limit.at.isoformat() if limit.at else None,
                "article": limit.article,
                "provisional": limit.provisional,
                "running": limit.running,
                "derivation": derivation(limit),
            }
            for limit in limits(now, around, without=hidden)
        ],
        "acts": [
            {
                "at": told.at,
                "act": told.act,
                "title": told.title,
                "text": told.text,
                "who": told.who,
                "article": told.article,
            }
            for told in story(found, now, acts, names, _person(request).actor)
        ],
        "options": [
            {
                "act": option.act.id,
                "name": option.act.name,
                "track": option.track,
                "why": option.why,
                "article": option.article,
                "asks": [ask.model_dump(by_alias=True) for ask in option.act.asks],
            }
            for option in possible(now, _person(request).actor, at, around)
        ],
    }


@router.post("/cases/{number}/acts", response={200: schemas.StepOut, **ERRORS}, summary="办理")
@scoped
def act(request: HttpRequest, number: str, wanted: schemas.ActIn) -> Any:  # noqa: ANN401  # as above
    """Do an act of the case's procedure. Texts are masked, facts are folded; the rule's reason comes with a refusal."""
    found = visible(number)
    known = read_case(found).procedure.acts.get(wanted.act)
    if known is None:
        raise NotAllowed(Refused("act_unknown", "", {"act": wanted.act}))
    step = flow.act(
        number,
        wanted.act,
        by=_person(request).actor,
        at=timezone.now(),
        given=typed(known, wanted.given),
        track=wanted.track,
        key=wanted.key,
    )
    return {"number": number, "step": step}


def typed(act: Act, given: Mapping[str, Any]) -> dict[str, object]:
    """Return what a body gives an act, in the rules' types; what is of no such type is left for the rules to refuse."""
    kinds = {ask.name: ask.kind for ask in act.asks}
    made: dict[str, object] = {}
    for name, value in given.items():
        if kinds.get(name) in {"choices", "parties"} and isinstance(value, list):
            made[name] = tuple(str(one) for one in value)
        elif kinds.get(name) == "date" and isinstance(value, str):
            made[name] = _date(value)
        elif kinds.get(name) in {"text", "choice", "unit"}:
            made[name] = value if value is None else str(value)
        else:
            made[name] = value
    return made


def _date(value: str) -> object:
    try:
        return date.fromisoformat(value)
    except ValueError:
        return value


@router.post("/cases/{number}/classify", response={200: schemas.StepOut, **ERRORS}, summary="确定事项")
@scoped
def classify(request: HttpRequest, number: str, wanted: schemas.ClassifyIn) -> Any:  # noqa: ANN401  # as above
    """Say what a demand is, what it is about, and where."""
    visible(number)
    recorded = triage.classify(
        number,
        kind=wanted.kind,
        matter=wanted.matter,
        area=wanted.area,
        respondents=wanted.respondents,
        by=_person(request).actor,
        at=timezone.now(),
    )
    return {"number": number, "step": recorded.case.step}


@router.get("/cases/{number}/proposal", response={200: schemas.ProposalOut, **ERRORS}, summary="派单目录的建议")
@scoped
def proposal(request: HttpRequest, number: str) -> Any:  # noqa: ANN401  # as above
    """Whose duty it is by the catalogue, with whoever is complained about locked out."""
    del request
    proposed = triage.propose(visible(number), timezone.now())
    if isinstance(proposed, Refused):
        raise NotAllowed(proposed)
    return {"lead": proposed.lead, "support": list(proposed.support), "basis": proposed.basis}


@router.post("/cases/{number}/split", response={200: schemas.NumbersOut, **ERRORS}, summary="拆分诉求")
@scoped
def split(request: HttpRequest, number: str, wanted: schemas.SplitIn) -> Any:  # noqa: ANN401  # as above
    """Split demands off a message; each becomes a case of its own."""
    visible(number)
    parts = [triage.Part(part.kind, part.text) for part in wanted.parts]
    return {"numbers": triage.split(number, parts, by=_person(request).actor, at=timezone.now(), key=wanted.key)}


@router.post("/cases/{number}/openings", response={200: schemas.OpenedOut, **ERRORS}, summary="查看身份信息")
@scoped
def open_field(request: HttpRequest, number: str, wanted: schemas.OpenIn) -> Any:  # noqa: ANN401  # as above
    """See a sealed field for a purpose, or ask a custodian where the table says so. Every opening is an act."""
    visible(number)
    opened = identity.ask_to_see(
        number, Field(wanted.field), Purpose(wanted.purpose), by=_person(request).actor, at=timezone.now()
    )
    return _opened(opened)


def _opened(opened: identity.Opened) -> dict[str, Any]:
    return {
        "opening": opened.opening.pk,
        "waiting": opened.contents is None,
        "lines": shown(opened.contents or {}),
        "files": files(opened.contents or {}),
    }


@router.post("/openings/{opening}/see", response={200: schemas.OpenedOut, **ERRORS}, summary="查看已同意的")
@scoped
def see(request: HttpRequest, opening: int) -> Any:  # noqa: ANN401  # as above
    """See what a custodian has approved."""
    must_be_visible(opening)
    return _opened(identity.see_approved(opening, by=_person(request).actor, at=timezone.now()))


@router.get("/openings", response={200: schemas.OpeningsOut, **ERRORS}, summary="待审批和待复查")
@scoped
def openings(request: HttpRequest) -> Any:  # noqa: ANN401  # as above
    """What custodians have to decide and to review, the oldest first."""
    if _person(request).role != "custodian":
        return problem(
            403, "not_this_role", refusal("not_this_role", {"act": "审批、复查", "role": _person(request).role})
        )
    return {
        "to_decide": [_opening(one) for one in to_decide()[: lists.PAGE]],
        "to_review": [_opening(one) for one in to_review()[: lists.PAGE]],
    }


def _opening(one: Opening) -> dict[str, Any]:
    return {
        "opening": one.pk, "number": one.case.number, "field": one.field, "purpose": one.purpose, "person": one.person,
        "role": one.role, "asked_at": one.asked_at, "opened_at": one.opened_at,
    }  # fmt: skip


@router.post("/openings/{opening}/decide", response={200: schemas.OpenedOut, **ERRORS}, summary="审批查看")
@scoped
def decide(request: HttpRequest, opening: int, word: schemas.DecisionIn) -> Any:  # noqa: ANN401  # as above
    """Approve or refuse a request to see a sealed field."""
    must_be_visible(opening)
    done = identity.decide(opening, approve=word.yes, by=_person(request).actor, at=timezone.now())
    return {"opening": done.pk, "waiting": False, "lines": [], "files": []}


@router.post("/openings/{opening}/review", response={200: schemas.OpenedOut, **ERRORS}, summary="复查查看")
@scoped
def review(request: HttpRequest, opening: int, word: schemas.DecisionIn) -> Any:  # noqa: ANN401  # as above
    """Say whether an opening served its purpose."""
    must_be_visible(opening)
    done = identity.review(opening, proper=word.yes, by=_person(request).actor, at=timezone.now())
    return {"opening": done.pk, "waiting": False, "lines": [], "files": []}


@router.post("/cases/{number}/erase", response={200: schemas.StepOut, **ERRORS}, summary="期满删除内容")
@scoped
def erase_case(request: HttpRequest, number: str) -> Any:  # noqa: ANN401  # as above
    """Erase what a case holds of text, identity and files once its term is over; number and ledger stay."""
    recorded = erase(visible(number).number, by=_person(request).actor, at=timezone.now())
    return {"number": number, "step": recorded.case.step}


@router.post("/lookups", response={200: schemas.CasesOut, **ERRORS}, summary="来电查询")
@scoped
def look_up(request: HttpRequest, asked: schemas.PhoneIn) -> Any:  # noqa: ANN401  # as above
    """The open matters of whoever calls, among those that the post may see. Every look-up is an act."""
    person, at = _person(request), timezone.now()
    numbers = open_matters(asked.phone, by=person.actor, at=at)
    cases = Case.objects.filter(number__in=numbers, closed_at=None).order_by("-id")
    return _rows(lists.page_of(cases, 1, at))
