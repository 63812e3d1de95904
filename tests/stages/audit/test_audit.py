"""An audit from its list to its findings, in the real database."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import connection

from cast import MONDAY, STREETS, SUN, WANG, WATER, WU, ZHAO, ZHOU, later
from closing import closed
from huiying.case.models import Act, Case
from huiying.case.recording import NotAllowed
from huiying.case.scope import CENTRE, WORK, of_unit, seeing
from huiying.case.verifying import verify
from huiying.case.witness import Witnesses
from huiying.directory.queries import units_for_routing
from huiying.procedure.audit_draw import as_text, draw, read
from huiying.procedure.state import Actor
from huiying.stages import flow
from huiying.stages.audit import queries
from huiying.stages.audit.actions import NoSuchAudit, Plan, commit_list, draw_sample, find
from huiying.stages.audit.models import Audit, Entry
from huiying.stages.intake.actions import RESIDENT, Demand, register
from huiying.stages.intake.uploads import digest_of

pytestmark = pytest.mark.django_db
QIAN = Actor("qianshen", "auditor")
NUMBERS = "双色球第2026135期 03 08 14 21 26 33+07"
PUBLISHED = later(days=3)
PLAN = Plan("2026-11", date(2026, 11, 2), date(2026, 11, 3), 2, "下一期双色球，中国福利彩票官网", PUBLISHED)


def code(refused: pytest.ExceptionInfo[NotAllowed]) -> str:
    return refused.value.refused.code


def committed(count: int = 4) -> list[str]:
    numbers = [closed(which) for which in range(count)]
    commit_list(PLAN, by=QIAN, at=later(days=1))
    return numbers


def entry(number: str) -> Entry:
    with seeing(CENTRE):
        return Entry.objects.get(audit=PLAN.name, case__number=number)


def test_a_list_is_committed_to_drawn_by_public_numbers_and_looked_at() -> None:
    numbers = committed()
    register(Demand(text="还没办完"), channel="phone", by=RESIDENT, at=MONDAY)
    with pytest.raises(NotAllowed) as early:
        draw_sample(PLAN.name, NUMBERS, by=QIAN, at=PUBLISHED - timedelta(minutes=1))
    assert code(early) == "audit_too_early"
    positions = draw_sample(PLAN.name, NUMBERS, by=QIAN, at=PUBLISHED)
    with seeing(CENTRE):
        audit = Audit.objects.get()
        published = as_text(queries.entries(audit))
        assert draw(read(published), NUMBERS, 2) == positions
        assert not any(number in published for number in numbers)
        assert queries.is_as_committed(audit)
        drawn = list(queries.drawn(audit))
    assert [one.position for one in drawn] == list(positions)
    number = find(PLAN.name, positions[0], "audit_flawed", "答复没有写依据", by=QIAN, at=later(days=4))
    assert number == drawn[0].case.number
    with seeing(CENTRE):
        assert queries.results(audit) == {"audit_sound": 0, "audit_flawed": 1, "audit_wrong": 0, "": 1}
        assert Case.objects.get(number=number).ledger.filter(act="audit_finding").count() == 1
    with pytest.raises(NotAllowed) as again:
        find(PLAN.name, positions[0], "audit_sound", "再看一遍", by=QIAN, at=later(days=4))
    assert code(again) == "decided_already"
    with pytest.raises(NotAllowed) as twice:
        draw_sample(PLAN.name, NUMBERS, by=QIAN, at=later(days=5))
    assert code(twice) == "audit_drawn_already"
    with seeing(WORK):
        assert verify(file_digest=digest_of).ok


def test_what_was_committed_to_stands_in_the_ledger_and_outside_the_database(
    django_capture_on_commit_callbacks: object, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HUIYING_CHECKPOINTS", str(tmp_path))  # other tests' database knows nothing of this list
    for which in range(2):
        closed(which)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]  # pytest-django's fixture
        commit_list(PLAN, by=QIAN, at=later(days=1))
    with seeing(WORK):
        act = Act.objects.get(subject="audit:2026-11")
    assert act.body["given"] == {
        "first": "2026-11-02", "last": "2026-11-03", "size": 2, "count": 2, "by_class": False,
        "source": PLAN.source, "published": PUBLISHED.isoformat(),
    }  # fmt: skip
    assert len(act.commitments["list"]) == 64
    seen = Witnesses("audit:2026-11").take(["audit:2026-11"])["audit:2026-11"]
    assert (seen.position, seen.hash) == (1, bytes(act.hash).hex())


def test_a_list_that_was_touched_is_not_drawn_from() -> None:
    first = entry(committed()[0]).pk
    with seeing(WORK), connection.cursor() as cursor:
        cursor.execute("DELETE FROM audit_entry WHERE id = %s", [first])
    with pytest.raises(NotAllowed) as changed:
        draw_sample(PLAN.name, NUMBERS, by=QIAN, at=PUBLISHED)
    assert code(changed) == "audit_list_changed"


def test_whoever_had_a_part_in_a_case_says_nothing_of_it() -> None:
    committed(1)
    draw_sample(PLAN.name, NUMBERS, by=QIAN, at=PUBLISHED)
    for person in (ZHOU, ZHAO, WANG, SUN, WU):
        with pytest.raises(NotAllowed) as own:
            find(PLAN.name, 1, "audit_sound", "没有问题", by=Actor(person.person, "auditor"), at=later(days=4))
        assert code(own) == "same_person"
    assert find(PLAN.name, 1, "audit_sound", "没有问题", by=QIAN, at=later(days=4), key="a")
    assert find(PLAN.name, 1, "audit_sound", "没有问题", by=QIAN, at=later(days=4), key="a")


def test_a_case_that_is_taken_up_again_keeps_its_place() -> None:
    (number,) = committed(1)
    flow.act(number, "reopen", by=SUN, at=later(days=2), given={"why": "又漏了"})
    assert draw_sample(PLAN.name, NUMBERS, by=QIAN, at=PUBLISHED) == (1,)


def test_units_see_no_list() -> None:
    committed(2)
    draw_sample(PLAN.name, NUMBERS, by=QIAN, at=PUBLISHED)
    for unit in (WATER, STREETS):
        with seeing(of_unit(unit, units_for_routing())):
            assert (Audit.objects.count(), Entry.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("plan", "expected"),
    [
        (Plan("十一月", PLAN.first, PLAN.last, 2, "双色球", PUBLISHED), "audit_name_wrong"),
        (Plan("a", PLAN.last, PLAN.first, 2, "双色球", PUBLISHED), "audit_days_reversed"),
        (Plan("a", date(2020, 1, 1), date(2020, 1, 2), 2, "双色球", PUBLISHED), "audit_empty"),
        (Plan("a", PLAN.first, PLAN.last, 0, "双色球", PUBLISHED), "number_out_of_range"),
        (Plan("a", PLAN.first, PLAN.last, 2, "上一期双色球", later(hours=1)), "audit_randomness_not_ahead"),
        (PLAN, "audit_name_taken"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_and_leaves_nothing(plan: Plan, expected: str) -> None:
    committed(1)
    with pytest.raises(NotAllowed) as refused:
        commit_list(plan, by=QIAN, at=later(days=1))
    assert code(refused) == expected
    with seeing(CENTRE):
        assert Audit.objects.count() == 1


def test_what_there_is_not_is_said_so() -> None:
    committed(3)
    with pytest.raises(NoSuchAudit):
        draw_sample("2020-01", NUMBERS, by=QIAN, at=PUBLISHED)
    with pytest.raises(NoSuchAudit):
        find(PLAN.name, 1, "audit_sound", "还没有抽", by=QIAN, at=PUBLISHED)
