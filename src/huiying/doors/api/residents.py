"""What anyone may do by API: bring a demand, follow it by its receipt code, act on it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from ninja import Router, Status

from huiying.case.recording import NoSuchCase, NotAllowed
from huiying.doors.api.problems import OUTAGES, Problem, problem
from huiying.doors.api.schemas import DemandIn, PlainIn, ProgressOut, RatingIn, ReceiptOut, WordsIn
from huiying.doors.complainant import receipts
from huiying.doors.limits import MOST_GUESSES, guesses, submissions, submissions_an_hour
from huiying.doors.people import with_token
from huiying.procedure.decision import Refused
from huiying.procedure.words import refusal
from huiying.stages.identity.vault import Contact
from huiying.stages.intake.actions import RESIDENT, Demand, Receipt, register

router = Router()
ERRORS: Mapping[int, Any] = {400: Problem, 404: Problem, 409: Problem, 422: Problem, 429: Problem, **OUTAGES}


@router.post("/demands", response={201: ReceiptOut, **ERRORS}, auth=None, summary="提交诉求")
def bring(request: HttpRequest, demand: DemandIn) -> Any:  # noqa: ANN401  # ninja's union of answers
    """Bring a demand. Open to anyone; a provincial app sends its own token and is not counted by address."""
    if not _known_program(request) and submissions.over(request, submissions_an_hour()):
        return problem(429, "too_many_requests", refusal("too_many_requests"))
    receipt = register(demand_of(demand), channel="api", by=RESIDENT, at=timezone.now(), key=demand.idempotency_key)
    return Status(201, receipt_out(request, receipt))


def demand_of(said: DemandIn) -> Demand:
    """Return the demand that a body says."""
    return Demand(
        text=said.text,
        kind=said.kind,
        title=said.title or "",
        area=said.area_code or "",
        address=said.address or "",
        confidential=said.confidential,
        contact=Contact(said.contact.name or "", said.contact.phone or "") if said.contact else Contact(),
    )


def receipt_out(request: HttpRequest, receipt: Receipt) -> ReceiptOut:
    """Return a receipt as the API tells it."""
    url = request.build_absolute_uri(reverse("receipt", args=[receipt.code]))
    return ReceiptOut(number=receipt.number, receipt_code=receipt.code, url=url)


def _known_program(request: HttpRequest) -> bool:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return scheme.lower() == "bearer" and with_token(token) is not None


@router.get("/receipts/{code}", response={200: ProgressOut, **ERRORS}, auth=None, summary="查询进度")
def progress(request: HttpRequest, code: str) -> Any:  # noqa: ANN401  # as above
    """How a demand stands: its stage, its limits with their articles, and what happened. Never a name."""
    try:
        opened = receipts.read(code, timezone.now())
    except NoSuchCase:
        return _wrong_code(request)
    return {
        "number": opened.case.number,
        "stage": opened.stage,
        "received_at": opened.case.received_at,
        "due": [
            {
                "what": limit.what,
                "at": limit.at.isoformat() if limit.at else None,
                "article": limit.article if limit.is_law else "",
                "provisional": limit.provisional,
            }
            for limit in opened.limits
            if limit.running
        ],
        "timeline": [{"at": told.at, "act": told.title, "text": told.text} for told in opened.told],
    }


def _do(request: HttpRequest, code: str, name: str, given: Mapping[str, object], key: str | None) -> Any:  # noqa: ANN401  # as above
    try:
        receipts.do(code, name, given, at=timezone.now(), key=key)
    except NoSuchCase:
        return _wrong_code(request)
    return progress(request, code)


def _wrong_code(request: HttpRequest) -> HttpResponse:
    """Say that there is no such case, or that there were too many such tries. A right code is never turned away."""
    if guesses.over(request, MOST_GUESSES):
        return problem(429, "too_many_requests", refusal("too_many_requests"))
    return problem(404, "case_unknown", refusal("case_unknown"))


ANSWERS: Mapping[int, Any] = {200: ProgressOut, **ERRORS}


@router.post("/receipts/{code}/supplement", response=ANSWERS, auth=None, summary="补充")
def supplement(request: HttpRequest, code: str, said: WordsIn) -> Any:  # noqa: ANN401  # as above
    """Add something to a demand."""
    return _do(request, code, "supplement", {"what": said.text}, said.key)


@router.post("/receipts/{code}/urge", response=ANSWERS, auth=None, summary="催办")
def urge(request: HttpRequest, code: str, said: PlainIn | None = None) -> Any:  # noqa: ANN401  # as above
    """Urge whoever has it; the limit stays as it is."""
    return _do(request, code, "urge", {}, said.key if said else None)


@router.post("/receipts/{code}/withdraw", response=ANSWERS, auth=None, summary="撤回")
def withdraw(request: HttpRequest, code: str, said: PlainIn | None = None) -> Any:  # noqa: ANN401  # as above
    """Withdraw; after dispatch the centre asks first whether it is your own wish. Withdrawn is not resolved."""
    return _do(request, code, "withdraw", {}, said.key if said else None)


@router.post("/receipts/{code}/pressed", response=ANSWERS, auth=None, summary="我被施压")
def pressed(request: HttpRequest, code: str, said: PlainIn | None = None) -> Any:  # noqa: ANN401  # as above
    """Say that somebody presses you to withdraw or to rate well. A supervisor takes it up, past the unit."""
    return _do(request, code, "pressed", {}, said.key if said else None)


@router.post("/receipts/{code}/rate", response=ANSWERS, auth=None, summary="评价")
def rate(request: HttpRequest, code: str, rating: RatingIn) -> Any:  # noqa: ANN401  # as above
    """Rate the answer: whether it is solved, and apart from that whether you are satisfied."""
    given = {"solved": rating.solved, "satisfied": str(rating.satisfied)}
    return _do(request, code, "rate", given, rating.key)


@router.post("/receipts/{code}/object", response=ANSWERS, auth=None, summary="对判定有异议")
def object_verdict(request: HttpRequest, code: str, said: WordsIn) -> Any:  # noqa: ANN401  # as above
    """Object to what was found true or untrue, with the reasons; once for each judgement."""
    return _do(request, code, "object", {"what": said.text}, said.key)


@router.post("/receipts/{code}/object_label", response=ANSWERS, auth=None, summary="对认定有异议")
def object_label(request: HttpRequest, code: str, said: WordsIn) -> Any:  # noqa: ANN401  # as above
    """Object to a demand's being left out of figures, with the reasons; somebody else answers."""
    return _do(request, code, "object_label", {"what": said.text}, said.key)


@router.post("/receipts/{code}/recusal", response=ANSWERS, auth=None, summary="申请回避")
def recusal(request: HttpRequest, code: str, said: WordsIn) -> Any:  # noqa: ANN401  # as above
    """Ask that somebody else handles or mediates it (12315 complaints, petitions), with the reasons."""
    return _do(request, code, "recusal", {"why": said.text}, said.key)


@router.post("/receipts/{code}/head_recusal", response=ANSWERS, auth=None, summary="申请负责人回避")
def head_recusal(request: HttpRequest, code: str, said: WordsIn) -> Any:  # noqa: ANN401  # as above
    """Ask that the head of the unit stands aside from a petition, with the reasons; somebody outside decides."""
    return _do(request, code, "head_recusal", {"why": said.text}, said.key)


@router.post("/receipts/{code}/higher", response=ANSWERS, auth=None, summary="申请复查、复核")
def higher(request: HttpRequest, code: str, said: WordsIn) -> Any:  # noqa: ANN401  # as above
    """Ask the next level to review a petition's opinion, and after that the one above it, with the reasons."""
    return _do(request, code, "higher", {"why": said.text}, said.key)


@router.post("/receipts/{code}/agree", response=ANSWERS, auth=None, summary="同意处理意见")
def agree(request: HttpRequest, code: str, said: PlainIn | None = None) -> Any:  # noqa: ANN401  # as above
    """Accept a petition's opinion: no review will be asked for, and the matter can be closed."""
    return _do(request, code, "agree", {}, said.key if said else None)


@router.post("/receipts/{code}/review", response=ANSWERS, auth=None, summary="请求复核")
def review(request: HttpRequest, code: str, said: WordsIn) -> Any:  # noqa: ANN401  # as above
    """Ask that the answer be reviewed, with the reasons."""
    if not said.text.strip():
        raise NotAllowed(Refused("not_given", "", {"field": "不同意答复的理由"}))
    return _do(request, code, "review", {"what": said.text}, said.key)
