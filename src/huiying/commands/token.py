"""`huiying token create`: a token with which a program acts as somebody, in one of their posts."""

from __future__ import annotations

import click

from huiying.commands.output import fail, json_option, print_json, words
from huiying.commands.ready import ready


@click.group()
def token() -> None:
    """Tokens of the API."""


@token.command()
@click.option("--staff", required=True, metavar="LOGIN", help="Whose post the program acts in.")
@click.option("--role", metavar="ROLE", help="Which post, where somebody holds several.")
@click.option("--label", default="api", show_default=True, help="What it is for.")
@click.option("--days", default=90, show_default=True, type=click.IntRange(1, 366), help="How long it is good.")
@json_option
def create(*, staff: str, role: str | None, label: str, days: int, as_json: bool) -> None:
    """Make a token and print it. It is told this once; what is kept of it is a keyed hash."""
    with ready():
        from django.utils import timezone  # noqa: PLC0415  # needs Django

        from huiying.directory.models import Staff  # noqa: PLC0415  # needs Django
        from huiying.doors.people import new_token, posts_of  # noqa: PLC0415  # needs Django

        known = Staff.objects.filter(username=staff, is_active=True).first()
        posts = [post for post in posts_of(known) if role in {None, post.role_id}] if known else []
        if not posts:
            fail("--staff", words("command.no_such_post", {"staff": staff, "role": role or "—"}))
        made = new_token(posts[0], label, timezone.now(), days)
    if as_json:
        print_json({"token": made, "staff": staff, "role": posts[0].role_id, "days": days})
    else:
        click.echo(made)
