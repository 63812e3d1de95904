from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from datetime import date, datetime, timedelta
from typing import Any

import psycopg
import pytest
from django.db import connection

from cast import LIU, MONDAY, SUN, WANG, WATER, WU, ZHAO, ZHOU, later
from conftest import Installation
from huiying.case.models import Act, Alarm, Case, Clock, Notice
from huiying.case.scope import CENTRE, WORK, seeing
from huiying.case.verifying import verify
from huiying.commands.serving import worker
from huiying.stages import flow
from huiying.stages.identity.vault import Contact
from huiying.stages.intake.actions import RESIDENT, Demand, register
from huiying.stages.intake.uploads import digest_of
from huiying.stages.supervision.actions import ring, ring_what_is_due

CHEN = Contact("陈小梅", "13900001234")


def dispatched(at: datetime = MONDAY) -> str:
    number = register(Demand(text="家里漏水", contact=CHEN), channel="phone", by=RESIDENT, at=at).number
    flow.act(number, "dispatch", by=ZHOU, at=at + timedelta(hours=1), given={"lead": WATER})
    flow.act(number, "sign_for", by=ZHAO, at=at + timedelta(hours=2), given={})
    return number


def acts(number: str) -> list[str]:
    with seeing(CENTRE):
        return list(Act.objects.filter(case__number=number).order_by("position").values_list("act", flat=True))


def jobs() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'huiying.ring'")
        return int(cursor.fetchone()[0])


@pytest.mark.django_db
def test_reminder_alarm_and_escalation_come_as_scheduled_facts_with_their_jobs() -> None:
    number = dispatched()
    with seeing(CENTRE):
        clock = Clock.objects.get(case__number=number, name="handle")
        facts = {alarm.kind: alarm.at for alarm in Alarm.objects.filter(case__number=number)}
    assert clock.due_at is not None
    assert facts["remind"] < facts["alarm"] == clock.due_at
    assert facts["escalate"] == clock.due_at + timedelta(days=7)
    assert jobs() == 3


@pytest.mark.django_db
def test_an_overdue_case_gets_a_named_supervisor_once_and_goes_up_while_nothing_is_recorded() -> None:
    number = dispatched()
    with seeing(CENTRE):
        due = Clock.objects.get(case__number=number, name="handle").due_at
    assert due is not None
    assert ring_what_is_due(due - timedelta(seconds=1)) == 1
    for _ in range(2):
        ring_what_is_due(due)
    assert acts(number)[-3:] == ["remind", "alarm", "name_supervisor"]
    with seeing(CENTRE):
        assert Case.objects.get(number=number).supervisor
        assert Notice.objects.filter(case__number=number, to="supervisor").count() == 1
    ring_what_is_due(due + timedelta(days=7))
    assert acts(number)[-1] == "escalate_overdue"
    flow.act(number, "supervise", by=SUN, at=due + timedelta(days=9), given={"why": "三日内办结"})
    ring_what_is_due(due + timedelta(days=14))
    assert acts(number)[-1] == "supervise"
    ring_what_is_due(due + timedelta(days=21))
    assert acts(number)[-1] == "escalate_overdue"
    with seeing(WORK):
        assert verify(file_digest=digest_of).ok


@pytest.mark.django_db
def test_a_late_case_that_is_sent_back_goes_on_being_escalated() -> None:
    number = dispatched()
    with seeing(CENTRE):
        due = Clock.objects.get(case__number=number, name="handle").due_at
    assert due is not None
    ring_what_is_due(due + timedelta(days=7))
    at = due + timedelta(days=8)
    given: dict[str, object] = {"outcomes": ("resolved",), "evidence": 1, "basis": "已修"}
    flow.act(number, "submit_result", by=WANG, at=at, given=given)
    flow.act(number, "approve_result", by=SUN, at=at, given={})
    flow.act(number, "serve_reply", by=ZHAO, at=at, given={"channel": "page", "reply": "水管已经更换，不再漏水。"})
    flow.act(number, "send_back_dissatisfied", by=WU, at=at, given={"why": "又漏"})
    ring_what_is_due(due + timedelta(days=28))
    assert acts(number)[-1] == "escalate_overdue"


@pytest.mark.django_db
def test_what_is_done_in_time_never_rings() -> None:
    number = dispatched()
    flow.act(
        number, "submit_result", by=WANG, at=later(5), given={"outcomes": ("resolved",), "evidence": 1, "basis": "已修"}
    )
    flow.act(number, "approve_result", by=SUN, at=later(6), given={})
    given = {"channel": "phone", "reply": "您反映的漏水已经修好，更换了水管。"}
    flow.act(number, "serve_reply", by=ZHAO, at=later(7), given=given)
    assert ring_what_is_due(later(days=90)) == 0
    assert "alarm" not in acts(number)


@pytest.mark.django_db
def test_a_deferred_case_is_looked_at_again_and_again_and_the_person_is_told_until_when() -> None:
    from huiying.case.numbers import receipt_code  # noqa: PLC0415
    from huiying.doors.complainant import receipts  # noqa: PLC0415

    number = dispatched()
    given = {"until": date(2027, 3, 1), "measures": "列入明年一季度改造计划", "owner": "供水科"}
    flow.act(number, "defer", by=LIU, at=later(24), given=given)
    told = receipts.read(receipt_code(number), later(25)).told[-1]
    assert "2027年3月1日" in told.text
    assert "列入明年一季度改造计划" in told.text
    for days in (31, 61):
        ring_what_is_due(later(24, days=days))
    assert acts(number).count("recheck") == 2
    flow.act(number, "take_up_deferred", by=LIU, at=later(days=70), given={})
    ring_what_is_due(later(days=100))
    assert acts(number).count("recheck") == 2


@pytest.mark.django_db
def test_a_support_order_has_a_limit_of_its_own() -> None:
    number = dispatched()
    flow.act(number, "order_support", by=WANG, at=later(3), given={"helper": "cg", "deliver_by": date(2026, 11, 6)})
    ring_what_is_due(datetime(2026, 11, 6, 23, 59, tzinfo=MONDAY.tzinfo))
    assert "alarm" not in acts(number)
    ring_what_is_due(datetime(2026, 11, 7, 0, 0, tzinfo=MONDAY.tzinfo))
    assert acts(number)[-1] == "alarm"
    with seeing(CENTRE):
        assert Notice.objects.filter(name="协办逾期", to="supervisor").count() == 1


def test_two_workers_ringing_at_once_ring_once(own_database: Installation) -> None:
    del own_database
    number = dispatched()
    with seeing(CENTRE):
        alarm = Alarm.objects.get(kind="alarm")

    def task() -> None:
        try:
            ring(alarm.pk, alarm.at)
        finally:
            connection.close()

    threads = [threading.Thread(target=task) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert acts(number).count("alarm") == 1


def wait_for(condition: Any, patience: float = 60.0) -> None:
    waited = 0.0
    while not condition():
        assert waited < patience, "it did not happen"
        threading.Event().wait(0.2)
        waited += 0.2


def test_a_job_is_run_by_a_worker_and_survives_one_that_is_killed(own_database: Installation) -> None:
    number = dispatched(datetime(2026, 8, 3, 9, 0, tzinfo=MONDAY.tzinfo))
    with psycopg.connect(own_database.admin, autocommit=True) as admin:
        # A worker took the job, and died: it is still "doing", and its worker's heart has long stopped.
        admin.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour')")
        admin.execute(
            "UPDATE procrastinate_jobs SET status = 'doing',"
            " worker_id = (SELECT max(id) FROM procrastinate_workers)"
            " WHERE args->>'alarm' = (SELECT id::text FROM case_alarm WHERE kind = 'alarm')"
        )
    environment = {**own_database.environment(), "DJANGO_SETTINGS_MODULE": "huiying.config.settings"}
    running = subprocess.Popen(
        [sys.executable, "-m", "django", "procrastinate", "defer", "huiying.retry_stalled", '{"timestamp": 0}'],
        env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    assert running.wait(60) == 0
    at_work = subprocess.Popen(worker(), env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(lambda: "alarm" in acts(number))
        with psycopg.connect(own_database.admin) as admin:
            arguments = str(admin.execute("SELECT string_agg(args::text, ' ') FROM procrastinate_jobs").fetchone())
        assert "陈" not in arguments
    finally:
        at_work.send_signal(signal.SIGTERM)
        assert at_work.wait(30) in {0, -signal.SIGTERM}
    assert acts(number).count("alarm") == 1
    assert os.environ["HUIYING_HOME"] == str(own_database.home)
