"""Lists of cases, each a page long: what waits for a role, what is late, what a search finds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.models import F, OuterRef, QuerySet, Subquery
from django.db.models.expressions import RawSQL
from django.db.models.functions import JSONObject, Left
from django.utils.translation import gettext as _

from huiying.case.folding import law
from huiying.case.models import Act, Case, Clock, Content, Notice
from huiying.case.numbers import is_number
from huiying.config.packs import our_library
from huiying.config.prepared import run
from huiying.directory.models import Matter, Staff
from huiying.directory.queries import unit_names
from huiying.doors.language import rule_words, spoken
from huiying.doors.people import Person
from huiying.doors.remaining import LATE, LATER, OPEN, TODAY, WEEK, WHENS, end_of_today, end_of_week, left, when
from huiying.procedure.closure import ANSWERED, RETAINED
from huiying.procedure.schema import UNIT_ROLES, Kind, Procedure, Stage
from huiying.procedure.state import MAIN

PAGE = 50
NO_TITLE = 40
LONGEST_MATTER = 12
#: How far the parts of a worklist are counted: beyond it a person needs to know no more than that there are many.
MOST_COUNTED = 99

#: What a row shows of a case, and what people call the codes in it.
SHOWN = ("number", "kind", "step", "due_at", "received_at", "closed_at", "supervisor", "law")
NAMES: Mapping[str, Any] = {
    # The title, or the text where there is none: of the two names the later one in the alphabet.
    "title": Subquery(
        Content.objects.filter(case=OuterRef("pk"), position=1, name__in=["title", "text"])
        .order_by("-name")
        .values(start=Left("text", NO_TITLE + 1))[:1]
    ),
    "matter_name": Subquery(Matter.objects.filter(pk=OuterRef("matter")).values("name")),
    "unit_names": RawSQL(
        "(SELECT string_agg(name, '、' ORDER BY code) FROM directory_unit WHERE code = ANY (case_case.units))", []
    ),
    "supervisor_name": Subquery(Staff.objects.filter(username=OuterRef("supervisor")).values("name")),
    # The clock that ends first of those that run: it is why the case stands where it stands in a list.
    "clock": Subquery(
        Clock.objects.filter(case=OuterRef("pk"), stopped_at=None)
        .order_by(F("due_at").asc(nulls_last=True))
        .values(said=JSONObject(name="name", term="term", provisional="provisional", standing="standing"))[:1]
    ),
}
#: What a row of a worklist shows of the track that waits.
OF_TRACK = {
    "track": F("tracks__name"),
    "track_step": F("tracks__step"),
    "track_due": F("tracks__due_at"),
    "deliver_by": F("tracks__deliver_by"),
}


def _counting(held: str) -> str:
    """Return the statement that counts the parts of a worklist, for what narrows it to whoever holds the tracks."""
    tracks = f"FROM case_track WHERE open AND {held} AND due_at"
    part = f"(SELECT count(*) FROM (SELECT {tracks} > %s AND due_at <= %s LIMIT %s) AS part)"  # noqa: S608  # words above
    undated = f"(SELECT count(*) FROM (SELECT {tracks} IS NULL LIMIT %s) AS part)"  # noqa: S608  # words above
    return f"SELECT {', '.join([part] * 4)}, {undated}"


COUNT, COUNT_UNITS = _counting("holder = %s"), _counting("holder = %s AND unit = %s")


@dataclass(frozen=True, slots=True)
class Listed:
    """One row of a list, in people's words."""

    number: str
    title: str
    kind: str
    matter: str
    step: str
    unit: str
    due_at: datetime | None
    received_at: datetime
    late: bool
    supervisor: str
    track: str = MAIN
    step_id: str = ""
    law: str = ""
    #: Why it is due: what people call the clock, what of it is left, under which article; empty where none runs.
    what: str = ""
    left: str = ""
    article: str = ""
    provisional: bool = False
    when: str = OPEN


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list; whether there is another is known, how many there are in all is not asked."""

    rows: Sequence[Listed]
    number: int
    more: bool


def waiting_for(
    person: Person, *, part: str = "", step: str = "", kind: str = "", at: datetime | None = None
) -> QuerySet[Case]:
    """Return the cases that wait for somebody's role (and unit), in the order in which the law will ask for them.

    `part` (one of `WHENS`, at the moment `at`), `step` and `kind` leave only those.
    """
    if person.role == "administrator":
        cases = Case.objects.filter(step="closed").order_by("closed_at", "id")
        return cases.filter(kind=kind) if kind in list(Kind) else cases
    held = {f"tracks__{name}": value for name, value in _held(person).items()}
    if step:
        held["tracks__step"] = step
    if part in WHENS and at is not None:
        held |= {f"tracks__{name}": value for name, value in _within(part, at).items()}
    if kind in list(Kind):
        held["kind"] = kind
    return (
        Case.objects.filter(**held)
        .annotate(**OF_TRACK)
        .order_by(F("tracks__due_at").asc(nulls_last=True), "tracks__case_id")
    )


def _held(person: Person) -> dict[str, Any]:
    held: dict[str, Any] = {"open": True, "holder": person.role}
    return held | {"unit": person.actor.unit or ""} if person.role in UNIT_ROLES else held


def _within(part: str, at: datetime) -> dict[str, Any]:
    """Return between which moments the limits of a part of a list end."""
    today, week = end_of_today(at), end_of_week(at)
    within: dict[str, dict[str, Any]] = {
        LATE: {"due_at__lte": at},
        TODAY: {"due_at__gt": at, "due_at__lte": today},
        WEEK: {"due_at__gt": today, "due_at__lte": week},
        LATER: {"due_at__gt": max(today, week)},
        OPEN: {"due_at__isnull": True},
    }
    return within[part]


def tallies(person: Person, at: datetime) -> Mapping[str, int]:
    """Return how many tracks wait in each part of somebody's worklist, counted no further than `MOST_COUNTED` + 1.

    One statement that reads the beginning of each part from an index, however many wait.
    """
    if person.role == "administrator":
        return {}
    today, week = end_of_today(at), end_of_week(at)
    begins = datetime.min.replace(tzinfo=UTC)
    ends = datetime.max.replace(tzinfo=UTC)
    between = {LATE: (begins, at), TODAY: (at, today), WEEK: (today, week), LATER: (max(today, week), ends)}
    held: list[object] = [person.role, *([person.actor.unit or ""] if person.role in UNIT_ROLES else [])]
    values = [value for bounds in between.values() for value in (*held, *bounds, MOST_COUNTED + 1)]
    counted = run(COUNT_UNITS if person.role in UNIT_ROLES else COUNT, [*values, *held, MOST_COUNTED + 1])
    return dict(zip((*between, OPEN), counted[0], strict=True))


def overdue(at: datetime) -> QuerySet[Case]:
    """Return the cases whose limit has passed and that are not closed, the latest first to be late on top."""
    return Case.objects.filter(closed_at=None, due_at__lte=at).order_by("due_at", "id")


def to_erase(at: datetime) -> QuerySet[Case]:
    """Return the cases whose term is over and whose contents are still there, the oldest first."""
    return Case.objects.filter(erased_at=None, closed_at__lt=at - RETAINED).order_by("closed_at", "id")


def joined_and_answered() -> QuerySet[Case]:
    """Return joined cases whose main case has its answer: their reporters wait to be told."""
    answered = Case.objects.filter(stage__in=ANSWERED).values("number")
    return Case.objects.exclude(joined_into="").filter(step="joined", joined_into__in=answered).order_by("id")


@dataclass(frozen=True, slots=True)
class Precedent:
    """How a dispute over whose duty a matter is was ruled before."""

    number: str
    lead: str
    why: str


def precedents(case: Case, most: int = 5) -> list[Precedent]:
    """Return the latest rulings on the same matter: they bind nobody, and spare the next dispute."""
    rulings = (
        Act.objects.filter(act="rule_on_return", case__matter=case.matter).exclude(case=case).order_by("-id")[:most]
    )
    if not case.matter:
        return []
    units = unit_names()
    whys = {
        (content.case_id, content.position): content.text
        for content in Content.objects.filter(case__in=[act.case_id for act in rulings], name="why")
    }
    return [
        Precedent(
            act.subject.partition(":")[2],
            units.get(act.body["given"]["lead"], ""),
            whys.get((act.case_id or 0, act.position), ""),
        )
        for act in rulings
    ]


def found(words: str, kind: str, stage: str) -> QuerySet[Case]:
    """Return the cases that a search finds: by its whole number or a matter's code, and by kind and stage.

    Whole values only: beneath row-level security the database uses an index for `=` and for nothing that could leak.
    """
    cases = Case.objects.order_by("-id")
    wanted = words.strip().upper()
    if wanted:
        by = {"number": wanted} if is_number(wanted) else {"matter": wanted}
        cases = cases.filter(**by) if "\0" not in wanted else cases.none()
    if kind in list(Kind):
        cases = cases.filter(kind=kind)
    return cases.filter(stage=stage) if stage in list(Stage) else cases


def notices_for(role: str) -> QuerySet[Notice]:
    """Return the notices to a role that nobody has seen yet, the newest first."""
    return Notice.objects.filter(to=role, seen_at=None).select_related("case").order_by("-at")


def page_of(cases: QuerySet[Case], number: int, at: datetime) -> Page:
    """Return one page of a list, 1 being the first."""
    start = (max(number, 1) - 1) * PAGE
    rows = listed(cases[start : start + PAGE + 1], at)
    return Page(rows[:PAGE], max(number, 1), len(rows) > PAGE)


def listed(cases: QuerySet[Case], at: datetime) -> list[Listed]:
    """Return cases as rows, with what people call everything in them: one statement, however many rows."""
    words, steps = rule_words(), step_names()
    rows: Any = cases.only(*SHOWN).annotate(**NAMES)
    return [_row(case, at, words, steps) for case in rows]


def _row(case: Any, at: datetime, words: Mapping[str, str], steps: Mapping[str, str]) -> Listed:  # noqa: ANN401  # a Case with what was annotated
    due_at = getattr(case, "track_due", case.due_at)
    step = getattr(case, "track_step", case.step)
    late = due_at is not None and due_at <= at and case.closed_at is None
    return Listed(
        number=case.number,
        title=shortened(case.title or _("（内容不留存）")),
        kind=words.get(f"choice.{case.kind}", ""),
        matter=case.matter_name or "",
        step=spoken(steps.get(step, step)),
        unit=case.unit_names or "",
        due_at=due_at,
        received_at=case.received_at,
        late=late,
        supervisor=case.supervisor_name or case.supervisor,
        track=getattr(case, "track", MAIN),
        step_id=step,
        law=case.law_id,
        **(_why(case, due_at, at) if case.closed_at is None else {}),
    )


def _why(case: Any, due_at: datetime | None, at: datetime) -> dict[str, Any]:  # noqa: ANN401  # as above
    """Return why a case is due when it is: the clock or the day of delivery, what of it is left, the article."""
    procedure, clock = law(case.law_id), case.clock
    if getattr(case, "deliver_by", None) is not None and due_at is not None:
        opening = next(act for act in procedure.acts.values() if act.opens == case.track.rpartition("-")[0])
        delivery = {"what": _("协办交件"), "article": opening.article}
        return delivery | {"left": left(due_at, at), "when": when(due_at, at)}
    if clock is None:
        return {}
    term = procedure.terms.get(clock["term"])
    said = {"what": spoken(procedure.clocks[clock["name"]].name), "article": term.article if term else ""}
    if due_at is None:
        return said | {"left": _("中止计时") if clock["standing"] else ""}
    return said | {
        "left": left(due_at, at, term.unit if term else None),
        "provisional": clock["provisional"],
        "when": when(due_at, at),
    }


def procedures() -> Iterable[Procedure]:
    """Return every procedure that cases of this installation may follow."""
    return our_library().procedures.values()


def step_names() -> Mapping[str, str]:
    """Return what each step of every procedure in the library is called there."""
    return {step.id: step.name for procedure in procedures() for step in procedure.steps.values()}


def steps_of(role: str) -> Mapping[str, str]:
    """Return the steps at which a role holds cases, by id, with what people call them."""
    return {
        step.id: spoken(step.name)
        for procedure in procedures()
        for step in procedure.steps.values()
        if step.holder == role and not step.ending
    }


def shortened(text: str) -> str:
    """Return a text as a title."""
    return text if len(text) <= NO_TITLE else f"{text[:NO_TITLE]}…"
