"""`huiying serve` and `huiying demo`: the web server and a worker, started together, kept up, and stopped together."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

import click

from huiying.commands.output import fail, words
from huiying.commands.ready import ready
from huiying.commands.supervising import supervise
from huiying.config.environment import read

HOST = "127.0.0.1"
#: Two blocking threads: with more, connections run out under writes.
THREADS = 2
CAST = (
    "xiaoli",
    "zhoujie",
    "xiaozhao",
    "laowang",
    "liuju",
    "laoliang",
    "laofan",
    "sunshen",
    "wujie",
    "zhengfa",
    "heshou",
    "guandang",
)


def web(port: int, processes: int) -> list[str]:
    """Return the command of the web server. It keeps no log of requests: their paths name receipt codes."""
    granian = str(Path(sys.executable).with_name("granian"))
    return [
        granian, "--interface", "wsgi", "--host", HOST, "--port", str(port),
        "--workers", str(processes), "--blocking-threads", str(THREADS), "--no-access-log", "--log-level", "warning",
        "--respawn-failed-workers", "--workers-kill-timeout", "10s", "--factory", "huiying.config.wsgi:served",
    ]  # fmt: skip


def worker() -> list[str]:
    """Return the command of a worker: it polls twice a second, since a freed lock tells nobody."""
    return [
        sys.executable, "-m", "django", "procrastinate", "worker", "--fetch-job-polling-interval", "0.5",
        "--delete-jobs", "successful", "--shutdown-graceful-timeout", "10",
    ]  # fmt: skip


def run(commands: Mapping[str, list[str]]) -> int:
    """Keep commands running side by side until somebody asks to stop. Return a status."""

    def tell(name: str, status: int, pause: int) -> None:
        who = words(f"command.part_{name}")
        click.echo(words("command.started_again", {"who": who, "status": status, "pause": pause}), err=True)

    return supervise(commands, {**os.environ, "DJANGO_SETTINGS_MODULE": "huiying.config.settings"}, tell)


def port() -> int:
    """Return the port to serve on, which nobody else serves: the web server would share it without a word."""
    wanted = read("PORT")
    if not wanted.isdecimal() or not 0 < int(wanted) < 2**16:
        fail("PORT", words("command.not_a_port", {"port": wanted}))
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # what is only winding down is no hindrance
        try:
            tried.bind((HOST, int(wanted)))
        except OSError as error:
            fail("PORT", words("command.port_taken", {"port": wanted, "why": error.strerror}))
    return int(wanted)


@click.command()
@click.option(
    "--processes", default=2, show_default=True, type=click.IntRange(1, 64), help="Processes of the web server."
)
def serve(*, processes: int) -> None:
    """Serve pages and API on 127.0.0.1 (PORT) and run a worker. Another: `huiying manage procrastinate worker`."""
    at = port()
    with ready():
        click.echo(words("command.serving", {"url": f"http://127.0.0.1:{at}/"}))
        status = run({"web": web(at, processes), "worker": worker()})
    sys.exit(status)


@click.command()
@click.option("--demands", "count", default=None, type=click.IntRange(0, 5000), help="How many demands to fill in.")
def demo(*, count: int | None) -> None:
    """Fill an invented city, serve it, and print whom to sign in as. The second start takes seconds."""
    at = port()
    with ready():
        from django.utils import timezone  # noqa: PLC0415  # needs Django

        from huiying.demo import filling  # noqa: PLC0415  # needs Django
        from huiying.demo.city import city  # noqa: PLC0415  # only here

        now = timezone.now()
        if not filling.is_founded():
            click.echo(words("command.founding", {"city": city().name}), err=True)
            filling.found_city(now)
        missing = filling.missing(filling.COUNT if count is None else count)
        if missing:
            with click.progressbar(length=missing, label=words("command.filling"), file=sys.stderr) as bar:
                for _ in filling.fill(now, missing):
                    bar.update(1)
            from huiying.stages.triage.learning import learn  # noqa: PLC0415  # only where there is something to learn

            learn(now)
        _introduce(f"http://127.0.0.1:{at}/", filling.PASSWORD)
        status = run({"web": web(at, 1), "worker": worker()})
    sys.exit(status)


def _introduce(url: str, password: str) -> None:
    from huiying.demo.city import city  # noqa: PLC0415  # only here

    people = {person.login: person for person in city().people}
    role_words = {login: words_for_role(people[login].role) for login in CAST}
    click.echo(words("command.demo_ready", {"url": url, "password": password}))
    for login in CAST:
        click.echo(f"  {login:<10} {people[login].name}　{role_words[login]}")


def words_for_role(role: str) -> str:
    """Return what people call a role."""
    from huiying.commands.output import rule_words  # noqa: PLC0415  # only here

    return rule_words(f"role.{role}")
