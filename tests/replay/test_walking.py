"""The sample that goes through the verbs: the same figures, in a database of which nothing is left."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from conftest import Installation
from huiying.case import registry
from huiying.case.models import Case
from huiying.case.scope import CENTRE, seeing
from huiying.config import roles
from huiying.config.scratch import PREFIX
from huiying.directory.models import Unit
from huiying.procedure.library import library
from huiying.procedure.schema import Kind
from huiying.procedure.workdays import china
from huiying.replay.packs import Pack, local_packs, the_pack
from huiying.replay.reading import Demand, Reading
from huiying.replay.reckoning import UNIT, replayed
from huiying.replay.tallies import Tally
from huiying.replay.walking import FOUNDER, walk_all, walked_by_verbs
from huiying.stages.intake import maps, tables
from past import KINDS, Line, clock, table

DAYS = (0, 1, 2, 5, 9, 14, 30)
HUIYING = Path(sys.executable).with_name("huiying")


def lines() -> list[Line]:
    """Every kind, before and since the packs are in force, answered at once, soon, late and never."""
    starts = (clock(2017, 9, 28, 16), clock(2023, 4, 27, 9))
    made = [
        Line(kind, start, start + timedelta(days=days), "水务局")
        for start in starts
        for kind, days in zip([*KINDS.values(), "complaint"], DAYS, strict=True)
    ]
    return [*made, Line("report", starts[1], None), Line("help", starts[0], None, "城管局")]


def packs() -> list[Pack]:
    return [the_pack(library(), pack) for pack in local_packs(library())]


def demands(path: Path) -> list[Demand]:
    read = tables.read(path)
    source = maps.detect(read.columns)
    assert source is not None
    return list(Reading(read, source, datetime.now(UTC)))


def scratch(admin: str) -> list[str]:
    with psycopg.connect(admin, autocommit=True) as server:
        found = server.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [PREFIX]).fetchall()
    return [str(name) for (name,) in found]


def test_verbs_and_rules_give_the_same_figures(own_database: Installation, tmp_path: Path) -> None:
    del own_database
    sample = demands(table(tmp_path / "t.csv", lines()))
    registry.bring_in([Unit(code=UNIT.id, name="承办单位", level=UNIT.level.value)], FOUNDER, datetime.now(UTC))
    for pack in packs():
        by_rules, by_verbs = Tally(pack), Tally(pack)
        for demand in sample:
            by_rules.add(demand.past, replayed(pack, demand.past, china()))
            by_verbs.add(demand.past, walked_by_verbs(pack, demand))
        assert by_verbs.stopped == []
        assert by_verbs.document() == by_rules.document()
        assert by_verbs.rows == len(sample)
    with seeing(CENTRE):
        assert Case.objects.count() == len(sample) * len(packs())


def test_somebody_who_can_be_reached_is_contacted_where_a_pack_wants_that(
    own_database: Installation, tmp_path: Path
) -> None:
    del own_database
    (demand,) = demands(table(tmp_path / "t.csv", lines()[:1]))
    draft = replace(demand.draft, contact_name="陈小梅", contact_phone="13900001234", anonymous=False)
    reachable = replace(demand, past=replace(demand.past, anonymous=False), draft=draft)
    (*_, walked) = walk_all(packs(), [reachable], china())
    assert (walked.differences, walked.cases) == ([], 5)
    with seeing(CENTRE):
        contacted = Case.objects.filter(ledger__act="contact").values_list("law__procedure", flat=True)
        assert list(contacted) == ["beijing"]


def test_a_walk_that_comes_out_otherwise_is_said(own_database: Installation, tmp_path: Path) -> None:
    del own_database
    (demand,) = demands(table(tmp_path / "t.csv", lines()[:1]))
    other = replace(demand, past=replace(demand.past, kind=Kind.COMPLAINT))  # the draft says otherwise
    (*_, walked) = walk_all(packs(), [other], china())
    assert walked.differences == [(pack.id, 1) for pack in packs()]


def test_the_command_leaves_nothing_behind(own_database: Installation, admin: str, tmp_path: Path) -> None:
    file = table(tmp_path / "t.csv", lines())
    before = sorted(path.relative_to(own_database.home) for path in own_database.home.rglob("*"))
    done = own_database.huiying("replay", str(file), "--sample", "4", "--json")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    sample = document["sample"]
    assert (sample["rows"], sample["cases"], sample["differences"]) == (4, 20, [])
    assert (document["rows"], [pack["rows"] for pack in document["packs"]]) == (16, [16] * 5)
    with seeing(CENTRE):
        assert not Case.objects.exists()
    assert scratch(admin) == []
    assert sorted(path.relative_to(own_database.home) for path in own_database.home.rglob("*")) == before
    verified = own_database.huiying("ledger", "verify", "--json")
    assert json.loads(verified.stdout)["ok"], verified.stdout


def walking(installation: Installation, file: Path, admin: str) -> subprocess.Popen[str]:
    """Start a long walk and return when its database is there."""
    process = subprocess.Popen(
        [HUIYING, "replay", str(file), "--sample", "1000", "--json"],
        env=installation.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    for _ in range(600):
        if scratch(admin):
            return process
        assert process.poll() is None, process.communicate()
        threading.Event().wait(0.1)
    raise AssertionError("no database was made")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_walk_that_is_stopped_drops_its_database(
    own_database: Installation, admin: str, tmp_path: Path, number: signal.Signals
) -> None:
    process = walking(own_database, table(tmp_path / "t.csv", lines() * 4), admin)
    process.send_signal(number)
    said, _ = process.communicate(timeout=60)
    assert process.returncode not in {0, None}
    assert (said, scratch(admin)) == ("", [])


def test_what_a_killed_walk_left_behind_the_next_one_drops(
    own_database: Installation, admin: str, tmp_path: Path
) -> None:
    file = table(tmp_path / "t.csv", lines() * 4)
    killed = walking(own_database, file, admin)
    killed.kill()
    killed.communicate()
    (left,) = scratch(admin)
    other = walking(own_database, table(tmp_path / "u.csv", lines() * 4), admin)
    found = scratch(admin)
    for _ in range(600):
        if left not in found and found:
            break
        threading.Event().wait(0.1)
        found = scratch(admin)
    assert len(found) == 1
    assert left not in found
    # One that is still at work is nobody's to drop.
    done = own_database.huiying("replay", str(file), "--sample", "1", "--pack", "jinan", "--json")
    assert done.returncode == 0, done.stderr
    assert other.poll() is None
    assert scratch(admin) == found
    other.send_signal(signal.SIGINT)
    other.communicate(timeout=60)
    assert scratch(admin) == []


@pytest.fixture
def login(admin: str) -> Iterator[str]:
    """A login of a server of one's own, as a member of both roles, that may make no database yet."""
    name = f"keeper_{os.getpid()}"
    with psycopg.connect(admin, autocommit=True) as server:
        server.execute(sql.SQL("CREATE ROLE {} LOGIN INHERIT NOCREATEDB").format(sql.Identifier(name)))
        for role in (roles.OWNER, roles.APP):
            server.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(role), sql.Identifier(name)))
        yield name
        server.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(name)))


def as_login(installation: Installation, login: str, file: Path) -> subprocess.CompletedProcess[str]:
    environment = {**installation.environment(), "DATABASE_URL": make_conninfo(installation.admin, user=login)}
    arguments = ["replay", str(file), "--sample", "1", "--json"]
    return subprocess.run([HUIYING, *arguments], env=environment, capture_output=True, text=True, check=False)


def test_on_a_server_of_ones_own_the_login_must_be_one_that_may_make_databases(
    own_database: Installation, admin: str, login: str, tmp_path: Path
) -> None:
    file = table(tmp_path / "t.csv", lines()[:2])
    refused = as_login(own_database, login, file)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert login in refused.stderr
    assert "DATABASE_OWNER_URL" in refused.stderr
    with psycopg.connect(admin, autocommit=True) as server:
        server.execute(sql.SQL("ALTER ROLE {} CREATEDB").format(sql.Identifier(login)))
    done = as_login(own_database, login, file)
    assert done.returncode == 0, done.stderr
    sample: dict[str, Any] = json.loads(done.stdout)["sample"]
    assert (sample["cases"], sample["differences"]) == (5, [])
    assert scratch(admin) == []
