"""What the special procedures forbid is tried, each in one go; then every invariant is asked about what is written.

An attempt is refused, or else what it did is found in the rows: a breakage of the source that lets it pass is noticed
by the invariant itself (`tests/mutations`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cast import LIU, MONDAY, STREETS, WANG, WATER, WU, ZHAO, ZHOU
from conftest import Installation
from huiying.case.models import Case
from huiying.case.recording import NotAllowed
from huiying.case.scope import CENTRE, seeing
from huiying.procedure.state import Actor
from huiying.procedure.time_limits import SHANGHAI
from huiying.stages import flow
from huiying.stages.identity.vault import Contact
from huiying.stages.intake.actions import RESIDENT, Demand, register
from invariants.calendars import Calendars
from invariants.checking import check
from invariants.checks import World
from invariants.trace import Reader

Facts = Mapping[str, Any]
#: A second officer, who reviews what the first one found; and the first one, who is also head of the unit.
AZHE, WANG_AS_HEAD = Actor("sw-officer", "officer", WATER), Actor(WANG.person, "unit_head", WATER)
OLD_RULES = datetime(2023, 11, 6, 9, tzinfo=SHANGHAI)
FILED: dict[str, Any] = {"officers": 2, "prima_facie": True}
DECIDED: dict[str, Any] = {"decision_number": "汀市监罚〔2026〕8号", "collective": True, "no_heavier": True}


class Walk:
    """One case under a special procedure: what is done to it must be possible, what is tried may be refused."""

    def __init__(self, reader: Reader, facts: Facts, special: str, at: datetime = MONDAY) -> None:
        self.reader, self.world, self.at = reader, World(reader.units(), [facts]), at
        contact = Contact("陈小梅", "13900001234")
        demand = Demand(
            text="超市卖过期牛奶。", kind="report" if special == "market_report" else "help", contact=contact
        )
        self.number = register(demand, channel="phone", by=RESIDENT, at=at).number
        self.does("pass_on", ZHOU, special=special)
        with seeing(CENTRE):
            self.number = Case.objects.get(split_from=self.number).number

    def later(self, days: float) -> None:
        self.at += timedelta(days=days)

    def does(self, act: str, by: Actor, track: str = "main", **given: Any) -> None:
        flow.act(self.number, act, by=by, at=self.at, given=given, track=track)

    def tries(self, act: str, by: Actor, track: str = "main", **given: Any) -> None:
        with suppress(NotAllowed):
            self.does(act, by, track, **given)

    def holds(self) -> None:
        check(self.reader.trace(self.number), self.world)

    @property
    def today(self) -> date:
        return self.at.astimezone(SHANGHAI).date()


@pytest.fixture
def reader(own_database: Installation) -> Iterator[Reader]:
    found = Reader(own_database.admin)
    yield found
    found.database.close()


@pytest.fixture
def facts(tmp_path: Path) -> Facts:
    return Calendars(tmp_path).facts[2026]


def complaint(reader: Reader, facts: Facts, at: datetime = MONDAY) -> Walk:
    walk = Walk(reader, facts, "market_complaint", at)
    walk.does("dispatch", ZHOU, lead=WATER, venue="place_of_business")
    return walk


def report(reader: Reader, facts: Facts) -> Walk:
    walk = Walk(reader, facts, "market_report")
    walk.does("dispatch", ZHOU, lead=WATER)
    walk.does("file_case", LIU, **FILED)
    return walk


def petition(reader: Reader, facts: Facts) -> Walk:
    walk = Walk(reader, facts, "petition")
    walk.does("check_overlap", ZHOU, overlap="none_found")
    walk.does("dispatch", ZHOU, lead=WATER)
    return walk


def drafted(reader: Reader, facts: Facts) -> Walk:
    walk = petition(reader, facts)
    walk.does("accept", ZHAO, petition_class="appeal", route="petition_procedure")
    walk.does("hear", WANG, reached=True)
    walk.does("draft_opinion", WANG, outcomes=("explained",), draft="拟不予支持。")
    return walk


def refuse(walk: Walk) -> None:
    given = {"refusal_ground": "over_three_years", "explanation": "购买已过四年。", "other_ways": "litigation"}
    walk.tries("refuse", WANG, **given)


def test_a_complaint_is_refused_no_later_than_on_the_seventh_working_day(reader: Reader, facts: Facts) -> None:
    walk = complaint(reader, facts)
    walk.later(days=15)
    refuse(walk)
    walk.holds()


def test_whoever_is_refused_is_told(reader: Reader, facts: Facts) -> None:
    walk = complaint(reader, facts)
    refuse(walk)
    walk.holds()
    assert walk.reader.trace(walk.number).named("refuse")


def test_what_was_refused_is_not_closed_before_anybody_was_asked(reader: Reader, facts: Facts) -> None:
    walk = complaint(reader, facts)
    refuse(walk)
    walk.tries("close", WU)
    walk.holds()


def test_mediation_under_the_old_rules_does_not_stand_for_a_recusal(reader: Reader, facts: Facts) -> None:
    walk = complaint(reader, facts, OLD_RULES)
    walk.does("accept", WANG)
    walk.tries("ask_recusal", RESIDENT, ground="recusal", why="调解员是店主的亲戚。")
    walk.holds()


def test_an_investigation_is_extended_by_the_head_alone(reader: Reader, facts: Facts) -> None:
    walk = report(reader, facts)
    walk.tries("extend_decision", WANG, days=10, why="还在查")
    walk.holds()


def test_a_transfer_is_not_objected_to_late(reader: Reader, facts: Facts) -> None:
    walk = petition(reader, facts)
    walk.later(days=12)
    walk.tries("object_transfer", ZHAO, why="不归我们")
    walk.holds()


def test_a_review_goes_to_the_next_level(reader: Reader, facts: Facts) -> None:
    walk = drafted(reader, facts)
    walk.does("issue_opinion", LIU, opinion="not_support", basis="《城市供水条例》")
    walk.does("serve_opinion", ZHAO, served_on=walk.today, channel="letter", reply="处理意见书：不予支持，理由如下。")
    walk.does("apply_for_review", RESIDENT, why="公示栏一直是空的。")
    walk.tries("assign_review", ZHOU, "review-1", reviewer=STREETS)
    walk.holds()


def test_whoever_drafts_an_opinion_does_not_issue_it(reader: Reader, facts: Facts) -> None:
    walk = drafted(reader, facts)
    walk.tries("issue_opinion", WANG_AS_HEAD, opinion="not_support", basis="《城市供水条例》")
    walk.holds()


def test_sixty_days_are_the_sixth_routes_alone(reader: Reader, facts: Facts) -> None:
    walk = petition(reader, facts)
    walk.does("accept", ZHAO, petition_class="appeal", route="duty_request")
    walk.holds()


def test_no_penalty_is_recorded_that_was_not_announced(reader: Reader, facts: Facts) -> None:
    walk = report(reader, facts)
    walk.does("end_investigation", WANG, proposal="no_penalty", heavy=False, evidence=3)
    walk.does("pass_review_without_penalty", AZHE)
    walk.tries("record_decision", LIU, decision="penalty", decided_on=walk.today, **DECIDED)
    walk.holds()


def test_no_hearing_is_held_that_the_party_did_not_ask_for(reader: Reader, facts: Facts) -> None:
    walk = report(reader, facts)
    walk.does("end_investigation", WANG, proposal="penalty", heavy=True, evidence=3)
    walk.does("pass_review", AZHE)
    walk.does("serve_pre_notice", WANG, served_on=walk.today, hearing_offered=True, facts="无证经营，拟罚款二十万元。")
    walk.later(days=10)
    walk.does("to_decision", WANG)
    walk.holds()
