"""Counting: what changed since the last count, or cases from the beginning. Nothing here changes a case.

Counting the same case again, twice at once, or after a crash gives the same figures: a case takes back exactly what its
`Fact` says that it counted for, in the transaction that writes the new one.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from huiying.case.folding import law
from huiying.case.models import Act, Case, Clock, Track
from huiying.case.scope import WORK, seeing, working
from huiying.stages.insight.counting import LIMIT, Cell, Wait, cells, day_of, fact_of, same, standings_of, waits
from huiying.stages.insight.models import MEASURES, Fact, Mark, Standing

#: How many cases are counted in one transaction.
BATCH = 1000
#: How long a transaction may last between writing an act and committing it, and the act still be found.
LONGEST = timedelta(hours=1)
MARK = 1
COLUMNS = [field.attname for field in Fact._meta.concrete_fields if not field.primary_key]  # noqa: SLF001  # Django's public way to ask


def tally() -> int:
    """Count the cases that changed since the last count, all of them where there was none. Returns how many.

    Acts are found by the transaction that wrote them and not by when: what began early and committed late is not lost.
    """
    with seeing(WORK):
        at, horizon = _now()
        mark = Mark.objects.filter(pk=MARK).first()
        if mark is None or mark.horizon > horizon:  # never counted, or this is a copy of the database in another server
            counted = _count_all(Case.objects.all())
        else:
            changed = Act.objects.filter(
                written_at__gt=mark.at - LONGEST, transaction__gte=mark.horizon, case_id__isnull=False
            )
            counted = _count_each(_in_batches(sorted(set(changed.values_list("case_id", flat=True)))))
    with working():
        Mark.objects.update_or_create(pk=MARK, defaults={"at": at, "horizon": horizon})
    return counted


def recount(*, only_open: bool = False) -> int:
    """Count cases again, whether or not an act was appended: all, or those that are open. Returns how many."""
    with seeing(WORK):
        return _count_all(Case.objects.filter(closed_at=None) if only_open else Case.objects.all())


def recount_ended(today: date) -> int:
    """Count cases again that were left out of figures until a day that is over. Returns how many."""
    with seeing(WORK):
        return _count_all(Case.objects.filter(fact__label_until__lt=today))


def _now() -> tuple[datetime, int]:
    """Return the database's moment, and the oldest transaction that had not ended at it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp(), pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        at, horizon = cursor.fetchone()
        return at, horizon


def _count_all(cases: QuerySet[Case]) -> int:
    return _count_each(_by_id(cases))


def _by_id(cases: QuerySet[Case]) -> Iterator[Sequence[int]]:
    last = 0
    while batch := list(cases.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH]):
        yield batch
        last = batch[-1]


def _in_batches(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    yield from (ids[start : start + BATCH] for start in range(0, len(ids), BATCH))


def _count_each(batches: Iterable[Sequence[int]]) -> int:
    counted = 0
    for ids in batches:
        with working():
            _one_at_a_time()
            _count(ids)
        counted += len(ids)
    return counted


def _one_at_a_time() -> None:
    """Wait for whoever else is counting: what a case counted for is read and taken back by one at a time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('huiying.insight'))")


def _count(ids: Sequence[int]) -> None:
    """Bring the facts of these cases, where they stand, and the sums to what their rows and acts say."""
    facts, standings = _reckoned(ids)
    known = {fact.case_id: fact for fact in Fact.objects.filter(case__in=ids)}
    stood: dict[int, list[Standing]] = defaultdict(list)
    for standing in Standing.objects.filter(case__in=ids).order_by("track"):
        stood[standing.case_id].append(standing)
    changed = [fact for fact in facts if fact.case_id not in known or not same(fact, known[fact.case_id])]
    moved = [case for case in ids if not _same_all(standings[case], stood[case])]
    sums: Counter[Cell] = Counter()
    for fact in changed:
        sums.update(cells(fact))
        if fact.case_id in known:
            sums.subtract(cells(known[fact.case_id]))
    waiting: Counter[Wait] = Counter()
    for case in moved:
        waiting.update(wait for standing in standings[case] for wait in waits(standing))
        waiting.subtract(wait for standing in stood[case] for wait in waits(standing))
    Fact.objects.bulk_create(changed, update_conflicts=True, unique_fields=["case"], update_fields=COLUMNS)
    Standing.objects.filter(case__in=moved).delete()
    Standing.objects.bulk_create([standing for case in moved for standing in standings[case]])
    _add_to_tallies(sums)
    _add_to_waiting(waiting)


def _same_all(some: Sequence[Standing], others: Sequence[Standing]) -> bool:
    return len(some) == len(others) and all(same(*pair) for pair in zip(some, others, strict=True))


def _reckoned(ids: Sequence[int]) -> tuple[list[Fact], dict[int, list[Standing]]]:
    """Return what these cases count for now, and where they stand, their tracks in the order of their names."""
    tracks: dict[int, list[Track]] = defaultdict(list)
    for track in Track.objects.filter(case__in=ids).order_by("name"):
        tracks[track.case_id].append(track)
    limits = {clock.case_id: clock for clock in Clock.objects.filter(case__in=ids, name=LIMIT)}
    acts: dict[int, list[Act]] = defaultdict(list)
    said = Act.objects.filter(case__in=ids).order_by("case", "position")
    for act in said.only("case_id", "act", "track", "person", "role", "unit", "at", "body"):
        acts[act.case_id or 0].append(act)
    facts, standings, today = [], {}, day_of(timezone.now())
    for case in Case.objects.filter(pk__in=ids):
        procedure, here = law(case.law_id), tracks[case.pk]
        facts.append(fact_of(case, procedure, here, limits.get(case.pk), acts[case.pk], today))
        standings[case.pk] = standings_of(case, procedure, here, acts[case.pk])
    return facts, standings


def _add_to_tallies(sums: Counter[Cell]) -> None:
    """Add to the sums by day; in a fixed order, so that nobody waits for somebody who waits for them."""
    rows: dict[tuple[Any, ...], dict[str, int]] = defaultdict(dict)
    for (day, dimension, code, measure), count in sums.items():
        if count:
            rows[dimension, day, code][measure] = count
    _upsert(
        f"INSERT INTO insight_tally AS t (dimension, day, code, {', '.join(MEASURES)})"  # noqa: S608  # names of our own columns
        f" VALUES ({_marks(3 + len(MEASURES))})"
        " ON CONFLICT (dimension, day, code) DO UPDATE SET "
        + ", ".join(f"{name} = t.{name} + excluded.{name}" for name in MEASURES),
        [(*key, *(row.get(name, 0) for name in MEASURES)) for key, row in sorted(rows.items())],
    )


def _add_to_waiting(waiting: Counter[Wait]) -> None:
    _upsert(
        f"INSERT INTO insight_waiting AS w (what, day, unit, holder, step, count) VALUES ({_marks(6)})"  # noqa: S608  # as above
        " ON CONFLICT (what, day, unit, holder, step) DO UPDATE SET count = w.count + excluded.count",
        [(*key, count) for key, count in sorted(waiting.items()) if count],
    )
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM insight_waiting WHERE count = 0")


def _marks(count: int) -> str:
    return ", ".join(["%s"] * count)


def _upsert(statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(statement, rows)
