"""The embedded PostgreSQL server: started on demand, shared by all commands of a home, stopped by the last one out.

Every user of the server holds a shared lock on `postgres.users` for as long as it lives. Whoever leaves last, and can
therefore hold it alone, stops the server. A keeper process (`keeper.py`) is the server's parent: it restarts a server
that died, and stops one whose users were all killed without a chance to say so. `postgres.lock` is held for the short
time in which anybody starts or stops. "Ready" means that a connection answered, never that a file exists.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import IO, TypedDict

import psycopg
from psycopg.conninfo import make_conninfo

from huiying.config import binaries, roles
from huiying.config.binaries import Account
from huiying.config.environment import home as default_home
from huiying.config.environment import read
from huiying.config.trouble import Trouble

PORT = 5432
SOCKET_PATH_MAX = 107
PATIENCE_S = 60.0
ROOM_NEEDED_MB = 100
KEEPERS_TRIED = 2
SUPERUSER, DATABASE = "postgres", "huiying"
#: Chinese must be letters to pg_trgm, and texts must sort alike everywhere: never the machine's own locale.
LOCALE = "C.UTF-8"
CLEAN_ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": LOCALE, "TZ": "UTC"}


class Identity(TypedDict):
    """Whom `subprocess` runs a program as; None leaves it as we are."""

    user: int | None
    group: int | None
    extra_groups: list[int] | None


@dataclass(frozen=True, slots=True)
class Cluster:
    """One home's database server: where it lies, which programs run it, and as whom."""

    home: Path
    socket: Path
    programs: Path
    account: Account | None

    @property
    def data(self) -> Path:
        """The data directory."""
        return self.home / "postgres"

    @property
    def log(self) -> Path:
        """What the server and its keeper say."""
        return self.home / "postgres.log"

    def arguments(self) -> list[str]:
        """Return the server's command line: no TCP, one socket, for this machine's users only."""
        settings = {
            "listen_addresses": "",
            "port": PORT,
            "unix_socket_directories": self.socket,
            "unix_socket_permissions": "0700",
            "logging_collector": "off",
            # A failed statement holds what somebody wrote: the log says that it failed, and not with what.
            "log_min_error_statement": "panic",
            "log_error_verbosity": "terse",
        }
        options = [f"--{name}={value}" for name, value in settings.items()]
        return [str(self.programs / "postgres"), "-D", str(self.data), *options]

    def run(self, program: str, *arguments: object) -> subprocess.CompletedProcess[str]:
        """Run one of PostgreSQL's programs as the account that owns the data."""
        return subprocess.run(
            [self.programs / program, *map(str, arguments)],
            **self.identity(),
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            env=CLEAN_ENVIRONMENT,
        )

    def identity(self) -> Identity:
        """Return what makes `subprocess` run as the account: nothing unless we are root."""
        if self.account is None:
            return Identity(user=None, group=None, extra_groups=None)
        return Identity(user=self.account.uid, group=self.account.gid, extra_groups=[])


def connection(home: Path, *, user: str, database: str = DATABASE) -> dict[str, str]:
    """Return libpq parameters for a connection through a home's socket."""
    return {"host": str(_socket_directory(home)), "port": str(PORT), "user": user, "dbname": database}


def cluster(home: Path | None = None) -> Cluster:
    """Return a home's server as it would run, creating nothing; what stands in the way is a Trouble."""
    home = (home or default_home()).absolute()
    user = binaries.account(home / "postgres")
    if user is not None and (closed := user.first_closed(home.parent)) is not None:
        raise Trouble("home_out_of_reach", closed, home=home, user=user.name)
    programs = binaries.reachable(binaries.find(), user)
    return Cluster(home, _socket_directory(home), programs, user)


def _socket_directory(home: Path) -> Path:
    """Return a short directory of this home's own: the home itself may lie too deep for a socket."""
    mark = hashlib.sha256(os.fsencode(home.resolve())).hexdigest()[:12]
    configured = read("HUIYING_RUNTIME_DIR")
    if configured:
        candidates = [Path(configured)]
    elif os.geteuid() == 0:
        candidates = [Path("/run/huiying")]
    else:
        session = os.environ.get("XDG_RUNTIME_DIR")  # set by the login session, not by whoever sets up Huiying
        candidates = [
            *([Path(session) / "huiying"] if session else []),
            Path(tempfile.gettempdir()) / f"huiying-{os.geteuid()}",
        ]
    for base in candidates:
        socket = base / mark
        if len(os.fsencode(socket / f".s.PGSQL.{PORT}")) <= SOCKET_PATH_MAX:
            return socket
    raise Trouble("socket_path_too_long", candidates[-1], most=SOCKET_PATH_MAX)


@contextmanager
def running(home: Path | None = None) -> Iterator[Cluster]:
    """Have the home's server run for as long as this block does. Several processes may; the last one stops it.

    SIGTERM leaves the block like an exception would, so that it stops what it started.
    """
    server = cluster(home)
    _prepare_home(server)
    with leaving_on_sigterm(), (server.home / "postgres.users").open("a+") as users:
        with _locked(server.home / "postgres.lock"):
            fcntl.flock(users, fcntl.LOCK_SH)
            _ensure(server)
        try:
            yield server
        finally:
            with _locked(server.home / "postgres.lock"):
                if alone(users):
                    stop(server)


def alone(users: IO[str]) -> bool:
    """Whether nobody else holds the users' lock; held exclusively from now on if so."""
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def admin(server: Cluster) -> str:
    """Return the connection string of the server's superuser, which only this machine's socket accepts."""
    return make_conninfo(**connection(server.home, user=SUPERUSER, database="postgres"))


def answers(server: Cluster) -> bool:
    """Whether a connection is answered now."""
    try:
        with psycopg.connect(admin(server), connect_timeout=5) as connection:
            connection.execute("SELECT 1")
    except psycopg.OperationalError:
        return False
    return True


def stop(server: Cluster) -> None:
    """Stop the server, and wait until its keeper has gone too."""
    if (server.data / "postmaster.pid").exists():
        done = server.run("pg_ctl", "stop", "-D", server.data, "-m", "fast", "-w", "-t", int(PATIENCE_S))
        if done.returncode != 0:  # it hangs: its log is replayed at the next start, nothing committed is lost
            server.run("pg_ctl", "stop", "-D", server.data, "-m", "immediate", "-w", "-t", int(PATIENCE_S))
    deadline = time.monotonic() + PATIENCE_S
    while keeper_lives(server) and time.monotonic() < deadline:
        time.sleep(0.02)


def keeper_lives(server: Cluster) -> bool:
    """Whether a keeper holds its lock."""
    with (server.home / "postgres.keeper").open("a+") as file:
        return not alone(file)


def last_words(server: Cluster, lines: int = 12) -> str:
    """Return the end of the server's log."""
    return "\n".join(server.log.read_text("utf-8", "replace").splitlines()[-lines:]) if server.log.exists() else ""


def _ensure(server: Cluster) -> None:
    """See that the server runs and is set up. The caller holds `postgres.lock`."""
    if not server.data.exists():
        _initialise(server)
    keeper: subprocess.Popen[bytes] | None = None
    deadline, keepers = time.monotonic() + PATIENCE_S, 0
    while not answers(server):
        lives = (keeper is not None and keeper.poll() is None) or keeper_lives(server)
        if time.monotonic() > deadline or (not lives and keepers == KEEPERS_TRIED):
            raise Trouble("does_not_start", server.log, why=last_words(server))
        if not lives:  # none yet, or one that was about to leave when we came
            keeper, keepers = _start_keeper(server), keepers + 1
        time.sleep(0.05)
    roles.set_up(admin(server), DATABASE)


def _prepare_home(server: Cluster) -> None:
    try:
        server.home.mkdir(mode=0o711, parents=True, exist_ok=True)
        (server.home / "postgres.lock").open("a").close()
    except OSError as error:
        raise Trouble("home_not_writable", server.home, why=error.strerror) from error
    if server.account is not None and (closed := server.account.first_closed(server.home)) is not None:
        raise Trouble("home_out_of_reach", closed, home=server.home, user=server.account.name)


def own_directory(path: Path, user: Account | None) -> None:
    """Make a directory that belongs to the account alone; one that somebody else put there is refused."""
    path.parent.mkdir(mode=0o711, parents=True, exist_ok=True)
    path.mkdir(mode=0o700, exist_ok=True)
    if user is not None:
        os.chown(path, user.uid, user.gid)
    facts = path.lstat()
    if path.is_symlink() or facts.st_uid != (user.uid if user else os.geteuid()) or facts.st_mode & 0o077:
        raise Trouble("not_ours", path)


def _initialise(server: Cluster) -> None:
    """Create the data directory beside its place and move it there when it is whole."""
    free_mb = shutil.disk_usage(server.home).free // 2**20
    if free_mb < ROOM_NEEDED_MB:
        raise Trouble("disk_full", server.home, free=free_mb, needed=ROOM_NEEDED_MB)
    new = server.home / "postgres.new"
    shutil.rmtree(new, ignore_errors=True)  # an initdb that was killed half way
    own_directory(new, server.account)
    done = server.run(
        "initdb",
        "-D",
        new,
        "-U",
        SUPERUSER,
        "--encoding=UTF8",
        f"--locale={LOCALE}",
        "--auth=trust",
        "--no-instructions",
    )
    if done.returncode != 0:
        shutil.rmtree(new, ignore_errors=True)
        raise Trouble("initdb_failed", server.home, why=done.stderr.strip())
    new.rename(server.data)


def _start_keeper(server: Cluster) -> subprocess.Popen[bytes]:
    own_directory(server.socket, server.account)
    server.log.touch(mode=0o600)
    with server.log.open("a") as log:
        keeper = subprocess.Popen(
            [sys.executable, "-m", "huiying.config.keeper", server.home],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            start_new_session=True,  # Ctrl-C in a terminal is for the command, not for the server under it
        )
    threading.Thread(target=keeper.wait, daemon=True).start()  # so that one that ends before us is no zombie
    return keeper


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def leaving_on_sigterm() -> Iterator[None]:
    """Have SIGTERM leave this block like an exception would, for whoever has something to put away."""

    def leave(number: int, _frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    if threading.current_thread() is not threading.main_thread() or signal.getsignal(signal.SIGTERM) != signal.SIG_DFL:
        yield
        return
    signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
