"""Prepares a home for a storm: the demo city, tokens, cases to handle, and late ones for which clocks have to ring.

Run as a program in the home's environment; prints one JSON document.
"""

from __future__ import annotations

import json
import sys
from datetime import timedelta

from huiying.commands.ready import ready

STAFF = ("zhoujie", "xiaozhao", "laowang", "xiaomeng", "laowei", "sunshen", "wujie")
UNITS = {"sw": ("xiaozhao", "laowang"), "cg": ("xiaomeng", "laowei")}


def main(handled: int, late: int) -> None:
    """Found the city with so many cases."""
    from django.utils import timezone  # noqa: PLC0415  # needs Django

    from huiying.demo.filling import found_city  # noqa: PLC0415  # needs Django
    from huiying.directory.models import Staff  # noqa: PLC0415  # needs Django
    from huiying.doors.people import new_token, posts_of  # noqa: PLC0415  # needs Django
    from huiying.procedure.state import Actor  # noqa: PLC0415  # needs nothing
    from huiying.stages import flow  # noqa: PLC0415  # needs Django
    from huiying.stages.identity.vault import Contact  # noqa: PLC0415  # needs Django
    from huiying.stages.intake.actions import RESIDENT, Demand, register  # noqa: PLC0415  # needs Django

    now = timezone.now()
    found_city(now - timedelta(days=400))
    tokens = {login: new_token(posts_of(Staff.objects.get(username=login))[0], "faults", now, 300) for login in STAFF}
    contact = Contact("陈小梅", "13900001234")
    numbers = [
        register(Demand(f"待办第{n}件：屋顶漏水", contact=contact), channel="phone", by=RESIDENT, at=now).number
        for n in range(handled)
    ]
    for n in range(late):
        at = now - timedelta(days=60 + n % 60)
        number = register(Demand(f"逾期第{n}件：路灯不亮"), channel="phone", by=RESIDENT, at=at).number
        unit = sorted(UNITS)[n % 2]
        hour = timedelta(hours=1)
        flow.act(number, "dispatch", by=Actor("zhoujie", "dispatcher"), at=at + hour, given={"lead": unit})
        flow.act(number, "sign_for", by=Actor(UNITS[unit][0], "clerk", unit), at=at + 2 * hour, given={})
    print(json.dumps({"tokens": tokens, "numbers": numbers, "late": late}))  # noqa: T201  # what it is run for


if __name__ == "__main__":
    with ready():
        main(int(sys.argv[1]), int(sys.argv[2]))
