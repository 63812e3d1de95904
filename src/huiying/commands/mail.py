"""`huiying mail poll`: register what has come by e-mail."""

from __future__ import annotations

from pathlib import Path

import click

from huiying.commands.output import fail, json_option, print_json, words
from huiying.commands.ready import ready
from huiying.config.environment import read


@click.group()
def mail() -> None:
    """Demands by e-mail."""


@mail.command()
@json_option
def poll(*, as_json: bool) -> None:
    """Register the unread messages of HUIYING_MAILBOX, each once, however often this runs: for a timer."""
    url, secret = read("HUIYING_MAILBOX"), read("HUIYING_MAILBOX_PASSWORD_FILE")
    if not url or not secret:
        fail("HUIYING_MAILBOX", words("command.no_mailbox"))
    try:
        password = Path(secret).read_text("utf-8").strip()
    except OSError as error:
        fail(secret, words("command.file_unreadable", {"why": error.strerror}))
    with ready():
        from django.utils import timezone  # noqa: PLC0415  # needs Django

        from huiying.stages.intake import mailbox  # noqa: PLC0415  # needs Django

        try:
            with mailbox.opened(url, password) as box:
                polled = mailbox.poll(box, timezone.now())
        except mailbox.MailboxUnreachable as unreachable:
            fail("HUIYING_MAILBOX", words("command.mailbox_unreachable", {"why": unreachable}))
    counts = {"created": polled.created, "already": polled.already, "empty": polled.empty}
    if as_json:
        print_json(counts)
    else:
        click.echo(words("command.mail_polled", counts))
