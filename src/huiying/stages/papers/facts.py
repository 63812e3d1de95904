"""What a paper may say of a case: facts of the ledger in the words of papers, and nothing that is not there.

Papers are in Chinese, whatever language a page is read in. A field of the act itself goes by its own name, one that an
earlier act was given by `past.<field>`, or `past.<act>.<field>` where several acts have it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from huiying.case.folding import Folded
from huiying.case.models import Act
from huiying.procedure.remedies import amount
from huiying.procedure.schema import COMPLAINANT, Ask, Procedure
from huiying.procedure.state import MAIN
from huiying.procedure.time_limits import SHANGHAI, Due, Term
from huiying.procedure.words import DEFAULT_LANGUAGE, catalogue
from huiying.procedure.workdays import Calendar
from huiying.stages.identity.texts import spoken_to

#: What came with the first act and is said by other names: the demand itself.
DEMAND = {"text": "demand", "title": "title", "place": "place"}


@dataclass(frozen=True, slots=True)
class Source:
    """All that a paper is made from.

    `then`: the case right after the act that owes the notice; `earlier`: the acts before it, from the first. `texts`:
    the masked texts by the act that they came with.
    `names`: unit → its name. `centre`: what the centre is called. `article`: the notice's own. `to`: for whom it is.
    """

    number: str
    then: Folded
    act: Act
    earlier: Sequence[Act]
    texts: Mapping[int, Mapping[str, str]]
    names: Mapping[str, str]
    centre: str
    article: str
    to: str
    terms: Mapping[str, Term]
    calendar: Calendar


def facts_of(source: Source) -> dict[str, str]:
    """Return what may be said, by name."""
    act, then = source.act, source.then
    facts = {f"limit.{term.id}": amount(term) for term in source.terms.values() if term.status.is_law}
    facts |= {DEMAND[name]: _spoken(source, text) for name, text in source.texts.get(1, {}).items() if name in DEMAND}
    facts |= dict(_past(source))
    facts |= dict(_given(then.procedure, act.act, act.body["given"], source.names))
    own = source.texts.get(act.position, {})
    facts |= {name: _spoken(source, text) for name, text in own.items() if name not in DEMAND}
    known = then.procedure.acts.get(act.act)
    if known is not None and known.status.is_law:
        facts["article"] = source.article
    received, lead = then.setting("received_at"), then.state.units.get(act.track) or then.state.units.get(MAIN, "")
    facts |= _limit(source)
    return facts | {
        "case": source.number,
        "unit": issuer(source),
        "lead": source.names.get(lead, ""),
        "kind": _words().get(f"choice.{then.state.facts.get('kind', '')}", ""),
        "received": day(datetime.fromisoformat(received)) if received else "",
        "on": day(act.at),
    }


def issuer(source: Source) -> str:
    """Return who issues the paper: the unit whose act owed it, or the centre."""
    return source.names.get(source.act.unit or "", source.centre)


def _spoken(source: Source, text: str) -> str:
    """Return a text as it stands in a paper: whoever brought the demand is spoken to in what was written for them."""
    return spoken_to(text) if source.to == COMPLAINANT else text


def day(at: date | datetime) -> str:
    """Return a day as papers write it: 2026年3月1日, as the clock of Beijing has it."""
    on = at.astimezone(SHANGHAI) if isinstance(at, datetime) else at
    return f"{on.year}年{on.month}月{on.day}日"


def _limit(source: Source) -> dict[str, str]:
    """Return which of the person's limits runs after the act, until when, under which article, and its extension.

    Also that of a duty which the act extends, since the notice is about it. It is named, since not every limit is one
    for an answer. A limit that stands, has ended, or is not
    known well enough to be called law is not named.
    """
    then, known = source.then, source.then.procedure.acts.get(source.act.act)
    moved = (*known.starts, *known.renews, known.extends, known.resumes) if known else ()
    facts: dict[str, str] = {}
    for name in sorted(then.state.clocks, key=lambda name: name not in moved):
        clock, extended = then.state.clocks[name], known is not None and known.extends == name
        if clock.term is None or (then.procedure.clocks[name].whose != "person" and not extended):
            continue
        called = then.procedure.clocks[name].name
        if extended:
            facts["extended"] = called
            facts["days"] = amount(clock.term.model_copy(update={"value": source.act.body["given"]["days"]}))
        ends, runs = clock.due(source.calendar), clock.stopped is None and clock.stands_since is None
        if "due" not in facts and runs and clock.term.status.is_law and isinstance(ends, Due):
            waits = "（暂定，待国务院公布放假安排后确定）" if ends.provisional else ""
            facts |= {"due": f"{_moment(ends.at)}{waits}", "due_name": called, "due_article": ends.article}
    return facts


def _moment(at: date | datetime) -> str:
    if not isinstance(at, datetime):
        return day(at)
    local = at.astimezone(SHANGHAI)
    return f"{day(at)}{local.hour}时{local.minute:02}分"


def _past(source: Source) -> Iterator[tuple[str, str]]:
    """Yield what earlier acts gave, as `past.<field>` and `past.<act>.<field>`; of two the later stands."""
    procedure, acts = source.then.procedure, {}
    for position, done in enumerate(source.earlier, 1):
        acts[position] = done.act
        for name, said in _given(procedure, done.act, done.body["given"], source.names):
            yield f"past.{name}", said
            yield f"past.{done.act}.{name}", said
    for position in sorted(place for place in source.texts if place in acts):
        for name, text in source.texts[position].items():
            yield f"past.{name}", _spoken(source, text)
            yield f"past.{acts[position]}.{name}", _spoken(source, text)


def _given(
    procedure: Procedure, act: str, given: Mapping[str, object], names: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """Yield what an act was given besides texts, in the words of papers."""
    if act not in procedure.acts:
        return
    for ask in procedure.acts[act].asks:
        value = given.get(ask.name)
        if value not in (None, "", ()):
            yield ask.name, _said(ask, value, names)


def _said(ask: Ask, value: object, names: Mapping[str, str]) -> str:
    words = _words()
    values = list(value) if isinstance(value, (list, tuple)) else [value]
    if ask.kind in {"unit", "parties"}:
        return "、".join(names.get(str(one), str(one)) for one in values)
    if ask.kind == "date":
        return day(date.fromisoformat(str(value)))
    if ask.kind == "flag":
        return words["choice.yes" if value else "choice.no"]
    return "、".join(words.get(f"choice.{one}", str(one)) for one in values)


def _words() -> Mapping[str, str]:
    return catalogue(DEFAULT_LANGUAGE)
