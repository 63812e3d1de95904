"""Figures against a naive count: whatever happens to whichever cases, sums are what a loop over all of them finds."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from cast import COMMUNITY, LI, MATTER, MENG, MONDAY, STREETS, SUN, WANG, WATER, WEI, WU, ZHAO, ZHENG, ZHOU
from huiying.case.models import Act, Case, Clock, Track
from huiying.case.scope import CENTRE, NONE, enter, of_unit, seeing, working
from huiying.directory.queries import units_for_routing
from huiying.procedure.state import Actor
from huiying.procedure.time_limits import SHANGHAI
from huiying.stages import flow
from huiying.stages.identity.vault import Contact
from huiying.stages.insight import queries
from huiying.stages.insight.actions import recount, tally
from huiying.stages.insight.models import Fact, Mark, Standing, Tally, Waiting
from huiying.stages.insight.periods import NAMES, Period, period
from huiying.stages.insight.rates import Rate
from huiying.stages.intake.actions import RESIDENT, Demand, register
from huiying.stages.triage.actions import classify

Step = tuple[str, Actor, dict[str, Any]]
WHO = {WATER: (ZHAO, WANG), STREETS: (MENG, WEI)}
END = MONDAY + timedelta(days=22, hours=6)


def way(chance: Random, number: int) -> Iterator[Step]:
    """Yield the acts of one demand, as it may go; callers stop where they like."""
    lead = chance.choice((WATER, STREETS))
    clerk, officer = WHO[lead]
    yield "dispatch", ZHOU, {"lead": lead}
    turn = chance.random()
    if turn < 0.2:
        yield "return_order", clerk, {"ground": chance.choice(("not_our_duty", "wrong_area")), "why": "不归我们管"}
        lead = WATER if lead == STREETS else STREETS
        clerk, officer = WHO[lead]
        yield "rule_on_return", ZHENG, {"lead": lead, "why": "按派单目录"}
    yield "sign_for", clerk, {}
    if turn > 0.9:
        yield "ask_to_withdraw", RESIDENT, {}
        yield "confirm_withdrawal", WU, {"pressed": False}
        return
    if turn > 0.8:
        yield "order_support", officer, {"helper": STREETS if lead == WATER else WATER}
        return
    for round_ in range(2):
        yield "submit_result", officer, {"outcomes": ("resolved",), "evidence": 1, "basis": "已修复"}
        if chance.random() < 0.3 and not round_:
            yield "send_back", SUN, {"why": "没有照片"}
            yield "submit_result", officer, {"outcomes": ("resolved",), "evidence": 2, "basis": "已修复，有照片"}
        yield "approve_result", SUN, {}
        yield "serve_reply", clerk, {"channel": "phone", "reply": f"第{number}件第{round_}次：已修好"}
        if round_ or chance.random() < 0.6:
            break
        yield "record_call", WU, {"reached": True, "solved": "no", "satisfied": "2"}
        yield "send_back_dissatisfied", WU, {"why": "又漏了"}
    yield "record_call", WU, {"reached": True, "solved": chance.choice(("yes", "partly")), "satisfied": "4"}
    yield "close", WU, {}


class Demands:
    """Demands on their ways, each with its own clock; now and then some of them go on."""

    def __init__(self, seed: int, count: int) -> None:
        self.chance = Random(seed)  # noqa: S311  # a story, not a secret
        self.ways = [way(self.chance, number) for number in range(count)]
        self.at = [MONDAY + timedelta(hours=self.chance.uniform(0, 21 * 24)) for _ in range(count)]
        self.numbers = [self.register(at) for at in self.at]

    def register(self, at: datetime) -> str:
        kind = self.chance.choice(("help", "suggestion", "consultation"))
        contact = Contact("陈小梅", "13900001234")
        channel = self.chance.choice(("phone", "visit"))
        number = register(
            Demand(text="家里漏水", kind=kind, contact=contact), channel=channel, by=RESIDENT, at=at
        ).number
        if self.chance.random() < 0.7:
            classify(number, kind=kind, matter=MATTER, area=COMMUNITY, by=ZHOU, at=at)
        return number

    def go_on(self, most: int) -> None:
        """Have every demand go on by a few acts, as long as it is not yet the end."""
        for place, number in enumerate(self.numbers):
            for _ in range(self.chance.randrange(most + 1)):
                self.at[place] += timedelta(hours=self.chance.uniform(1, 60))
                step = next(self.ways[place], None) if self.at[place] < END else None
                if step is None:
                    break
                act, by, given = step
                flow.act(number, act, by=by, at=self.at[place], given=given)


def day(moment: datetime) -> date:
    return moment.astimezone(SHANGHAI).date()


def naive(asked: Period) -> Counter[tuple[str, str, str]]:
    """Count over all cases: (dimension, code, measure) → how many, in the period; limits only of days that are over."""
    counted: Counter[tuple[str, str, str]] = Counter()
    inside = set(asked.days)
    for case in Case.objects.all():
        main = Track.objects.get(case=case, name="main")
        limit = Clock.objects.filter(case=case, name="handle").first()
        whose = {"all": "", "kind": case.kind, "matter": case.matter, "area": case.area[:9], "channel": case.channel,
                 "unit": main.unit}  # fmt: skip
        events = [("received", day(case.received_at))]
        solved = case.facts.get("solved")
        if case.closed_at:
            said = ["closed", *(["answered"] if solved else []), *(["solved"] if solved == "yes" else [])]
            events += [(measure, day(case.closed_at)) for measure in said]
        if limit and limit.due_at and case.stage != "withdrawn":
            ended = day(limit.due_at - timedelta(seconds=1))
            if ended < asked.end:
                events.append(("due", ended))
                if limit.stopped_at and limit.stopped_at < limit.due_at:
                    events.append(("kept", ended))
        for measure in [measure for measure, on in events if on in inside]:
            counted.update((dimension, code, measure) for dimension, code in whose.items())
    names = {"return_order": "returned", "submit_result": "submitted", "send_back": "redone",
             "send_back_dissatisfied": "redone", "dispatch": "given", "rule_on_return": "given"}  # fmt: skip
    leads: dict[int | None, str] = {}
    for act in Act.objects.filter(act__in=names).order_by("id"):
        if act.act in {"dispatch", "rule_on_return"}:
            leads[act.case_id] = act.body["given"]["lead"]
        if day(act.at) in inside:
            counted["unit", leads[act.case_id], names[act.act]] += 1
    return counted


def told(asked: Period) -> Counter[tuple[str, str, str]]:
    """Return what the page is told, in the shape of the naive count."""
    figures = queries.figures(asked)
    lines = {"all": [figures.total], **figures.by}
    return Counter(
        {
            (dimension, line.code, measure): count
            for dimension, some in lines.items()
            for line in some
            for measure in ("received", "closed", "due", "kept", "answered", "solved", "given", "returned", "submitted",
                            "redone")
            if (count := getattr(line.now, measure))
        }
    )  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(4))
def test_figures_are_what_a_loop_over_all_cases_finds(seed: int) -> None:
    demands = Demands(seed, 25)
    asked = [period(name, day(END)) for name in NAMES]
    whole: list[Any] = []
    for most in (0, 4, 3, 9):
        demands.go_on(most)
        tally()
        with seeing(CENTRE):
            for one in asked:
                assert told(one) == naive(one)
                behind(one)
            where_they_stand()
            whole = sums()
    assert tally() == len(demands.numbers)  # all in the test's own transaction, which has not ended
    recount()
    with seeing(CENTRE):
        assert sums() == whole  # counting again changes nothing


def behind(asked: Period) -> None:
    """The list behind a figure is as long as the figure says."""
    figures = queries.figures(asked)
    for measure in ("received", "closed", "answered"):
        for dimension in queries.DIMENSIONS:
            for line in figures.by[dimension]:
                cases = queries.cases_behind(measure, asked.start, asked.end, {dimension: line.code})
                assert cases.count() == getattr(line.now, measure)
    late = queries.cases_behind("late", asked.start, asked.yesterday, {})
    assert late.count() == figures.total.now.due - figures.total.now.kept
    assert sum(count.received for count in figures.days.values()) == figures.total.now.received


def where_they_stand() -> None:
    """What is stuck is what a loop over the open tracks finds, and the lists behind it are as long."""
    late: Counter[tuple[str, str]] = Counter()
    for track in Track.objects.filter(open=True, case__closed_at=None, due_at__lte=END):
        late[track.unit if track.holder in {"clerk", "officer", "unit_head"} else "", track.step] += 1
    found = queries.stuck(END)
    assert Counter({(one.unit, one.step): one.late for one in found if one.late}) == late
    for one in found:
        rows = queries.standing_still(END, late=True, unit=one.unit, step=one.step)
        if one.unit:
            assert rows.count() == one.late
        still = queries.standing_still(END, late=False, step=one.step)
        assert still.count() == sum(other.still for other in found if other.step == one.step)
        for standing in still:
            assert (day(END) - day(standing.since)).days >= queries.STILL_DAYS
    for standing in Standing.objects.select_related("case"):
        moved = Act.objects.filter(case=standing.case, track=standing.track, at__gt=standing.since)
        assert not set(moved.values_list("act", flat=True)) & {"dispatch", "sign_for", "submit_result", "close"}


def sums() -> list[Any]:
    tallies = Tally.objects.exclude(received=0, closed=0, due=0, given=0, returned=0, submitted=0, redone=0)
    columns = [field.name for field in Tally._meta.concrete_fields if field.name != "id"]  # noqa: SLF001  # Django's public way
    waiting = Waiting.objects.order_by("what", "day", "unit", "step").values_list(
        "what", "day", "unit", "step", "count"
    )
    return [*tallies.order_by("dimension", "day", "code").values_list(*columns), *waiting]


@pytest.mark.django_db
def test_a_unit_sees_its_own_cases_and_the_sums_of_its_like_and_nothing_else() -> None:
    Demands(7, 12).go_on(6)
    tally()
    enter(of_unit(WATER, units_for_routing()))
    try:
        seen = set(Tally.objects.values_list("dimension", flat=True))
        grounds = set(Tally.objects.filter(dimension="return").values_list("code", flat=True))
        assert seen <= {"unit", "return"}
        assert all(code.startswith(f"{WATER} ") for code in grounds)
        assert not Waiting.objects.exists()
        assert set(Fact.objects.values_list("case", flat=True)) == set(Case.objects.values_list("pk", flat=True))
        assert Standing.objects.exclude(case__in=Case.objects.all()).count() == 0
    finally:
        enter(NONE)
    assert not Tally.objects.exists()
    assert not Fact.objects.exists()


@pytest.mark.django_db
def test_who_may_only_look_counts_nothing() -> None:
    Demands(1, 1)
    tally()
    with seeing(CENTRE):
        assert not Fact.objects.update(kept=True)
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            Tally.objects.create(day=day(END), dimension="all", code="", received=1)


@pytest.mark.django_db
def test_a_copy_of_the_database_in_another_server_is_counted_from_the_beginning() -> None:
    Demands(2, 3)
    tally()
    with working():
        Mark.objects.update(horizon=2**62)  # another server's transactions have other numbers
        Fact.objects.all().delete()
        Tally.objects.all().delete()
    assert tally() == 3
    with seeing(CENTRE):
        assert Fact.objects.count() == 3


@pytest.mark.django_db
def test_what_is_looked_at_is_a_page_or_a_period_and_goes_along_an_index() -> None:
    Demands(3, 5)
    tally()
    with seeing(CENTRE), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off")
        for query, index in (
            (queries.standing_still(END, late=True)[:51], "standing_due"),
            (queries.standing_still(END, late=True, unit=WATER)[:51], "standing_unit_due"),
            (queries.standing_still(END, late=False, step="signing")[:51], "standing_step_since"),
            (queries.cases_behind("received", day(MONDAY), day(END), {"area": COMMUNITY[:9]})[:51], "fact_"),
            (queries.cases_behind("late", day(MONDAY), day(END), {})[:51], "fact_"),
        ):
            plan: str = query.explain()
            assert re.search(f"Index Scan (Backward )?using {index}", plan), plan
            assert "Sort Key" not in plan.replace("Incremental Sort", ""), plan


@pytest.mark.parametrize(
    ("name", "today", "start", "before", "before_end"),
    [
        ("week", date(2026, 11, 24), date(2026, 11, 23), date(2026, 11, 16), date(2026, 11, 16)),
        ("week", date(2026, 11, 23), date(2026, 11, 23), None, None),
        ("month", date(2026, 3, 31), date(2026, 3, 1), date(2026, 2, 1), date(2026, 2, 28)),
        ("month", date(2026, 11, 24), date(2026, 11, 1), date(2026, 10, 1), date(2026, 10, 23)),
        ("quarter", date(2026, 11, 24), date(2026, 8, 27), date(2026, 5, 30), date(2026, 8, 26)),
    ],
)
def test_a_period_is_compared_with_as_many_whole_days_before(
    name: str, today: date, start: date, before: date | None, before_end: date | None
) -> None:
    asked = period(name, today)
    assert (asked.start, asked.end, asked.before, asked.before_end) == (start, today, before, before_end)


def test_no_other_period_is_known() -> None:
    with pytest.raises(ValueError, match="year"):
        period("year", date(2026, 11, 24))


@given(st.integers(0, 5000), st.integers(0, 5000))
def test_an_interval_holds_its_share_and_narrows_with_more(of: int, more: int) -> None:
    rate = Rate(of, of + more)
    if not rate.base:
        assert rate.share is None
        assert rate.interval is None
        return
    assert rate.share is not None
    assert rate.interval is not None
    low, high = rate.interval
    assert 0 <= low <= rate.share <= high <= 1
    wider = Rate(of * 4, rate.base * 4).interval
    assert wider is not None
    assert wider[1] - wider[0] < high - low


@pytest.mark.parametrize(
    ("of", "base", "low", "high"), [(8, 10, 0.4902, 0.9433), (0, 10, 0.0, 0.2775), (1, 1, 0.2065, 1)]
)
def test_intervals_are_wilsons(of: int, base: int, low: float, high: float) -> None:
    """Against the values that Wilson's formula is published with (Brown, Cai, DasGupta 2001)."""
    assert Rate(of, base).interval == pytest.approx((low, high), abs=5e-4)


@pytest.mark.parametrize(
    ("rate", "other", "said"),
    [
        (Rate(5, 10), Rate(60, 100), 0),
        (Rate(90, 100), Rate(60, 100), 1),
        (Rate(10, 100), Rate(60, 100), -1),
        (Rate(0, 0), Rate(1, 2), 0),
    ],
)
def test_better_or_worse_is_said_only_beyond_uncertainty(rate: Rate, other: Rate, said: int) -> None:
    assert rate.against(other) == said


@pytest.mark.django_db
def test_first_visits_are_settled_by_what_their_person_says_and_who_comes_again_is_told_apart() -> None:
    """A11: of five first visits three are closed and answered, two as solved; one person comes a second time."""
    said = ("yes", "yes", "no", "", "")
    for place, solved in enumerate(said):
        visitor = Contact(f"来访人{place}", f"1390000100{place}")
        number = register(
            Demand(text="欠薪三个月", kind="help", contact=visitor), channel="visit", by=LI, at=MONDAY
        ).number
        route = {"route": "arbitration", "explanation": "请向劳动人事争议仲裁委员会申请"}
        flow.act(number, "point_to_route", by=ZHOU, at=MONDAY, given=route)
        if solved:
            flow.act(number, "rate", by=RESIDENT, at=MONDAY, given={"solved": solved, "satisfied": "3"})
            flow.act(number, "close", by=WU, at=MONDAY, given={})
    again = Demand(text="又来问欠薪", kind="help", contact=Contact("来访人0", "13900001000"))
    register(again, channel="visit", by=LI, at=MONDAY)
    register(Demand(text="打电话来的不算来访", kind="help"), channel="phone", by=LI, at=MONDAY)
    tally()
    with seeing(CENTRE):
        visits = queries.figures(period(NAMES[0], day(MONDAY))).visits
    assert (visits.settled.of, visits.settled.base, visits.settled.few) == (2, 3, True)
    assert (visits.repeated.of, visits.repeated.base) == (1, 6)
