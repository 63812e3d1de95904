"""The named cast at work in the demo city: who acts in tests of verbs, pages and journeys."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.test import Client

from huiying.procedure.state import Actor
from huiying.procedure.time_limits import SHANGHAI

WATER, STREETS, HOUSING, MARKET = "sw", "cg", "zj", "sc"
COMMUNITY, MATTER = "990101001001", "0201"

LI = Actor("xiaoli", "call_taker")
ZHOU = Actor("zhoujie", "dispatcher")
ZHAO = Actor("xiaozhao", "clerk", WATER)
WANG = Actor("laowang", "officer", WATER)
LIU = Actor("liuju", "unit_head", WATER)
MENG = Actor("xiaomeng", "clerk", STREETS)
WEI = Actor("laowei", "officer", STREETS)
LIANG = Actor("laoliang", "officer", MARKET)
FAN = Actor("laofan", "officer", MARKET)
SUN = Actor("sunshen", "supervisor")
QIAN = Actor("qianshen", "auditor")
WU = Actor("wujie", "follow_up")
ZHENG = Actor("zhengfa", "ruler")
HESHOU = Actor("heshou", "custodian")
FENGSHOU = Actor("fengshou", "custodian")
GUAN = Actor("guandang", "administrator")
CAI = Actor("cailingdao", "leader")

#: Gives somebody's browser or program by their login.
Entering = Callable[[str], Client]
#: A Monday morning, far from any holiday.
MONDAY = datetime(2026, 11, 2, 9, 0, tzinfo=SHANGHAI)


def later(hours: float = 0, days: float = 0) -> datetime:
    """Return a moment after that Monday morning."""
    return MONDAY + timedelta(days=days, hours=hours)


def page(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, path
    return answer.content.decode()
