"""Who may see what of a person: the table of disclosure, by what it is, by purpose, role, kind and where the case is.

In an ordinary case whoever has to call back or go there opens what that needs, with one click, for a stated purpose,
seen by the person. In a report or a confidential case a custodian approves first, and the unit never gets the contact:
calls go through the centre. Nobody opens anything out of curiosity, and a model never does.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from huiying.procedure.decision import Allowed, Decision, Refused

NECESSARY_ONLY = "《个人信息保护法》第6条、第51条"
REPORTER_PROTECTED = "《信访工作条例》第30条；《个人信息保护法》第28条"


class Field(StrEnum):
    """What is sealed of a demand."""

    CONTACT = "contact"
    ADDRESS = "address"
    ORIGINAL = "original"
    FILES = "files"


class Purpose(StrEnum):
    """What for. Nothing else is a purpose."""

    CALL_BACK = "call_back"
    SITE_VISIT = "site_visit"
    HANDLE = "handle"
    FOLLOW_UP = "follow_up"
    JUDGE = "judge"
    SAVE_LIFE = "save_life"
    SERVE = "serve"
    LAWFUL_REQUEST = "on_request"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table: for this purpose, these roles may see these fields.

    `protected`: how it is in a report or a confidential case: `approved` by a custodian first, `never`, or `free`.
    `signed_for`: only once the role's own unit has signed for the case. `requested`: only on an authority's written
    request that the case has recorded, and after a custodian's approval in every case (B7).
    """

    purpose: Purpose
    roles: frozenset[str]
    fields: frozenset[Field]
    protected: str = "approved"
    signed_for: bool = False
    requested: bool = False


TABLE = (
    Line(Purpose.CALL_BACK, frozenset({"officer"}), frozenset({Field.CONTACT}), protected="never", signed_for=True),
    Line(Purpose.SITE_VISIT, frozenset({"officer"}), frozenset({Field.ADDRESS}), signed_for=True),
    Line(Purpose.HANDLE, frozenset({"officer"}), frozenset({Field.ORIGINAL, Field.FILES}), signed_for=True),
    Line(Purpose.CALL_BACK, frozenset({"call_taker", "dispatcher"}), frozenset({Field.CONTACT})),
    Line(Purpose.FOLLOW_UP, frozenset({"follow_up"}), frozenset({Field.CONTACT})),
    Line(
        Purpose.JUDGE,
        frozenset({"dispatcher", "ruler", "supervisor", "auditor"}),
        frozenset({Field.ORIGINAL, Field.FILES}),
    ),
    Line(Purpose.SERVE, frozenset({"officer"}), frozenset({Field.CONTACT}), protected="never", signed_for=True),
    Line(Purpose.SERVE, frozenset({"call_taker", "dispatcher", "follow_up"}), frozenset({Field.CONTACT})),
    Line(
        Purpose.SAVE_LIFE,
        frozenset({"call_taker", "dispatcher", "officer"}),
        frozenset({Field.CONTACT, Field.ADDRESS}),
        protected="free",
    ),
    Line(Purpose.LAWFUL_REQUEST, frozenset({"leader"}), frozenset({Field.CONTACT}), requested=True),
)  # fmt: skip
ROLES = frozenset(role for line in TABLE for role in line.roles)


def may_open(
    field: Field,
    purpose: Purpose,
    role: str,
    *,
    protected: bool,
    signed_for: bool,
    approved: bool = False,
    requested: bool = False,
) -> Decision:
    """Whether a role may see a field for a purpose.

    `protected`: a report, or a confidential case. `signed_for`: the asker's unit has signed for the case and holds a
    track of it. `approved`: a custodian has approved this very request. `requested`: an authority's written request is
    on record.
    """
    lines = [line for line in TABLE if line.purpose is purpose and field in line.fields and role in line.roles]
    if not lines:
        return Refused(
            "not_for_this_purpose", NECESSARY_ONLY, {"field": field.value, "purpose": purpose.value, "role": role}
        )
    (line,) = lines
    if line.signed_for and not signed_for:
        return Refused("not_signed_for", NECESSARY_ONLY)
    if line.requested and not requested:
        return Refused("not_requested_in_writing", NECESSARY_ONLY)
    if (not protected and not line.requested) or line.protected == "free":
        return Allowed(NECESSARY_ONLY)
    if line.protected == "never":
        return Refused("through_the_centre", REPORTER_PROTECTED)
    return Allowed(REPORTER_PROTECTED) if approved else Refused("approval_needed", REPORTER_PROTECTED)


def choices(role: str) -> Mapping[Purpose, Collection[Field]]:
    """Return which purposes a role may state at all, and what each opens: what a page offers."""
    return {line.purpose: sorted(line.fields) for line in TABLE if role in line.roles}


def may_approve(custodian: str, requester: str) -> Decision:
    """Whether somebody may approve, or review, an opening: never their own (F1)."""
    return Refused("own_opening", REPORTER_PROTECTED) if custodian == requester else Allowed(REPORTER_PROTECTED)
