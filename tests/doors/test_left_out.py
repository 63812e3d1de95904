"""What is left out of figures, on pages: shown to whoever sees to it, told to the person, unseen on the next call."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cast import COMMUNITY, LI, QIAN, WATER, ZHOU, Entering, page
from huiying.case.numbers import receipt_code
from huiying.case.scope import CENTRE, seeing
from huiying.stages import flow
from huiying.stages.insight.actions import tally
from huiying.stages.intake.actions import Demand, register
from huiying.stages.intake.lookups import open_matters
from huiying.stages.intake.similar import alike
from left_out import CHEN, TRACK, closed, do, label

#: Words that would tell somebody what was thought of a demand.
MARKS = ("恶意", "不计入考核", "劝阻", "扰乱", "会审", "移送公安", "malicious", "excluded")


def test_shares_stand_on_the_board_and_overview_with_an_alarm_where_they_are_high(
    signed_in: Entering, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = closed()
    tally()
    for path in ("/board/", "/overview/"):
        assert "不计入考核的工单" not in page(signed_in("sunshen"), path)
    label(number)
    tally()
    for path in ("/board/", "/overview/?period=quarter"):
        shown = page(signed_in("sunshen"), path)
        assert "没有事实依据" in shown
        assert "超过10%" in shown
    monkeypatch.setenv("HUIYING_LEFT_OUT_ALARM", "100")
    assert "请查明" not in page(signed_in("sunshen"), "/board/")


def test_nobody_who_answers_the_next_call_learns_of_it_and_a_new_matter_starts_clean(signed_in: Entering) -> None:
    number = closed()
    label(number, malicious=True)
    desk = signed_in("xiaoli")
    at = timezone.now()
    assert number in open_matters(CHEN.phone, by=LI, at=at)
    again = Demand(text="水费太高了，多收了钱", kind="help", contact=CHEN, area=COMMUNITY)
    new = register(again, channel="phone", by=LI, at=at).number
    with seeing(CENTRE):
        assert number not in [one.number for one in alike("水费太高了，多收了", area=COMMUNITY, at=at)]
    shown = [
        page(desk, "/desk/"), without_buttons(page(desk, reverse("case", args=[number]))),
        without_buttons(page(desk, reverse("case", args=[new]))),
        without_buttons(page(signed_in("zhoujie"), reverse("case", args=[new]))),
        page(Client(), f"/r/{receipt_code(new)}/"),
    ]  # fmt: skip
    for one in shown:
        assert not [mark for mark in MARKS if mark in one]
    assert "恶意" in page(signed_in("sunshen"), reverse("case", args=[number]))
    flow.act(new, "dispatch", by=ZHOU, at=timezone.now(), given={"lead": WATER})


def without_buttons(shown: str) -> str:
    """Return a page without what may be done: to ask somebody to stop is possible in every case."""
    return shown.replace("劝阻、批评教育", "")


def test_the_person_is_told_and_objects_from_the_receipt(nobody: Client) -> None:
    number = closed()
    code = receipt_code(number)
    assert "对认定有异议" not in page(nobody, f"/r/{code}/")
    label(number)
    shown = page(nobody, f"/r/{code}/")
    assert "对认定有异议" in shown
    assert "答复和办理期限照样考核" in shown
    answer = nobody.post(f"/r/{code}/object_label/", {"what": "账单就是不对"})
    assert answer.status_code == 302
    do(number, "uphold_label", QIAN, {"explanation": "另行核对，读数无误"}, TRACK)
    assert "另行核对，读数无误" in page(nobody, f"/r/{code}/")
