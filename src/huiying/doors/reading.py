"""What is shown of a case, to whoever may see it: its ledger as a story, its clocks, what may be done next."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.translation import gettext

from huiying.case.acts import COMMON
from huiying.case.folding import Folded
from huiying.case.models import Act, Case
from huiying.directory.queries import unit_names
from huiying.procedure.decision import Refused
from huiying.procedure.lifecycle import may, never_possible
from huiying.procedure.schema import COMPLAINANT, Procedure
from huiying.procedure.schema import Act as ProcedureAct
from huiying.procedure.state import Actor, Attempt, RunningClock, Surroundings
from huiying.procedure.time_limits import SHANGHAI, Due, Line, Unit
from huiying.procedure.words import catalogue, refusal

#: Texts that the person reads: what was said to them, and what they said themselves.
TOLD_TEXTS = frozenset({"reply", "explanation", "what", "measures", "answer"})
#: What handlers never see of a rating (E5), and what is between staff.
SCORES = frozenset({"solved", "satisfied", "exit_rating"})
GREETED = re.compile(r"〔姓名〕(?:先生|女士|小姐|同志|老师)?[，,：:]?(?=您好|你好)")
INTERNAL = frozenset({"evidence", "respondents", "anonymous", "pressed", "department_duty", "grade"})


@dataclass(frozen=True, slots=True)
class Told:
    """One line of a case's story."""

    at: datetime
    title: str
    text: str
    who: str
    article: str
    act: str


@dataclass(frozen=True, slots=True)
class Limit:
    """A clock as people read it: until when, under which article, and how the date was found."""

    what: str
    at: date | datetime | None
    moment: datetime | None
    provisional: bool
    article: str
    is_law: bool
    derivation: tuple[Line, ...]
    running: bool
    standing: bool
    why_not: str
    amount: str
    of_person: bool


@dataclass(frozen=True, slots=True)
class Possible:
    """An act that somebody's role has at this step: possible, or the reason why it is not."""

    act: ProcedureAct
    track: str
    why: str
    article: str


def act_name(procedure: Procedure, act: str) -> str:
    """Return what people call an act."""
    return COMMON[act].name if act in COMMON else procedure.acts[act].name


def texts_of(case: Case) -> Mapping[int, list[tuple[str, str]]]:
    """Return a case's masked texts by the act they came with."""
    texts: dict[int, list[tuple[str, str]]] = {}
    for content in case.contents.order_by("position", "id"):
        texts.setdefault(content.position, []).append((content.name, content.text))
    return texts


def story(case: Case, now: Folded, acts: Sequence[Act], names: Mapping[str, str], reader: Actor) -> list[Told]:
    """Return a case's acts as a reader of the staff sees them: who did what, what was decided, the masked texts.

    `names`: login → name. What may be about a unit is not told to units, nor who gave which score.
    """
    texts, units = texts_of(case), unit_names()
    for_unit = reader.unit is not None
    hidden = {act.id for act in now.procedure.acts.values() if act.kept_from_units and for_unit}
    return [
        Told(
            act.at,
            act_name(now.procedure, act.act),
            "\n".join(
                [
                    *given_words(now.procedure, act, units, without=SCORES if for_unit else frozenset()),
                    *(text for name, text in texts.get(act.position, ()) if name not in {"title", "place"}),
                ]
            ),
            f"{names.get(act.person, '')} {catalogue('zh_hans').get(f'role.{act.role}', '')}".strip(),
            _article(now.procedure, act.act),
            act.act,
        )
        for act in acts
        if act.act not in hidden
    ]


def told_story(case: Case, now: Folded, acts: Sequence[Act]) -> list[Told]:
    """Return what whoever brought the case reads of it: by post, never by name, and only texts meant for them."""
    texts, units = texts_of(case), unit_names()
    return [
        Told(
            act.at,
            act_name(now.procedure, act.act),
            "\n".join(
                [
                    *given_words(now.procedure, act, units, without=INTERNAL),
                    *(spoken_to(text) for name, text in texts.get(act.position, ()) if name in TOLD_TEXTS),
                ]
            ),
            catalogue("zh_hans").get(f"role.{act.role}", ""),
            _article(now.procedure, act.act, law_only=True),
            act.act,
        )
        for act in acts
        if _is_told(now.procedure, act)
    ]


def spoken_to(text: str) -> str:
    """Return a text as its own reader is spoken to: a greeting by a name that is hidden becomes a plain greeting."""
    return GREETED.sub("", text)


def given_words(
    procedure: Procedure, act: Act, units: Mapping[str, str], *, without: Collection[str] = ()
) -> Iterator[str]:
    """Yield what was decided with an act, a line for each thing that was asked for: 主办单位：汀川市水务局."""
    if act.act not in procedure.acts:
        if act.act == "three_way":
            yield gettext("通话单位：%(unit)s") % {"unit": units.get(act.body["given"]["unit"], "")}
        return
    words = catalogue("zh_hans")
    for ask in procedure.acts[act.act].asks:
        value = act.body["given"].get(ask.name)
        if value is None or ask.name in without:
            continue
        if ask.kind in {"unit", "parties"}:
            said = "、".join(units.get(code, code) for code in ([value] if isinstance(value, str) else value))
        elif ask.kind == "date":
            said = f"{date.fromisoformat(value):%Y年%-m月%-d日}"
        elif ask.kind == "flag":
            said = words["choice.yes" if value else "choice.no"]
        else:
            said = "、".join(
                words.get(f"choice.{one}", str(one)) for one in (value if isinstance(value, list) else [value])
            )
        yield f"{ask.label}：{said}"


def _is_told(procedure: Procedure, act: Act) -> bool:
    if act.act in COMMON:
        return COMMON[act.act].told
    known = procedure.acts[act.act]
    to_person = any(notice.to == COMPLAINANT for notice in known.notices)
    return act.role == COMPLAINANT or to_person or known.target is not None or known.answers


def _article(procedure: Procedure, act: str, *, law_only: bool = False) -> str:
    if act in COMMON:
        return COMMON[act].article
    known = procedure.acts[act]
    return known.article if known.status.is_law or not law_only else ""


def limits(now: Folded, around: Surroundings) -> list[Limit]:
    """Return a case's clocks as people read them."""
    shown = []
    for name, clock in now.state.clocks.items():
        ends = clock.due(around.calendar)
        standing = clock.stands_since is not None
        known = isinstance(ends, Due) and not standing
        shown.append(
            Limit(
                what=now.procedure.clocks[name].name,
                at=ends.at if known and isinstance(ends, Due) else None,
                moment=ends.moment if known and isinstance(ends, Due) else None,
                provisional=isinstance(ends, Due) and ends.provisional,
                article=clock.term.article if clock.term else "",
                is_law=clock.term is not None and clock.term.status.is_law,
                derivation=ends.derivation if isinstance(ends, Due) else (),
                running=clock.stopped is None,
                standing=standing,
                why_not=refusal(ends.code, ends.params) if isinstance(ends, Refused) else "",
                amount=_amount(clock),
                of_person=now.procedure.clocks[name].whose == "person",
            )
        )
    return shown


def _amount(clock: RunningClock) -> str:
    """Return how long a limit is, extensions included: 15个工作日."""
    if clock.term is None:
        return ""
    classifier = "个" if clock.term.unit is Unit.WORKING_DAYS else ""
    return f"{clock.term.value + clock.extended}{classifier}{catalogue('zh_hans')[f'unit.{clock.term.unit}']}"


def possible(now: Folded, actor: Actor, at: datetime, around: Surroundings) -> Iterator[Possible]:
    """Yield what an actor's role may do where a case stands, and why something is not possible now."""
    for act in now.procedure.acts.values():
        if actor.role not in act.by:
            continue
        for track, step in now.state.steps.items():
            if now.procedure.steps[step].track != act.track or step not in now.procedure.sources[act.id]:
                continue
            decision = may(now.procedure, now.state, Attempt(act.id, actor, at, {}, track), around)
            if isinstance(decision, Refused) and decision.code == "not_given":
                decision = never_possible(now.state, act) or decision
            if isinstance(decision, Refused) and decision.code in {"not_your_unit", "not_this_role"}:
                continue
            refused = isinstance(decision, Refused) and decision.code != "not_given"
            yield Possible(
                act,
                track,
                refusal(decision.code, decision.params) if refused and isinstance(decision, Refused) else "",
                decision.article if refused and isinstance(decision, Refused) else "",
            )


def until(moment: datetime) -> str:
    """Return until when a limit runs, as people say it: a day that ends at 24:00 by its date, otherwise the minute."""
    local = moment.astimezone(SHANGHAI)
    if (local.hour, local.minute, local.second) == (0, 0, 0):
        return f"{local - timedelta(days=1):%Y年%-m月%-d日}24时"
    return f"{local:%Y年%-m月%-d日 %H:%M}"


def derivation(limit: Limit) -> str:
    """Return in one line how a date was found: from when, how many days were counted, which were not and why."""
    if not limit.derivation:
        return ""
    start = limit.derivation[0].at
    if isinstance(start, datetime):  # hours and minutes run through
        return f"自{start.astimezone(SHANGHAI):%Y年%-m月%-d日 %H:%M}起{limit.amount}"
    words, skipped = catalogue("zh_hans"), dict[str, int]()
    for line in limit.derivation[1:]:
        if not line.counted:
            reason = words.get(f"choice.{line.detail}", line.detail) or words[f"why.{line.why}"].partition("，")[0]
            skipped[reason] = skipped.get(reason, 0) + 1
    said = f"自{start:%Y年%-m月%-d日}次日起算，计{limit.amount}"
    return said + "".join(f"，不计{reason}{days}天" for reason, days in skipped.items())
