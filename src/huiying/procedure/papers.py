"""Who may issue a paper and say that it was served: whose act owed it, and those of the centre who answer for it."""

from __future__ import annotations

from datetime import date

from huiying.procedure.decision import Allowed, Decision, Refused
from huiying.procedure.schema import COMPLAINANT, UNIT_ROLES

#: Registration, numbering and dispatch of a paper are steps of issuing it.
ISSUING = "规范处理流程"
#: Of the centre, whoever speaks for it to people, and who sees to it that units do.
CENTRE = frozenset({"call_taker", "dispatcher", "follow_up", "supervisor"})
#: For whom papers are: whoever brought the demand, and whoever is proceeded against. Others are told on their pages.
OUTSIDE = (COMPLAINANT, "party")
#: By which way a paper reaches somebody; of the petition's and the penalty's rules none names another.
CHANNELS = ("page", "letter", "visit", "phone")


def may_issue(role: str, unit: str | None, *, of_unit: str, to: str) -> Decision:
    """Whether somebody may issue a paper, or record how it was served.

    `of_unit`: the unit whose act owed it, "" where it is the centre's. `to`: for whom; a resident takes their own.
    """
    if role == COMPLAINANT:
        allowed: bool = to == COMPLAINANT
    elif role in UNIT_ROLES:
        allowed = bool(of_unit) and unit == of_unit
    else:
        allowed = role in CENTRE
    return Allowed(ISSUING) if allowed else Refused("not_this_role", ISSUING, {"act": "出具、送达文书", "role": role})


def may_serve(channel: str, on: date, *, issued: date, today: date, served: date | None) -> Decision:
    """Whether a paper can have been served this way on this day: once, not before it was issued, not in the future."""
    if served is not None:
        return Refused("paper_served_already", ISSUING, {"date": served.isoformat()})
    if channel not in CHANNELS:
        return Refused("not_listed", ISSUING, {"field": "送达方式", "value": channel})
    if not issued <= on <= today:
        days = {"first": issued.isoformat(), "last": today.isoformat(), "date": on.isoformat()}
        return Refused("paper_served_when", ISSUING, days)
    return Allowed(ISSUING)


def numbered(mark: str, year: int, number: int) -> str:
    """Return a paper's number (发文字号): 汀延告〔2026〕3号."""
    return f"{mark}〔{year}〕{number}号"
