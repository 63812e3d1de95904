"""Local limits: what a city keeps shorter than the law asks, from a day on, by a reviewed row (rule TM-14).

A local limit shortens one statutory row. An administrator proposes it and a leader, somebody else, approves it: that a
whole city's units have less time is a decision that a leader answers for. It holds for cases that begin on its first
day or later; a case keeps the rules under which it began.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from huiying.procedure.decision import Allowed, Decision, Refused
from huiying.procedure.library import Library
from huiying.procedure.schema import Procedure
from huiying.procedure.time_limits import Status, Term, Unit

#: Who may do what with a local limit. What is withdrawn before its day was never in force.
MAY: Mapping[str, frozenset[str]] = {
    "propose": frozenset({"administrator"}),
    "approve": frozenset({"leader"}),
    "withdraw": frozenset({"administrator", "leader"}),
}
#: What people call each verb.
NAMES = {"propose": "提出本地期限", "approve": "批准本地期限", "withdraw": "撤回本地期限"}


@dataclass(frozen=True, slots=True)
class LocalLimit:
    """A row: the statutory row that it shortens, to how many of which unit, on what basis, and on which days it holds.

    `ends` is the first day on which it no longer holds, None while nobody has withdrawn it.
    """

    term: str
    value: int
    unit: Unit
    article: str
    valid_from: date
    ends: date | None = None

    def in_force(self, on: date) -> bool:
        """Whether it governs a case that begins on this day."""
        return self.valid_from <= on and (self.ends is None or on < self.ends)


def may(verb: str, role: str) -> Decision:
    """Whether a role may `propose`, `approve` or `withdraw` local limits."""
    return Allowed("") if role in MAY[verb] else Refused("not_this_role", "", {"role": role, "act": NAMES[verb]})


def may_hold(limit: LocalLimit, term: Term | Refused, today: date) -> Decision:
    """Whether a local limit may be proposed or approved today: it fits its row (`fits`) and is not past already."""
    if isinstance(term, Refused):
        return term
    if limit.valid_from < today:
        said = {"date": limit.valid_from.isoformat(), "field": "生效日"}
        return Refused("local_limit_in_the_past", term.article, said)
    return fits(limit, term)


def may_approve(proposed_by: str, by: str) -> Decision:
    """Whether somebody may approve what was proposed: never their own proposal, in whichever post they act."""
    return Refused("local_limit_own", "", {}) if proposed_by == by else Allowed("")


def fits(limit: LocalLimit, term: Term) -> Decision:
    """Whether a local limit fits the statutory row: in force then, of the same unit, never longer, nobody's own."""
    said: dict[str, object] = {"term": term.id, "field": "本地期限", "measure": term.unit.value}
    if not term.in_force(limit.valid_from):
        code, said["date"] = "local_limit_row_not_in_force", limit.valid_from.isoformat()
    elif term.own_time:
        code = "local_limit_own_time"
    elif term.value < 0:
        code = "local_limit_counted_back"
    elif term.unit is Unit.UNKNOWN:
        code, said = "unit_unknown", {"term": term.id, "name": term.name, "value": term.value}
    elif limit.unit is not term.unit:
        code, said["other"] = "local_limit_unit", limit.unit.value
    elif not 0 < limit.value <= term.value:
        code, said["most"], said["amount"] = "local_limit_exceeds", term.value, limit.value
    else:
        return Allowed(term.article)
    return Refused(code, term.article, said)


def holding(limits: Iterable[LocalLimit], terms: Mapping[str, Term], on: date) -> Mapping[str, LocalLimit]:
    """Return, by row, the local limit that a case beginning on this day follows: the latest of those that fit."""
    found: dict[str, LocalLimit] = {}
    for limit in sorted(limits, key=lambda one: one.valid_from):
        term = terms.get(limit.term)
        if term is not None and limit.in_force(on) and isinstance(fits(limit, term), Allowed):
            found[limit.term] = limit
    return found


def shortened(procedure: Procedure, held: Mapping[str, LocalLimit]) -> Procedure:
    """Return a version of a procedure whose rows are as short as these local limits say (`holding`)."""
    terms = {term_id: _short(term, held.get(term_id)) for term_id, term in procedure.terms.items()}
    return procedure.model_copy(update={"terms": terms})


def _short(term: Term, limit: LocalLimit | None) -> Term:
    if limit is None:
        return term
    return term.model_copy(
        update={
            "value": limit.value,
            "article": f"{term.article}；{limit.article}",
            "status": Status.DESIGN,
        }
    )


def unfit(limits: Iterable[LocalLimit], library: Library, today: date) -> Iterator[tuple[LocalLimit, Refused]]:
    """Yield the local limits that are not over and that no case will follow, and why: their rows have changed since."""
    for limit in limits:
        if limit.ends is not None and limit.ends <= max(today, limit.valid_from):
            continue
        term = library.term(limit.term)
        decision = term if isinstance(term, Refused) else fits(limit, term)
        if isinstance(decision, Refused):
            yield limit, decision


def owner(term_id: str, library: Library) -> str:
    """Return the id of the instrument that holds a row; empty where none does."""
    for instrument in library.instruments.values():
        if instrument.terms and any(term.id == term_id for term in instrument.terms.term):
            return instrument.id
    return ""
