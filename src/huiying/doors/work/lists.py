"""Lists of cases, each a page long: what waits for a role, what is late, what a search finds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db.models import DateField, DateTimeField, F, QuerySet, TextField, Value
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from huiying.case.folding import law
from huiying.case.models import Act, Case, Content, Notice
from huiying.case.numbers import is_number
from huiying.config.packs import our_library
from huiying.config.prepared import run
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

#: Reads what a row shows of the cases that a page holds, in the page's order, and what people call the codes in them.
#: Django would compose a statement of this size anew for every page, and the database plan it anew.
ROWS = """
SELECT case_case.id, case_case.number, case_case.kind, case_case.received_at, case_case.closed_at, case_case.supervisor,
  case_case.law_id, coalesce(page.track, 'main'), coalesce(page.step, case_case.step),
  CASE WHEN page.track IS NULL THEN case_case.due_at ELSE page.due_at END, page.deliver_by,
  -- The title, or the text where there is none: of the two names the later one in the alphabet.
  (SELECT left(text, %s) FROM case_content WHERE case_id = case_case.id AND position = 1 AND name IN ('title', 'text')
    ORDER BY name DESC LIMIT 1),
  (SELECT name FROM directory_matter WHERE code = case_case.matter),
  (SELECT string_agg(name, '、' ORDER BY code) FROM directory_unit WHERE code = ANY (case_case.units)),
  (SELECT name FROM directory_staff WHERE username = case_case.supervisor),
  -- The clock that ends first of those that run: it is why the case stands where it stands in a list.
  clock.name, clock.term, clock.provisional, clock.standing
FROM (
  SELECT found.*, row_number() OVER () AS place FROM ({page}) AS found (id, track, step, due_at, deliver_by)
) AS page
JOIN case_case ON case_case.id = page.id
LEFT JOIN LATERAL (SELECT name, term, provisional, standing FROM case_clock WHERE case_id = case_case.id
  AND stopped_at IS NULL ORDER BY due_at ASC NULLS LAST LIMIT 1) AS clock ON true
ORDER BY page.place
"""
#: What a row of a worklist shows of the track that waits.
OF_TRACK = {
    "track": F("tracks__name"),
    "track_step": F("tracks__step"),
    "track_due": F("tracks__due_at"),
    "deliver_by": F("tracks__deliver_by"),
}
#: The same where no track waits.
OF_NONE = {
    "track": Cast(Value(None), TextField()),
    "track_step": Cast(Value(None), TextField()),
    "track_due": Cast(Value(None), DateTimeField()),
    "deliver_by": Cast(Value(None), DateField()),
}


class Row(NamedTuple):
    """What `ROWS` gives of a case."""

    case: int
    number: str
    kind: str
    received_at: datetime
    closed_at: datetime | None
    supervisor: str
    law: str
    track: str
    step: str
    due_at: datetime | None
    deliver_by: date | None
    title: str | None
    matter: str | None
    units: str | None
    supervisor_name: str | None
    clock: str | None
    term: str | None
    provisional: bool
    standing: bool


def _counting(held: str, *besides: str) -> str:
    """Return the statement that counts the parts of a worklist, for what narrows it to whoever holds the tracks."""
    tracks = f"FROM case_track WHERE open AND {held} AND due_at"
    part = f"(SELECT count(*) FROM (SELECT {tracks} > %s AND due_at <= %s LIMIT %s) AS part)"  # noqa: S608  # words above
    undated = f"(SELECT count(*) FROM (SELECT {tracks} IS NULL LIMIT %s) AS part)"  # noqa: S608  # words above
    return f"SELECT {', '.join([part] * 4 + [undated, *besides])}"


#: Counts with them, in the same statement, what was found urgent and nobody has looked at.
RAISED = "(SELECT count(*) FROM (SELECT FROM intake_raising WHERE judged_at IS NULL LIMIT %s) AS part)"
COUNT, COUNT_UNITS = _counting("holder = %s", RAISED), _counting("holder = %s AND unit = %s", "0")
#: What is counted under this name waits for whoever may judge it, wherever its case is.
URGENT = "urgent"


@dataclass(frozen=True, slots=True)
class Listed:
    """One row of a list, in people's words."""

    case: int
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

    Under `URGENT`: how many demands were found urgent that nobody has looked at, for the roles of the centre.
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
    most = MOST_COUNTED + 1
    if person.role in UNIT_ROLES:
        counted = run(COUNT_UNITS, [*values, *held, most])
    else:
        counted = run(COUNT, [*values, *held, most, most])
    return dict(zip((*between, OPEN, URGENT), counted[0], strict=True))


def overdue(at: datetime) -> QuerySet[Case]:
    """Return the cases whose limit has passed and that are not closed, the latest first to be late on top."""
    return Case.objects.filter(closed_at=None, due_at__lte=at).order_by("due_at", "id")


def to_erase(at: datetime) -> QuerySet[Case]:
    """Return the cases whose term is over and whose contents are still there, the oldest first."""
    return Case.objects.filter(erased_at=None, closed_at__lt=at - RETAINED).order_by("closed_at", "id")


def joined_and_answered() -> QuerySet[Case]:
    """Return joined cases whose main case has its answer: their reporters wait to be told."""
    answered = Case.objects.filter(stage__in=ANSWERED).values("number")
    return Case.objects.filter(joined_into__given=True, step="joined", joined_into__in=answered).order_by("id")


def followed_by(person: Person) -> QuerySet[Case]:
    """Return the first visits that somebody follows and that have no substantive answer yet (A11), the oldest first."""
    return Case.objects.filter(follower__given=True, follower=person.actor.person, closed_at=None).order_by("id")


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
    if "track" not in cases.query.annotations:
        cases = cases.annotate(**OF_NONE)
    try:
        page, values = cases.values_list("pk", *OF_TRACK).query.sql_with_params()
    except EmptyResultSet:
        return []
    found = run(ROWS.replace("{page}", page), [NO_TITLE + 1, *values])
    return [_row(Row(*row), at, words, steps) for row in found]


def _row(row: Row, at: datetime, words: Mapping[str, str], steps: Mapping[str, str]) -> Listed:
    return Listed(
        case=row.case,
        number=row.number,
        title=shortened(row.title or _("（内容不留存）")),
        kind=words.get(f"choice.{row.kind}", ""),
        matter=row.matter or "",
        step=spoken(steps.get(row.step, row.step)),
        unit=row.units or "",
        due_at=row.due_at,
        received_at=row.received_at,
        late=row.due_at is not None and row.due_at <= at and row.closed_at is None,
        supervisor=row.supervisor_name or row.supervisor,
        track=row.track,
        step_id=row.step,
        law=row.law,
        **(_why(row, at) if row.closed_at is None else {}),
    )


def _why(row: Row, at: datetime) -> dict[str, Any]:
    """Return why a case is due when it is: the clock or the day of delivery, what of it is left, the article."""
    procedure, due_at = law(row.law), row.due_at
    if row.deliver_by is not None and due_at is not None:
        opening = next(act for act in procedure.acts.values() if act.opens == row.track.rpartition("-")[0])
        delivery = {"what": _("协办交件"), "article": opening.article}
        return delivery | {"left": left(due_at, at), "when": when(due_at, at)}
    if row.clock is None:
        return {}
    term = procedure.terms.get(row.term or "")
    article = term.article if term else procedure.set_under(row.clock)
    said = {"what": spoken(procedure.clocks[row.clock].name), "article": article}
    if due_at is None:
        return said | {"left": _("中止计时") if row.standing else ""}
    return said | {
        "left": left(due_at, at, term.unit if term else None),
        "provisional": row.provisional,
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
