from __future__ import annotations

import json
from itertools import product
from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction

from cast import FENGSHOU, HESHOU, LI, LIU, MENG, MONDAY, SUN, WANG, WATER, WEI, WU, ZHAO, ZHOU, later
from huiying.case.models import Act, Case, Content
from huiying.case.recording import NoSuchCase, NotAllowed
from huiying.case.scope import CENTRE, of_unit, seeing, working
from huiying.directory.queries import units_for_routing
from huiying.procedure.decision import Allowed, Refused
from huiying.procedure.disclosure import ROLES, Field, Purpose, choices, may_approve, may_open
from huiying.procedure.state import Actor
from huiying.stages import flow
from huiying.stages.identity import actions as identity
from huiying.stages.identity import vault
from huiying.stages.identity.models import Opening
from huiying.stages.identity.texts import from_staff
from huiying.stages.identity.vault import Contact
from huiying.stages.intake.actions import RESIDENT, Demand, register
from huiying.stages.intake.lookups import open_matters

CHEN = Contact("陈小梅", "139 0000 1234", "澜安区东街街道江畔社区3栋2单元501室")
PLACE = "滨河花园5栋楼道"
TEXT = "我叫陈小梅，住江畔社区3栋2单元501室，滨河花园5栋楼道漏水，请打13900001234，王先生家也漏。"


def bring(**more: Any) -> str:
    demand = Demand(text=TEXT, title="漏水", address=PLACE, contact=CHEN, **more)
    return register(demand, channel="phone", by=RESIDENT, at=MONDAY).number


def dispatched(kind: str = "help", **more: Any) -> str:
    number = bring(kind=kind, **more)
    flow.act(number, "dispatch", by=ZHOU, at=later(1), given={"lead": WATER})
    flow.act(number, "sign_for_case" if kind == "report" else "sign_for", by=ZHAO, at=later(2), given={})
    return number


def see(number: str, field: Field, purpose: Purpose, by: Actor) -> dict[str, str] | None:
    contents = identity.ask_to_see(number, field, purpose, by=by, at=later(3)).contents
    return None if contents is None else dict(contents)


# ---- the table ----
def test_every_purpose_role_field_and_sensitivity_has_one_answer() -> None:
    answers = {
        (field, purpose, role, protected, signed): type(
            may_open(field, purpose, role, protected=protected, signed_for=signed)
        )
        for field, purpose, role, protected, signed in product(
            Field, Purpose, sorted(ROLES | {"clerk", "unit_head", "leader", "editor", "grid_worker"}),
            (False, True), (False, True),
        )
    }  # fmt: skip
    allowed = {key for key, answer in answers.items() if answer is Allowed}
    assert not {key for key in allowed if key[2] in {"clerk", "unit_head", "leader", "editor", "grid_worker"}}
    in_protected = {key for key in allowed if key[3]}
    assert {key[1] for key in in_protected} == {Purpose.SAVE_LIFE}
    by_officers = {key for key in allowed if key[2] == "officer" and key[1] is not Purpose.SAVE_LIFE}
    assert all(signed for *_, signed in by_officers)
    assert (Field.CONTACT, Purpose.CALL_BACK, "officer", False, True) in allowed


def test_in_a_report_the_unit_never_gets_the_contact_even_with_approval() -> None:
    decision = may_open(Field.CONTACT, Purpose.CALL_BACK, "officer", protected=True, signed_for=True, approved=True)
    assert isinstance(decision, Refused)
    assert decision.code == "through_the_centre"


def test_a_page_offers_what_the_table_has() -> None:
    officers = {Purpose.CALL_BACK, Purpose.SITE_VISIT, Purpose.HANDLE, Purpose.SAVE_LIFE, Purpose.SERVE}
    assert set(choices("officer")) == officers
    assert choices("clerk") == {}
    assert isinstance(may_approve("heshou", "heshou"), Refused)


# ---- what is kept where ----
@pytest.mark.django_db
def test_what_everybody_works_with_says_nothing_of_who_brought_it_and_where_it_is_stays() -> None:
    number = bring()
    with seeing(CENTRE):
        texts = {content.name: content.text for content in Content.objects.filter(case__number=number)}
    everything = json.dumps(texts, ensure_ascii=False)
    for private in ("陈小梅", "13900001234", "139 0000 1234", "3栋2单元501室", "王先生"):
        assert private not in everything
    assert "滨河花园" in texts["place"]
    assert "滨河花园" in texts["text"]
    assert "5栋" not in everything


@pytest.mark.django_db
def test_a_word_of_staff_does_not_name_the_person_either() -> None:
    number = dispatched()
    said = "已与陈小梅女士（13900001234）核实，陈女士住3栋2单元501室，联系人张工0990-2223333"
    flow.act(
        number, "submit_result", by=WANG, at=later(5), given={"outcomes": ("resolved",), "evidence": 1, "basis": said}
    )
    with seeing(CENTRE):
        kept = Content.objects.get(case__number=number, name="basis").text
    assert "0990-2223333" in kept
    for private in ("陈小梅", "13900001234", "陈女士", "501"):
        assert private not in kept


@pytest.mark.django_db
def test_who_was_here_before_is_found_by_phone_and_only_among_what_may_be_seen() -> None:
    number = bring(respondents=(WATER,))
    assert open_matters("+86 139-0000-1234", by=LI, at=later(1)) == [number]
    with seeing(CENTRE):
        assert Case.objects.filter(number=number).exists()
        assert Act.objects.filter(subject="lookups", act="look_up").count() == 1
    with seeing(of_unit(WATER, dict(units_for_routing()))):
        assert not Case.objects.filter(number=number).exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("contact", "said"),
    [
        (Contact("陈小梅", "13900001234"), "14:30 13900001234 未接听"),
        (Contact("陈小梅", "13900001234"), "2026-01-05 139 0000 1234 已接通"),
        (Contact("陈小梅", "0756-2212345"), "回电2212345，或（0756）221 2345"),
        (Contact("阿卜杜拉·买买提", "13900001234"), "已联系阿卜杜拉·买买提本人"),
        (Contact("John Smith", "13900001234"), "spoke to JOHN  SMITH today"),
        (Contact("欧阳霁川", "13900001234"), "欧阳先生表示满意"),
    ],
)
def test_however_staff_write_the_persons_name_or_phone_it_is_not_kept(contact: Contact, said: str) -> None:
    demand = Demand(text="漏水", contact=contact)
    number = register(demand, channel="phone", by=RESIDENT, at=MONDAY).number
    kept = "".join(character for character in from_staff(said, number) if not character.isspace()).casefold()
    for private in ("13900001234", "2212345", "阿卜杜拉", "johnsmith", "欧阳"):
        assert private not in kept


@pytest.mark.django_db
def test_a_number_alone_does_not_tell_who_reported() -> None:
    reported, ordinary = bring(kind="report"), bring()
    bring(confidential=True)
    assert open_matters("13900001234", by=LI, at=later(1)) == [ordinary]
    assert set(vault.find("13900001234")) >= {reported, ordinary}


@pytest.mark.django_db
def test_an_approval_is_for_this_officer_in_this_role_for_a_week_and_while_the_case_is_open() -> None:
    def approved() -> int:
        number = dispatched("report")
        opening = identity.ask_to_see(number, Field.ORIGINAL, Purpose.HANDLE, by=WANG, at=later(3)).opening
        identity.decide(opening.pk, approve=True, by=HESHOU, at=later(4))
        return int(opening.pk)

    opening = approved()
    for by, at in ((Actor(WANG.person, "dispatcher"), later(5)), (WEI, later(5)), (WANG, later(days=8))):
        with pytest.raises(NotAllowed):
            identity.see_approved(opening, by=by, at=at)
    assert identity.see_approved(opening, by=WANG, at=later(5)).contents


# ---- opening ----
@pytest.mark.django_db
def test_the_officer_who_has_signed_opens_contact_with_one_click_and_it_is_an_act() -> None:
    number = dispatched()
    opened = see(number, Field.CONTACT, Purpose.CALL_BACK, WANG)
    assert opened is not None
    assert vault.unpack(opened["contact#1"]) == Contact("陈小梅", "139 0000 1234")
    with seeing(CENTRE):
        act = Act.objects.get(case__number=number, act="open")
        assert (act.person, act.body["given"]["purpose"]) == ("laowang", "call_back")
        assert Opening.objects.get().reviewed_at is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("by", "field", "purpose"),
    [
        (WEI, Field.CONTACT, Purpose.CALL_BACK),
        (ZHAO, Field.CONTACT, Purpose.CALL_BACK),
        (LIU, Field.ADDRESS, Purpose.SITE_VISIT),
        (WANG, Field.CONTACT, Purpose.FOLLOW_UP),
        (SUN, Field.CONTACT, Purpose.JUDGE),
    ],
)
def test_nobody_else_opens_and_nothing_else_is_a_purpose(by: Actor, field: Field, purpose: Purpose) -> None:
    number = dispatched()
    with pytest.raises(NotAllowed):
        see(number, field, purpose, by)
    with seeing(CENTRE):
        assert not Opening.objects.exists()


@pytest.mark.django_db
def test_before_the_unit_has_signed_nothing_opens() -> None:
    number = bring()
    flow.act(number, "dispatch", by=ZHOU, at=later(1), given={"lead": WATER})
    with pytest.raises(NotAllowed) as refused:
        see(number, Field.CONTACT, Purpose.CALL_BACK, WANG)
    assert refused.value.refused.code == "not_signed_for"


@pytest.mark.django_db
def test_in_a_report_a_custodian_approves_first_and_another_reviews() -> None:
    number = dispatched("report")
    assert see(number, Field.ORIGINAL, Purpose.HANDLE, WANG) is None
    with seeing(CENTRE):
        opening = Opening.objects.get()
    with pytest.raises(NotAllowed):
        identity.see_approved(opening.pk, by=WANG, at=later(4))
    with pytest.raises(NotAllowed):
        identity.decide(opening.pk, approve=True, by=SUN, at=later(4))
    identity.decide(opening.pk, approve=True, by=HESHOU, at=later(4))
    opened = identity.see_approved(opening.pk, by=WANG, at=later(5))
    assert opened.contents is not None
    assert TEXT in opened.contents["text#1"]
    with pytest.raises(NotAllowed):
        identity.see_approved(opening.pk, by=WANG, at=later(6))
    identity.review(opening.pk, proper=True, by=FENGSHOU, at=later(days=3))
    with seeing(CENTRE):
        acts = set(Act.objects.filter(case__number=number).values_list("act", flat=True))
    assert {"request_opening", "approve_opening", "open", "review_opening"} <= acts


@pytest.mark.django_db
def test_confidential_is_as_a_report() -> None:
    number = dispatched(confidential=True)
    with pytest.raises(NotAllowed) as refused:
        see(number, Field.CONTACT, Purpose.CALL_BACK, WANG)
    assert refused.value.refused.code == "through_the_centre"
    assert see(number, Field.CONTACT, Purpose.FOLLOW_UP, WU) is None


@pytest.mark.django_db
def test_nobody_reviews_their_own_opening() -> None:
    number = dispatched()
    both = Actor(WANG.person, "custodian")
    see(number, Field.CONTACT, Purpose.CALL_BACK, WANG)
    with seeing(CENTRE):
        opening = Opening.objects.get()
    with pytest.raises(NotAllowed) as refused:
        identity.review(opening.pk, proper=True, by=both, at=later(5))
    assert refused.value.refused.code == "own_opening"


@pytest.mark.django_db
def test_the_database_opens_nothing_without_the_act_of_this_very_opening() -> None:
    number = dispatched()
    see(number, Field.CONTACT, Purpose.CALL_BACK, WANG)
    with working(), pytest.raises(ProgrammingError), transaction.atomic():
        vault.unseal(number, 1, "address")
    with working(), pytest.raises(ProgrammingError), transaction.atomic():
        vault.erase(number)
    with working(), pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM vault.sealed")


# ---- the conflict lock ----
@pytest.mark.django_db
def test_the_respondents_unit_finds_opens_and_handles_nothing_nor_does_its_agent() -> None:
    number = bring(kind="complaint", respondents=(WATER,))
    with pytest.raises(NotAllowed) as refused:
        flow.act(number, "dispatch", by=ZHOU, at=later(1), given={"lead": WATER})
    assert refused.value.refused.code == "unit_in_conflict"
    flow.act(number, "dispatch", by=ZHOU, at=later(1), given={"lead": "cg"})
    with pytest.raises(NoSuchCase):
        see(number, Field.CONTACT, Purpose.SAVE_LIFE, WANG)
    with seeing(of_unit(WATER, dict(units_for_routing()))):
        assert not Case.objects.filter(number=number).exists()
        assert not Act.objects.filter(case__number=number).exists()
        assert not Content.objects.exists()
    with seeing(of_unit("cg", dict(units_for_routing()))):
        assert Case.objects.filter(number=number).exists()
    flow.act(number, "sign_for_case", by=MENG, at=later(2), given={})


@pytest.mark.django_db
def test_in_a_report_the_superior_of_the_respondent_sees_nothing_either() -> None:
    number = bring(kind="report", respondents=(WATER,))
    for unit in ("city", WATER):
        with pytest.raises(NotAllowed):
            flow.act(number, "dispatch", by=ZHOU, at=later(1), given={"lead": unit})
    with working():
        Case.objects.filter(number=number).update(units=["city", WATER, "cg"])
    for unit, sees in (("city", False), (WATER, False), ("cg", True)):
        with seeing(of_unit(unit, dict(units_for_routing()))):
            assert Case.objects.filter(number=number).exists() is sees


@pytest.mark.django_db
def test_without_a_scope_nothing_is_seen() -> None:
    bring()
    assert not Case.objects.exists()
    assert not Content.objects.exists()
