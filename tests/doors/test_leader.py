"""What supervisors, leaders and units see of all cases together: figures, where they are stuck, how a unit stands."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone

from cast import COMMUNITY, MATTER, STREETS, WATER, WU, ZHAO, ZHENG, ZHOU, Entering
from huiying.case.models import Case
from huiying.case.scope import CENTRE, seeing
from huiying.directory.models import Unit
from huiying.stages import flow
from huiying.stages.identity.vault import Contact
from huiying.stages.insight.actions import tally
from huiying.stages.intake.actions import RESIDENT, Demand, register
from huiying.stages.supervision.actions import ring_what_is_due
from huiying.stages.triage.actions import classify

pytestmark = pytest.mark.django_db


def bring(days_ago: float = 0, *, classified: bool = True, lead: str = "") -> str:
    """Bring a demand, so many days ago; dispatched to a unit where one is named."""
    at = timezone.now() - timedelta(days=days_ago)
    number = register(
        Demand(text="家里漏水", contact=Contact("陈小梅", "13900001234")), channel="phone", by=RESIDENT, at=at
    ).number
    if classified:
        classify(number, kind="help", matter=MATTER, area=COMMUNITY, by=ZHOU, at=at)
    if lead:
        flow.act(number, "dispatch", by=ZHOU, at=at, given={"lead": lead})
    return number


def shown(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", answer.content.decode())))


def links(client: Client, path: str) -> list[tuple[str, str]]:
    """Return the words and addresses of a page's links to cases behind figures."""
    text = client.get(path).content.decode()
    found = re.findall(r'<a href="((?:/overview|/board)/cases/[^"]*)"[^>]*>([^<]*)', text)
    return [(unescape(address), unescape(words).strip()) for address, words in found]


def rows(client: Client, path: str) -> int:
    return client.get(path).content.decode().count('<tr role="row"') - 1


def test_before_anything_is_counted_the_pages_say_so(signed_in: Entering) -> None:
    for path in ("/overview/", "/board/"):
        said = shown(signed_in("cailingdao"), path)
        assert "还没有统计过" in said
        assert "没有一件过了期限" not in said


def test_every_number_of_the_overview_opens_as_many_cases(signed_in: Entering) -> None:
    for days in (0, 1, 2, 40, 50):
        bring(days)
    bring(3, classified=False)
    tally()
    leader = signed_in("cailingdao")
    opened = links(leader, "/overview/?period=quarter")
    assert len(opened) > 10
    for address, words in opened:
        if re.fullmatch(r"[\d,]+", words):
            assert rows(leader, address) == int(words.replace(",", "")), address


def test_the_overview_leads_with_sentences_and_says_as_of_when_and_how(signed_in: Entering) -> None:
    for days in (0, 1, 1):
        bring(days)
    tally()
    said = shown(signed_in("cailingdao"), "/overview/?period=quarter")
    assert "统计到" in said
    assert "收到 3 件" in said
    assert re.search(r"今天到 \d\d:\d\d 收到 1 件", said)
    assert "这段时间还没有期限届满的工单" in said
    assert "÷" in said
    assert "没有人口数" in said


def test_what_is_late_stands_on_the_board_with_whom_since_when_and_who_sees_to_it(signed_in: Entering) -> None:
    number = bring(60, lead=WATER)
    ring_what_is_due(timezone.now())
    tally()
    supervisor = signed_in("sunshen")
    said = shown(supervisor, "/board/")
    assert "汀川市水务局" in said
    assert "派单签收" in said
    assert "60 天" in said
    assert number in said
    with seeing(CENTRE):
        named = Case.objects.get(number=number).supervisor
    mine = shown(signed_in(named), "/board/cases/?what=mine")
    assert number in mine
    for address, words in links(supervisor, "/board/"):
        assert rows(supervisor, address) == (int(words) if words.isdecimal() else 1), address
    assert number in shown(supervisor, f"/board/cases/?what=late&unit={WATER}")
    assert number not in shown(supervisor, f"/board/cases/?what=late&unit={STREETS}")


def test_the_board_shows_the_worst_first_and_the_whole_to_who_asks(signed_in: Entering) -> None:
    units = list(Unit.objects.filter(active=True, level="department").values_list("code", flat=True)[:8])
    for days, unit in enumerate(units):
        bring(60 + days, lead=unit)
    tally()
    supervisor = signed_in("sunshen")
    named = [Unit.objects.get(code=unit).name for unit in units]
    with_whom = shown(supervisor, "/board/").partition("卡在哪一步")[0]
    assert [name in with_whom for name in named[3:]] == [True] * 5
    assert not any(name in with_whom for name in named[:3])
    assert "看全部 8 个单位和岗位" in with_whom
    whole = shown(supervisor, "/board/?whole=with_whom")
    assert all(name in whole for name in named)
    assert "看全部 8 个单位和岗位" not in whole


def test_the_list_of_late_cases_leads_to_the_board_or_to_ones_own_list(signed_in: Entering) -> None:
    assert signed_in("sunshen").get("/staff/overdue/")["Location"] == "/board/"
    assert signed_in("laowang").get("/staff/overdue/")["Location"] == "/staff/"


def test_a_unit_sees_how_it_stands_what_would_raise_it_and_never_a_score(signed_in: Entering) -> None:
    late = bring(60, lead=WATER)
    returned = bring(5, lead=WATER)
    at = timezone.now() - timedelta(days=4.9)
    flow.act(returned, "return_order", by=ZHAO, at=at, given={"ground": "not_our_duty", "why": "不归我们管"})
    flow.act(returned, "rule_on_return", by=ZHENG, at=at, given={"lead": STREETS, "why": "按派单目录"})
    bring(70, lead=STREETS)
    tally()
    said = shown(signed_in("laowang"), "/overview/unit/?period=quarter")
    assert "汀川市水务局" in said
    assert "按时办结率 0.0%" in said
    assert "样本少" in said
    assert "看不出差别" in said
    assert late in said
    assert "不属本单位职责" in said
    assert "满意" not in said
    assert WU.person not in said
    assert signed_in("xiaozhao").get("/overview/unit/").status_code == 404


@pytest.mark.parametrize("path", [
    "/overview/?period=year", "/overview/cases/", "/overview/cases/?measure=nothing&from=x&to=9999-99-99&page=-1",
    "/overview/cases/?area=%00&unit=-&kind=%FF", "/overview/cases/?from=0001-01-01&to=9999-12-31",
    "/board/cases/?what=nothing", "/board/cases/?unit=%00&step=%FF&holder=x&page=99999999999", "/board/?page=x",
])  # fmt: skip
def test_odd_questions_are_answered(signed_in: Entering, path: str) -> None:
    bring()
    tally()
    assert signed_in("sunshen").get(path).status_code == 200
