"""Pages of what was found urgent: the worklist leads to it, each shows its words, and a person's word ends its wait."""

from __future__ import annotations

import re

from django.utils import timezone

from cast import Entering
from huiying.stages.intake.actions import RESIDENT, Demand, register

GAS = "我家楼下煤气泄漏，味道很大，楼里有老人。"


def test_the_worklist_leads_to_it_and_it_leaves_when_somebody_has_judged(signed_in: Entering) -> None:
    number = register(Demand(text=GAS), channel="phone", by=RESIDENT, at=timezone.now()).number
    quiet = register(Demand(text="咨询公园几点开门。"), channel="phone", by=RESIDENT, at=timezone.now()).number
    client = signed_in("zhoujie")
    assert "先看紧急的" in client.get("/staff/").content.decode()
    listed = client.get("/staff/urgent/").content.decode()
    assert number in listed
    assert quiet not in listed
    assert "“泄漏”" in listed
    page = client.get(f"/staff/case/{number}/urgency/").content.decode()
    assert "机器找到的词语" in page
    answer = client.post(f"/staff/case/{number}/urgency/", {"level": "2", "why": ""})
    assert answer.status_code == 302
    assert "没有待认定的" in client.get("/staff/urgent/").content.decode()
    assert "先看紧急的" not in client.get("/staff/").content.decode()
    shown = client.get(f"/staff/case/{number}/").content.decode()
    assert re.search(r"tag--late\">特急<", shown)
    assert "认定紧急程度：特急" in shown
    wrong = client.post(f"/staff/case/{number}/urgency/", {"level": "x"})
    assert wrong.status_code == 422


def test_whoever_may_not_judge_is_not_shown_the_list(signed_in: Entering) -> None:
    assert signed_in("xiaozhao").get("/staff/urgent/").status_code == 404
