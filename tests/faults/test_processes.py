"""`huiying serve` keeps its processes up, one by one, and takes them with it when it is killed."""

from __future__ import annotations

import os
import socket
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from faults.house import House
from guests import eventually, gone, processes_of
from huiying.commands.supervising import supervise

#: Is killed three times; the fourth time it asks whoever keeps it to stop.
UNLUCKY = """
import os, pathlib, signal, sys
lives = pathlib.Path(__file__).with_name("lives")
before = len(lives.read_text()) if lives.exists() else 0
lives.write_text("." * (before + 1))
if before < 3:
    os.kill(os.getpid(), signal.SIGKILL)
os.kill(int(sys.argv[1]), signal.SIGTERM)
signal.pause()
"""


@pytest.fixture(scope="module")
def served_home() -> Iterator[House]:
    folder = Path(tempfile.mkdtemp(prefix="huiying-serve-"))
    folder.chmod(0o711)
    it = House(folder / "home", {})
    it.start()
    eventually(lambda: len(it.web_workers()) == 2 and it.worker(), "all processes run")
    yield it
    if it.serving is not None:
        assert it.stop() == 0
    assert processes_of(it.home) == {}


def test_a_killed_worker_is_started_again_while_pages_are_served(served_home: House) -> None:
    before = served_home.worker()
    web = served_home.web_workers()
    assert served_home.kill(before)
    assert served_home.answers()
    eventually(lambda: served_home.worker() not in {None, before}, "a new worker runs")
    assert served_home.answers()
    assert served_home.web_workers() == web
    log = served_home.home.with_name("home.log").read_text("utf-8")
    assert "后台进程停了（状态 137）" in log


def test_a_killed_process_of_the_web_server_is_replaced(served_home: House) -> None:
    server, before = served_home.web_server(), served_home.web_workers()
    assert served_home.kill(before[0])
    eventually(lambda: len(set(served_home.web_workers()) - {before[0]}) == 2, "a new one answers")
    eventually(served_home.answers, "it answers")
    assert served_home.web_server() == server


def test_a_killed_web_server_takes_its_processes_with_it_and_is_started_again(served_home: House) -> None:
    before = served_home.web_workers()
    assert served_home.kill(served_home.web_server())
    assert all(gone(pid) for pid in before), "they hold the port, and nobody would ever stop them"
    eventually(lambda: len(served_home.web_workers()) == 2, "a new one runs")
    eventually(served_home.answers, "it answers")


def test_a_killed_database_is_back_for_pages_and_worker(served_home: House) -> None:
    assert served_home.kill_database()
    eventually(served_home.answers, "it answers")
    eventually(served_home.worker, "a worker runs")
    eventually(
        lambda: served_home.query(
            "SELECT count(*) > 0 FROM procrastinate_workers WHERE last_heartbeat > now() - interval '15 s'"
        )[0][0],
        "its heart beats",
    )


def test_a_killed_serve_leaves_nobody_behind_and_its_port_free(served_home: House) -> None:
    assert served_home.kill_serve() == set()
    eventually(lambda: processes_of(served_home.home) == {}, "the database is stopped")
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        tried.bind(("127.0.0.1", served_home.port))


def test_a_process_that_cannot_be_made_to_run_ends_all_with_its_status(tmp_path: Path) -> None:
    steady = tmp_path / "steady.pid"
    waits = f"import os, signal; open({str(steady)!r}, 'w').write(str(os.getpid())); signal.pause()"
    told: list[tuple[str, int, int]] = []
    commands = {"good": [sys.executable, "-c", waits], "bad": [sys.executable, "-c", "raise SystemExit(3)"]}
    assert threading.current_thread() is threading.main_thread()
    status = supervise(commands, os.environ, lambda *what: told.append(what))
    assert status == 3
    assert told == [("bad", 3, 1), ("bad", 3, 3)], "each pause is longer than the one before"
    assert gone(int(steady.read_text()))


def test_a_process_that_is_killed_again_and_again_is_started_again_and_takes_nobody_with_it(tmp_path: Path) -> None:
    (tmp_path / "unlucky.py").write_text(UNLUCKY)
    told: list[tuple[str, int, int]] = []
    command = [sys.executable, str(tmp_path / "unlucky.py"), str(os.getpid())]
    assert supervise({"unlucky": command}, os.environ, lambda *what: told.append(what)) == 0
    assert told == [("unlucky", 137, 1), ("unlucky", 137, 3), ("unlucky", 137, 7)]
