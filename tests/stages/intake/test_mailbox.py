"""Demands by e-mail, from a mailbox that speaks IMAP on this machine's loopback."""

from __future__ import annotations

import io
import json
import re
import socketserver
import subprocess
import sys
import threading
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from PIL import Image

from conftest import Installation
from huiying.case.models import Case, Content
from huiying.case.numbers import is_number
from huiying.case.scope import CENTRE, seeing
from huiying.stages.identity import vault
from huiying.stages.intake.models import Attachment

PASSWORD = "not-in-any-log"  # noqa: S105  # a mailbox's of this test


class Mailbox(socketserver.ThreadingTCPServer):
    """An IMAP server that knows one mailbox, and as much of the protocol as polling needs."""

    daemon_threads = allow_reuse_address = True

    def __init__(self, messages: list[bytes]) -> None:
        super().__init__(("127.0.0.1", 0), Speaking)
        self.messages, self.flags = messages, dict[int, str]()


class Speaking(socketserver.StreamRequestHandler):
    server: Mailbox

    def handle(self) -> None:
        self.wfile.write(b"* OK ready\r\n")
        for line in self.rfile:
            tag, _, rest = line.decode().strip().partition(" ")
            command = rest.upper()
            if command.startswith("CAPABILITY"):
                self.wfile.write(b"* CAPABILITY IMAP4rev1\r\n")
            elif command.startswith("LOGIN") and PASSWORD not in rest:
                self.wfile.write(f"{tag} NO wrong password\r\n".encode())
                continue
            elif command.startswith("UID SEARCH"):
                unread = [str(n) for n in range(1, len(self.server.messages) + 1) if n not in self.server.flags]
                self.wfile.write(f"* SEARCH {' '.join(unread)}\r\n".encode())
            elif command.startswith("UID FETCH"):
                number = int(rest.split()[2])
                raw = self.server.messages[number - 1]
                self.wfile.write(f"* {number} FETCH (UID {number} BODY[] {{{len(raw)}}}\r\n".encode() + raw + b")\r\n")
            elif command.startswith("UID STORE"):
                self.server.flags[int(rest.split()[2])] = "Flagged" if "FLAGGED" in command else "Seen"
            self.wfile.write(f"{tag} OK done\r\n".encode())
            if command.startswith("LOGOUT"):
                return


def letter(number: int, text: str = "", html: str = "", *, photo: bool = False) -> bytes:
    message = EmailMessage()
    message["From"] = "陈小梅 <chen@example.org>"
    message["Subject"] = "楼道漏水"
    message["Message-ID"] = f"<{number}@example.org>"
    message["Date"] = "Mon, 02 Nov 2026 09:00:00 +0800"
    message.set_content(text) if text else message.set_content(html, subtype="html")
    if photo:
        file = io.BytesIO()
        Image.new("RGB", (16, 16)).save(file, "JPEG")
        message.add_attachment(file.getvalue(), maintype="image", subtype="jpeg", filename="漏水.jpg")
        message.add_attachment(b"MZ", maintype="application", subtype="exe", filename="a.exe")
    return message.as_bytes()


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    letters = [
        letter(1, "我是陈小梅，楼道漏水，请回复chen@example.org。", photo=True),
        letter(2, html="<html><style>p{}</style><p>路灯<b>不亮</b></p><script>x()</script></html>"),
        letter(1, "我是陈小梅，楼道漏水，请回复chen@example.org。"),
        b"Subject: =?nonsense?Q?=\r\n\r\n",
        "From: 王五 <w@example.org>\r\nDate: Mon, 1 Jan 150 00:00 +0000\r\nSubject: x\r\n\r\n".encode("gb18030"),
        b"\r\n",
    ]
    with Mailbox(letters) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def poll(
    installation: Installation, mailbox: Mailbox, folder: Path, password: str = PASSWORD
) -> subprocess.CompletedProcess[str]:
    secret = folder / "password"
    secret.write_text(password)
    url = f"imap://desk@127.0.0.1:{mailbox.server_address[1]}/INBOX"
    environment = installation.environment() | {
        "HUIYING_MAILBOX": url, "HUIYING_MAILBOX_PASSWORD_FILE": str(secret),
    }  # fmt: skip
    program = Path(sys.executable).with_name("huiying")
    return subprocess.run(
        [program, "mail", "poll", "--json"], env=environment, capture_output=True, text=True, check=False
    )


def test_messages_become_cases_once(own_database: Installation, mailbox: Mailbox, tmp_path: Path) -> None:
    first = poll(own_database, mailbox, tmp_path)
    assert first.returncode == 0, first.stderr
    assert json.loads(first.stdout) == {"created": 4, "already": 1, "empty": 1}
    assert mailbox.flags == {1: "Seen", 2: "Seen", 3: "Seen", 4: "Seen", 5: "Seen", 6: "Flagged"}
    mailbox.flags.clear()
    assert json.loads(poll(own_database, mailbox, tmp_path).stdout)["created"] == 0
    with seeing(CENTRE):
        leak, light, subject_only, odd = Case.objects.order_by("id")
        texts = {(content.case_id, content.name): content.text for content in Content.objects.all()}
        assert Attachment.objects.count() == 1
    assert (leak.channel, leak.received_at.isoformat(), leak.anonymous) == ("email", "2026-11-02T01:00:00+00:00", False)
    said = texts[leak.pk, "text"]
    assert "陈小梅" not in said
    assert "chen@" not in said
    assert "1 个附件不能接收" in said
    assert re.sub(r"\s", "", texts[light.pk, "text"]) == "路灯不亮"
    assert "contact" in vault.names(leak.number)
    assert is_number(odd.number)
    assert "nonsense" in texts[subject_only.pk, "text"]


def test_a_mailbox_that_refuses_is_said_to_and_nothing_is_told_of_the_password(
    own_database: Installation, mailbox: Mailbox, tmp_path: Path
) -> None:
    done = poll(own_database, mailbox, tmp_path, "wrong")
    assert done.returncode == 2
    assert "邮箱没有应答" in done.stderr
    assert "wrong\n" not in done.stderr
