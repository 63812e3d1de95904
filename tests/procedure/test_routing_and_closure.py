"""Who may be given a case, who should be, and when it may end."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from huiying.procedure.closure import Call, answers_complete, follow_up_done, may_erase, reply_speaks
from huiying.procedure.decision import Allowed, Decision, Refused
from huiying.procedure.routing import Duty, Level, Unit, may_assign, propose
from huiying.procedure.time_limits import SHANGHAI
from people import CITY, PROPERTY, STREET, STREETS, UNITS, VILLAGE, WATER


def reason(decision: Decision) -> str:
    return "" if isinstance(decision, Allowed) else decision.code


@pytest.mark.parametrize(
    ("unit", "respondents", "superiors_too", "expected"),
    [
        (WATER, (STREETS,), False, ""),
        (STREETS, (STREETS,), False, "unit_in_conflict"),
        (PROPERTY, (STREETS,), False, "unit_in_conflict"),  # it acts for whoever is complained about
        ("水务局二所", (WATER,), False, "unit_in_conflict"),  # it stands below
        (CITY, (WATER,), False, ""),  # a complaint goes to the superior ...
        (CITY, (WATER,), True, "unit_in_conflict"),  # ... a report does not
        (STREETS, (WATER,), True, ""),  # a sister unit has no part in it
        (WATER, ("某食品店",), True, ""),  # whoever is complained about need not be a unit of ours
        ("无此单位", (), False, "unit_unknown_here"),
    ],
)
def test_the_conflict_lock(unit: str, respondents: tuple[str, ...], superiors_too: bool, expected: str) -> None:  # noqa: FBT001  # a table
    assert reason(may_assign(unit, UNITS, respondents=respondents, superiors_too=superiors_too)) == expected


def test_an_agent_of_the_superior_is_barred_in_a_report() -> None:
    units = {**UNITS, "市属物业": Unit("市属物业", Level.DEPARTMENT, agent_of=CITY)}
    assert reason(may_assign("市属物业", units, respondents=[WATER], superiors_too=True)) == "unit_in_conflict"
    assert reason(may_assign("市属物业", units, respondents=[WATER])) == ""


def test_units_that_act_for_each_other_do_not_go_round_for_ever() -> None:
    units = {"甲": Unit("甲", Level.STREET, agent_of="乙"), "乙": Unit("乙", Level.STREET, agent_of="甲")}
    assert reason(may_assign("甲", units, respondents=["丙"])) == ""


@pytest.mark.parametrize("unit", [STREET, VILLAGE])
def test_a_departments_duty_is_not_pushed_down(unit: str) -> None:
    decision = may_assign(unit, UNITS, department_duty=True)
    assert isinstance(decision, Refused)
    assert (decision.code, decision.article) == ("duty_pushed_down", "国办函〔2025〕66号（五）")
    assert reason(may_assign(WATER, UNITS, department_duty=True)) == ""


CATALOGUE = (
    Duty("漏水", "990000", WATER),
    Duty("漏水", "990101", STREET, valid_to=date(2026, 6, 30)),
    Duty("占道", "990000", STREETS),
)


def lead(areas: list[str], on: date, **lock: object) -> str:
    answer = propose(CATALOGUE, matter="漏水", areas=areas, on=on, units=UNITS, **lock)
    return answer.lead if isinstance(answer, Duty) else answer.code


def test_the_catalogue_proposes_the_narrowest_row_in_force_that_is_not_barred() -> None:
    here = ["990101", "990100", "990000"]
    assert lead(here, date(2026, 6, 30)) == STREET
    assert lead(here, date(2026, 7, 1)) == WATER
    assert lead(here, date(2026, 6, 30), respondents=[STREET]) == WATER
    assert lead(here, date(2026, 7, 1), respondents=[WATER]) == "no_duty_listed"
    assert lead(["980000"], date(2026, 7, 1)) == "no_duty_listed"


def test_each_demand_has_its_own_answer_and_what_is_solved_is_shown() -> None:
    assert reason(answers_complete(2, ("resolved",), evidence=1)) == "demands_unanswered"
    assert reason(answers_complete(1, ("resolved",), evidence=0)) == "resolved_without_evidence"
    assert reason(answers_complete(2, ("resolved", "explained"), evidence=1)) == ""
    assert reason(answers_complete(1, ("explained",), evidence=0)) == ""


def calls(*times: str, reached: bool = False) -> list[Call]:
    return [Call(datetime.fromisoformat(f"2026-11-{time}:00").replace(tzinfo=SHANGHAI), reached) for time in times]


@pytest.mark.parametrize(
    ("tried", "expected"),
    [
        ([], "follow_up_missing"),
        (calls("10 09:00", reached=True), ""),
        (calls("10 09:00", "10 14:00", "11 19:00"), ""),
        (calls("10 09:00", "10 14:00"), "follow_up_missing"),
        (calls("10 09:00", "10 14:00", "10 19:00"), "follow_up_missing"),  # one day only
        (calls("10 09:00", "11 09:30", "12 09:50"), "follow_up_missing"),  # always in the same hour
    ],
)
def test_asking_the_person_means_reaching_them_or_three_tries_on_two_days_at_different_hours(
    tried: list[Call], expected: str
) -> None:
    assert reason(follow_up_done(tried)) == expected


def test_hours_of_a_follow_up_are_those_of_shanghai() -> None:
    abroad = [Call(call.at.astimezone(UTC), reached=False) for call in calls("10 09:00", "10 14:00", "11 19:00")]
    assert reason(follow_up_done(abroad)) == ""


def test_a_call_at_an_hour_at_which_nobody_is_called_is_no_attempt() -> None:
    def tried(*hours: int) -> list[Call]:
        return [Call(datetime(2026, 9, 7 + day, hour, 0, tzinfo=SHANGHAI), False) for day, hour in enumerate(hours)]

    assert isinstance(follow_up_done(tried(9, 15, 20)), Allowed)
    late = follow_up_done(tried(9, 15, 22))
    assert isinstance(late, Refused)
    assert late.params["attempts"] == 2
    assert isinstance(follow_up_done([Call(datetime(2026, 9, 7, 22, 0, tzinfo=SHANGHAI), True)]), Allowed)


@pytest.mark.parametrize(
    ("closed", "days", "role", "erased", "code"),
    [
        (True, 6 * 365, "administrator", False, None),
        (True, 5 * 365, "administrator", False, "term_not_over"),
        (False, 6 * 365, "administrator", False, "not_closed"),
        (True, 6 * 365, "administrator", True, "erased_already"),
        (True, 6 * 365, "leader", False, "not_this_role"),
    ],
)
def test_contents_are_erased_after_their_term_and_not_before(
    closed: bool,  # noqa: FBT001  # a table
    days: int,
    role: str,
    erased: bool,  # noqa: FBT001  # as above
    code: str | None,
) -> None:
    start = datetime(2026, 9, 7, 9, 0, tzinfo=SHANGHAI)
    decision = may_erase(start if closed else None, start + timedelta(days=days), role=role, erased=erased)
    assert (decision.code if isinstance(decision, Refused) else None) == code


def test_a_reply_speaks_of_this_case() -> None:
    assert isinstance(reply_speaks("水管已经更换，试水两小时不漏。", served_elsewhere=False), Allowed)
    assert isinstance(reply_speaks("已办理", served_elsewhere=False), Refused)
    assert isinstance(reply_speaks("水管已经更换，试水两小时不漏。", served_elsewhere=True), Refused)
