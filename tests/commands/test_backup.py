"""A backup taken while people work, and what of it stands on an empty machine afterwards."""

from __future__ import annotations

import io
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection
from PIL import Image
from psycopg.conninfo import make_conninfo

from cast import MONDAY, ZHOU, later
from conftest import Installation, drop, free_port, wait_for_answer
from guests import environment, eventually, processes_of
from huiying.case.numbers import is_number
from huiying.stages import flow
from huiying.stages.identity.vault import Contact
from huiying.stages.intake.actions import RESIDENT, Demand, check_all, register

PROGRAM = Path(sys.executable).with_name("huiying")
CHEN = Contact("陈小梅", "13900001234")
NUMBERS = count(1)
#: What decides who may do what: tables with their triggers and policies, functions, what is to come, schemas.
RIGHTS = (
    """
    SELECT c.oid::regclass::text, relowner::regrole::text, relacl::text, relrowsecurity,
        (SELECT count(*) FROM pg_trigger WHERE tgrelid = c.oid),
        (SELECT count(*) FROM pg_policy WHERE polrelid = c.oid)
    FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
    WHERE nspname IN ('public', 'vault') AND relkind IN ('r', 'S', 'i') ORDER BY 1
    """,
    """
    SELECT oid::regprocedure::text, proowner::regrole::text, prosecdef,
        array(SELECT a::text FROM unnest(proacl) a ORDER BY 1)
    FROM pg_proc WHERE proowner::regrole::text LIKE 'huiying%' ORDER BY 1
    """,
    "SELECT defaclrole::regrole::text, defaclobjtype, defaclacl::text FROM pg_default_acl ORDER BY 1, 2",
    "SELECT nspname, nspowner::regrole::text, nspacl::text FROM pg_namespace WHERE nspname !~ '^pg_' ORDER BY 1",
)


def bring(words: str = "家里漏水", *, file: int = 0) -> str:
    picture = io.BytesIO()
    Image.new("RGB", (8, 8), (file % 256, 90, 90)).save(picture, "PNG")
    files = tuple(check_all([("漏水.png", picture.getvalue())])) if file else ()
    demand = Demand(text=words, contact=CHEN, files=files)
    return register(demand, channel="portal", by=RESIDENT, at=MONDAY).number


def run(home: Path, *arguments: str | Path, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [PROGRAM, *map(str, arguments)], env=environment(home, **more), capture_output=True, text=True, check=False
    )


def backed_up(installation: Installation, to: Path) -> dict[str, Any]:
    done = installation.huiying("backup", str(to), "--json")
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


@contextmanager
def new_database(admin: str) -> Iterator[str]:
    """Give the login to a database that is not there yet, and drop what became of it."""
    name = f"huiying_restored_{os.getpid()}_{next(NUMBERS)}"
    yield make_conninfo(admin, dbname=name)
    drop(admin, name)


@contextmanager
def serving(home: Path) -> Iterator[str]:
    port = free_port()
    server = subprocess.Popen([PROGRAM, "serve", "--processes", "1"], env=environment(home, PORT=str(port)))
    try:
        wait_for_answer(f"http://127.0.0.1:{port}", server)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(60)


def serial(number: str) -> int:
    assert is_number(number)
    return int(number.split("-")[1])


def test_what_was_lost_is_named_and_the_restored_installation_goes_on(
    own_database: Installation, home: Path, tmp_path: Path
) -> None:
    kept = [bring(), bring("路灯不亮", file=1)]
    with psycopg.connect(own_database.admin) as owner:
        owner.execute("INSERT INTO django_session VALUES ('somebody', '', now() + interval '1 day')")
        owner.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, status, args)"
            " VALUES ('default', 'huiying.ring', 'doing', '{\"alarm\": 0}')"
        )
        owner.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, status, lock, queueing_lock)"
            " VALUES ('default', 'huiying.retry_stalled', 'doing', 'retry_stalled', 'retry_stalled')"
        )
    said = backed_up(own_database, tmp_path / "backup")
    assert (said["cases"], said["files"]) == (2, 1)
    lost = [bring("后来的"), bring("更后来的")]
    flow.act(kept[0], "urge", by=RESIDENT, at=later(1), given={})

    done = run(
        home, "restore", tmp_path / "backup", "--keys", own_database.home / "keys",
        "--checkpoints", own_database.home / "checkpoints", "--json",
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    told = json.loads(done.stdout)
    assert {(found["case"], found["kind"]) for found in told["differences"]} == {
        (kept[0], "tail_cut"),
        *((number, "case_vanished") for number in lost),
    }
    assert (told["lost"]["acts"], told["lost"]["cases"], told["taken_at"]) == (3, 2, said["taken_at"])
    assert set(told["seconds"]) == {"check", "copy", "restore", "verify"}

    with serving(home) as url:
        body = json.dumps({"text": "恢复以后的第一件", "contact": {"name": "王五", "phone": "13900009999"}}).encode()
        asked = urllib.request.Request(f"{url}/api/v1/demands", body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(asked, timeout=30) as answer:
            receipt = json.load(answer)
        assert serial(receipt["number"]) > max(map(serial, lost))
        again = run(home, "backup", tmp_path / "again", "--json")  # the home's own server, while it is served
        assert (again.returncode, json.loads(again.stdout)["cases"]) == (0, 3), again.stderr
        login = run(home, "db-url", "--role", "owner").stdout.strip()
        with psycopg.connect(login) as owner:
            assert owner.execute("SELECT count(*) FROM django_session").fetchone() == (0,)
            doing = owner.execute(
                "SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing' AND worker_id IS NULL"
            )
            assert doing.fetchone() == (0,)
            # Numbers of the old server's transactions would come again here, and open what nobody asked to see.
            now = owner.execute("SELECT pg_current_xact_id()::text::bigint").fetchone()
            newest = owner.execute(
                "SELECT count(*) FROM case_act WHERE transaction > %s OR transaction <> 0 AND subject = ANY (%s)",
                [now and now[0], [f"case:{number}" for number in kept]],
            )
            assert newest.fetchone() == (0,)
    verified = json.loads(run(home, "ledger", "verify", "--json").stdout)
    assert (verified["ok"], verified["cases"]) == (True, 3)
    assert processes_of(home) == {}


def test_on_a_server_of_your_own_the_rights_are_those_of_an_installation(
    own_database: Installation, admin: str, home: Path, tmp_path: Path
) -> None:
    bring()
    backed_up(own_database, tmp_path / "backup")
    with new_database(admin) as url:
        done = run(
            home, "restore", tmp_path / "backup", "--keys", own_database.home / "keys",
            DATABASE_URL=url, HUIYING_LANGUAGE="en",
        )  # fmt: skip
        assert (done.returncode, "proves less" in done.stdout) == (0, True), done.stderr
        with psycopg.connect(own_database.admin) as before, psycopg.connect(url) as after:
            for query in RIGHTS:
                assert after.execute(query).fetchall() == before.execute(query).fetchall()
        again = run(
            home.with_name("other"),
            "restore",
            tmp_path / "backup",
            "--keys",
            own_database.home / "keys",
            DATABASE_URL=url,
        )
        assert (again.returncode, "不是空的" in again.stderr) == (2, True)


def test_nothing_that_was_acknowledged_before_a_backup_is_missing_in_it(
    own_database: Installation, admin: str, home: Path, tmp_path: Path
) -> None:
    receipts: list[str] = []
    enough, over = threading.Event(), threading.Event()

    def submit() -> None:
        while not over.is_set():
            receipts.append(bring(file=len(receipts) + 1))
            if len(receipts) >= 4:
                enough.set()
        connection.close()

    threads = [threading.Thread(target=submit) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        assert enough.wait(60)
        before = list(receipts)
        backed_up(own_database, tmp_path / "backup")
    finally:
        over.set()
        for thread in threads:
            thread.join()
    assert len(receipts) > len(before), "nobody submitted anything meanwhile"
    with new_database(admin) as url:
        done = run(
            home, "restore", tmp_path / "backup", "--keys", own_database.home / "keys", "--json", DATABASE_URL=url
        )
        told = json.loads(done.stdout)
        assert (done.returncode, told["differences"]) == (0, [])
        with psycopg.connect(url) as restored:
            numbers = {number for (number,) in restored.execute("SELECT number FROM case_case")}
    assert set(before) <= numbers


def test_a_case_erased_while_a_backup_is_taken_is_not_in_it(own_database: Installation, tmp_path: Path) -> None:
    number = bring(file=1)
    bring("路灯不亮", file=1)
    with psycopg.connect(own_database.admin) as holding:
        holding.execute("LOCK TABLE django_session IN ACCESS EXCLUSIVE MODE")  # the dump has to wait for this one
        running = subprocess.Popen(
            [PROGRAM, "backup", tmp_path / "backup", "--json"], env=own_database.environment(), stdout=subprocess.PIPE
        )
        with psycopg.connect(own_database.admin, autocommit=True) as watching:
            waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'django_session'::regclass"
            eventually(lambda: watching.execute(waiting).fetchone() != (0,), "the dump waits")
        flow.act(number, "hand_over_secret", by=ZHOU, at=later(1), given={"ground": "state_secret"})
        holding.rollback()
    told = json.loads(running.communicate(timeout=60)[0])
    assert (running.returncode, told["files"], told["damaged"]) == (0, 1, [])
    assert len([path for path in (tmp_path / "backup" / "uploads").rglob("*") if path.is_file()]) == 1
    assert own_database.huiying("restore", str(tmp_path / "backup"), "--check").returncode == 0


def test_a_database_tampered_with_before_the_backup_is_found_when_it_is_restored(
    own_database: Installation, admin: str, home: Path, tmp_path: Path
) -> None:
    number = bring()
    with psycopg.connect(own_database.admin, options="-c role=huiying_owner") as owner:
        owner.execute("UPDATE case_act SET person = 'somebody' WHERE case_id IS NOT NULL")
    backed_up(own_database, tmp_path / "backup")
    with new_database(admin) as url:
        done = run(
            home, "restore", tmp_path / "backup", "--keys", own_database.home / "keys",
            "--checkpoints", own_database.home / "checkpoints", DATABASE_URL=url,
        )  # fmt: skip
    assert done.returncode == 1
    assert f"{number} 第 1 条：行为被改动" in done.stdout


@pytest.mark.parametrize("harm", ["changed", "removed"])
def test_a_damaged_backup_is_named_and_not_restored(
    own_database: Installation, home: Path, tmp_path: Path, harm: str
) -> None:
    bring(file=1)
    backed_up(own_database, tmp_path / "backup")
    (file,) = (path for path in (tmp_path / "backup" / "uploads").rglob("*") if path.is_file())
    if harm == "changed":
        file.write_bytes(file.read_bytes()[:-1] + b"?")
    else:
        file.unlink()
    checked = run(home, "restore", tmp_path / "backup", "--check")
    assert (checked.returncode, file.name in checked.stdout) == (1, True)
    assert run(home, "restore", tmp_path / "backup", "--keys", own_database.home / "keys").returncode == 1
    assert not home.exists()


def test_what_stands_against_a_restore_is_said_before_anything_is_written(
    own_database: Installation, home: Path, tmp_path: Path
) -> None:
    bring()
    kept, backup = tmp_path / "keys", tmp_path / "backup"
    done = own_database.huiying("backup", str(backup), "--with-keys", str(kept))
    assert done.returncode == 0, done.stderr
    assert kept.stat().st_mode & 0o77 == 0
    assert not list(backup.rglob("*.key"))

    def refused(says: str, *arguments: str | Path, at: Path = home) -> None:
        told = run(at, "restore", *arguments)
        assert (told.returncode, says in told.stderr) == (2, True), told.stderr

    for_keys = ("--keys", kept)
    (tmp_path / "empty").mkdir()
    refused("不是备份", tmp_path / "empty", *for_keys)
    refused("不是备份", kept / "vault-1.key", *for_keys)
    refused("没有检查点", backup, *for_keys, "--checkpoints", tmp_path / "empty")
    refused("vault-1", backup)
    other = shutil.copytree(kept, tmp_path / "other")
    (other / "vault-1.key").write_text("ab" * 32)
    refused("不是备份所用的：vault-1", backup, "--keys", other)
    (other / "vault-1.key").unlink()
    refused("缺少密钥：vault-1", backup, "--keys", other)
    assert not home.exists()
    full = tmp_path / "full"
    (full / "uploads").mkdir(parents=True)
    refused("uploads", backup, *for_keys, at=full)
    assert sorted(path.name for path in full.iterdir()) == ["uploads"]


def test_a_backup_never_overwrites_and_keys_stay_apart(own_database: Installation, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    assert own_database.huiying("backup", str(tmp_path / "there")).returncode == 2
    inside = own_database.huiying("backup", str(tmp_path / "new"), "--with-keys", str(tmp_path / "new" / "keys"))
    assert (inside.returncode, "密钥" in inside.stderr) == (2, True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["there"]


def test_a_full_disk_leaves_nothing_that_looks_like_a_backup(own_database: Installation, tmp_path: Path) -> None:
    bring()
    done = subprocess.run(
        [PROGRAM, "backup", tmp_path / "backup"],
        env=own_database.environment(), capture_output=True, text=True, check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000)),
    )  # fmt: skip
    assert done.returncode == 2
    assert "没有写成" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_restore_that_did_not_end_is_no_installation(own_database: Installation) -> None:
    (own_database.home / "restore.unfinished").touch()
    done = own_database.huiying("ledger", "verify")
    assert (done.returncode, "没有完成" in done.stderr) == (2, True)
