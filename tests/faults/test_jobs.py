"""What a worker that died was doing is done by another, and holds nobody up."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta

import psycopg
from django.utils import timezone

from cast import WATER, ZHAO, ZHOU
from conftest import Installation
from huiying.case.models import Act
from huiying.case.scope import CENTRE, seeing
from huiying.stages import flow
from huiying.stages.intake.actions import RESIDENT, Demand, register


def test_jobs_of_a_dead_worker_are_done_though_the_next_of_their_kind_wait_already(own_database: Installation) -> None:
    at = timezone.now() - timedelta(days=40)
    number = register(Demand("路灯不亮"), channel="phone", by=RESIDENT, at=at).number
    flow.act(number, "dispatch", by=ZHOU, at=at + timedelta(hours=1), given={"lead": WATER})
    flow.act(number, "sign_for", by=ZHAO, at=at + timedelta(hours=2), given={})
    environment = {**own_database.environment(), "DJANGO_SETTINGS_MODULE": "huiying.config.settings"}
    procrastinate = [sys.executable, "-m", "django", "procrastinate"]
    with psycopg.connect(own_database.admin, autocommit=True) as admin:
        for task in ("every_minute", "retry_stalled"):
            admin.execute(
                "INSERT INTO procrastinate_jobs (task_name, queue_name, queueing_lock, args)"
                " VALUES ('huiying.' || %s, 'default', %s, '{\"timestamp\": 0}')",
                [task, task],
            )
        # A worker took everything there was, and died an hour ago.
        admin.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour')")
        admin.execute(
            "UPDATE procrastinate_jobs SET status = 'doing', worker_id = (SELECT max(id) FROM procrastinate_workers)"
        )
        for task in ("every_minute", "retry_stalled"):
            subprocess.run(
                [*procrastinate, "defer", f"huiying.{task}", '{"timestamp": 0}'], env=environment, check=True
            )
        once = [*procrastinate, "worker", "--one-shot", "--delete-jobs", "successful"]
        subprocess.run(once, env=environment, check=True, timeout=120)
        left = admin.execute(
            "SELECT task_name, status::text FROM procrastinate_jobs"
            " WHERE status <> 'todo' OR coalesce(scheduled_at, now()) <= now()"
        ).fetchall()
    assert left == [], "neither doing nor failed, and nothing waits that is due"
    with seeing(CENTRE):
        acts = list(Act.objects.filter(case__number=number).values_list("act", flat=True))
    assert [acts.count(act) for act in ("remind", "alarm", "escalate_overdue")] == [1, 1, 1]
