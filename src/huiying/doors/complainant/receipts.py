"""A case as the holder of its receipt sees it, and the acts that are theirs. The pages and the API both ask here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from huiying.case.folding import Folded
from huiying.case.models import Act, Case
from huiying.case.numbers import receipt_code, receipt_hash
from huiying.case.recording import NoSuchCase, NotAllowed, read_case, surroundings
from huiying.case.scope import CENTRE, of_case, seeing
from huiying.case.scope import WORK as ANY
from huiying.directory.queries import unit_names
from huiying.doors.language import refusal
from huiying.doors.reading import Limit, Possible, Told, limits, phases, possible, told_story
from huiying.procedure.closure import may_ask_review
from huiying.procedure.decision import Allowed, Refused
from huiying.procedure.lifecycle import may
from huiying.procedure.schema import COMPLAINANT, UNIT_ROLES, Procedure
from huiying.procedure.schema import Act as ProcedureAct
from huiying.procedure.state import MAIN, Attempt, Surroundings
from huiying.stages import flow
from huiying.stages.closure.actions import ask_review
from huiying.stages.identity.models import Opening
from huiying.stages.intake.actions import RESIDENT
from huiying.stages.papers.queries import Owed, owed

#: What the person may do, by the name that pages and the API give it, and the acts of a procedure that it may be.
ACTS: Mapping[str, tuple[str, ...]] = {
    "supplement": ("supplement",),
    "urge": ("urge",),
    "withdraw": ("withdraw", "ask_to_withdraw"),
    "rate": ("rate",),
    "recusal": ("ask_recusal", "ask_clerk_recusal"),
    "head_recusal": ("ask_head_recusal",),
    "higher": ("apply_for_review", "apply_for_final_review"),
    "agree": ("accept_opinion",),
    "object": ("object_verdict",),
    "object_label": ("object_label",),
    "pressed": ("report_pressure",),
}


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has a case now: a role, and the name of its unit; "" where the centre has it."""

    role: str
    unit: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """All that a receipt opens. No name is in it."""

    case: Case
    code: str
    stage: str
    holder: Holder | None
    limits: Sequence[Limit]
    told: Sequence[Told]
    reached: Mapping[str, datetime]
    possible: Mapping[str, Possible]
    may_ask_review: bool
    openings: Sequence[Opening]
    split_into: Sequence[tuple[str, str]]
    joined_stage: str
    texts: Mapping[str, str]
    files: int
    phases: str
    #: Whether the demand goes on in the cases of `split_into`, and this one has ended with that.
    goes_on: bool
    papers: Sequence[Owed]


def find(code: str) -> int:
    """Return the id of the case that a code opens; `NoSuchCase` where it opens none."""
    with seeing(ANY):
        found = Case.objects.filter(receipt=receipt_hash(code)).values_list("pk", flat=True).first()
    if found is None:
        raise NoSuchCase("")
    return found


def read(code: str, at: datetime) -> Receipt:
    """Return what a code opens."""
    case_id = find(code)
    with seeing(of_case(case_id)):
        case = Case.objects.select_related("law").get(pk=case_id)
        acts = list(case.ledger.order_by("position"))
        now = read_case(case)
        openings = list(case.openings.exclude(opened_at=None))
        texts = {content.name: content.text for content in case.contents.filter(position=1)}
        told = told_story(case, now, acts)
        files, papers = case.attachments.count(), owed(case, [COMPLAINANT])
    around = surroundings()
    by_act = {option.act.id: option for option in possible(now, RESIDENT, at, around)}
    offered = {}
    for name, names in ACTS.items():
        if name == "object" and "verdict" not in now.state.facts:  # where nothing was judged there is nothing to say
            continue
        if name == "object_label" and "object_label" not in by_act:  # where nothing was said of the demand
            continue
        found = [by_act[act] for act in names if act in by_act]
        if found:
            offered[name] = next((option for option in found if not option.why), found[0])
        elif names[0] in now.procedure.acts:
            offered[name] = _not_now(now, names[0], at, around)
    with seeing(CENTRE):
        split = list(Case.objects.filter(split_from=case.number).order_by("id").values_list("number", flat=True))
        joined = Case.objects.filter(number=case.joined_into).values_list("stage", flat=True).first()
    return Receipt(
        case=case,
        code=receipt_code(case.number),
        stage=case.stage,
        holder=_holder(now),
        limits=limits(now, around),
        told=told,
        reached=_reached(now.procedure, acts),
        possible=offered,
        # Where the law has a review of its own, at the next level, that is the one to ask for.
        may_ask_review=isinstance(may_ask_review(case.stage), Allowed) and "higher" not in offered,
        openings=openings,
        split_into=[(number, receipt_code(number)) for number in split],
        joined_stage=joined or "",
        texts=texts,
        files=files,
        phases=phases(now),
        goes_on=now.procedure.steps[now.state.steps[MAIN]].continues,
        papers=papers,
    )


def _not_now(now: Folded, act: str, at: datetime, around: Surroundings) -> Possible:
    """Return one of the person's acts that has no place at this step, with the rules' own reason."""
    decision = may(now.procedure, now.state, Attempt(act, RESIDENT, at), around)
    refused = decision if isinstance(decision, Refused) else Refused("not_at_this_step", decision.article)
    plain = _in_plain_words(now, act) if refused.code == "not_at_this_step" else ""
    return Possible(now.procedure.acts[act], MAIN, plain or refusal(refused.code, refused.params), refused.article)


def _in_plain_words(now: Folded, act: str) -> str:
    """Return why an act of the person's has no place where a case stands, without the name of the step.

    Like every refusal without a full stop: the article follows in brackets.
    """
    step = now.procedure.steps[now.state.steps[MAIN]]
    if act == "rate":
        return _("已经结束，不能再评价") if step.ending else _("答复以后才能评价")
    if act == "withdraw":
        return _("已经结束，不用撤回") if step.ending else _("已经答复，不能撤回")
    if act == "urge":
        return _("已经答复或者结束，不用催办")
    if act == "object_verdict":
        return _("已经结束，不能再提异议；不同意答复的，可以请求复核") if step.ending else _("正在重新判定")
    if act == "supplement":
        return _("已经结束，不能再补充；有新的情况，请重新反映")
    return ""


def _holder(now: Folded) -> Holder | None:
    """Return who has a case, None where nobody has it any longer."""
    step = now.procedure.steps[now.state.steps[MAIN]]
    if step.ending:
        return None
    unit = now.state.units.get(MAIN, "") if step.holder in UNIT_ROLES else ""
    return Holder(step.holder, unit_names().get(unit, ""))


def _reached(procedure: Procedure, acts: Sequence[Act]) -> dict[str, datetime]:
    """Return when each stage was last reached."""
    reached: dict[str, datetime] = {}
    for act in acts:
        known = procedure.acts.get(act.act)
        if act.position == 1:
            reached["received"] = act.at
        if known is not None and known.target is not None and procedure.steps[known.target].track == "main":
            reached[procedure.steps[known.target].stage.value] = act.at
        if known is not None and known.answers:
            reached["answered"] = act.at
    return reached


def _settled(act: ProcedureAct) -> dict[str, str]:
    """Return what an act asks for that leaves nothing to choose."""
    return {ask.name: ask.options[0] for ask in act.asks if len(ask.options) == 1}


def _track(now: Folded, act: ProcedureAct) -> str:
    """Return the track on which an act of the person's is done: the one that stands where it is possible."""
    standing = (track for track, step in now.state.steps.items() if step in now.procedure.sources[act.id])
    return next(standing, MAIN) if act.track != MAIN else MAIN


def do(code: str, name: str, given: Mapping[str, object], *, at: datetime, key: str | None = None) -> str:
    """Do one of the person's acts and return the case's number. `review` asks for the answer to be reviewed."""
    case_id = find(code)
    with seeing(of_case(case_id)):
        now = read_case(case := Case.objects.select_related("law").get(pk=case_id))
    number, known = case.number, now.procedure.acts
    if name == "review":
        ask_review(number, str(given.get("what", "")), by=RESIDENT, at=at, key=key)
        return number
    refused: NotAllowed | None = None
    for act in ACTS[name]:
        if act not in known:  # a right that the law of another matter gives
            continue
        try:
            settled = {**given, **_settled(known[act])}
            flow.act(number, act, by=RESIDENT, at=at, given=settled, track=_track(now, known[act]), key=key)
        except NotAllowed as error:
            refused = refused or error
        else:
            return number
    raise refused or NotAllowed(Refused("not_of_this_procedure", ""))
