"""The database into a file and back, by PostgreSQL's own programs and a login that may read and make everything."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, cast

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from huiying.config import archive, binaries, database, postgres, roles
from huiying.config.trouble import Trouble

#: Whatever was given after the backup, no number is given twice: serials and acts' ids go on so far beyond the last one
#: that is known. There are a hundred million serials.
MARGIN = 100_000

#: Everything that a file of the store is committed to by: its name, and its digest.
FILES = """
SELECT a.ref, coalesce((
    SELECT x.commitments ->> ('file:' || a.ref) FROM case_act x WHERE x.case_id = a.case_id AND x.position = a.position
), '') FROM intake_attachment a ORDER BY a.ref
"""
#: How many tables, sequences and the like of anybody's a database holds.
HELD = """
SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' AND relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
"""
#: What came along and is nobody's any more. A periodic job comes again by itself; the number of a transaction of
#: another server would, by and by, be that of one here, and `vault.open` asks which transaction appended an act.
AFTER = (
    "DELETE FROM django_session",
    """
    UPDATE procrastinate_jobs SET worker_id = NULL,
        status = (CASE WHEN queueing_lock IS NULL THEN 'todo' ELSE 'failed' END)::procrastinate_job_status
    WHERE status = 'doing'
    """,
    "DELETE FROM procrastinate_workers",
    "SET LOCAL ROLE huiying_owner",
    "UPDATE case_act SET transaction = 0 WHERE transaction <> 0",
)


def _connected() -> psycopg.Connection:
    try:
        return psycopg.connect(make_conninfo(**database.admin()), connect_timeout=10)
    except psycopg.OperationalError as error:
        raise Trouble("no_connection", database.admin().get("host", ""), why=str(error).strip()) from error


class Snapshot:
    """One moment of the database, for as long as its transaction is open."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self.connection = connection
        self.name = str(self._value("SELECT pg_export_snapshot()"))

    def _value(self, query: str) -> Any:  # noqa: ANN401  # what a column holds
        return _one(self.connection, query)

    def facts(self) -> dict[str, Any]:
        """Return what a manifest says of the database."""
        return {
            "taken_at": self._value("SELECT clock_timestamp()").isoformat(),
            "postgresql": self.connection.info.server_version // 10000,
            "cases": self._value("SELECT count(*) FROM case_case"),
            "acts": self._value("SELECT count(*) FROM case_act"),
            "migrations": self._value(
                "SELECT coalesce(json_agg(app || '.' || name ORDER BY app, name), '[]') FROM django_migrations"
            ),
            "vault_keys": self._value("SELECT coalesce(json_agg(DISTINCT key), '[]') FROM vault.sealed"),
        }

    def files(self) -> Iterator[tuple[str, str]]:
        """Yield each stored file's name and the digest that its act commits to."""
        with self.connection.cursor("files") as cursor:
            yield from cursor.execute(FILES)

    def dump(self, to: Path) -> str:
        """Write the database as of this moment to a file, and return its SHA-256."""
        command = ["pg_dump", "--format=custom", "--no-password", f"--snapshot={self.name}"]
        with tempfile.TemporaryFile() as said, _started(command, said, stdout=subprocess.PIPE) as program:
            digest = archive.written(cast("IO[bytes]", program.stdout), to)
            _ended(program, said)
        return digest


@contextmanager
def snapshot() -> Iterator[Snapshot]:
    """Hold one moment of the database. Nothing that is hidden from our login is left out in silence: it is an error."""
    with _connected() as connection:
        connection.isolation_level, connection.read_only = psycopg.IsolationLevel.REPEATABLE_READ, True
        try:
            connection.execute("SET LOCAL row_security = off")
            yield Snapshot(connection)
        except psycopg.Error as error:
            raise Trouble("not_dumped", database.admin().get("dbname", ""), why=str(error).strip()) from error


def still_named(refs: list[str]) -> set[str]:
    """Return which of these files the database names now."""
    with _connected() as connection:
        found = connection.execute("SELECT ref FROM intake_attachment WHERE ref = ANY (%s)", [refs])
        return {str(ref) for (ref,) in found}


def make_empty() -> None:
    """See that there is an empty database with our roles; one that holds anything is refused."""
    wanted = database.admin()
    name, server = wanted["dbname"], make_conninfo(**{**wanted, "dbname": "postgres"})
    try:
        roles.create(server, name)
        with _connected() as connection:
            if count := _one(connection, HELD):
                raise Trouble("database_not_empty", name, count=count)
            connection.execute("DROP SCHEMA IF EXISTS vault")  # the dump makes its own
        roles.set_up(server, name, with_vault=False)
    except psycopg.Error as error:
        raise Trouble("not_loaded", name, why=str(error).strip()) from error


def load(dump: Path) -> None:
    """Load a dump into the empty database, whole or not at all."""
    command = ["pg_restore", "--exit-on-error", "--single-transaction", "--no-password"]
    with tempfile.TemporaryFile() as said, _started(command, said, str(dump), stdout=subprocess.DEVNULL) as program:
        program.wait()
        _ended(program, said, "not_loaded")


def settle(last_act: int, last_serial: int) -> None:
    """Make what was loaded this server's own, and go on with numbers beyond those that were given after the backup."""
    with _connected() as connection, connection.transaction():
        for statement in AFTER:
            connection.execute(statement)
        connection.execute("RESET ROLE")
        for sequence, known in (
            ("case_serial", last_serial),
            (_one(connection, "SELECT pg_get_serial_sequence('case_act', 'id')"), last_act),
        ):
            last = _one(connection, sql.SQL("SELECT last_value FROM {}").format(sql.SQL(sequence)))
            highest = _one(
                connection,
                sql.SQL("SELECT seqmax FROM pg_sequence WHERE seqrelid = {}::regclass").format(sql.Literal(sequence)),
            )
            connection.execute("SELECT setval(%s, %s)", [sequence, min(max(last, known) + MARGIN, highest)])
    with _connected() as connection:
        connection.autocommit = True
        connection.execute("VACUUM ANALYZE")


def sample_sealed() -> Iterator[tuple[str, bytes, bytes, bytes]]:
    """Yield of every key one sealed value: the key's name, what it is bound to, nonce and ciphertext."""
    with _connected() as connection:
        for name, ref, nonce, ciphertext in connection.execute(
            "SELECT DISTINCT ON (key) key, ref, nonce, ciphertext FROM vault.sealed ORDER BY key, ref"
        ):
            yield str(name), ref.bytes, bytes(nonce), bytes(ciphertext)


def _one(connection: psycopg.Connection, query: Any) -> Any:  # noqa: ANN401  # what a column holds
    row = connection.execute(query).fetchone()
    return row[0] if row else None


@contextmanager
def _started(command: list[str], said: Any, *more: str, stdout: int) -> Iterator[subprocess.Popen[bytes]]:  # noqa: ANN401
    """Run one of PostgreSQL's programs on the database; it does not outlive the block. No password in its arguments."""
    folder = postgres.cluster().programs if database.is_embedded() else binaries.find()
    wanted = database.admin()
    environment = database.program_environment(wanted.pop("password", ""))
    arguments = [str(folder / command[0]), *command[1:], f"--dbname={make_conninfo(**wanted)}", *more]
    try:
        program = subprocess.Popen(arguments, stdout=stdout, stderr=said, stdin=subprocess.DEVNULL, env=environment)
    except OSError as error:
        raise Trouble("no_binaries", folder, programs=command[0]) from error
    try:
        yield program
    finally:
        if program.poll() is None:
            program.kill()
        program.wait()
        if program.stdout is not None:
            program.stdout.close()


def _ended(program: subprocess.Popen[bytes], said: Any, code: str = "not_dumped") -> None:  # noqa: ANN401
    if program.wait() != 0:
        said.seek(0)
        words = said.read().decode("utf-8", "replace").strip()
        raise Trouble(code, database.admin().get("dbname", ""), why=words)
