"""A local limit's way: proposed, approved by somebody else, followed by cases that begin on its day, withdrawn."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest
from click.testing import CliRunner
from django.db import IntegrityError, connection, transaction

from cast import CAI, GUAN, MONDAY, ZHOU, later
from conftest import Installation
from huiying.case import local_limits
from huiying.case.commands import KeyConflict
from huiying.case.models import Act, Case, Clock
from huiying.case.recording import NotAllowed
from huiying.case.scope import CENTRE, seeing
from huiying.case.verifying import verify
from huiying.commands.main import main
from huiying.directory.models import LocalLimit
from huiying.procedure.state import Actor
from huiying.procedure.time_limits import Unit
from huiying.stages import flow
from huiying.stages.intake.actions import RESIDENT, Demand, register

TUESDAY = date(2026, 11, 3)
BASIS = "汀川市承诺办理时限规定第4条"


def proposed(value: int = 12, on: date = TUESDAY, term: str = "GD-02c", key: str | None = None) -> int:
    return local_limits.propose(term, value, Unit.WORKING_DAYS, BASIS, on, by=GUAN, at=MONDAY, key=key)


def complaint(days: float) -> str:
    """Bring a complaint so many days after Monday, dispatch it, and return its number."""
    number = register(
        Demand("小区电梯坏了", kind="complaint"), channel="phone", by=RESIDENT, at=later(days=days)
    ).number
    flow.act(number, "dispatch", by=ZHOU, at=later(1, days=days), given={"lead": "sw"})
    return number


def limit_of(number: str) -> tuple[int, date]:
    """Return how long the person's limit of a case is, and its last day."""
    with seeing(CENTRE):
        case = Case.objects.select_related("law").get(number=number)
        due = Clock.objects.get(case=case, name="handle").due_at
    assert due is not None
    return case.law.content["terms"]["GD-02c"]["value"], (due - timedelta(hours=8)).date()


@pytest.mark.django_db
def test_a_case_of_the_day_before_keeps_its_limit_and_one_of_the_day_has_the_shorter() -> None:
    local_limits.approve(proposed(), by=CAI, at=later(1))
    before, on = complaint(0.5), complaint(1)
    assert limit_of(before) == (15, date(2026, 11, 23))
    assert limit_of(on) == (12, date(2026, 11, 19))
    # What happens later to the older case, a clock begun anew among it, goes by the rule under which it began.
    flow.act(before, "sign_for_case", by=Actor("xiaozhao", "clerk", "sw"), at=later(2, days=1), given={})
    assert limit_of(before) == (15, date(2026, 11, 23))
    adopted = Act.objects.filter(subject="instrument:guangdong", act="adopt").values_list("body", flat=True)
    with seeing(CENTRE):
        laws = set(Case.objects.filter(number__in=[before, on]).values_list("law_id", flat=True))
    assert laws <= {body["given"]["fingerprint"] for body in adopted}
    assert len(laws) == 2


@pytest.mark.django_db
def test_what_is_not_approved_or_withdrawn_shortens_nothing() -> None:
    first = proposed()
    assert limit_of(complaint(1))[0] == 15
    local_limits.approve(first, by=CAI, at=later(1))
    local_limits.withdraw(first, by=CAI, at=later(2))
    assert LocalLimit.objects.get(pk=first).ends == TUESDAY
    assert limit_of(complaint(1))[0] == 15
    again = proposed(value=10)
    local_limits.approve(again, by=CAI, at=later(3))
    local_limits.withdraw(again, by=GUAN, at=later(days=2))
    assert [limit_of(complaint(day))[0] for day in (1, 2, 3)] == [10, 10, 15]


@pytest.mark.django_db
def test_a_local_limit_longer_than_the_law_is_refused_with_its_article() -> None:
    with pytest.raises(NotAllowed) as refused:
        proposed(value=16)
    assert refused.value.refused.code == "local_limit_exceeds"
    assert refused.value.refused.article == "《广东省12345政务服务便民热线管理办法》"
    assert not LocalLimit.objects.exists()


@pytest.mark.django_db
def test_each_verb_has_its_role_and_nobody_approves_their_own() -> None:
    with pytest.raises(NotAllowed) as refused:
        local_limits.propose("GD-02c", 12, Unit.WORKING_DAYS, BASIS, TUESDAY, by=CAI, at=MONDAY)
    assert refused.value.refused.code == "not_this_role"
    limit = proposed()
    for by, why in ((GUAN, "not_this_role"), (replace(CAI, person="guandang"), "local_limit_own")):
        with pytest.raises(NotAllowed) as refused:
            local_limits.approve(limit, by=by, at=later(1))
        assert refused.value.refused.code == why
    with pytest.raises(NotAllowed) as refused:
        local_limits.approve(limit, by=CAI, at=later(days=3))
    assert refused.value.refused.code == "local_limit_in_the_past"
    local_limits.approve(limit, by=CAI, at=later(2))
    with pytest.raises(NotAllowed) as refused:
        local_limits.approve(limit, by=CAI, at=later(3))
    assert refused.value.refused.code == "decided_already"
    local_limits.withdraw(limit, by=CAI, at=later(4))
    with pytest.raises(NotAllowed) as refused:
        local_limits.withdraw(limit, by=CAI, at=later(5))
    assert refused.value.refused.code == "decided_already"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("article", "why"), [("  ", "not_given"), ("第\0条", "nul_in_text"), ("条" * 201, "text_too_long")]
)
def test_a_basis_is_given_and_can_be_kept(article: str, why: str) -> None:
    with pytest.raises(NotAllowed) as refused:
        local_limits.propose("GD-02c", 12, Unit.WORKING_DAYS, article, TUESDAY, by=GUAN, at=MONDAY)
    assert refused.value.refused.code == why


@pytest.mark.django_db
def test_one_row_has_one_local_limit_a_day_and_one_command_proposes_once() -> None:
    first = proposed(key="k")
    assert proposed(key="k") == first
    with pytest.raises(KeyConflict):
        proposed(value=11, key="k")
    with pytest.raises(NotAllowed) as refused:
        proposed(value=11)
    assert refused.value.refused.code == "local_limit_twice"
    local_limits.withdraw(first, by=GUAN, at=later(1))
    assert proposed(value=11) != first


@pytest.mark.django_db
def test_the_ledger_says_what_became_of_a_local_limit_and_shows_a_row_changed_beside_it() -> None:
    limit = proposed()
    local_limits.approve(limit, by=CAI, at=later(1))
    acts = Act.objects.filter(subject=f"locallimit:{limit}").order_by("position")
    assert [(act.act, act.person) for act in acts] == [("propose", "guandang"), ("approve", "cailingdao")]
    assert verify(file_digest=lambda _: None).ok
    LocalLimit.objects.filter(pk=limit).update(value=2)
    assert [one.kind for one in verify(file_digest=lambda _: None).differences] == ["row_differs"]


@pytest.mark.django_db
def test_the_database_too_lets_nobody_approve_their_own() -> None:
    limit = proposed()
    with pytest.raises(IntegrityError), transaction.atomic():
        LocalLimit.objects.filter(pk=limit).update(approved_by="guandang", approved_at=MONDAY)
    assert not connection.needs_rollback


def test_the_check_of_procedures_lists_local_limits_and_those_that_fit_no_more(
    own_database: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    ahead = date.today() + timedelta(days=3)  # noqa: DTZ011  # any day ahead
    limit = local_limits.propose("GD-02c", 12, Unit.WORKING_DAYS, BASIS, ahead, by=GUAN, at=MONDAY)
    local_limits.approve(limit, by=CAI, at=later(1))
    for name, value in own_database.environment().items():
        if name != "HUIYING_HOME":  # the fixture has set it, and puts it back before these are
            monkeypatch.setenv(name, value)
    checked = CliRunner().invoke(main, ["procedures", "check", "--json"])
    assert checked.exit_code == 0, checked.output
    [row] = json.loads(checked.stdout)["local_limits"]
    assert (row["term"], row["value"], row["in_force"], row["failed"]) == ("GD-02c", 12, False, "")
    said = CliRunner().invoke(main, ["procedures", "check"]).stdout
    assert f"✓ 本地期限 GD-02c：12 工作日，自 {ahead} 起（{BASIS}）" in said
    LocalLimit.objects.filter(pk=limit).update(value=40)  # as if the law had become shorter since
    wrong = CliRunner().invoke(main, ["procedures", "check"])
    assert wrong.exit_code == 1
    assert "GD-02c 法定 15 工作日，本地期限不得更长" in wrong.stdout
