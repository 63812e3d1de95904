"""Verbs of papers: issue one, record how it was served, take one's own. Each is one act in the ledger.

What a paper says is kept with the act that issued it, as masked content under the act's commitment: a template that
changes later changes no paper, and erasing a case's content takes its papers' words along. No name is in it; that is
put there at the moment of printing, by whoever may see it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from huiying.case.commands import Key, once
from huiying.case.folding import Folded
from huiying.case.ledger import Entry
from huiying.case.models import Case
from huiying.case.recording import NoSuchCase, NotAllowed, lock_case, read_case, record
from huiying.case.scope import working
from huiying.config.prepared import run
from huiying.directory.queries import units_for_routing
from huiying.procedure.decision import Decision, Refused
from huiying.procedure.papers import ISSUING, may_issue, may_serve, numbered
from huiying.procedure.routing import in_conflict
from huiying.procedure.schema import Kind
from huiying.procedure.state import Actor
from huiying.procedure.time_limits import SHANGHAI
from huiying.stages.papers.models import Paper
from huiying.stages.papers.queries import PAPER, Owed, drafted, mark_of, one_owed
from huiying.stages.papers.wording import Incomplete

PAGE = "page"


def issue(number: str, position: int, slug: str, to: str, *, by: Actor, at: datetime, key: str | None = None) -> str:
    """Issue the paper that a notice owes, and return its number. A paper that was issued keeps its number."""

    def do(case: Case, one: Owed) -> dict[str, Any]:
        return {"number": (one.paper or _issued(case, one, "issue_paper", by, at, {})).number}

    return str(_done("issue_paper", number, position, slug, to, by, key, {}, do)["number"])


def serve(
    number: str,
    position: int,
    slug: str,
    to: str,
    *,
    channel: str,
    on: date,
    by: Actor,
    at: datetime,
    key: str | None = None,
) -> None:
    """Record by which way and on which day an issued paper reached whom it is for."""

    def do(case: Case, one: Owed) -> dict[str, Any]:
        if one.paper is None:
            raise NotAllowed(Refused("paper_not_issued", ISSUING))
        _ask(may_serve(channel, on, issued=_day(one.paper.issued_at), today=_day(at), served=one.paper.served_on))
        given = {"number": one.paper.number, "channel": channel, "served_on": on}
        record(case, Entry("serve_paper", by, at, given=given))
        _served(one.paper, channel, on)
        return {}

    _done("serve_paper", number, position, slug, to, by, key, {"channel": channel, "on": on.isoformat()}, do)


def take(number: str, position: int, slug: str, *, by: Actor, at: datetime) -> str:
    """Have a resident take their paper on the page: it is issued if it was not, and served by that. Returns its number.

    Who has taken a paper before, or had it served another way, reads it again and changes nothing.
    """

    def do(case: Case, one: Owed) -> dict[str, Any]:
        paper, served = one.paper, {"channel": PAGE, "served_on": _day(at)}
        if paper is None:
            paper = _issued(case, one, "take_paper", by, at, served)
        elif paper.served_on is None:
            record(case, Entry("take_paper", by, at, given={"number": paper.number, **served}))
        if paper.served_on is None:
            _served(paper, PAGE, _day(at))
        return {"number": paper.number}

    return str(_done("take_paper", number, position, slug, by.role, by, None, {}, do)["number"])


def _done(
    verb: str,
    number: str,
    position: int,
    slug: str,
    to: str,
    by: Actor,
    key: str | None,
    body: Mapping[str, object],
    do: Callable[[Case, Owed], dict[str, Any]],
) -> dict[str, Any]:
    """Do something with one paper of a locked case, if it is owed and the actor's to do."""
    said = f"{number}/{position}/{slug}/{to}"
    command = Key(f"{by.role}:{by.person}", verb, f"{said}/{key}", body) if key else None

    def with_the_paper() -> dict[str, Any]:
        case = lock_case(number)
        one = one_owed(case, position, slug, to)
        if one is None:
            raise NoSuchCase(number)
        _keep_out_whoever_is_complained_of(read_case(case), by)
        owing = case.ledger.get(position=position)
        _ask(may_issue(by.role, by.unit, of_unit=owing.unit or "", to=to))
        return do(case, one)

    with working():
        result, _ = once(command, with_the_paper)
    return result


def _issued(case: Case, one: Owed, act: str, by: Actor, at: datetime, more: Mapping[str, object]) -> Paper:
    """Number a paper, append the act that issues it, and keep its words with it."""
    if case.erased_at is not None:
        raise NotAllowed(Refused("content_not_kept", ISSUING))
    number = _next_number(mark_of(one.wording), _day(at).year)
    try:
        text = drafted(case, one, number)
    except Incomplete as lacking:
        raise NotAllowed(Refused("paper_incomplete", one.notice.article, {"part": lacking.lacks})) from lacking
    given = {
        "notice": one.notice.name,
        "of": one.notice.position,
        "to": one.notice.to,
        "number": number,
        "wording": one.wording.fingerprint,
        "version": one.wording.version,
        **more,
    }
    recorded = record(case, Entry(act, by, at, given=given), {PAPER: text.model_dump_json()})
    return Paper.objects.create(
        case=case,
        position=one.notice.position,
        notice=one.notice.name,
        to=one.notice.to,
        number=number,
        wording=one.wording.fingerprint,
        version=one.wording.version,
        issued_with=recorded.act.position,
        issued_at=at,
    )


def _next_number(mark: str, year: int) -> str:
    """Return the next number of a kind and year. Whoever asks at the same time waits; a refusal leaves no gap."""
    ((last,),) = run(
        "INSERT INTO papers_series (mark, year, last) VALUES (%s, %s, 1)"
        " ON CONFLICT (mark, year) DO UPDATE SET last = papers_series.last + 1 RETURNING last",
        [mark, year],
    )
    return numbered(mark, year, int(last))


def _served(paper: Paper, channel: str, on: date) -> None:
    paper.served_by, paper.served_on = channel, on
    paper.save(update_fields=["served_by", "served_on"])


def _ask(decision: Decision) -> None:
    if isinstance(decision, Refused):
        raise NotAllowed(decision)


def _day(at: datetime) -> date:
    return at.astimezone(SHANGHAI).date()


def _keep_out_whoever_is_complained_of(case: Folded, by: Actor) -> None:
    is_report = case.state.facts.get("kind") == Kind.REPORT
    if by.unit and in_conflict(by.unit, case.state.respondents(), units_for_routing(), superiors_too=is_report):
        raise NoSuchCase("")
