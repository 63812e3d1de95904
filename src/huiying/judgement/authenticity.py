"""真实性研判: what in a case speaks for and against what was said, side by side. A person judges, with reasons.

Of the demand, never of whoever brought it: how often somebody complained, who they are and whether they give a name are
no signals. Nothing is added up: there is no score to go by.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Side(StrEnum):
    """Whether something speaks for what was said, against it, or only has to be known."""

    FOR = "for"
    AGAINST = "against"
    NEUTRAL = "neutral"


class Signal(StrEnum):
    """What there is to say; the words for it are the pages'."""

    PLACE = "place"
    NO_PLACE = "no_place"
    TIME = "time"
    NO_TIME = "no_time"
    FILES = "files"
    LIKE_CASES = "like_cases"
    JOINED = "joined"
    SEVERAL_BEGINNINGS = "several_beginnings"
    SEVERAL_PLACES = "several_places"
    UNREACHED = "unreached"
    ANONYMOUS = "anonymous"
    TAKEN_BACK = "taken_back"


@dataclass(frozen=True, slots=True)
class Facts:
    """What a case holds that bears on whether it is so.

    `places`, `beginnings`: the words with which it says where, and since when, one for each place or day that is meant.
    `times`: the words with which it says when. `like`: numbers of open cases that may be about the same. `joined`: how
    many cases were joined to it. `unreached`: calls that reached nobody. `taken_back`: whether an earlier judgement
    that it was untrue was taken back.
    """

    named_place: str = ""
    places: Sequence[str] = ()
    times: Sequence[str] = ()
    beginnings: Sequence[str] = ()
    files: int = 0
    like: Sequence[str] = ()
    joined: int = 0
    unreached: int = 0
    anonymous: bool = False
    taken_back: bool = False


@dataclass(frozen=True, slots=True)
class Speaks:
    """One signal: for, against or neither, and where it comes from: words of the text, or numbers of cases."""

    side: Side
    signal: Signal
    sources: Sequence[str] = ()
    count: int = 0


def signals(facts: Facts) -> list[Speaks]:
    """Return what speaks for, then what speaks against, then what only has to be known."""
    found: list[Speaks] = []
    place = [facts.named_place] if facts.named_place else list(facts.places)
    found.append(Speaks(Side.FOR, Signal.PLACE, place) if place else Speaks(Side.NEUTRAL, Signal.NO_PLACE))
    when = [*facts.times, *facts.beginnings]
    found.append(Speaks(Side.FOR, Signal.TIME, when) if when else Speaks(Side.NEUTRAL, Signal.NO_TIME))
    if facts.files:
        found.append(Speaks(Side.FOR, Signal.FILES, count=facts.files))
    if facts.like:
        found.append(Speaks(Side.FOR, Signal.LIKE_CASES, facts.like, len(facts.like)))
    if facts.joined:
        found.append(Speaks(Side.FOR, Signal.JOINED, count=facts.joined))
    if facts.taken_back:
        found.append(Speaks(Side.FOR, Signal.TAKEN_BACK))
    if len(facts.beginnings) > 1:
        found.append(Speaks(Side.AGAINST, Signal.SEVERAL_BEGINNINGS, facts.beginnings))
    if len(facts.places) > 1 and not facts.named_place:
        found.append(Speaks(Side.AGAINST, Signal.SEVERAL_PLACES, facts.places))
    if facts.unreached:
        found.append(Speaks(Side.NEUTRAL, Signal.UNREACHED, count=facts.unreached))
    if facts.anonymous:
        found.append(Speaks(Side.NEUTRAL, Signal.ANONYMOUS))
    return sorted(found, key=lambda one: list(Side).index(one.side))
