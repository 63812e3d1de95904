"""`huiying audit commit|draw|verify`: a sample of closed cases that nobody can choose, and anybody can recompute."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from huiying.commands.output import EXIT_FELL_SHORT, fail, json_option, print_json, sentence, words
from huiying.commands.ready import ready
from huiying.procedure.audit_draw import BY, ListUnreadable, as_text, root
from huiying.procedure.audit_draw import draw as drawn_from
from huiying.procedure.audit_draw import read as read_list
from huiying.procedure.time_limits import SHANGHAI

if TYPE_CHECKING:
    from huiying.procedure.state import Actor

DAY = click.DateTime(["%Y-%m-%d"])
by_option = click.option("--by", "login", required=True, metavar="LOGIN", help="An auditor.")


@click.group()
def audit() -> None:
    """Samples of closed cases, drawn by public randomness."""


@audit.command()
@click.argument("name")
@click.option("--from", "first", required=True, type=DAY, help="Cases closed from this day on.")
@click.option("--to", "last", required=True, type=DAY, help="Cases closed up to and on this day.")
@click.option("--count", required=True, type=int, help="How many will be drawn.")
@click.option("--source", required=True, help="Which public randomness, and where it will be published.")
@click.option("--published", required=True, metavar="MOMENT", help="When it will be, at the earliest (Beijing time).")
@click.option("--by-class", is_flag=True, help="Draw from each class of unit its share.")
@click.option(
    "--out", required=True, type=click.Path(path_type=Path, dir_okay=False), help="Where the list is written."
)
@by_option
@json_option
def commit(  # the options of a command
    *,
    name: str,
    first: datetime,
    last: datetime,
    count: int,
    source: str,
    published: str,
    by_class: bool,
    out: Path,
    login: str,
    as_json: bool,
) -> None:
    """Commit to the list NAME before the randomness exists, and write it down to be published."""
    moment = _moment(published)
    if out.exists() or not out.parent.is_dir():
        fail("--out", words("command.folder_not_writable", {"why": out}))
    with ready(), _answered():
        from django.utils import timezone  # noqa: PLC0415  # needs Django

        from huiying.case.scope import working  # noqa: PLC0415  # needs Django
        from huiying.stages.audit.actions import Plan, commit_list  # noqa: PLC0415  # needs Django
        from huiying.stages.audit.queries import entries  # noqa: PLC0415  # needs Django

        plan = Plan(name, first.date(), last.date(), count, source, moment, by_class)
        with working():  # the commitment and the list on disk, or neither
            made = commit_list(plan, by=_auditor(login), at=timezone.now())
            listed = entries(made)
            out.write_text(as_text(listed), "utf-8", newline="\n")
    said = {"name": name, "size": made.size, "count": count, "root": root(listed), "out": str(out)}
    if as_json:
        print_json({**said, "published": moment.isoformat()})
    else:
        click.echo(words("command.audit_committed", {**said, "published": published}))


@audit.command()
@click.argument("name")
@click.argument("randomness")
@by_option
@json_option
def draw(*, name: str, randomness: str, login: str, as_json: bool) -> None:
    """Draw from the list NAME with the RANDOMNESS that was published."""
    with ready(), _answered():
        from django.utils import timezone  # noqa: PLC0415  # needs Django

        from huiying.stages.audit.actions import NoSuchAudit, draw_sample  # noqa: PLC0415  # needs Django

        try:
            positions = draw_sample(name, randomness, by=_auditor(login), at=timezone.now())
        except NoSuchAudit:
            fail("NAME", words("command.no_such_audit", {"name": name}))
    if as_json:
        print_json({"name": name, "drawn": positions})
    else:
        click.echo(words("command.audit_done", {"name": name, "count": len(positions), "positions": _said(positions)}))


@audit.command()
@click.argument("file", metavar="LIST", type=click.Path(path_type=Path))
@click.option("--randomness", required=True, help="As it was published.")
@click.option("--count", required=True, type=click.IntRange(1), help="How many were to be drawn.")
@click.option("--by-class", is_flag=True, help="Each class of unit gave its share.")
@click.option("--root", "expected", metavar="SHA256", help="What was committed to.")
@click.option("--drawn", "published", metavar="N,N…", help="The places that are said to have been drawn.")
@json_option
def verify(  # the options of a command
    *,
    file: Path,
    randomness: str,
    count: int,
    by_class: bool,
    expected: str | None,
    published: str | None,
    as_json: bool,
) -> None:
    """Work a draw out again from the published LIST: no database, no keys. Exit 1: not what was published."""
    try:
        listed = read_list(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as unreadable:
        fail(str(file), words("command.file_unreadable", {"why": unreadable}))
    except ListUnreadable as wrong:
        code = "command.audit_list_unreadable" if wrong.line else "command.audit_list_empty"
        fail(str(file), words(code, {"line": wrong.line}))
    found, positions = root(listed), drawn_from(listed, randomness, count, by_class=by_class)
    same_root = expected is None or expected.strip().lower() == found
    same_draw = published is None or _numbers(published) == positions
    if as_json:
        drawn = [{"position": place, "commitment": listed[place - 1].commitment} for place in positions]
        print_json({"ok": same_root and same_draw, "root": found, "size": len(listed), "drawn": drawn})
    else:
        click.echo(words("command.audit_root", {"size": len(listed), "root": found}))
        click.echo(words("command.audit_positions", {"positions": _said(positions)}))
        if not same_root:
            click.echo(words("command.audit_root_differs", {"root": expected}))
        if not same_draw:
            click.echo(words("command.audit_positions_differ", {"positions": published}))
    if not (same_root and same_draw):
        sys.exit(EXIT_FELL_SHORT)


@contextmanager
def _answered() -> Iterator[None]:
    """Say a rule's refusal as bad input."""
    from huiying.case.recording import NotAllowed  # noqa: PLC0415  # needs Django

    try:
        yield
    except NotAllowed as refused:
        fail(str(refused.refused.params.get("field", "audit")), sentence(refused.refused))


def _auditor(login: str) -> Actor:
    from huiying.directory.models import Staff  # noqa: PLC0415  # needs Django
    from huiying.doors.people import in_post, posts_of  # noqa: PLC0415  # needs Django

    known = Staff.objects.filter(username=login, is_active=True).first()
    post = next((post for post in posts_of(known) if post.role_id == BY), None) if known else None
    if post is None:
        fail("--by", words("command.no_such_post", {"staff": login, "role": BY}))
    return in_post(post).actor


def _moment(said: str) -> datetime:
    try:
        at = datetime.fromisoformat(said)
    except ValueError:
        fail("--published", words("command.not_a_date", {"text": said}), words("command.audit_moment"))
    return at if at.tzinfo else at.replace(tzinfo=SHANGHAI)


def _numbers(said: str) -> tuple[int, ...]:
    parts = [part.strip() for part in said.split(",") if part.strip()]
    if not all(part.isascii() and part.isdecimal() for part in parts):
        fail("--drawn", words("command.audit_positions_differ", {"positions": said}))
    return tuple(sorted(map(int, parts)))


def _said(positions: tuple[int, ...]) -> str:
    return ",".join(map(str, positions))
