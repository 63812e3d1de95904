"""`huiying deadline`: when a limit ends, and every day's reason. No database."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import click

from huiying.commands.output import fail, json_option, print_json, rule_words, sentence, words
from huiying.commands.packs import pack_option, the_library
from huiying.procedure.decision import Refused
from huiying.procedure.library import Library
from huiying.procedure.time_limits import SHANGHAI, Due, Line, Roll, Suspension, Term, due
from huiying.procedure.workdays import Calendar, china

COLUMNS = ("term_id", "start", "roll")
#: Outside these years a date is a slip of the pen, not a start.
FIRST_YEAR, LAST_YEAR = 1949, 2200


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: which limit, from when, with what in between."""

    term_id: str
    start: str
    roll: str = ""
    suspend: tuple[str, ...] = ()
    extend: int = 0
    approved_by: str | None = None


class UnreadableError(Exception):
    """Something that was given cannot be read; the message says what and how it is written."""


@click.command()
@click.argument("term_id", required=False)
@click.option(
    "--start", metavar="ISO", help="Day (2026-09-18) or moment (2026-09-18T09:30) of the event; not counted itself."
)
@click.option(
    "--roll",
    type=click.Choice([roll.value for roll in Roll]),
    help="What a last day off does; the row's own if left out.",
)
@click.option(
    "--suspend",
    metavar="FROM/TO[=GROUND]",
    multiple=True,
    help="Days not counted, both ends included. May be given again.",
)
@click.option("--extend", metavar="N", type=click.IntRange(min=1), help="Extension in the row's own unit.")
@click.option("--approved-by", metavar="ROLE", help="Who approved the extension; the row's first approver if left out.")
@click.option(
    "--calendar-through", metavar="YEAR", type=int, help="Reckon as when this was the last year with a calendar."
)
@click.option(
    "--batch",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="csv with term_id,start,roll; one JSON line a row. - is standard input.",
)
@pack_option
@json_option
def deadline(
    *,
    term_id: str | None,
    start: str | None,
    roll: str | None,
    suspend: tuple[str, ...],
    extend: int | None,
    approved_by: str | None,
    calendar_through: int | None,
    batch: Path | None,
    packs: tuple[Path, ...],
    as_json: bool,
) -> None:
    """Say when the limit TERM_ID ends, under which article, and why day by day."""
    library, calendar = the_library(packs), _calendar(calendar_through)
    if batch is not None:
        if term_id is not None:
            fail("--batch", words("command.batch_or_one"))
        _batch(library, calendar, batch)
        return
    if term_id is None or start is None:
        fail("deadline", words("command.deadline_needs"), "huiying deadline SC-06 --start 2026-09-18")
    question = Question(term_id, start, roll or "", suspend, extend or 0, approved_by)
    try:
        answered = _answer(library, calendar, question)
    except UnreadableError as problem:
        fail(term_id, str(problem))
    if isinstance(answered, Refused):
        fail(term_id, sentence(answered))
    term, answer = answered
    if not term.in_force(_day(start)):
        click.echo(
            words("command.not_in_force", {"term": term.id, "first": term.valid_from, "last": term.valid_to}), err=True
        )
    if as_json:
        print_json(_document(term, answer, start))
    else:
        _print(term, answer)


def _calendar(through: int | None) -> Calendar:
    known = max(china().years)
    if through is not None and through > known:
        fail("--calendar-through", words("command.calendar_unknown", {"year": through, "known": known}))
    return china() if through is None else china().through(through)


def _moment(text: str) -> date | datetime:
    """Read a day or a moment; a moment without a zone is Beijing time."""
    try:
        read = date.fromisoformat(text) if len(text) == len("2026-09-18") else datetime.fromisoformat(text)
    except ValueError:
        raise UnreadableError(words("command.not_a_date", {"text": text})) from None
    if not FIRST_YEAR <= read.year <= LAST_YEAR:
        raise UnreadableError(
            words("command.year_out_of_range", {"text": text, "first": FIRST_YEAR, "last": LAST_YEAR})
        )
    if isinstance(read, datetime) and read.tzinfo is None:
        return read.replace(tzinfo=SHANGHAI)
    return read


def _day(text: str) -> date:
    moment = _moment(text)
    return moment.astimezone(SHANGHAI).date() if isinstance(moment, datetime) else moment


def _suspension(text: str) -> Suspension:
    days, _, ground = text.partition("=")
    first, slash, last = days.partition("/")
    if not slash:
        raise UnreadableError(words("command.not_an_interval", {"text": text}))
    return Suspension(_day(first), _day(last), ground or None)


def _answer(library: Library, calendar: Calendar, question: Question) -> tuple[Term, Due] | Refused:
    term = library.term(question.term_id)
    if isinstance(term, Refused):
        return term
    if question.roll and question.roll not in {roll.value for roll in Roll}:
        raise UnreadableError(words("command.not_a_roll", {"text": question.roll}))
    answer = due(
        term,
        _moment(question.start),
        calendar,
        suspensions=[_suspension(text) for text in question.suspend],
        extended=question.extend,
        extended_by=question.approved_by,
        roll=Roll(question.roll) if question.roll else None,
    )
    return answer if isinstance(answer, Refused) else (term, answer)


def _batch(library: Library, calendar: Calendar, path: Path) -> None:
    """Answer each row in order. A row that cannot be answered gets an `error`; the others are not held up by it."""
    wrong = 0
    for row in _rows(path):
        question = Question(row["term_id"].strip(), row["start"].strip(), row["roll"].strip())
        document: dict[str, object]
        try:
            answered = _answer(library, calendar, question)
        except UnreadableError as problem:
            document = {"term": question.term_id, "error": {"code": "unreadable", "message": str(problem)}}
        else:
            if isinstance(answered, Refused):
                document = {"term": question.term_id, "error": {"code": answered.code, "message": sentence(answered)}}
            else:
                document = _document(*answered, question.start)
        wrong += "error" in document
        print_json(document)
    if wrong:
        click.echo(words("command.batch_errors", {"wrong": wrong}), err=True)


def _rows(path: Path) -> Iterator[Mapping[str, str]]:
    try:
        text = sys.stdin.read() if str(path) == "-" else path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        fail(str(path), words("command.file_unreadable", {"why": error}))
    reader = csv.DictReader(text.splitlines(), restval="")
    if reader.fieldnames is None or not set(COLUMNS) <= set(reader.fieldnames):
        fail(str(path), words("command.batch_columns", {"columns": ",".join(COLUMNS)}))
    yield from reader


def _why(line: Line) -> str:
    detail = (
        f"（{rule_words(f'choice.{line.detail}')}）"
        if line.why.startswith("suspended") and line.detail
        else line.detail
    )
    said = rule_words(f"why.{line.why}", {"detail": detail, "number": line.number})
    return said + (rule_words("why.assumed") if line.assumed else "")


def _document(term: Term, answer: Due, start: str) -> dict[str, object]:
    """Return the contract's document, with what a careful reader also wants to know of the row."""
    return {
        "due": answer.at.isoformat(),
        "provisional": answer.provisional,
        "article": answer.article,
        "derivation": [
            {"date": line.at.isoformat(), "counted": line.counted, "why": _why(line)} for line in answer.derivation
        ],
        "term": term.id,
        "name": term.name,
        "status": term.status.value,
        "in_force": term.in_force(_day(start)),
    }


def _print(term: Term, answer: Due) -> None:
    when = answer.at.isoformat(sep=" ") if isinstance(answer.at, datetime) else f"{answer.at.isoformat()} 24:00"
    click.echo(words("command.ends_provisional" if answer.provisional else "command.ends", {"when": when}))
    click.echo(f"{term.id} {term.name}（{term.value} {rule_words(f'unit.{term.unit.value}')}）  {answer.article}")
    if not term.status.is_law:
        click.echo(words("command.not_law", {"status": term.status.value}))
    for line in answer.derivation:
        mark = "●" if line.counted else "○"
        click.echo(f"  {mark} {line.at.isoformat()}  {_why(line)}")
