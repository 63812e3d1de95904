"""What waits: in the law's order and its groups, each row with its reason, narrowed by links, and cheap to ask for."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from itertools import count

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cast import SUN, WATER, ZHAO, ZHOU, Entering
from huiying.case.models import Case
from huiying.case.scope import working
from huiying.directory.models import Post
from huiying.doors.people import in_post
from huiying.doors.remaining import LATE, LATER, OPEN, TODAY, WEEK, left, when
from huiying.doors.work import lists
from huiying.procedure.time_limits import SHANGHAI, Unit
from huiying.stages import flow
from huiying.stages.intake.actions import RESIDENT, Demand, register

MONDAY = datetime(2026, 9, 21, 10, 0, tzinfo=SHANGHAI)
MOST_STATEMENTS = 8


def midnight(day: int, month: int = 9) -> datetime:
    """Return the end of a day: what a limit in days ends with."""
    return datetime(2026, month, day, tzinfo=SHANGHAI) + timedelta(days=1)


@pytest.mark.parametrize(
    ("moment", "unit", "said", "part"),
    [
        (midnight(24), Unit.WORKING_DAYS, "还剩3个工作日", WEEK),
        (midnight(28), Unit.WORKING_DAYS, "还剩4个工作日", LATER),  # the Mid-Autumn holiday does not count
        (midnight(28), Unit.NATURAL_DAYS, "还剩7天", LATER),
        (midnight(21), Unit.WORKING_DAYS, "今天到期", TODAY),
        (midnight(19), Unit.WORKING_DAYS, "已逾期1天", LATE),
        (MONDAY + timedelta(hours=3, minutes=5), Unit.HOURS, "还剩3小时", TODAY),
        (MONDAY + timedelta(hours=30), Unit.HOURS, "还剩30小时", WEEK),
        (MONDAY + timedelta(minutes=20), Unit.MINUTES, "还剩20分钟", TODAY),
        (MONDAY - timedelta(hours=2), Unit.HOURS, "已逾期2小时", LATE),
        (MONDAY - timedelta(minutes=2), Unit.HOURS, "已逾期2分钟", LATE),
    ],
)
def test_what_is_left_is_said_in_the_unit_in_which_it_is_counted(
    moment: datetime, unit: Unit, said: str, part: str
) -> None:
    assert (left(moment, MONDAY, unit), when(moment, MONDAY)) == (said, part)


def test_what_has_no_date_stands_apart() -> None:
    assert when(None, MONDAY) == OPEN


def dispatched(text: str, *, days_ago: float = 0, kind: str = "help") -> str:
    """Return the number of a demand that the water bureau was given."""
    at = timezone.now() - timedelta(days=days_ago)
    number = register(Demand(text=text, kind=kind), channel="phone", by=RESIDENT, at=at).number
    flow.act(number, "dispatch", by=ZHOU, at=at, given={"lead": WATER})
    return number


def page(client: Client, query: str = "") -> str:
    answer = client.get(f"/staff/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_rows_stand_in_the_order_of_the_law_in_groups_and_say_why(signed_in: Entering) -> None:
    new, late = dispatched("水压不足"), dispatched("水管漏了一个月", days_ago=60)
    shown = page(signed_in("xiaozhao"))
    assert shown.index("已逾期</th>") < shown.index(late) < shown.index("到期</th>") < shown.index(new)
    row = next(one for one in re.findall(r"<tr.*?</tr>", shown, re.DOTALL) if late in one)
    for said in ("水管漏了一个月", "派单签收", "办理期限", "《广东省12345政务服务便民热线管理办法》", "24时"):
        assert said in row
    assert re.search(r"tag--late\">已逾期\d+天<", row)
    assert re.search(r"还剩\d+个工作日", shown)


def test_links_narrow_the_list_and_count_what_waits(signed_in: Entering) -> None:
    new, late, complaint = dispatched("甲"), dispatched("乙", days_ago=60), dispatched("丙", kind="complaint")
    clerk = signed_in("xiaozhao")
    assert re.search(r'\?when=late">已逾期 <span class="parts-count parts-count--late">1</span>', page(clerk))
    only = page(clerk, "?when=late")
    assert (late in only, new in only) == (True, False)
    only = page(clerk, "?kind=complaint")
    assert (complaint in only, new in only, late in only) == (True, False, False)
    assert "没有符合这些条件的工单" in page(clerk, "?when=late&kind=praise")
    assert new in page(clerk, "?when=no-such&kind=%00&step=x")


def test_an_officer_narrows_by_step(signed_in: Entering) -> None:
    helped, complained = dispatched("甲"), dispatched("乙", kind="complaint")
    flow.act(helped, "sign_for", by=ZHAO, at=timezone.now(), given={})
    flow.act(complained, "sign_for_case", by=ZHAO, at=timezone.now(), given={})
    only = page(signed_in("laowang"), "?step=judging")
    assert (complained in only, helped in only) == (True, False)


def test_a_list_costs_few_statements_however_many_rows_it_has(signed_in: Entering) -> None:
    for number in range(12):
        dispatched(f"第{number}件")
    for login in ("xiaozhao", "zhoujie", "sunshen"):
        client = signed_in(login)
        page(client)
        with CaptureQueriesContext(connection) as sent:
            shown = page(client)
        assert 0 < len(sent) <= MOST_STATEMENTS, [query["sql"][:80] for query in sent]
        assert login != "xiaozhao" or shown.count("worklist-row") == 12


def test_an_assigned_item_stands_where_its_own_day_puts_it_and_before_nobody_else(signed_in: Entering) -> None:
    client = signed_in("xiaozhao")
    numbers = [dispatched(text, days_ago=days) for text, days in (("甲", 3), ("乙", 2), ("丙", 1))]

    def order() -> list[str]:
        return sorted(numbers, key=page(client).index)

    def mark(number: str, days: int) -> None:
        until = timezone.localdate() + timedelta(days)
        given: dict[str, object] = {"assigned_by": "leader_instruction", "assigned_until": until}
        flow.act(number, "mark_assigned", by=SUN, at=timezone.now(), given=given)

    assert order() == numbers
    mark(numbers[1], 300)
    assert order() == numbers, "whose day is far off moves nowhere"
    mark(numbers[2], 1)
    assert order() == [numbers[2], *numbers[:2]], "whose own day is the soonest comes first"
    [row] = [one for one in re.findall(r"<tr.*?</tr>", page(client), re.DOTALL) if numbers[2] in one]
    assert "交办件报结果" in row
    assert "规范处理流程" in row


def plan_of(cases: QuerySet[Case]) -> str:
    """Return how the database reads a list, planned once for all values, as it is after a connection's first pages."""
    page, values = cases.annotate(**lists.OF_NONE).values_list("pk", *lists.OF_TRACK).query.sql_with_params()
    place = count(1)
    numbered = re.sub("%s", lambda _: f"${next(place)}", lists.ROWS.replace("{page}", page))
    given = [lists.NO_TITLE, *values]
    with working(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL plan_cache_mode = force_generic_plan; SET LOCAL enable_seqscan = off")
        cursor.execute(f"PREPARE listing AS {numbered}")
        cursor.execute(f"EXPLAIN EXECUTE listing ({', '.join(['%s'] * len(given))})", given)
        explained = cursor.fetchall()
        cursor.execute("DEALLOCATE listing")
    return "\n".join(row[0] for row in explained)


def test_lists_of_a_few_among_all_cases_are_read_from_their_index(signed_in: Entering) -> None:
    dispatched("路灯不亮")
    signed_in("zhoujie")
    zhou = in_post(Post.objects.get(staff__username="zhoujie"))
    for cases, index in ((lists.joined_and_answered(), "case_joined"), (lists.followed_by(zhou), "case_followed")):
        assert index in plan_of(cases)
