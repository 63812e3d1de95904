"""Several cases at once: only what is safe, each case on its own, the same once however often it is sent."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.utils import timezone

from cast import STREETS, WATER, ZHAO, ZHOU, Entering
from huiying.case.models import Act, Case, Notice
from huiying.case.scope import CENTRE, WORK, seeing
from huiying.doors.work.bulk import SIGNING
from huiying.procedure.library import library
from huiying.procedure.several import is_safe
from huiying.stages import flow
from huiying.stages.intake.actions import RESIDENT, Demand, register


def dispatched(lead: str = WATER, kind: str = "help") -> str:
    number = register(Demand(text="水管漏水", kind=kind), channel="phone", by=RESIDENT, at=timezone.now()).number
    flow.act(number, "dispatch", by=ZHOU, at=timezone.now(), given={"lead": lead})
    return number


OF_THE_GENERAL_FLOW = {"take_up_deferred", "request_audit"}
#: Of the special procedures: whether a party's days are over is for the calendar to say, and for nobody to judge.
SAFE: dict[str, set[str]] = {
    "market_2020": set(), "market_2026": set(), "market_penalty": {"to_decision"}, "petition": set(),
}  # fmt: skip


def send(client: Client, *cases: str, act: str = "sign", key: str = "k" * 32, status: int = 200) -> str:
    answer = client.post("/staff/several/", {"act": act, "case": cases, "key": key})
    assert answer.status_code == status
    return answer.content.decode()


def acts() -> int:
    with seeing(CENTRE):
        return Act.objects.exclude(case=None).count()


@pytest.mark.parametrize("name", sorted(library().procedures))
def test_what_is_safe_is_a_list_that_somebody_read(name: str) -> None:
    procedure = library().procedures[name]
    of_staff = {act.id for act in procedure.acts.values() if is_safe(procedure, act) and set(act.by) != {"complainant"}}
    assert of_staff == {"name_supervisor", "archive", "urge", *SAFE.get(name, {*SIGNING, *OF_THE_GENERAL_FLOW})}


def test_several_are_signed_for_each_by_the_act_that_fits_it(signed_in: Entering) -> None:
    helped, complained = dispatched(), dispatched(kind="complaint")
    clerk = signed_in("xiaozhao")
    assert f'value="{helped}/main"' in clerk.get("/staff/").content.decode()
    shown = send(clerk, f"{helped}/main", f"{complained}/main")
    assert "2 件已经办好" in shown
    assert "签收承办，现在到“承办”" in shown
    assert "签收核查，现在到“属实性判定”" in shown
    with seeing(CENTRE):
        steps = dict(Case.objects.values_list("number", "step"))
    assert (steps[helped], steps[complained]) == ("handling", "judging")


def test_one_that_is_refused_says_why_and_holds_nothing_up(signed_in: Entering) -> None:
    mine, theirs, done = dispatched(), dispatched(STREETS), dispatched()
    flow.act(done, "sign_for", by=ZHAO, at=timezone.now(), given={})
    shown = send(signed_in("xiaozhao"), f"{mine}/main", f"{theirs}/main", f"{done}/main", "no-case/main")
    assert "1 件已经办好" in shown
    assert shown.count("没有这件工单，或者您不能查看") == 2
    assert "现处于“承办”环节" in shown
    with seeing(CENTRE):
        assert Case.objects.get(number=theirs).step == "signing"


def test_the_same_form_sent_again_gives_the_same_and_does_nothing(signed_in: Entering) -> None:
    number, clerk = dispatched(), signed_in("xiaozhao")
    first, before = send(clerk, f"{number}/main"), acts()
    again = send(clerk, f"{number}/main")
    results = re.compile(r'<ul class="results">.*?</ul>', re.DOTALL)
    assert results.findall(first) == results.findall(again) != []
    assert acts() == before


@pytest.mark.parametrize("act", ["approve_result", "close", "dispatch", "urge", "no_such", ""])
def test_what_needs_judgement_is_not_done_to_several(signed_in: Entering, act: str) -> None:
    number = dispatched()
    before = acts()
    assert "没有选中工单" in send(signed_in("sunshen"), f"{number}/main", act=act, status=422)
    assert acts() == before


def test_nothing_chosen_is_said(signed_in: Entering) -> None:
    assert "没有选中工单" in send(signed_in("xiaozhao"), status=422)


def test_ticked_notices_are_seen_and_others_are_not(signed_in: Entering) -> None:
    number = dispatched()
    with seeing(CENTRE):
        case = Case.objects.get(number=number)
    with seeing(WORK):
        for name in ("甲", "乙"):
            Notice.objects.create(case=case, position=1, name=name, to="supervisor", article="", at=timezone.now())
    client = signed_in("sunshen")
    shown = client.get("/staff/notices/").content.decode()
    ticked = re.search(r'value="(\d+)" checked aria-label="甲 ', shown)
    assert ticked
    answer = client.post("/staff/notices/", {"notice": ticked[1]}, follow=True).content.decode()
    assert "1条提醒已标为看过" in answer
    assert ('aria-label="乙 ' in answer, 'aria-label="甲 ' in answer) == (True, False)
