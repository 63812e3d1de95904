"""What keeps a demand out of figures (EX-01 … EX-07): until when, out of which, and what never brings it about.

A label is said of one demand by acts of its own. It has an end, ends earlier where it is taken back, and touches the
indicators that it names and no others: no act may name the answer or its time. Nothing of it is said of a person.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from huiying.procedure.decision import NOTHING
from huiying.procedure.guard_parameters import DateName, FactName, Guard, Matters, Refusal, TextName, Times, Values
from huiying.procedure.schema import Procedure
from huiying.procedure.state import Done, Scene
from huiying.procedure.time_limits import SHANGHAI

#: The fields that say on which ground a demand is left out, and of which indicators.
GROUND, LEFT_OUT = "excluded_for", "left_out_of"
#: What a demand may be left out of, and nothing else: never of whether and when it was answered (EX-03).
INDICATORS = ("resolution", "satisfaction")
#: What never is a reason by itself, and what is no fact at all, in words that anybody can read and object to.
WORDS = Path(__file__).with_name("no_reason.toml")
#: A clause shorter than this says nothing.
SHORTEST_CLAUSE = 4
CLAUSES = re.compile(r"[，。；！？、,.;!?\s]+")


@dataclass(frozen=True, slots=True)
class Label:
    """On which ground a demand is left out, of which indicators, up to and including which day."""

    ground: str
    left_out_of: tuple[str, ...]
    until: date


def standing_label(procedure: Procedure, done: Iterable[Done], on: date) -> Label | None:
    """Return the label that a case's acts have left on it on a day; None where there is none, or it has ended."""
    ground, label = "", None
    for entry in done:
        act = procedure.acts[entry.act]
        ground = str(entry.given.get(GROUND, ground))
        if act.ends_label:
            label = None
        elif act.labels is not None:
            until, left_out = entry.given[act.labels], entry.given[LEFT_OUT]
            assert isinstance(until, date)  # noqa: S101  # asked for as a date, which `checking` sees to
            assert isinstance(left_out, tuple)  # noqa: S101  # asked for as choices
            label = Label(ground, left_out, until)
    return label if label is not None and on <= label.until else None


def labelled(scene: Scene) -> Refusal:
    """A label stands: it can be objected to, and taken back."""
    return None if _label(scene) else ("no_label", NOTHING)


def not_labelled(scene: Scene) -> Refusal:
    """No label stands: what is left out already is not left out again."""
    label = _label(scene)
    return ("labelled_already", {"until": label.until.isoformat()}) if label else None


def date_within(scene: Scene, *, field: DateName, days: Times) -> Refusal:
    """A date that is given lies no more than so many days ahead: nothing that is thought of a demand lasts for ever."""
    day = scene.attempt.given[field]
    assert isinstance(day, date)  # noqa: S101  # asked for as a date
    latest = scene.attempt.at.astimezone(SHANGHAI).date() + timedelta(days=days)
    return None if day <= latest else ("date_too_far", {"date": day.isoformat(), "latest": latest.isoformat()})


def says_more(scene: Scene, *, field: TextName, than: Matters) -> Refusal:
    """A text names something besides these matters: how many came, wages, schooling, petitioning are no reason alone.

    A clause counts where it names what somebody did to the order of work, or where none of these matters is in it and
    it does not only say how bad something was.
    """
    text = str(scene.attempt.given[field])
    if any(_counts(clause, than) for clause in CLAUSES.split(text)):
        return None
    return "names_nothing_else", {"field": scene.procedure.labels[field]}


def says_more_if(scene: Scene, *, fact: FactName, among: Values, field: TextName, than: Matters) -> Refusal:
    """Where a fact is one of these values, a text names something besides these matters."""
    return says_more(scene, field=field, than=than) if scene.fact(fact) in among else None


def _label(scene: Scene) -> Label | None:
    return standing_label(scene.procedure, scene.state.done, scene.attempt.at.astimezone(SHANGHAI).date())


def _counts(clause: str, than: Matters) -> bool:
    words = no_reason()
    if len(clause) < SHORTEST_CLAUSE:
        return False
    if any(re.search(word, clause) for word in words["conduct"]):
        return True
    return not any(re.search(word, clause) for name in (*than, "weight") for word in words[name])


@cache
def no_reason() -> Mapping[str, tuple[str, ...]]:
    """Return the lists of words, by name."""
    return {name: tuple(words) for name, words in tomllib.loads(WORDS.read_text("utf-8")).items()}


#: Guards that ask about the case alone (`foreseen`), and those that ask about what is given.
OF_THE_CASE: dict[str, Guard] = {guard.__name__: guard for guard in (labelled, not_labelled)}
OF_WHAT_IS_GIVEN: dict[str, Guard] = {guard.__name__: guard for guard in (date_within, says_more, says_more_if)}
