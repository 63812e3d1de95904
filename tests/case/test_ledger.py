from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.db import ProgrammingError, connection, transaction
from django.utils import timezone

from cast import COMMUNITY, GUAN, MATTER, MONDAY, SUN, WANG, WATER, WU, ZHAO, ZHOU, later
from huiying.case.commands import KeyConflict
from huiying.case.models import Act, Case, Content
from huiying.case.numbers import is_number, receipt_hash
from huiying.case.recording import NotAllowed
from huiying.case.registry import import_areas
from huiying.case.scope import CENTRE, WORK, seeing, working
from huiying.case.verifying import Report, verify
from huiying.case.witness import catch_up, checkpoint_folder
from huiying.procedure.workdays import china
from huiying.stages import flow
from huiying.stages.closure.actions import erase
from huiying.stages.identity.vault import Contact
from huiying.stages.intake.actions import RESIDENT, Demand, register
from huiying.stages.intake.uploads import digest_of
from huiying.stages.supervision.tasks import every_night
from huiying.stages.triage import actions as triage

CHEN = Contact("陈小梅", "13900001234", "澜安区东街道江畔社区3栋2单元501室")


def bring(text: str = "家里漏水，请派人来修。", **more: Any) -> str:
    return register(Demand(text=text, contact=CHEN, **more), channel="phone", by=RESIDENT, at=MONDAY).number


def close(number: str) -> None:
    """Walk a demand to its closure, through six people."""
    triage.classify(number, kind="help", matter=MATTER, area=COMMUNITY, by=ZHOU, at=later(1))
    steps: tuple[tuple[str, Any, dict[str, object]], ...] = (
        ("dispatch", ZHOU, {"lead": WATER}),
        ("sign_for", ZHAO, {}),
        ("contact", WANG, {"reached": True}),
        ("submit_result", WANG, {"outcomes": ("resolved",), "evidence": 1, "basis": "已更换水管"}),
        ("approve_result", SUN, {}),
        ("serve_reply", ZHAO, {"channel": "phone", "reply": f"您反映的漏水已经修好，更换了水管。工单{number}"}),
        ("record_call", WU, {"reached": True, "solved": "yes", "satisfied": "5"}),
        ("close", WU, {}),
    )
    for hours, (act, by, given) in enumerate(steps, start=2):
        flow.act(number, act, by=by, at=later(hours), given=given)


def verified(number: str | None = None) -> Report:
    with seeing(WORK):
        return verify(number, file_digest=digest_of)


def kinds(report: Report) -> set[tuple[str, str]]:
    return {(difference.case, difference.kind) for difference in report.differences}


@pytest.mark.django_db
def test_a_demand_has_a_number_that_catches_slips_and_a_code_that_the_database_does_not_know() -> None:
    receipt = register(Demand(text="路灯不亮"), channel="portal", by=RESIDENT, at=MONDAY)
    assert receipt.number.startswith("20261102-")
    assert is_number(receipt.number)
    assert not is_number(receipt.number.replace("20261102", "20261103"))
    with seeing(CENTRE):
        case = Case.objects.get(number=receipt.number)
    assert bytes(case.receipt) == receipt_hash(receipt.code.lower().replace("-", " "))
    assert receipt.code not in json.dumps([case.number, case.facts])


@pytest.mark.django_db
def test_the_same_command_is_done_once_and_another_under_its_key_is_a_conflict() -> None:
    first = register(Demand(text="路灯不亮"), channel="portal", by=RESIDENT, at=MONDAY, key="k")
    again = register(Demand(text="路灯不亮"), channel="portal", by=RESIDENT, at=later(1), key="k")
    assert first == again
    with pytest.raises(KeyConflict):
        register(Demand(text="别的事"), channel="portal", by=RESIDENT, at=MONDAY, key="k")
    with seeing(CENTRE):
        assert Case.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE case_act SET person = 'x'",
        "DELETE FROM case_act",
        "TRUNCATE case_act",
        "DELETE FROM case_case",
        "UPDATE case_instrument SET content = '{}'",
    ],
)
def test_app_can_neither_change_nor_remove_what_was_done(statement: str) -> None:
    bring()
    with working(), pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db
def test_a_refused_act_changes_nothing() -> None:
    number = bring()
    with pytest.raises(NotAllowed) as refused:
        flow.act(number, "dispatch", by=WANG, at=later(1), given={"lead": WATER})
    assert refused.value.refused.code == "not_this_role"
    assert verified().ok
    with seeing(CENTRE):
        assert Act.objects.filter(case__number=number).count() == 1


def test_verifying_names_what_an_owner_tampers_with(own_database: Any) -> None:
    numbers = [bring(f"第{n}件：路灯不亮") for n in range(6)]
    close(numbers[0])
    whole = verified()
    assert whole.ok
    assert whole.cases == 6

    def tamper(*statements: str) -> None:
        with psycopg.connect(own_database.admin, options="-c role=huiying_owner") as owner:
            for statement in statements:
                owner.execute(statement)

    case = "(SELECT id FROM case_case WHERE number = '{}')".format
    tamper(
        f"UPDATE case_act SET person = 'somebody' WHERE case_id = {case(numbers[0])} AND act = 'approve_result'",
        f"UPDATE case_case SET stage = 'closed' WHERE number = '{numbers[1]}'",
        f"DELETE FROM case_act WHERE case_id = {case(numbers[2])}",
        f"UPDATE case_content SET text = '别的话' WHERE case_id = {case(numbers[3])} AND name = 'text'",
        f"UPDATE case_case SET due_at = now() WHERE number = '{numbers[4]}'",
        *(
            f"DELETE FROM {table} WHERE case_id = {case(numbers[5])}"
            for table in ("case_act", "case_track", "case_content", "case_notice")
        ),
        f"DELETE FROM case_case WHERE number = '{numbers[5]}'",
        "UPDATE directory_unit SET name = '别的单位' WHERE code = 'sw'",
        "DELETE FROM case_act WHERE subject = 'unit:cg'",
    )
    report = verified()
    assert {
        (numbers[0], "act_changed"),
        (numbers[1], "row_differs"),
        (numbers[2], "tail_cut"),
        (numbers[3], "content_changed"),
        (numbers[4], "row_differs"),
        (numbers[5], "case_vanished"),
        ("unit:sw", "row_differs"),
        ("unit:cg", "unrecorded"),
    } <= kinds(report)
    assert {difference.act for difference in report.differences if difference.case == numbers[0]} == {7}


def test_a_cut_tail_shows_even_where_the_row_was_made_to_fit(own_database: Any) -> None:
    number = bring()
    flow.act(number, "urge", by=RESIDENT, at=later(1), given={})
    with psycopg.connect(own_database.admin, options="-c role=huiying_owner") as owner:
        owner.execute("DELETE FROM case_act WHERE act = 'urge'")
        owner.execute("UPDATE case_case SET acts = 1, head = (SELECT hash FROM case_act WHERE case_id = case_case.id)")
    assert kinds(verified()) == {(number, "tail_cut")}
    assert kinds(verified(number)) == {(number, "tail_cut")}


def test_a_changed_checkpoint_shows(own_database: Any) -> None:
    bring()
    with seeing(WORK):
        catch_up(later(1))
    (file,) = checkpoint_folder().glob("*.log")
    assert file.is_relative_to(own_database.home)
    file.write_text(file.read_text("ascii").replace("case:", "case;", 1), "ascii")
    assert (file.name, "checkpoint_broken") in kinds(verified())


def test_seals_follow_one_another_and_each_covers_what_came_since(own_database: Any) -> None:
    del own_database
    for n in range(3):
        for m in range(n):
            bring(f"第{n}-{m}件")
        with seeing(WORK):
            catch_up(timezone.now())
            catch_up(timezone.now())
    (file,) = checkpoint_folder().glob("*.log")
    lines = file.read_text("ascii").splitlines()
    assert sum(line.startswith("=") for line in lines) == 3, "the city's own acts, then two rounds of cases"
    assert verified().ok
    without = [line for line in lines if "case:" not in line]
    file.write_text("\n".join(without) + "\n", "ascii")
    assert (file.name, "checkpoint_broken") in kinds(verified())


def test_acts_that_a_dead_process_did_not_witness_are_witnessed_later(own_database: Any) -> None:
    number = bring()
    (file,) = (own_database.home / "checkpoints").glob("*.log")
    file.unlink()
    with seeing(WORK):
        assert catch_up(timezone.now()) >= 1
    assert f"case:{number}" in file.read_text("ascii")
    assert verified().ok


@pytest.mark.django_db
def test_erasing_a_case_whose_term_is_over_leaves_the_ledger_whole() -> None:
    number = bring()
    close(number)
    with pytest.raises(NotAllowed) as refused:
        erase(number, by=GUAN, at=later(days=365))
    assert refused.value.refused.code == "term_not_over"
    erase(number, by=GUAN, at=later(days=6 * 365))
    assert verified().ok
    with seeing(CENTRE):
        assert not Content.objects.filter(case__number=number).exists()
        assert Case.objects.get(number=number).acts == 11


def test_a_due_date_that_was_moved_shows_even_if_it_is_called_provisional(own_database: Any) -> None:
    number = bring()
    flow.act(number, "dispatch", by=ZHOU, at=later(1), given={"lead": WATER})
    with psycopg.connect(own_database.admin, options="-c role=huiying_owner") as owner:
        owner.execute("UPDATE case_clock SET provisional = true, due_at = due_at + interval '900 days'")
        owner.execute("UPDATE case_case SET due_at = due_at + interval '900 days'")
    assert (number, "row_differs") in kinds(verified())


@pytest.mark.django_db
def test_a_date_that_waits_for_a_calendar_is_no_difference_and_is_computed_anew_at_night(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from huiying.case import folding  # noqa: PLC0415  # the calendar of before is put there

    late = MONDAY.replace(month=12, day=28)
    number = register(Demand(text="漏水", contact=CHEN), channel="phone", by=RESIDENT, at=late).number
    with monkeypatch.context() as before:
        before.setattr(folding, "china", lambda: china().through(2025))
        flow.act(number, "dispatch", by=ZHOU, at=late, given={"lead": WATER})
    with seeing(CENTRE):
        assert Case.objects.get(number=number).clocks.get(name="handle").provisional
    assert verified().ok
    every_night.func(0)
    assert verified().ok


def test_an_area_whose_name_was_changed_past_the_ledger_shows(own_database: Any) -> None:
    import_areas([("44", "某省"), ("4401", "某市"), ("990101", "临汀区（新）")], GUAN, later(1))
    assert verified().ok
    with psycopg.connect(own_database.admin, options="-c role=huiying_owner") as owner:
        owner.execute("UPDATE directory_area SET name = '别处' WHERE code = '4401'")
    assert ("areas", "row_differs") in kinds(verified())


def test_what_nobody_witnessed_for_long_is_witnessed_all_the_same(own_database: Any) -> None:
    number = bring()
    folder = own_database.home / "checkpoints"
    for file in folder.glob("*.log"):
        file.unlink()
    with seeing(WORK):
        catch_up(timezone.now() + timedelta(days=30))
    with psycopg.connect(own_database.admin, options="-c role=huiying_owner") as owner:
        for table in ("case_act", "case_track", "case_content", "case_notice"):
            owner.execute(f"DELETE FROM {table} WHERE case_id = (SELECT id FROM case_case WHERE number = '{number}')")
        owner.execute(f"DELETE FROM case_case WHERE number = '{number}'")
    assert (number, "case_vanished") in kinds(verified())


@pytest.mark.django_db
def test_content_that_is_taken_without_an_act_shows() -> None:
    number = bring()
    with working():
        Content.objects.filter(case__number=number).delete()
    assert kinds(verified()) == {(number, "content_missing")}


def test_two_at_once_with_one_key_make_one_case(own_database: Any) -> None:
    del own_database
    receipts: list[Any] = []

    def send() -> None:
        try:
            receipts.append(
                register(Demand(text="路灯不亮", contact=CHEN), channel="portal", by=RESIDENT, at=MONDAY, key="same")
            )
        finally:
            connection.close()

    in_parallel([send] * 4)
    assert len(set(receipts)) == 1
    with seeing(CENTRE):
        assert Case.objects.count() == 1


def test_two_acts_at_once_follow_one_another(own_database: Any) -> None:
    del own_database
    number = bring()

    def urge() -> None:
        try:
            flow.act(number, "urge", by=RESIDENT, at=later(1), given={})
        finally:
            connection.close()

    in_parallel([urge] * 6)
    report = verified(number)
    assert report.ok
    assert report.acts == 7


def in_parallel(tasks: list[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=task) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
