"""Who is asking the database: row-level security lies beneath every query of a page, whatever the page forgets.

Without a scope no case is visible. `centre` sees all, `unit` the cases in which one of its units has or had a part and
which are not directed against it, `case` exactly one (a receipt), and `work` is what verbs, workers and commands run
under. Only `work` may write.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection, transaction

from huiying.config.prepared import run
from huiying.procedure.routing import Unit, interests


@dataclass(frozen=True, slots=True)
class Scope:
    """What of the cases may be seen.

    `units`: whose cases; `selves`: the unit and whoever it acts for; `interests`: those and everyone above them.
    """

    name: str
    units: Sequence[str] = ()
    selves: Sequence[str] = ()
    interests: Sequence[str] = ()
    case: int = 0


NONE, CENTRE, WORK = Scope("none"), Scope("centre"), Scope("work")


def of_unit(code: str, units: Mapping[str, Unit]) -> Scope:
    """Return what somebody who works for a unit may see."""
    unit = units.get(code)
    selves = (code, unit.agent_of) if unit and unit.agent_of else (code,)
    return Scope("unit", (code,), selves, tuple(interests(code, units)))


def of_case(case_id: int) -> Scope:
    """Return what the holder of a receipt may see."""
    return Scope("case", case=case_id)


def enter(scope: Scope) -> None:
    """Set the scope of this connection until another is set."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('huiying.scope', %s, false), set_config('huiying.units', %s, false),"
            " set_config('huiying.selves', %s, false), set_config('huiying.interests', %s, false),"
            " set_config('huiying.case', %s, false)",
            [scope.name, *(",".join(codes) for codes in (scope.units, scope.selves, scope.interests)), str(scope.case)],
        )


def current() -> str:
    """Return the name of the scope that this connection is in."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(current_setting('huiying.scope', true), '')")
        return str(cursor.fetchone()[0])


@contextmanager
def seeing(scope: Scope) -> Iterator[None]:
    """See what a scope allows for as long as this block runs, and then nothing."""
    enter(scope)
    try:
        yield
    finally:
        enter(NONE)


@contextmanager
def working() -> Iterator[None]:
    """Open a transaction and work under `work` in it; what was seen before is seen again afterwards, come what may."""
    inside = connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        # What is set for a transaction ends with it; only inside another one must it be set back.
        before = current() if inside else ""
        run("SELECT set_config('huiying.scope', 'work', true)", [])
        yield
        if inside:
            cursor.execute("SELECT set_config('huiying.scope', %s, true)", [before])
