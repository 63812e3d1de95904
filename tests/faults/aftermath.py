"""What a home holds after a storm. Run as a program in the home's environment; prints one JSON document."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from contextlib import suppress
from datetime import timedelta
from typing import Any

from huiying.commands.ready import ready

RUNG = ("remind", "alarm", "escalate_overdue", "recheck")


def rounds() -> None:
    """Have a worker go its rounds when those that died have been dead for a while: what they left, then what is due."""
    from django.core.management import call_command  # noqa: PLC0415  # needs Django
    from procrastinate.contrib.django import app  # noqa: PLC0415  # needs Django
    from procrastinate.exceptions import AlreadyEnqueued  # noqa: PLC0415  # only here

    for task in ("retry_stalled", "every_minute"):
        with suppress(AlreadyEnqueued):
            app.configure_task(f"huiying.{task}", allow_unknown=True).defer(timestamp=0)
        call_command("procrastinate", "worker", "--one-shot", "--delete-jobs", "successful")


def facts() -> dict[str, Any]:
    """Return everything that a storm must not have harmed."""
    from django.db import connection  # noqa: PLC0415  # needs Django
    from django.utils import timezone  # noqa: PLC0415  # needs Django

    from huiying.case.folding import law  # noqa: PLC0415  # needs Django
    from huiying.case.models import Act, Alarm, Case, Content, Notice  # noqa: PLC0415  # needs Django
    from huiying.case.numbers import receipt_code  # noqa: PLC0415  # needs Django
    from huiying.case.witness import _late_ids, catch_up, files  # noqa: PLC0415  # needs Django
    from huiying.config.environment import home  # noqa: PLC0415
    from huiying.stages.intake.models import Attachment  # noqa: PLC0415  # needs Django
    from huiying.stages.intake.uploads import sweep  # noqa: PLC0415  # needs Django

    now = timezone.now()
    catch_up(now)
    acts = list(Act.objects.exclude(case=None).order_by("case_id", "position"))
    cases = Case.objects.in_bulk()
    sequence: defaultdict[str, list[str]] = defaultdict(list)
    owed: Counter[tuple[int, int, str, str]] = Counter()
    rang: Counter[tuple[str, str, str, str]] = Counter()
    for act in acts:
        case = cases[act.case_id or 0]
        sequence[case.number].append(act.act)
        if act.act in RUNG:
            given = act.body["given"]
            rang[case.number, act.act, str(given.get("about")), str(given.get("at"))] += 1
        known = law(case.law_id).acts.get(act.act)
        for notice in known.notices if known else ():
            owed[case.pk, act.position, notice.name, notice.to] += 1
    there = Counter(Notice.objects.values_list("case_id", "position", "name", "to"))
    told_by_clock = {(act.case_id, act.position) for act in acts if act.act in {*RUNG, "name_supervisor"}}
    spare = [one for one in there - owed if (one[0], one[1]) not in told_by_clock]
    named = set(Attachment.objects.values_list("ref", flat=True))
    sweep(named, now + timedelta(days=2))
    stored = {path.name for path in (home() / "uploads").glob("??/*")}
    with connection.cursor() as cursor:
        cursor.execute("SELECT task_name, status::text, count(*) FROM procrastinate_jobs GROUP BY 1, 2")
        jobs = {f"{task} {status}": count for task, status, count in cursor.fetchall()}
        cursor.execute(
            "SELECT (args->>'alarm')::bigint FROM procrastinate_jobs"
            " WHERE task_name = 'huiying.ring' AND status = 'todo'"
        )
        waiting = {row[0] for row in cursor.fetchall()}
        numbers = list(Case.objects.values_list("number", flat=True))
        cursor.execute(
            "SELECT case_number, count(*) FROM vault.inventory(%s) WHERE name = 'text' GROUP BY 1", [numbers]
        )
        sealed = dict(cursor.fetchall())
        cursor.execute("SELECT now()")
        (really,) = cursor.fetchone()
    witnessed = {act_id for path in files() for act_id in _late_ids(path)}
    alarms = Alarm.objects.filter(rang_at=None)
    return {
        "cases": {number: sequence[number] for number in numbers},
        "codes": {receipt_code(number): number for number in numbers},
        "texts": dict(Content.objects.filter(position=1, name="text").values_list("case__number", "text")),
        "notices missing": len(owed - there),
        "notices to spare": len(spare),
        "rang twice": [list(one) for one, count in rang.items() if count > 1],
        "rang": sum(rang.values()),
        "alarms due": alarms.filter(at__lte=now).count(),
        "alarms without a job": len(set(alarms.filter(at__gt=really).values_list("pk", flat=True)) - waiting),
        "not witnessed": Act.objects.exclude(pk__in=witnessed).count(),
        "without vault": [number for number in numbers if sealed.get(number) != 1],
        "files unnamed": len(stored - named),
        "files missing": len(named - stored),
        "files": len(named),
        "jobs": jobs,
    }


if __name__ == "__main__":
    with ready():
        from huiying.case.scope import working

        rounds()
        with working():
            print(json.dumps(facts(), ensure_ascii=False))  # noqa: T201  # what it is run for
