"""What is left out of figures: only of the named indicator, for as long as it stands, counted apart, of one demand."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from cast import CAI, HESHOU, QIAN, SUN, WATER, WU
from huiying.case.models import Notice
from huiying.case.recording import NotAllowed
from huiying.case.scope import CENTRE, seeing
from huiying.case.verifying import verify
from huiying.procedure.disclosure import Field, Purpose
from huiying.stages.identity.actions import ask_to_see, decide, see_approved
from huiying.stages.insight import queries
from huiying.stages.insight.actions import recount_ended, tally
from huiying.stages.insight.counting import day_of
from huiying.stages.insight.periods import QUARTER, period
from huiying.stages.intake.actions import RESIDENT
from huiying.stages.intake.uploads import digest_of
from left_out import CONDUCT, TRACK, closed, do, label

pytestmark = pytest.mark.django_db


def told() -> queries.Count:
    tally()
    with seeing(CENTRE):
        return queries.figures(period(QUARTER, day_of(timezone.now()))).total.now


def apart() -> list[tuple[str, str, int, int]]:
    with seeing(CENTRE):
        rows = queries.left_out(period(QUARTER, day_of(timezone.now())))
    return [(row.unit, row.ground, row.rate.of, row.rate.base) for row in rows]


def test_a_label_takes_a_case_out_of_the_resolution_rate_and_of_nothing_else() -> None:
    first, second = closed(), closed()
    before = told()
    assert (before.answered, before.solved, apart()) == (2, 0, [])
    label(first)
    after = told()
    assert after.answered == 1
    left = ("received", "closed", "due", "kept", "given", "returned", "submitted", "redone")
    assert [getattr(after, name) for name in left] == [getattr(before, name) for name in left]
    assert apart() == [(WATER, "", 1, 2), (WATER, "no_factual_basis", 1, 2)]
    do(first, "object_label", RESIDENT, {"what": "账单就是不对"}, TRACK)
    do(first, "withdraw_label", CAI, {"explanation": "水表确有故障"}, TRACK)
    assert (told().answered, apart()) == (2, [])
    with seeing(CENTRE):
        assert verify(first, file_digest=digest_of).ok
        assert Notice.objects.filter(case__number=first, to="complainant", name="认定撤销告知").exists()
    assert second


def test_what_has_ended_counts_again_the_night_after() -> None:
    label(closed())
    assert told().answered == 0
    day = day_of(timezone.now()) + timedelta(days=90)
    assert recount_ended(day) == 0
    assert recount_ended(day + timedelta(days=1)) == 1


def test_the_police_get_an_identity_only_on_a_written_request_and_through_the_custodian() -> None:
    number = closed()

    def see(at: datetime) -> object:
        return ask_to_see(number, Field.CONTACT, Purpose.LAWFUL_REQUEST, by=CAI, at=at)

    do(number, "dissuade", WU, {"conduct": CONDUCT, "dissuasion": "说明后果，请其停止"})
    lead = {"behaviour": "blocked_lines", "facts": f"{CONDUCT}，号码13900001234", "lead_evidence": 3}
    do(number, "propose_police_lead", SUN, lead)
    do(number, "pass_legal_check", QIAN, {"minimal": True, "basis": "治安管理处罚法"}, "police-1")
    do(number, "send_police_lead", CAI, {"organ": "某区公安分局", "explanation": "线索已经移送"}, "police-1")
    with pytest.raises(NotAllowed) as refused:
        see(timezone.now())
    assert refused.value.refused.code == "not_requested_in_writing"
    do(number, "record_lawful_request", SUN, {"request_number": "公调2026-017", "basis": "刑事诉讼法"}, "police-1")
    asked = ask_to_see(number, Field.CONTACT, Purpose.LAWFUL_REQUEST, by=CAI, at=timezone.now())
    assert asked.contents is None
    decide(asked.opening.pk, approve=True, by=HESHOU, at=timezone.now())
    opened = see_approved(asked.opening.pk, by=CAI, at=timezone.now())
    assert opened.contents is not None
    assert "13900001234" in str(opened.contents)
