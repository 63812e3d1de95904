"""What a guard may be given and may answer. The types say what a parameter names, so that `checking` can look it up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

Refusal = tuple[str, Mapping[str, object]] | None
Guard = Callable[..., Refusal]


class Refers(StrEnum):
    """What a parameter names; `checking` sees to it that it exists."""

    ACT = "act"
    RULING = "ruling"
    ASKING = "asking"
    CLOCK = "clock"
    FACT = "fact"
    OUTCOMES = "outcomes"
    DATE = "date"
    NUMBER = "number"
    UNIT = "unit"
    TERM = "term"
    TRACK = "track"
    TEXT = "text"


Acts = Annotated[tuple[str, ...], Field(min_length=1), Refers.ACT]
ActName = Annotated[str, Refers.ACT]
#: Acts that record whether the person was reached, or that the person does.
Asking = Annotated[tuple[str, ...], Field(min_length=1), Refers.ASKING]
#: An act that gives the case to a unit.
Ruling = Annotated[str, Refers.RULING]
ClockName = Annotated[str, Refers.CLOCK]
FactName = Annotated[str, Refers.FACT]
Facts = Annotated[tuple[str, ...], Field(min_length=1), Refers.FACT]
#: A field in which this act asks for the outcome of each demand, and one in which it asks for a date.
Outcomes = Annotated[str, Refers.OUTCOMES]
DateName = Annotated[str, Refers.DATE]
NumberName = Annotated[str, Refers.NUMBER]
UnitName = Annotated[str, Refers.UNIT]
TermId = Annotated[str, Refers.TERM]
TextName = Annotated[str, Refers.TEXT]
#: Lists of words that are no reason by themselves (`no_reason.toml`).
Matters = Annotated[
    tuple[Literal["head_count", "wages", "schooling", "petitioning", "contact_details"], ...], Field(min_length=1)
]
Values = Annotated[tuple[str | bool | int, ...], Field(min_length=1)]
TrackKind = Annotated[str, Refers.TRACK]
Times = Annotated[int, Field(gt=0, strict=True)]


def refers_to(hint: object) -> Refers | None:
    """Return what a parameter of this type names, None where it names nothing."""
    return next((mark for mark in getattr(hint, "__metadata__", ()) if isinstance(mark, Refers)), None)
