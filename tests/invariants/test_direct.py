"""Invariants that are not about a sequence of acts, or whose breach somebody would try in one go: each is tried."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from cast import COMMUNITY, LIU, MATTER, MONDAY, SUN, WANG, WATER, WU, ZHAO, ZHENG, ZHOU, later
from conftest import Installation
from huiying.case.models import Case, Clock, Notice
from huiying.case.numbers import receipt_code
from huiying.case.recording import CLOCKWORK, NotAllowed
from huiying.case.scope import CENTRE, WORK, of_unit, seeing
from huiying.case.verifying import verify
from huiying.directory.queries import units_for_routing
from huiying.doors.complainant import receipts
from huiying.procedure.library import SHIPPED, library, load
from huiying.procedure.state import Actor
from huiying.procedure.time_limits import Status, Unit
from huiying.stages import flow
from huiying.stages.identity.vault import Contact
from huiying.stages.intake.actions import RESIDENT, Demand, register
from huiying.stages.intake.uploads import digest_of
from huiying.stages.supervision.actions import ring_what_is_due
from huiying.stages.supervision.tasks import every_night
from huiying.stages.triage import actions as triage
from invariants.calendars import Calendars
from invariants.trace import Reader

PACK = Path(__file__).with_name("pack_city")
CHEN = Contact("陈小梅", "13900001234")
DONE: dict[str, object] = {"outcomes": ("resolved",), "evidence": 1, "basis": "已经修好"}
REPLY = "您反映的漏水已经修好，更换了三米水管。"


@pytest.fixture
def trial_city(monkeypatch: pytest.MonkeyPatch) -> None:
    """A city that lives by a local pack of its own."""
    monkeypatch.setenv("HUIYING_PACKS", str(PACK))
    monkeypatch.setenv("HUIYING_PROCEDURE", PACK.name)


def bring(**more: Any) -> str:
    given = {"text": "家里漏水", "kind": "help", "contact": CHEN, **more}
    return register(Demand(**given), channel="phone", by=RESIDENT, at=later(0)).number


def handled(**more: Any) -> str:
    number = bring(**more)
    flow.act(number, "dispatch", by=ZHOU, at=later(1), given={"lead": WATER})
    signs = "sign_for_case" if more.get("kind") == "complaint" else "sign_for"
    flow.act(number, signs, by=ZHAO, at=later(2), given={})
    return number


def refusal(number: str, act: str, by: Any, given: dict[str, object], hours: float = 3) -> str:
    with pytest.raises(NotAllowed) as refused:
        flow.act(number, act, by=by, at=later(hours), given=given)
    return refused.value.refused.code


@pytest.mark.django_db
@pytest.mark.usefixtures("trial_city")
def test_a_city_lives_by_its_local_pack() -> None:
    number = handled()
    with seeing(CENTRE):
        assert set(Clock.objects.filter(case__number=number).values_list("term", flat=True)) == {"TR-1", "TR-2"}


@pytest.mark.django_db
def test_invariant_4_whoever_is_pointed_elsewhere_is_told_where() -> None:
    number = bring()
    assert refusal(number, "point_to_route", ZHOU, {"explanation": "先申请仲裁"}) == "not_given"
    assert refusal(number, "point_to_route", ZHOU, {"route": "arbitration"}) == "not_given"
    given: dict[str, object] = {"route": "arbitration", "explanation": "请向澜安区劳动人事争议仲裁委员会申请"}
    flow.act(number, "point_to_route", by=ZHOU, at=later(3), given=given)
    told = receipts.read(receipt_code(number), later(4)).told[-1]
    assert "仲裁委员会" in told.text
    with seeing(CENTRE):
        assert Notice.objects.filter(case__number=number, name="途径告知", to="complainant").exists()


@pytest.mark.django_db
def test_invariant_5_an_emergency_waits_for_nothing() -> None:
    number = bring()
    given: dict[str, object] = {"service": "119"}
    assert flow.act(number, "connect_emergency", by=ZHOU, at=later(0), given=given) == "verifying"
    assert flow.act(number, "dispatch", by=ZHOU, at=later(0), given={"lead": WATER}) == "signing"


@pytest.mark.django_db
def test_invariant_7_whoever_says_nothing_of_themselves_is_answered_and_not_called() -> None:
    number = handled(contact=Contact())
    flow.act(number, "submit_result", by=WANG, at=later(3), given=DONE)
    flow.act(number, "approve_result", by=SUN, at=later(4), given={})
    flow.act(number, "serve_reply", by=ZHAO, at=later(5), given={"channel": "page", "reply": REPLY})
    assert flow.act(number, "close", by=WU, at=later(6), given={}) == "closed"


@pytest.mark.django_db
@pytest.mark.usefixtures("trial_city")
def test_invariant_10_a_clock_stands_only_on_a_ground_of_its_row() -> None:
    number = handled()
    assert refusal(number, "suspend_clock", WANG, {"ground": "hearing"}) == "suspension_ground_not_listed"
    flow.act(number, "suspend_clock", by=WANG, at=later(3), given={"ground": "test"})
    with seeing(CENTRE):
        assert Clock.objects.get(case__number=number, name="handle").due_at is None
    flow.act(number, "resume_clock", by=WANG, at=later(4), given={})
    with seeing(CENTRE):
        assert Clock.objects.get(case__number=number, name="handle").due_at is not None


@pytest.mark.django_db
@pytest.mark.usefixtures("trial_city")
def test_invariant_11_an_extension_is_in_time_by_whoever_may_and_told() -> None:
    number = handled()
    why = "情况复杂"
    assert refusal(number, "extend", LIU, {"days": 4, "why": why}) == "extension_too_long"
    assert refusal(number, "extend", LIU, {"days": 3, "why": why}, hours=24 * 30) == "extension_after_expiry"
    flow.act(number, "extend", by=LIU, at=later(3), given={"days": 3, "why": why})
    with seeing(CENTRE):
        assert Notice.objects.filter(case__number=number, name="延期告知", to="complainant").exists()


def test_invariant_12_no_local_row_is_longer_than_the_law(tmp_path: Path) -> None:
    known = [term for term in library().terms.values() if term.value > 0 and term.unit is not Unit.UNKNOWN]
    rows = [
        f'[[correct]]\nterm = "{term.id}"\nvalue = {term.value + 1}\narticle = "某市办法"\n' for term in known
    ]  # fmt: skip
    pack = tmp_path / "longer"
    pack.mkdir()
    (pack / "terms.toml").write_text('title = "某市办法"\n' + "\n".join(rows), "utf-8")
    faults = load([*sorted(folder for folder in SHIPPED.iterdir() if folder.is_dir()), pack]).faults
    assert [fault.code for fault in faults] == ["correction_loosens"] * len(known)
    assert len(known) > 50


@pytest.mark.django_db
@pytest.mark.usefixtures("trial_city")
def test_invariant_13_a_reply_makes_up_for_no_notice_and_each_clock_stops_for_itself() -> None:
    number = bring()
    flow.act(number, "dispatch", by=ZHOU, at=later(1), given={"lead": WATER})
    flow.act(number, "sign_for", by=ZHAO, at=later(2), given={})
    with seeing(CENTRE):
        stopped = dict(Clock.objects.filter(case__number=number).values_list("name", "stopped_at"))
    assert stopped == {"handle": None, "return": later(2)}
    flow.act(number, "extend", by=LIU, at=later(3), given={"days": 1, "why": "复杂"})
    flow.act(number, "submit_result", by=WANG, at=later(4), given=DONE)
    flow.act(number, "approve_result", by=SUN, at=later(5), given={})
    flow.act(number, "serve_reply", by=ZHAO, at=later(6), given={"channel": "page", "reply": REPLY})
    with seeing(CENTRE):
        unseen = Notice.objects.filter(case__number=number, to="complainant", seen_at=None)
        owed = set(unseen.values_list("name", flat=True))
    assert owed == {"登记凭证", "延期告知", "办理结果答复"}


@pytest.mark.django_db
def test_invariant_14_a_returned_order_runs_on_for_the_person() -> None:
    number = bring()
    flow.act(number, "dispatch", by=ZHOU, at=later(1), given={"lead": WATER})

    def clock() -> tuple[Any, ...]:
        with seeing(CENTRE):
            handle = Clock.objects.get(case__number=number, name="handle")
        return handle.started_at, handle.stopped_at, handle.due_at

    before = clock()
    flow.act(number, "return_order", by=ZHAO, at=later(2), given={"ground": "not_our_duty", "why": "不是我们的"})
    assert clock() == before
    with seeing(CENTRE):
        assert Case.objects.get(number=number).units == [WATER], "until another is ruled, the first receiver leads (21)"
    flow.act(number, "rule_on_return", by=ZHENG, at=later(days=2), given={"lead": "cg", "why": "归城管"})
    assert clock() == before
    with seeing(CENTRE):
        assert Case.objects.get(number=number).units == ["cg"]


@pytest.mark.django_db
def test_invariant_16_nothing_closes_before_the_person_was_answered_and_asked() -> None:
    number = handled()
    assert refusal(number, "close", WU, {}) == "not_at_this_step"
    assert (
        refusal(number, "submit_result", WANG, {"outcomes": ("resolved",), "basis": "好了"})
        == "resolved_without_evidence"
    )
    flow.act(number, "submit_result", by=WANG, at=later(3), given=DONE)
    flow.act(number, "approve_result", by=SUN, at=later(4), given={})
    assert refusal(number, "serve_reply", ZHAO, {"channel": "page"}) == "not_given"
    flow.act(number, "serve_reply", by=ZHAO, at=later(5), given={"channel": "page", "reply": REPLY})
    assert refusal(number, "close", WU, {}, hours=6) == "follow_up_missing"


@pytest.mark.django_db
def test_invariant_18_no_review_is_skipped_or_done_twice() -> None:
    number = handled()
    served: dict[str, object] = {"channel": "page", "reply": REPLY}
    assert refusal(number, "serve_reply", ZHAO, served) == "not_at_this_step"
    flow.act(number, "submit_result", by=WANG, at=later(3), given=DONE)
    assert refusal(number, "serve_reply", ZHAO, served) == "not_at_this_step"
    flow.act(number, "approve_result", by=SUN, at=later(4), given={})
    assert refusal(number, "approve_result", SUN, {}) == "not_at_this_step"
    flow.act(number, "serve_reply", by=ZHAO, at=later(5), given=served)
    flow.act(number, "send_back_dissatisfied", by=WU, at=later(6), given={"why": "还漏"})
    flow.act(number, "submit_result", by=WANG, at=later(7), given=DONE)
    flow.act(number, "approve_result", by=SUN, at=later(8), given={})
    flow.act(number, "serve_reply", by=ZHAO, at=later(9), given={**served, "reply": REPLY + "已经复查。"})
    assert refusal(number, "send_back_dissatisfied", WU, {"why": "还漏"}, 10) == "too_many_times"


@pytest.mark.django_db
def test_invariant_19_nobody_checks_their_own_work_in_another_post() -> None:
    number = handled()
    flow.act(number, "submit_result", by=WANG, at=later(3), given=DONE)
    assert refusal(number, "approve_result", Actor(WANG.person, "supervisor"), {}) == "same_person"
    flow.act(number, "approve_result", by=SUN, at=later(4), given={})
    flow.act(number, "serve_reply", by=ZHAO, at=later(5), given={"channel": "page", "reply": REPLY})
    for person in (WANG.person, SUN.person):
        assert refusal(number, "record_call", Actor(person, "follow_up"), {"reached": True}, 6) == "same_person"
        assert refusal(number, "close", Actor(person, "follow_up"), {}, 6) == "same_person"


@pytest.mark.django_db
def test_invariant_22_and_24_whom_a_case_is_never_given_to() -> None:
    number = bring(kind="report", respondents=("990103002",))
    for unit in ("990103002", "wy-zhenbang", "990103"):  # itself, its agent, and, in a report, whoever is above it
        assert refusal(number, "dispatch", ZHOU, {"lead": unit}) == "unit_in_conflict"
    pushed: dict[str, object] = {"lead": "990103001", "department_duty": True}
    assert refusal(number, "dispatch", ZHOU, pushed) == "duty_pushed_down"


def test_invariant_26_nothing_of_a_reporters_line_or_device_is_kept(own_database: Installation) -> None:
    reader = Reader(own_database.admin)
    traits = ("203.0.113.77", "198.51.100.9", "telltale-device")
    sender = Client(REMOTE_ADDR=traits[0], HTTP_X_FORWARDED_FOR=traits[1], HTTP_USER_AGENT=traits[2])
    answer = sender.post("/api/v1/demands", {"text": "有人占道", "kind": "report"}, content_type="application/json")
    assert answer.status_code == 201, answer.content
    number = answer.json()["number"]
    files = [path for path in own_database.home.rglob("*") if path.is_file()]
    written = reader.everything() + "".join(path.read_text("utf-8", "replace") for path in files)
    reader.database.close()
    assert number in written
    for trait in traits:
        assert trait not in written


@pytest.mark.django_db
def test_invariant_36_a_supervisor_who_takes_a_case_on_is_named() -> None:
    number = handled()
    flow.act(number, "name_supervisor", by=SUN, at=later(3), given={})
    with seeing(CENTRE):
        assert Case.objects.get(number=number).supervisor == SUN.person


@pytest.mark.django_db
def test_invariant_44_the_clockwork_decides_nothing() -> None:
    number = bring()
    for name in library().procedures["guangdong"].acts:
        if name != "name_supervisor":
            assert refusal(number, name, CLOCKWORK, {"into": number} if name == "join" else {}) in {
                "not_this_role", "not_at_this_step", "joined_to_itself", "track_unknown",
            }  # fmt: skip
    with pytest.raises(NotAllowed):
        triage.classify(number, kind="help", matter=MATTER, area=COMMUNITY, by=CLOCKWORK, at=later(3))


@pytest.mark.django_db
@pytest.mark.usefixtures("trial_city")
def test_invariant_45_what_is_no_law_is_not_shown_as_law() -> None:
    number = handled(kind="complaint")
    given: dict[str, object] = {"verdict": "true", "evidence": 1, "reasons": "现场属实"}
    flow.act(number, "find_true", by=WANG, at=later(3), given=given)
    receipt = receipts.read(receipt_code(number), later(0) + timedelta(days=1))
    assert receipt.told[-1].act == "find_true"
    assert receipt.told[-1].article == "", "the founding article is no law"
    assert [limit.is_law for limit in receipt.limits] == [False, False], "our own rows are none"
    assert {status for status in Status if status.is_law} == {"V", "P"}


@pytest.mark.django_db
def test_invariant_36_a_case_that_was_answered_is_not_late_and_stops_no_alarm_of_others() -> None:
    number = handled()
    flow.act(number, "ask_to_withdraw", by=RESIDENT, at=later(3), given={})
    flow.act(number, "refuse_withdrawal", by=WU, at=later(4), given={"why": "受到压力"})
    given: dict[str, object] = {"route": "arbitration", "explanation": "请向劳动人事争议仲裁委员会申请"}
    flow.act(number, "point_to_route", by=ZHOU, at=later(5), given=given)
    flow.act(number, "record_call", by=WU, at=later(6), given={"reached": True})
    flow.act(number, "close", by=WU, at=later(7), given={})
    late = handled()
    with seeing(CENTRE):
        assert Clock.objects.get(case__number=number, name="handle").stopped_at == later(5)
    ring_what_is_due(later(days=60))
    with seeing(CENTRE):
        assert Case.objects.get(number=late).supervisor
        assert not Case.objects.get(number=number).ledger.filter(act="alarm").exists()


@pytest.mark.django_db
@pytest.mark.parametrize("moves_a_clock", [False, True])
def test_invariant_9_whatever_happens_between_a_calendars_coming_and_the_night_the_ledger_verifies(
    tmp_path: Path,
    moves_a_clock: bool,  # noqa: FBT001  # a table
) -> None:
    calendars = Calendars(tmp_path)
    late = MONDAY.replace(year=2026, month=2, day=6)
    calendars.know(2025)
    try:
        number = register(Demand(text="漏水", contact=CHEN), channel="phone", by=RESIDENT, at=late).number
        flow.act(number, "dispatch", by=ZHOU, at=late, given={"lead": WATER})
        calendars.know(2026)
        act, by = ("sign_for", ZHAO) if moves_a_clock else ("urge", RESIDENT)
        flow.act(number, act, by=by, at=late, given={})
        with seeing(WORK):
            assert verify(number, file_digest=digest_of).differences == ()
        every_night.func(0)
        with seeing(WORK):
            assert verify(number, file_digest=digest_of).differences == ()
            assert not Clock.objects.get(case__number=number, name="handle").provisional
    finally:
        calendars.know(2026)


@pytest.mark.django_db
def test_invariant_24_a_unit_that_had_the_case_sees_it_no_more_once_it_is_about_them() -> None:
    number = handled()
    flow.act(number, "ask_to_withdraw", by=RESIDENT, at=later(3), given={})
    flow.act(number, "refuse_withdrawal", by=WU, at=later(4), given={"why": "受到压力"})
    water = of_unit(WATER, dict(units_for_routing()))
    with seeing(water):
        assert Case.objects.filter(number=number).exists()
    triage.classify(number, kind="complaint", matter=MATTER, area=COMMUNITY, by=ZHOU, at=later(5), respondents=(WATER,))
    with seeing(water):
        assert not Case.objects.filter(number=number).exists()
