"""`huiying demo` as a newcomer has it, and what can be found in everything that it leaves behind: nobody's name."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from conftest import free_port, wait_for_answer
from guests import processes_of

PROGRAM = Path(sys.executable).with_name("huiying")
NAME, PHONE, HOME = "欧阳霁川", "13987650123", "锦澜道77号绿柳苑9栋3单元1204室"
PRIVATE = (NAME, PHONE, "139 8765 0123", HOME, "9栋3单元1204")


def environment(home: Path, port: int) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "DATABASE_OWNER_URL"}}
    return {**kept, "HUIYING_HOME": str(home), "PORT": str(port), "PYTHONUNBUFFERED": "1"}


@contextmanager
def demo(home: Path, port: int, log: Path) -> Iterator[str]:
    """Run the demo until the block ends, and stop it as a terminal or an operator does."""
    with log.open("a") as out:
        running = subprocess.Popen(
            [PROGRAM, "demo", "--demands", "12"], env=environment(home, port), stdout=out, stderr=out
        )
    try:
        wait_for_answer(f"http://127.0.0.1:{port}", running)
        yield f"http://127.0.0.1:{port}"
    finally:
        running.send_signal(signal.SIGTERM)
        assert running.wait(60) == 0


def ask(url: str, body: Any = None, method: str | None = None, token: str = "") -> Any:
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(url, data, headers, method=method), timeout=30) as answer:
        return json.loads(answer.read() or "null")


def test_a_newcomer_starts_it_twice_and_nothing_tells_who_complained(home: Path, tmp_path: Path) -> None:
    log, port = tmp_path / "demo.log", free_port()
    with demo(home, port, log) as url:
        for path, words in (("/", "有事请说"), ("/file/", "我要反映"), ("/metrics", "huiying_cases_open")):
            with urllib.request.urlopen(url + path, timeout=30) as page:
                assert page.url == url + path
                assert words in page.read().decode()
        receipt = ask(
            f"{url}/api/v1/demands",
            {
                "text": f"我叫{NAME}，电话{PHONE}（139 8765 0123），家住{HOME}，楼上漏水。",
                "title": f"{NAME}家漏水",
                "address": HOME,
                "contact": {"name": NAME, "phone": PHONE},
            },
        )
        code = receipt["receipt_code"]
        ask(f"{url}/api/v1/receipts/{code}/supplement", {"text": f"请打{PHONE}找{NAME}。"})
        made = subprocess.run(
            [PROGRAM, "token", "create", "--staff", "zhoujie", "--json"],
            env=environment(home, port), capture_output=True, text=True, check=True,
        )  # fmt: skip
        token = json.loads(made.stdout)["token"]
        case = f"{url}/api/v1/cases/{receipt['number']}"
        ask(f"{case}/acts", {"act": "dispatch", "given": {"lead": "sw"}}, token=token)
        seen = json.dumps([ask(case, token=token), ask(f"{url}/api/v1/receipts/{code}")], ensure_ascii=False)
        assert not [private for private in PRIVATE if private in seen]
        everything_of_the_database(home, port)
    assert not processes_of(home)
    with demo(home, port, log):
        verified = subprocess.run(
            [PROGRAM, "ledger", "verify", "--json"],
            env=environment(home, port), capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert json.loads(verified.stdout)["ok"], verified.stdout
    assert not processes_of(home)
    assert "xiaoli" in log.read_text("utf-8")
    for file in [*home.rglob("*"), log]:
        if file.is_file() and not file.is_symlink():
            content = file.read_bytes()
            for private in PRIVATE:
                for encoding in ("utf-8", "gb18030", "utf-16-le"):
                    assert private.encode(encoding) not in content, f"{private} in {file}"
                assert json.dumps(private).strip('"').encode() not in content, f"{private} in {file}"


def everything_of_the_database(home: Path, port: int) -> None:
    """Read every table there is, as app and as owner, and find nobody in it."""
    for role in ("app", "owner"):
        url = subprocess.run(
            [PROGRAM, "db-url", "--role", role], env=environment(home, port), capture_output=True, text=True, check=True
        ).stdout.strip()
        with psycopg.connect(url) as connection:
            connection.execute("SELECT set_config('huiying.scope', 'work', false)")
            if role == "owner":
                connection.execute("SET ROLE huiying_vault")
                vault = readable(connection, "vault")
                connection.execute("RESET ROLE")
                assert len(vault) > 100
                assert not [private for private in PRIVATE if private in vault]
            said = readable(connection, "public")
            assert re.search("楼上漏水", said)
            assert not [private for private in PRIVATE if private in said]


def readable(connection: psycopg.Connection, schema: str) -> str:
    tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", [schema]).fetchall()
    return "\n".join(
        str(row) for (table,) in tables for row in connection.execute(f'SELECT t::text FROM {schema}."{table}" t')
    )
