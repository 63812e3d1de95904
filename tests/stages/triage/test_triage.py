from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction

from cast import COMMUNITY, HESHOU, LI, MATTER, MENG, MONDAY, SUN, WANG, WATER, WU, ZHAO, ZHENG, ZHOU, later
from conftest import Installation
from huiying.case.models import Act, Case, Content, Notice
from huiying.case.numbers import receipt_code
from huiying.case.recording import NotAllowed
from huiying.case.scope import CENTRE, WORK, Scope, seeing, working
from huiying.case.verifying import verify
from huiying.doors.complainant import receipts
from huiying.doors.work.lists import notices_for
from huiying.procedure.decision import Refused
from huiying.procedure.disclosure import Field, Purpose
from huiying.stages import flow
from huiying.stages.closure.actions import ask_review
from huiying.stages.identity import actions as identity
from huiying.stages.identity import vault
from huiying.stages.identity.models import Opening
from huiying.stages.identity.vault import Contact
from huiying.stages.intake.actions import RESIDENT, Demand, Receipt, attach, register
from huiying.stages.intake.uploads import digest_of
from huiying.stages.triage import actions as triage

CHEN = Contact("陈小梅", "13900001234")


def bring(text: str = "家里漏水", **more: Any) -> Receipt:
    return register(Demand(text=text, contact=CHEN, **more), channel="phone", by=RESIDENT, at=MONDAY)


def case_of(number: str) -> Case:
    with seeing(CENTRE):
        return Case.objects.get(number=number)


def is_whole() -> bool:
    with seeing(WORK):
        return verify(file_digest=digest_of).ok


@pytest.mark.django_db
def test_a_person_says_kind_matter_and_area_and_the_catalogue_proposes_the_lead() -> None:
    number = bring().number
    triage.classify(number, kind="complaint", matter=MATTER, area=COMMUNITY, by=ZHOU, at=later(1))
    case = case_of(number)
    assert (case.kind, case.matter, case.area) == ("complaint", MATTER, COMMUNITY)
    proposed = triage.propose(case, later(1))
    assert not isinstance(proposed, Refused)
    assert proposed.matter == MATTER
    assert is_whole()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("given", "by", "code"),
    [
        ({"kind": "complaint", "matter": "9999", "area": COMMUNITY}, ZHOU, "not_listed"),
        ({"kind": "complaint", "matter": MATTER, "area": "9"}, ZHOU, "not_listed"),
        ({"kind": "gossip", "matter": MATTER, "area": COMMUNITY}, ZHOU, "not_listed"),
        ({"kind": "complaint", "matter": MATTER, "area": COMMUNITY}, LI, "not_this_role"),
    ],
)
def test_what_is_not_in_the_directory_cannot_be_said(given: dict[str, str], by: Any, code: str) -> None:
    number = bring().number
    with pytest.raises(NotAllowed) as refused:
        triage.classify(number, by=by, at=later(1), **given)
    assert refused.value.refused.code == code


@pytest.mark.django_db
def test_the_proposal_passes_over_whoever_is_complained_about() -> None:
    number = bring(kind="complaint").number
    triage.classify(number, kind="complaint", matter="0103", area="9901", by=ZHOU, at=later(1))
    lead = triage.propose(case_of(number), later(1))
    assert not isinstance(lead, Refused)
    against = bring(kind="complaint", respondents=(lead.lead,)).number
    triage.classify(against, kind="complaint", matter="0103", area="9901", by=ZHOU, at=later(1))
    other = triage.propose(case_of(against), later(1))
    assert isinstance(other, Refused) or other.lead != lead.lead


@pytest.mark.django_db
def test_one_message_becomes_several_that_the_person_follows_from_the_first_receipt() -> None:
    receipt = bring("陈小梅说：漏水；路灯也不亮；另外想表扬小李。", demands=3)
    parts = [triage.Part("help", "门口路灯不亮，陈小梅女士反映"), triage.Part("praise", "表扬话务员小李")]
    numbers = triage.split(receipt.number, parts, by=ZHOU, at=later(1), key="once")
    assert triage.split(receipt.number, parts, by=ZHOU, at=later(2), key="once") == numbers
    with seeing(CENTRE):
        assert Case.objects.count() == 3
        texts = " ".join(Content.objects.values_list("text", flat=True))
    assert "陈小梅" not in texts
    assert case_of(receipt.number).facts["demands"] == 1
    seen = receipts.read(receipt.code, later(2))
    assert [number for number, _ in seen.split_into] == numbers
    own = receipts.read(receipt_code(numbers[0]), later(2))
    assert own.case.split_from == receipt.number
    assert set(vault.find("13900001234")) == {receipt.number, *numbers}
    assert is_whole()


@pytest.mark.django_db
def test_whoever_is_complained_about_is_said_at_triage_and_locked_out_from_then_on() -> None:
    number = bring(kind="complaint").number
    where = {"kind": "complaint", "matter": MATTER, "area": COMMUNITY}
    with pytest.raises(NotAllowed):
        triage.classify(number, by=ZHOU, at=later(1), respondents=["nobody"], **where)
    triage.classify(number, by=ZHOU, at=later(1), respondents=[WATER], **where)
    assert case_of(number).respondents == [WATER]
    with pytest.raises(NotAllowed) as refused:
        flow.act(number, "dispatch", by=ZHOU, at=later(2), given={"lead": WATER})
    assert refused.value.refused.code == "unit_in_conflict"
    triage.classify(number, by=ZHOU, at=later(3), respondents=[], **where)
    flow.act(number, "dispatch", by=ZHOU, at=later(4), given={"lead": WATER})
    assert is_whole()


@pytest.mark.django_db
def test_an_answer_on_the_spot_keeps_the_lock() -> None:
    demand = Demand(text="问路", kind="help", contact=CHEN, respondents=(WATER,))
    given = {"outcomes": ("explained",), "evidence": 1, "exit_rating": "yes"}
    number = register(demand, channel="phone", by=LI, at=MONDAY, given=given).number
    assert case_of(number).respondents == [WATER]
    flow.act(number, "reopen", by=SUN, at=later(1), given={"why": "又来电"})
    with pytest.raises(NotAllowed):
        flow.act(number, "dispatch", by=ZHOU, at=later(2), given={"lead": WATER})


@pytest.mark.django_db
def test_a_complaint_is_not_joined_to_a_case_of_whoever_it_is_about_nor_does_that_case_go_to_them_later() -> None:
    theirs, open_one, against = bring().number, bring().number, bring(kind="complaint", respondents=(WATER,)).number
    flow.act(theirs, "dispatch", by=ZHOU, at=later(1), given={"lead": WATER})
    with pytest.raises(NotAllowed) as refused:
        flow.act(against, "join", by=ZHOU, at=later(2), given={"into": theirs})
    assert refused.value.refused.code == "unit_in_conflict"
    flow.act(against, "join", by=ZHOU, at=later(2), given={"into": open_one})
    with pytest.raises(NotAllowed):
        flow.act(open_one, "dispatch", by=ZHOU, at=later(3), given={"lead": WATER})
    assert is_whole()


@pytest.mark.django_db
def test_a_joined_case_may_be_told_what_the_main_case_was_told() -> None:
    first, second = bring().number, bring().number
    flow.act(first, "dispatch", by=ZHOU, at=later(1), given={"lead": WATER})
    flow.act(second, "join", by=ZHOU, at=later(1), given={"into": first})
    flow.act(first, "sign_for", by=ZHAO, at=later(2), given={})
    given: dict[str, object] = {"outcomes": ("resolved",), "evidence": 1, "basis": "已办"}
    flow.act(first, "submit_result", by=WANG, at=later(3), given=given)
    flow.act(first, "approve_result", by=SUN, at=later(4), given={})
    reply = "路口的灯已经换好，今晚七点试亮正常。"
    flow.act(first, "serve_reply", by=ZHAO, at=later(5), given={"channel": "page", "reply": reply})
    answer = {"outcomes": ("resolved",), "evidence": 1, "reply": reply}
    flow.act(second, "carry_over_answer", by=ZHOU, at=later(6), given=answer)


def test_two_joins_the_other_way_round_do_not_wait_for_each_other(own_database: Installation) -> None:
    del own_database
    first, second = bring().number, bring().number
    refused: list[str] = []

    def join(one: str, other: str) -> None:
        try:
            flow.act(one, "join", by=ZHOU, at=later(1), given={"into": other})
        except NotAllowed as error:
            refused.append(error.refused.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=join, args=pair) for pair in ((first, second), (second, first))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refused == ["cannot_be_joined_to"]


@pytest.mark.django_db
def test_a_repeat_is_joined_and_its_reporter_keeps_receipt_answer_and_rating() -> None:
    first, second = bring("路灯不亮"), bring("路口的灯灭了")
    flow.act(first.number, "dispatch", by=ZHOU, at=later(1), given={"lead": WATER})
    flow.act(second.number, "join", by=ZHOU, at=later(2), given={"into": first.number})
    assert case_of(second.number).joined_into == first.number
    assert receipts.read(second.code, later(3)).joined_stage == "assigned"
    answer = {"outcomes": ("resolved",), "evidence": 1, "reply": "您反映的路灯与另一件一并处理，已经修好。"}
    flow.act(second.number, "carry_over_answer", by=ZHOU, at=later(days=2), given=answer)
    receipts.do(second.code, "rate", {"solved": "yes", "satisfied": "5"}, at=later(days=3))
    flow.act(second.number, "close", by=WU, at=later(days=3), given={})
    assert case_of(second.number).stage == "closed"
    assert case_of(first.number).stage == "assigned"
    assert is_whole()


@pytest.mark.django_db
def test_a_repeat_with_a_new_fact_is_taken_apart_again() -> None:
    first, second = bring(), bring()
    flow.act(second.number, "join", by=ZHOU, at=later(1), given={"into": first.number})
    flow.act(second.number, "unjoin", by=ZHOU, at=later(2), given={"why": "又有新的漏点"})
    assert (case_of(second.number).joined_into, case_of(second.number).step) == ("", "verifying")


@pytest.mark.django_db
def test_a_repeat_with_new_facts_is_told_to_whoever_holds_the_main_case_with_their_words() -> None:
    first, second = bring(), bring()
    flow.act(first.number, "dispatch", by=ZHOU, at=later(1), given={"lead": WATER})
    flow.act(first.number, "sign_for", by=ZHAO, at=later(2), given={})
    given = {"into": first.number, "new_facts": "楼下也开始漏了"}
    flow.act(second.number, "join", by=ZHOU, at=later(3), given=given)
    with seeing(Scope("unit", (WATER,), (WATER,), (WATER,))):
        told = [note for note in notices_for("officer") if note.case.number == first.number]
    assert [(note.name, note.at) for note in told] == [("并入的工单带来新事实", later(3))]
    with seeing(CENTRE):
        kept = Content.objects.get(case__number=first.number, position=told[0].position, name="what")
        own = Content.objects.get(case__number=second.number, name="new_facts")
    assert (kept.text, own.text) == ("楼下也开始漏了", "楼下也开始漏了")
    assert is_whole()


@pytest.mark.django_db
@pytest.mark.parametrize("said", [None, "", "  "])
def test_a_repeat_without_new_facts_tells_its_reporter_and_nobody_else(said: str | None) -> None:
    first, second = bring(), bring()
    flow.act(first.number, "dispatch", by=ZHOU, at=later(1), given={"lead": WATER})
    given = {"into": first.number} if said is None else {"into": first.number, "new_facts": said}
    flow.act(second.number, "join", by=ZHOU, at=later(2), given=given)
    with seeing(CENTRE):
        assert Notice.objects.filter(case__number=second.number, name="并单告知", to="complainant").exists()
        assert not Notice.objects.filter(case__number=first.number, name="并入的工单带来新事实").exists()
        assert not Content.objects.filter(case__number=second.number, name="new_facts").exists()
    assert receipts.read(second.code, later(3)).joined_stage == "assigned"


@pytest.mark.django_db
def test_new_facts_are_not_joined_to_what_is_answered_and_no_new_facts_are() -> None:
    first, second, third, fourth = bring(), bring(), bring(), bring()
    flow.act(first.number, "dispatch", by=ZHOU, at=later(1), given={"lead": WATER})
    flow.act(first.number, "sign_for", by=ZHAO, at=later(2), given={})
    given: dict[str, object] = {"outcomes": ("resolved",), "evidence": 1, "basis": "已办"}
    flow.act(first.number, "submit_result", by=WANG, at=later(3), given=given)
    flow.act(first.number, "approve_result", by=SUN, at=later(4), given={})
    reply = "路口的灯已经换好，今晚七点试亮正常。"
    flow.act(first.number, "serve_reply", by=ZHAO, at=later(5), given={"channel": "page", "reply": reply})
    new: dict[str, object] = {"into": first.number, "new_facts": "昨晚又灭了，电线烧焦"}
    with pytest.raises(NotAllowed) as refused:
        flow.act(second.number, "join", by=ZHOU, at=later(6), given=new)
    assert refused.value.refused.code == "new_facts_after_the_answer"
    assert (case_of(second.number).joined_into, case_of(second.number).step) == ("", "verifying")
    flow.act(third.number, "join", by=ZHOU, at=later(6), given={"into": first.number})
    assert receipts.read(third.code, later(7)).joined_stage == case_of(first.number).stage
    with pytest.raises(NotAllowed) as again:  # what is joined itself takes nothing, whatever it brings
        flow.act(fourth.number, "join", by=ZHOU, at=later(7), given={"into": third.number, "new_facts": "又灭了"})
    assert again.value.refused.code == "cannot_be_joined_to"
    assert is_whole()


@pytest.mark.django_db
def test_nothing_is_joined_to_itself_or_to_what_is_joined_already() -> None:
    first, second, third = bring(), bring(), bring()
    with pytest.raises(NotAllowed):
        flow.act(first.number, "join", by=ZHOU, at=later(1), given={"into": first.number})
    flow.act(second.number, "join", by=ZHOU, at=later(1), given={"into": first.number})
    with pytest.raises(NotAllowed) as refused:
        flow.act(third.number, "join", by=ZHOU, at=later(2), given={"into": second.number})
    assert refused.value.refused.code == "cannot_be_joined_to"


@pytest.mark.django_db
def test_a_suspected_state_secret_leaves_a_stub_without_content() -> None:
    receipt = bring("里面写着不该写的东西", address="某处1号")
    flow.act(receipt.number, "hand_over_secret", by=ZHOU, at=later(1), given={"ground": "state_secret"})
    with seeing(CENTRE):
        assert not Content.objects.filter(case__number=receipt.number).exists()
    assert vault.names(receipt.number) == {}
    assert vault.find("13900001234") == []
    case = case_of(receipt.number)
    assert (case.step, case.facts, case.matter, case.area) == ("handed_over", {}, "", "")
    seen = receipts.read(receipt.code, later(2))
    assert seen.texts == {}
    assert is_whole()
    for write in (
        lambda: ask_review(receipt.number, "我要再说一遍", by=RESIDENT, at=later(2)),
        lambda: attach(receipt.number, [("a.png", b"\x89PNG")], by=RESIDENT, at=later(2)),
    ):
        with pytest.raises(NotAllowed):
            write()
    with seeing(CENTRE):
        assert not Content.objects.filter(case__number=receipt.number).exists()
    with pytest.raises(NotAllowed):
        identity.ask_to_see(receipt.number, Field.ORIGINAL, Purpose.JUDGE, by=HESHOU, at=later(2))


@pytest.mark.django_db
def test_what_an_officer_opened_before_is_reviewed_after_a_case_was_handed_over() -> None:
    number = bring().number
    flow.act(number, "dispatch", by=ZHOU, at=later(1), given={"lead": WATER})
    flow.act(number, "sign_for", by=ZHAO, at=later(2), given={})
    identity.ask_to_see(number, Field.CONTACT, Purpose.CALL_BACK, by=WANG, at=later(3))
    flow.act(number, "hand_over_secret", by=WANG, at=later(4), given={"ground": "state_secret"})
    with seeing(CENTRE):
        opening = Opening.objects.get(case__number=number)
        assert Notice.objects.filter(case__number=number, to="secrecy_officer").exists()
    identity.review(opening.pk, proper=False, by=HESHOU, at=later(5))
    assert is_whole()


@pytest.mark.django_db
def test_a_case_that_was_split_off_holds_who_brought_it_and_not_the_message() -> None:
    origin = bring("漏水；另外里面有不该写的话").number
    (child,) = triage.split(origin, [triage.Part("help", "路灯不亮")], by=ZHOU, at=later(1))
    flow.act(origin, "hand_over_secret", by=ZHOU, at=later(2), given={"ground": "state_secret"})
    assert set(vault.names(child)) == {"text", "contact"}
    opened = identity.ask_to_see(child, Field.ORIGINAL, Purpose.JUDGE, by=ZHOU, at=later(3))
    assert opened.contents is not None
    assert list(opened.contents.values()) == ["路灯不亮"]
    assert is_whole()
    with working(), pytest.raises(ProgrammingError), transaction.atomic():
        vault.share(child, origin, ("contact",))


@pytest.mark.django_db
def test_a_returned_order_is_ruled_on_once_and_the_ruling_is_a_precedent() -> None:
    from huiying.doors.work.lists import precedents  # noqa: PLC0415  # its models need the database

    number = bring().number
    triage.classify(number, kind="help", matter=MATTER, area=COMMUNITY, by=ZHOU, at=later(1))
    flow.act(number, "dispatch", by=ZHOU, at=later(2), given={"lead": WATER})
    flow.act(number, "return_order", by=ZHAO, at=later(3), given={"ground": "not_our_duty", "why": "属城管局"})
    flow.act(number, "rule_on_return", by=ZHENG, at=later(4), given={"lead": "cg", "why": "步道归城管局"})
    with pytest.raises(NotAllowed) as refused:
        flow.act(number, "return_order", by=MENG, at=later(5), given={"ground": "wrong_area", "why": "不在辖区"})
    assert refused.value.refused.code == "bound_by_ruling"
    another = bring().number
    triage.classify(another, kind="help", matter=MATTER, area=COMMUNITY, by=ZHOU, at=later(6))
    with seeing(CENTRE):
        (precedent,) = precedents(Case.objects.get(number=another))
    assert (precedent.number, precedent.why) == (number, "步道归城管局")


@pytest.mark.django_db
def test_a_reply_that_another_case_was_served_word_for_word_is_no_reply() -> None:
    numbers = [bring().number for _ in range(2)]
    reply = "您反映的问题已经收悉，我单位高度重视，已责成有关人员办理。"
    for number in numbers:
        flow.act(number, "dispatch", by=ZHOU, at=later(1), given={"lead": WATER})
        flow.act(number, "sign_for", by=ZHAO, at=later(2), given={})
        given = {"outcomes": ("resolved",), "evidence": 1, "basis": "已办"}
        flow.act(number, "submit_result", by=WANG, at=later(3), given=given)
        flow.act(number, "approve_result", by=SUN, at=later(4), given={})
    flow.act(numbers[0], "serve_reply", by=ZHAO, at=later(5), given={"channel": "page", "reply": reply})
    for wrong, code in ((reply, "reply_is_a_template"), ("已办理", "reply_too_short")):
        with pytest.raises(NotAllowed) as refused:
            flow.act(numbers[1], "serve_reply", by=ZHAO, at=later(5), given={"channel": "page", "reply": wrong})
        assert refused.value.refused.code == code
    with seeing(CENTRE):
        assert Act.objects.filter(act="serve_reply").count() == 1
