"""Lists of cases, each a page long: what waits for a role, what is late, what a search finds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, OuterRef, QuerySet, Subquery
from django.db.models.expressions import RawSQL
from django.db.models.functions import Left

from huiying.case.models import Act, Case, Content, Notice
from huiying.case.numbers import is_number
from huiying.config.packs import our_library
from huiying.directory.models import Matter, Staff
from huiying.directory.queries import unit_names
from huiying.doors.people import Person
from huiying.procedure.closure import ANSWERED, RETAINED
from huiying.procedure.schema import UNIT_ROLES, Kind, Stage
from huiying.procedure.words import catalogue

PAGE = 50
NO_TITLE = 24
SOON_DAYS = 2


#: What a row shows of a case, and what people call the codes in it.
SHOWN = ("number", "kind", "step", "due_at", "received_at", "closed_at", "supervisor")
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
}


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
    soon: bool
    supervisor: str


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list; whether there is another is known, how many there are in all is not asked."""

    rows: Sequence[Listed]
    number: int
    more: bool


def waiting_for(person: Person) -> QuerySet[Case]:
    """Return the cases that wait for somebody's role (and unit), in the order in which the law will ask for them."""
    if person.role == "administrator":
        return Case.objects.filter(step="closed").order_by("closed_at", "id")
    held = {"tracks__open": True, "tracks__holder": person.role}
    if person.role in UNIT_ROLES:
        held["tracks__unit"] = person.actor.unit or ""
    return Case.objects.filter(**held).order_by(F("tracks__due_at").asc(nulls_last=True), "tracks__case_id")


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
    words, steps = catalogue("zh_hans"), step_names()
    rows: Any = cases.only(*SHOWN).annotate(**NAMES)
    return [
        Listed(
            number=case.number,
            title=shortened(case.title or "（内容不留存）"),
            kind=words.get(f"choice.{case.kind}", ""),
            matter=case.matter_name or "",
            step=steps.get(case.step, case.step),
            unit=case.unit_names or "",
            due_at=case.due_at,
            received_at=case.received_at,
            late=case.due_at is not None and case.due_at <= at and case.closed_at is None,
            soon=case.due_at is not None and 0 <= (case.due_at - at).days < SOON_DAYS,
            supervisor=case.supervisor_name or case.supervisor,
        )
        for case in rows
    ]


def step_names() -> Mapping[str, str]:
    """Return what people call each step of every procedure in the library."""
    return {step.id: step.name for procedure in our_library().procedures.values() for step in procedure.steps.values()}


def shortened(text: str) -> str:
    """Return a text as a title."""
    return text if len(text) <= NO_TITLE else f"{text[:NO_TITLE]}…"
