"""Demands by e-mail: a mailbox is polled, each message becomes a case once, and is marked as read after that.

A message is known by its Message-ID; polling twice, or dying between registering and marking, registers nothing twice.
Attachments are checked like all files; one that may not be stored is left out, and the text says so.
"""

from __future__ import annotations

import imaplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr, parsedate_to_datetime
from hashlib import sha256
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

from huiying.case.models import Case
from huiying.case.numbers import serials
from huiying.case.recording import instrument_in_force
from huiying.case.scope import working
from huiying.config.keys import digest
from huiying.procedure.decision import Refused
from huiying.procedure.schema import Kind
from huiying.stages.identity.texts import LONGEST_TEXT
from huiying.stages.identity.vault import Contact
from huiying.stages.intake.actions import (
    LONGEST_LINE,
    LONGEST_TITLE,
    RESIDENT,
    Demand,
    coming,
    write_coming,
    wrong,
)
from huiying.stages.intake.files import MOST_FILES, Checked, check

IMAP_PORT, IMAPS_PORT, TIMEOUT_S = 143, 993, 30
FLAGS = {"created": "(\\Seen)", "already": "(\\Seen)", "empty": "(\\Flagged)"}
#: A message dated before that has a clock that is wrong.
EARLIEST_YEAR = 2000
AT_ONCE = 50


class MailboxUnreachable(Exception):  # noqa: N818  # what is wrong with somebody's mailbox is no error of ours
    """The mailbox did not answer, or not as it should. What it said is in the message; no password is."""


@dataclass(slots=True)
class Polled:
    """What a poll brought: messages registered, known already, and left unread because they say nothing."""

    created: int = 0
    already: int = 0
    empty: int = 0


@contextmanager
def opened(url: str, password: str) -> Iterator[imaplib.IMAP4]:
    """Open a mailbox named as `imaps://user@host:port/FOLDER` (`imap://` without encryption, for this machine only)."""
    parts = urlsplit(url)
    host, user, folder = parts.hostname or "", unquote(parts.username or ""), unquote(parts.path.strip("/")) or "INBOX"
    try:
        if parts.scheme == "imaps":
            mailbox: imaplib.IMAP4 = imaplib.IMAP4_SSL(
                host, parts.port or IMAPS_PORT, ssl_context=ssl.create_default_context(), timeout=TIMEOUT_S
            )
        elif parts.scheme == "imap" and host in {"localhost", "127.0.0.1", "::1"}:
            mailbox = imaplib.IMAP4(host, parts.port or IMAP_PORT, timeout=TIMEOUT_S)
        else:
            raise MailboxUnreachable(f"imaps://…, not {parts.scheme}://{host}")
        with mailbox:
            mailbox.login(user, password)
            status, said = mailbox.select(folder)
            if status != "OK":
                raise MailboxUnreachable(f"{folder}: {said[0]!r}")
            yield mailbox
    except (OSError, imaplib.IMAP4.error) as error:
        raise MailboxUnreachable(f"{host}: {error}") from error


def poll(mailbox: imaplib.IMAP4, at: datetime) -> Polled:
    """Register the unread messages of a mailbox, and mark each as read once it is safe.

    One that cannot be a demand stays unread and is flagged, for a person to look at.
    """
    polled = Polled()
    _, found = mailbox.uid("SEARCH", "UNSEEN", "UNFLAGGED")
    for uid in (found[0] or b"").split()[:AT_ONCE]:
        _, answer = mailbox.uid("FETCH", uid.decode(), "(BODY.PEEK[])")
        raw = next((part[1] for part in answer if isinstance(part, tuple)), b"")
        outcome = receive(raw, at)
        setattr(polled, outcome, getattr(polled, outcome) + 1)
        mailbox.uid("STORE", uid.decode(), "+FLAGS", FLAGS[outcome])
    return polled


def receive(raw: bytes, at: datetime) -> str:
    """Register one message; return `created`, `already`, or `empty` where it says nothing that could be a demand."""
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)  # noqa: S101  # the default policy's own type
    demand = demand_of(message)
    if wrong(demand) is not None:
        return "empty"
    said = str(message.get("Message-ID", "")).strip() or sha256(raw).hexdigest()
    origin = digest("origin", f"email:{said}")
    with working():
        if Case.objects.filter(origin=origin).exists():
            return "already"
        new = coming(
            demand, "email", _sent(message, at), at, serials(1)[0], instrument_in_force(at), RESIDENT, origin=origin
        )
        write_coming([new])
    return "created"


def demand_of(message: EmailMessage) -> Demand:
    """Return what a message brings. Who sent it can be answered by e-mail: that is where they can be reached."""
    name, address = _sender(message)
    files, left_out = _files(message)
    title = _plain(str(message.get("Subject", "")))[:LONGEST_TITLE]
    text = _text(message)[:LONGEST_TEXT].strip() or title
    if text and left_out:
        text = f"{text[: LONGEST_TEXT - 40]}\n（有 {left_out} 个附件不能接收，没有保存。）"
    return Demand(
        text=text,
        title=title,
        kind=Kind.HELP.value,
        contact=Contact(name=name[:LONGEST_LINE], address=address[:LONGEST_LINE]),
        files=files,
    )


def _plain(words: str) -> str:
    """Return words that can be kept: without NUL, and with what was no text in any charset replaced."""
    return words.replace("\0", "").encode("utf-8", "replace").decode().strip()


def _sender(message: EmailMessage) -> tuple[str, str]:
    """Return name and address of whoever sent a message, as far as they can be read."""
    name, address = parseaddr(str(message.get("From", "")))
    return _plain(name), _plain(address)


def _text(message: EmailMessage) -> str:
    body = message.get_body(preferencelist=("plain", "html"))
    if body is None:
        return ""
    try:
        content = str(body.get_content())
    except (LookupError, UnicodeError):  # a charset that nobody knows
        content = bytes(body.get_payload(decode=True) or b"").decode("utf-8", "replace")
    content = _plain(content)
    return _Words.of(content) if body.get_content_subtype() == "html" else content


class _Words(HTMLParser):
    """The words of an HTML body, without what only a program reads."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.silent = 0

    @classmethod
    def of(cls, content: str) -> str:
        parser = cls()
        parser.feed(content)
        return " ".join("".join(parser.words).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        self.silent += tag in {"script", "style", "head"}
        self.words.append(" ")

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in {"script", "style", "head"} and self.silent > 0

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.words.append(data)


def _files(message: EmailMessage) -> tuple[tuple[tuple[str, Checked], ...], int]:
    """Return the attachments that may be stored, and how many may not."""
    kept: list[tuple[str, Checked]] = []
    left_out = 0
    for part in message.iter_attachments():
        name, data = part.get_filename() or "", part.get_payload(decode=True)
        one = check(name, data) if isinstance(data, bytes) else None
        if one is None or isinstance(one, Refused) or len(kept) == MOST_FILES:
            left_out += 1
        else:
            kept.append((name, one))
    return tuple(kept), left_out


def _sent(message: EmailMessage, at: datetime) -> datetime:
    """Return when a message was sent, where it says so in a way that can be; otherwise when it was read."""
    try:
        sent = parsedate_to_datetime(str(message.get("Date", "")))
    except ValueError:
        return at
    return sent if sent.tzinfo is not None and sent.year >= EARLIEST_YEAR and sent <= at else at
