"""The web server, measured with database writes: with two blocking threads a process, and as it comes."""

from __future__ import annotations

import psycopg

from benchmarks.installation import free_port, served, superuser
from benchmarks.intake import PROCESSES, load, told
from benchmarks.report import line

#: More clients at once than the database has connections.
CLIENTS = 240


def servers() -> None:
    """Let more clients write at once than there are connections, and count who gets no receipt."""
    from huiying.commands.serving import web  # noqa: PLC0415  # needs the environment

    for name, threads in (("as we ship it", ""), ("four threads", "4"), ("its own default", None)):
        port = free_port()
        command = web(port, PROCESSES)
        place = command.index("--blocking-threads")
        command[place : place + 2] = [] if threads is None else [command[place], threads or command[place + 1]]
        with served(command, port):
            told(f"Granian, {name}, {CLIENTS} clients", load("http", connections=CLIENTS, port=port))
            with psycopg.connect(superuser()) as connection:
                row = connection.execute(
                    "SELECT count(*) FROM pg_stat_activity WHERE usename = 'huiying_app'"
                ).fetchone()
            line("  connections that it left open", str(row[0] if row else 0))
