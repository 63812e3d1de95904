"""A demand that belongs under another law goes on there, in a case of its own; a mixed one in two that live apart."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from cast import LIU, MONDAY, WANG, WATER, WU, ZHAO, ZHOU, later
from huiying.case.folding import law
from huiying.case.models import Case, Clock, Content
from huiying.case.numbers import receipt_code
from huiying.case.recording import NotAllowed
from huiying.case.scope import CENTRE, WORK, seeing
from huiying.case.verifying import verify
from huiying.doors.complainant import receipts
from huiying.procedure.time_limits import SHANGHAI
from huiying.stages import flow
from huiying.stages.identity import vault
from huiying.stages.identity.vault import Contact
from huiying.stages.intake.actions import RESIDENT, Demand, register
from huiying.stages.intake.uploads import digest_of

pytestmark = pytest.mark.django_db
CHEN = Contact("陈小梅", "13900001234")
WORDS = "在超市买到过期牛奶，要求退款，也请查处超市。"
COMPLAINT = "在超市买到过期牛奶，要求退款。"


def brought(at: datetime = MONDAY, **more: Any) -> str:
    return register(
        Demand(text=WORDS, contact=CHEN, kind="complaint", **more), channel="phone", by=RESIDENT, at=at
    ).number


def passed_on(number: str, special: str, at: datetime) -> list[Case]:
    words = {"complaint_words": COMPLAINT} if special == "market_both" else {}
    flow.act(number, "pass_on", by=ZHOU, at=at, given={"special": special, **words})
    with seeing(CENTRE):
        return list(Case.objects.filter(split_from=number).order_by("id"))


def due(case: Case, clock: str) -> datetime | None:
    with seeing(CENTRE):
        return Clock.objects.get(case=case, name=clock).due_at


def test_of_a_mixed_message_a_complaint_and_a_report_live_apart() -> None:
    number = brought()
    complaint, report = passed_on(number, "market_both", later(hours=2))
    assert [(law(one.law_id).id, one.kind) for one in (complaint, report)] == [
        ("market_2026", "complaint"), ("market_penalty", "report"),
    ]  # fmt: skip
    for one, words in ((complaint, COMPLAINT), (report, WORDS)):
        with seeing(CENTRE):
            assert Content.objects.get(case=one, name="text").text == words
    assert set(vault.find(CHEN.phone)) >= {complaint.number, report.number}
    at = later(days=1)
    flow.act(complaint.number, "dispatch", by=ZHOU, at=at, given={"lead": WATER, "venue": "place_of_business"})
    flow.act(complaint.number, "refuse", by=WANG, at=at, given={
        "refusal_ground": "over_three_years", "explanation": "购买已过四年。", "other_ways": "litigation",
    })  # fmt: skip
    flow.act(complaint.number, "rate", by=RESIDENT, at=at, given={"solved": "no", "satisfied": "2"})
    assert flow.act(complaint.number, "close", by=WU, at=at, given={}) == "closed"
    with seeing(CENTRE):
        assert Case.objects.get(pk=report.pk).closed_at is None
        assert Case.objects.get(number=number).step == "passed_on"
    flow.act(report.number, "dispatch", by=ZHOU, at=at, given={"lead": WATER})
    assert (
        flow.act(report.number, "file_case", by=LIU, at=at, given={"officers": 2, "prima_facie": True})
        == "investigating"
    )
    with seeing(WORK):
        assert verify(file_digest=digest_of).ok


def test_its_limits_count_from_the_day_on_which_the_demand_came() -> None:
    friday = datetime(2026, 9, 18, 10, 0, tzinfo=SHANGHAI)
    (complaint,) = passed_on(brought(friday), "market_complaint", friday + timedelta(days=4))
    ends = due(complaint, "accept")
    assert ends is not None
    assert (ends - timedelta(days=1)).astimezone(SHANGHAI).date().isoformat() == "2026-09-29"


def test_a_demand_from_before_the_change_of_rules_goes_on_under_the_old_ones() -> None:
    (complaint,) = passed_on(brought(datetime(2026, 4, 14, 9, 0, tzinfo=SHANGHAI)), "market_complaint", MONDAY)
    assert law(complaint.law_id).id == "market_2020"


def test_the_person_follows_all_of_it_from_the_first_receipt() -> None:
    number = brought()
    others = passed_on(number, "market_both", later(hours=1))
    shown = receipts.read(receipt_code(number), later(hours=2))
    assert {code for _, code in shown.split_into} == {receipt_code(one.number) for one in others}


def test_a_petition_keeps_its_kind_and_is_disposed_of_in_fifteen_days() -> None:
    (petition,) = passed_on(brought(), "petition", later(hours=1))
    assert (law(petition.law_id).id, petition.kind, petition.step) == ("petition", "complaint", "checking")
    ends = due(petition, "dispose")
    assert ends is not None
    assert (ends - MONDAY).days == 15


def test_a_missing_number_of_the_national_system_warns_until_it_is_there() -> None:
    (petition,) = passed_on(brought(), "petition", later(hours=1))
    with seeing(CENTRE):
        assert petition.alarms.filter(clock="mirror", kind="alarm", rang_at=None).count() == 1
    with pytest.raises(NotAllowed) as refused:
        flow.act(petition.number, "record_national_number", by=ZHOU, at=later(hours=2), given={"national_number": "?"})
    assert refused.value.refused.code == "not_a_code"
    flow.act(
        petition.number,
        "record_national_number",
        by=ZHOU,
        at=later(hours=2),
        given={"national_number": "XF2026110200017"},
    )
    with seeing(CENTRE):
        assert not petition.alarms.filter(clock="mirror", kind="alarm", rang_at=None).exists()


@pytest.mark.parametrize(
    ("act", "given"), [("pass_on", {"special": "petition"}), ("join", {"into": "20261102-00000001-0"})]
)
def test_what_a_special_procedure_does_not_know_is_not_done_to_its_cases(act: str, given: dict[str, str]) -> None:
    (complaint,) = passed_on(brought(), "market_complaint", later(hours=1))
    with pytest.raises(NotAllowed) as refused:
        flow.act(complaint.number, act, by=ZHOU, at=later(hours=2), given=given)
    assert refused.value.refused.code == "act_unknown"


@pytest.mark.parametrize(
    ("by", "special", "code"), [(ZHAO, "petition", "not_this_role"), (ZHOU, "gossip", "not_listed")]
)
def test_only_a_dispatcher_passes_on_and_only_where_there_is_a_procedure(by: Any, special: str, code: str) -> None:
    number = brought()
    with pytest.raises(NotAllowed) as refused:
        flow.act(number, "pass_on", by=by, at=later(hours=1), given={"special": special})
    assert refused.value.refused.code == code
    with seeing(CENTRE):
        assert not Case.objects.filter(split_from=number).exists()
