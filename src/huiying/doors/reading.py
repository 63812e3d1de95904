"""What is shown of a case, to whoever may see it: its ledger as a story, its clocks, what may be done next."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from huiying.case.acts import COMMON
from huiying.case.folding import Folded, after, nothing_yet
from huiying.case.models import Act, Case
from huiying.directory.queries import unit_names
from huiying.doors import prose, remaining
from huiying.doors.language import refusal, rule_words, side_by_side, spoken
from huiying.doors.moments import on_date, until_short
from huiying.procedure.decision import Refused
from huiying.procedure.foreseen import foreseen
from huiying.procedure.lifecycle import may, never_possible
from huiying.procedure.schema import CLOCKWORK, COMPLAINANT, Ask, Procedure
from huiying.procedure.schema import Act as ProcedureAct
from huiying.procedure.state import MAIN, Actor, Attempt, RunningClock, Surroundings
from huiying.procedure.time_limits import SHANGHAI, Due, Line, Unit
from huiying.procedure.workdays import china
from huiying.stages.identity.texts import spoken_to
from huiying.stages.intake.lookups import LOOKERS

#: Texts that the person reads: what was said to them, and what they said themselves.
TOLD_TEXTS = frozenset({"reply", "explanation", "what", "measures", "answer"})
#: Texts that stand elsewhere on the page of a case: as its heading, its place, its papers.
NOT_SAID = frozenset({"title", "place", "paper"})
#: Acts of a paper, which are told with its number.
OF_PAPERS = frozenset({"issue_paper", "serve_paper", "take_paper"})
#: What handlers never see of a rating (E5), and what is between staff.
SCORES = frozenset({"solved", "satisfied", "exit_rating"})
INTERNAL = frozenset({"evidence", "respondents", "anonymous", "pressed", "department_duty", "grade"})


@dataclass(frozen=True, slots=True)
class Told:
    """One line of a case's story.

    `sentence` says it whole; `lines` are what was given with it and the sentence does not say, `texts` what was
    written. `title` is the act's name, `text` lines and texts together with what the sentence says.
    """

    at: datetime
    title: str
    text: str
    who: str
    article: str
    act: str
    sentence: str = ""
    lines: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()


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
    #: How much is left: 还剩3个工作日; empty where the clock does not run or has no date.
    left: str = ""
    #: The part of a list that it belongs to (`remaining.when`).
    when: str = remaining.OPEN
    #: The id of the row; empty where no rule sets a limit.
    term: str = ""


@dataclass(frozen=True, slots=True)
class Day:
    """One line of a derivation as people read it: a day (or a moment), whether it was counted, and why or why not."""

    at: str
    weekday: str
    counted: bool
    why: str


@dataclass(frozen=True, slots=True)
class Possible:
    """An act that somebody's role has at this step: possible, or the reason why it is not."""

    act: ProcedureAct
    track: str
    why: str
    article: str


def act_name(procedure: Procedure, act: str) -> str:
    """Return what people call an act."""
    return spoken(COMMON[act].name if act in COMMON else procedure.acts[act].name)


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
    if reader.role in LOOKERS:
        hidden |= {act.id for act in now.procedure.acts.values() if act.kept_from_desk}
    scores = SCORES if for_unit else frozenset[str]()

    def told(act: Act, then: Folded) -> Told:
        written = tuple(text for name, text in texts.get(act.position, ()) if name not in NOT_SAID)
        who = _who(act, units, names.get(act.person, ""), plainly=False)
        return _told(then, act, units, who=who, written=written, without=scores, law_only=False)

    return [told(act, then) for act, then in _step_by_step(now.procedure, acts) if act.act not in hidden]


def told_story(case: Case, now: Folded, acts: Sequence[Act]) -> list[Told]:
    """Return what whoever brought the case reads of it: by post, never by name, and only texts meant for them."""
    texts, units = texts_of(case), unit_names()

    def told(act: Act, then: Folded) -> Told:
        written = tuple(spoken_to(text) for name, text in texts.get(act.position, ()) if name in TOLD_TEXTS)
        who = _("您") if act.role == COMPLAINANT else _who(act, units)
        return _told(then, act, units, who=who, written=written, without=INTERNAL, law_only=True)

    return [told(act, then) for act, then in _step_by_step(now.procedure, acts) if _is_told(now.procedure, act)]


def kept_from(reader: Actor, now: Folded) -> frozenset[str]:
    """Return the tracks, clocks, facts and notices kept from a reader.

    From the desk what labels a demand; from units what may be about them.
    """
    if reader.unit is not None:
        about = {track for track in now.state.steps if track.rpartition("-")[0] in now.procedure.kept_tracks}
        return frozenset(about) | now.procedure.kept_facts
    if reader.role not in LOOKERS:
        return frozenset()
    acts = [act for act in now.procedure.acts.values() if act.kept_from_desk]
    tracks = {track for track in now.state.steps if track.rpartition("-")[0] in {act.track for act in acts}}
    told = {notice.name for act in acts for notice in act.notices}
    return frozenset(tracks | told | {name for act in acts for name in (*act.starts, *(ask.name for ask in act.asks))})


def _step_by_step(procedure: Procedure, acts: Sequence[Act]) -> Iterator[tuple[Act, Folded]]:
    """Yield each act, and the case as it was after it."""
    then = nothing_yet(procedure)
    for act in acts:
        then = after(then, act)
        yield act, then


def _told(
    then: Folded,
    act: Act,
    units: Mapping[str, str],
    *,
    who: str,
    written: tuple[str, ...],
    without: Collection[str],
    law_only: bool,
) -> Told:
    procedure = then.procedure
    given = dict(_given(procedure, act, units, without=without))
    values = {ask.name: said for ask, said in given.items()}
    person = pgettext("whom", "您") if law_only else rule_words()["role.complainant"]
    ends = _began(then, act)
    values |= {"who": who, "person": person} | ({"due": until_short(ends)} if ends else {})
    if act.act in COMMON and act.body["given"].get("unit") in units:
        values["unit"] = units[act.body["given"]["unit"]]
    if act.act == "judge_urgency":
        values["urgency"] = rule_words()[f"choice.{act.body['given']['urgency']}"]
    if act.act in OF_PAPERS:
        values["paper"] = act.body["given"]["number"]
    flags = {ask.name: act.body["given"].get(ask.name) is True for ask in given if ask.kind == "flag"}
    flags[COMPLAINANT] = act.role == COMPLAINANT
    name = act_name(procedure, act.act)
    said = prose.say(act.act, name, values, flags, plainly=law_only)
    no_news = {ask.name for ask in given if ask.kind == "flag" and ask.optional and not flags[ask.name]}
    lines = [_line(ask, words) for ask, words in given.items() if ask.name not in said.says | no_news]
    return Told(
        act.at,
        name,
        "\n".join([*(_line(ask, words) for ask, words in given.items()), *written]),
        _post(act, who if not law_only else ""),
        _article(procedure, act.act, law_only=law_only),
        act.act,
        said.sentence,
        tuple(lines),
        written,
    )


def _who(act: Act, units: Mapping[str, str], name: str = "", *, plainly: bool = True) -> str:
    """Return who did an act, as a sentence's subject: the unit where it is one's, the post, the name."""
    if act.role == CLOCKWORK:
        return _("系统")
    return side_by_side(units.get(act.unit or "", ""), post_name(act.role, plainly=plainly), name)


def post_name(role: str, *, plainly: bool) -> str:
    """Return what a role is called; `plainly`: by whoever brings a demand."""
    return _("分办人员") if plainly and role == "dispatcher" else rule_words().get(f"role.{role}", "")


def _post(act: Act, who: str) -> str:
    """Return who did an act, below it: to staff as the sentence says it, to the person by post."""
    return who or post_name(act.role, plainly=True)


def _began(then: Folded, act: Act) -> datetime | None:
    """Return when the person's limit ends that an act began, moved or let run on; None where it did none of these."""
    known = then.procedure.acts.get(act.act)
    if known is None:
        return None
    for name in (*known.starts, *known.renews, known.extends, known.resumes):
        clock = then.state.clocks.get(name or "")
        if clock is None or then.procedure.clocks[str(name)].whose != "person":
            continue
        ends = clock.due(china())
        if isinstance(ends, Due):
            return ends.moment
    return None


def _line(ask: Ask, said: str) -> str:
    return _("{label}：{value}").format(label=spoken(ask.label), value=said)


def _given(
    procedure: Procedure, act: Act, units: Mapping[str, str], *, without: Collection[str] = ()
) -> Iterator[tuple[Ask, str]]:
    """Yield what was given with an act besides texts: what was asked for, and what was said, in people's words."""
    if act.act not in procedure.acts:
        return
    words = rule_words()
    for ask in procedure.acts[act.act].asks:
        value = act.body["given"].get(ask.name)
        if value is None or ask.name in without:
            continue
        if ask.kind in {"unit", "parties"}:
            said = _("、").join(units.get(code, code) for code in ([value] if isinstance(value, str) else value))
        elif ask.kind == "date":
            said = on_date(date.fromisoformat(value))
        elif ask.kind == "flag":
            said = words["choice.yes" if value else "choice.no"]
        else:
            said = _("、").join(
                words.get(f"choice.{one}", str(one)) for one in (value if isinstance(value, list) else [value])
            )
        yield ask, said


def _is_told(procedure: Procedure, act: Act) -> bool:
    if act.act in COMMON:
        return COMMON[act.act].told
    known = procedure.acts[act.act]
    to_person = any(notice.to == COMPLAINANT for notice in known.notices)
    moves = known.moves and not procedure.beside(known.track)  # what becomes of staff is not the person's to read
    return act.role == COMPLAINANT or to_person or moves or known.answers


def _article(procedure: Procedure, act: str, *, law_only: bool = False) -> str:
    if act in COMMON:
        return COMMON[act].article
    known = procedure.acts[act]
    return known.article if known.status.is_law or not law_only else ""


def limits(
    now: Folded, around: Surroundings, at: datetime | None = None, *, without: Collection[str] = ()
) -> list[Limit]:
    """Return a case's clocks as people read them, as of a moment: now, where none is given; `without` these."""
    shown = []
    at = at or timezone.now()
    for name, clock in now.state.clocks.items():
        if name in without:
            continue
        ends = clock.due(around.calendar)
        standing = clock.stands_since is not None
        known = isinstance(ends, Due) and not standing
        counts = known and clock.stopped is None
        shown.append(
            Limit(
                what=spoken(now.procedure.clocks[name].name),
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
                left=remaining.left(ends.moment, at, clock.term.unit)
                if isinstance(ends, Due) and counts and clock.term
                else "",
                when=remaining.when(ends.moment, at) if isinstance(ends, Due) and counts else remaining.OPEN,
                term=clock.term.id if clock.term else "",
            )
        )
    return shown


def _amount(clock: RunningClock) -> str:
    """Return how long a limit is, extensions included: 15个工作日."""
    return "" if clock.term is None else amount_words(clock.term.value + clock.extended, clock.term.unit)


def amount_words(count: int, unit: Unit) -> str:
    """Return a length of time: 15个工作日, 24小时."""
    measure = rule_words()[f"unit.{unit}"]
    if unit is Unit.WORKING_DAYS:
        return _("{count}个{measure}").format(count=count, measure=measure)
    return _("{count}{measure}").format(count=count, measure=measure)


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
                tried = Attempt(act.id, actor, at, {}, track)
                hindered = never_possible(now.state, act) or foreseen(now.procedure, now.state, tried, around)
                decision = hindered or decision
            if isinstance(decision, Refused) and decision.code in {"not_your_unit", "not_this_role"}:
                continue
            refused = isinstance(decision, Refused) and decision.code != "not_given"
            yield Possible(
                act,
                track,
                refusal(decision.code, decision.params) if refused and isinstance(decision, Refused) else "",
                decision.article if refused and isinstance(decision, Refused) else "",
            )


def derivation(limit: Limit) -> str:
    """Return in one line how a date was found: from when, how many days were counted, which were not and why."""
    if not limit.derivation:
        return ""
    start = limit.derivation[0].at
    if isinstance(start, datetime):  # hours and minutes run through
        moment = date_format(start.astimezone(SHANGHAI), _("Y年n月j日 H:i"))
        return _("自{moment}起{amount}").format(moment=moment, amount=limit.amount)
    words, skipped = rule_words(), dict[str, int]()
    for line in limit.derivation[1:]:
        if not line.counted:
            reason = words.get(f"choice.{line.detail}", line.detail) or re.split("[，,]", words[f"why.{line.why}"])[0]
            skipped[reason] = skipped.get(reason, 0) + 1
    said = _("从{date}的第二天算起，共{amount}").format(date=on_date(start), amount=limit.amount)
    return said + "".join(
        _("，不计{reason}{days}天").format(reason=reason, days=days) for reason, days in skipped.items()
    )


def days_of(limit: Limit) -> list[Day]:
    """Return how a date was found, day by day."""
    words = rule_words()
    shown = []
    for line in limit.derivation:
        detail = line.detail
        if line.why.startswith("suspended") and detail:
            detail = _("（{ground}）").format(ground=words[f"choice.{detail}"])
        why = words[f"why.{line.why}"].format_map({"detail": detail, "number": line.number})
        why += words["why.assumed"] if line.assumed else ""
        if isinstance(line.at, datetime):
            local = line.at.astimezone(SHANGHAI)
            shown.append(Day(date_format(local, _("n月j日 H:i")), date_format(local, "D"), line.counted, why))
        else:
            shown.append(Day(date_format(line.at, _("n月j日")), date_format(line.at, "D"), line.counted, why))
    return shown


def phases(now: Folded) -> str:
    """Return the steps that people follow, where a procedure has finer ones, and at which of them a case stands.

    信息确认 → 立案受理 → 调查取证 → 处理结果（现在：立案受理）; 听证 is among them only where somebody asked for one.
    """
    steps = now.procedure.steps
    # In the order of the usual ways: a procedure that was written down has no other.
    main = [phase for way in now.procedure.ways for step in way.steps if (phase := steps[step].phase)]
    aside = [steps[step].phase for track, step in now.state.steps.items() if track != MAIN and steps[step].phase]
    order = [*dict.fromkeys(main)]
    order[-1:-1] = [phase for phase in dict.fromkeys(aside) if phase not in order]
    if not order:
        return ""
    said = " → ".join(spoken(phase) for phase in order)
    here = steps[now.state.steps[MAIN]].phase
    return _("{phases}（现在：{here}）").format(phases=said, here=spoken(here)) if here else said
