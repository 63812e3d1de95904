"""Papers of real cases: they say what the ledger holds, are numbered, issued and served once, and die with it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection

from cast import GUAN, LIU, MENG, MONDAY, SUN, WANG, WATER, WEI, WU, ZHAO, ZHOU, later
from huiying.case.models import Act, Content
from huiying.case.recording import NoSuchCase, NotAllowed
from huiying.case.scope import CENTRE, of_case, of_unit, seeing
from huiying.case.verifying import verify
from huiying.config.packs import our_library
from huiying.directory.queries import unit_names, units_for_routing
from huiying.procedure.state import Actor
from huiying.procedure.time_limits import SHANGHAI
from huiying.stages import flow
from huiying.stages.closure.actions import erase
from huiying.stages.identity.vault import Contact
from huiying.stages.intake.actions import RESIDENT, Demand, register
from huiying.stages.papers import actions, setting
from huiying.stages.papers.models import Paper, Series
from huiying.stages.papers.queries import owed, text_of
from paper_facts import FACTS, case_of, day, ledger_of, place_of, said, texts

CHEN = Contact("陈小梅", "13900001234")
REPLY = "陈小梅您好，10月8日已经会同物业更换接口2处，做了24小时闭水试验，没有再漏。"
WHY = "配件要定制，11月20日以后到货。"
pytestmark = pytest.mark.django_db


def brought(kind: str = "help") -> str:
    demand = Demand(text="我是陈小梅，楼道漏水15天了，请派人来修。", title="楼道漏水", kind=kind, contact=CHEN)
    return register(demand, channel="phone", by=RESIDENT, at=MONDAY).number


def in_hand(kind: str = "help") -> str:
    number = brought(kind)
    flow.act(number, "dispatch", by=ZHOU, at=later(1), given={"lead": WATER})
    flow.act(number, "sign_for", by=ZHAO, at=later(2), given={})
    return number


def answered() -> str:
    number = in_hand()
    steps: list[tuple[str, Actor, dict[str, object]]] = [
        ("ask_resident", WANG, {"what": "请拍一张漏水部位的照片。"}),
        ("submit_result", WANG, {"outcomes": ("resolved",), "evidence": 1, "basis": "《物业管理条例》第35条"}),
        ("approve_result", SUN, {}),
        ("serve_reply", ZHAO, {"channel": "phone", "reply": REPLY}),
    ]
    for hour, (act, by, given) in enumerate(steps, 3):
        flow.act(number, act, by=by, at=later(hour), given=given)
    return number


def paper_of(number: str) -> Paper:
    with seeing(CENTRE):
        return Paper.objects.get(case__number=number)


# ---- what they say ----
@pytest.mark.parametrize("way", ["answered", "asked", "extended", "deferred", "turned_away"])
def test_every_date_number_ground_and_name_of_a_paper_stands_in_the_ledger(way: str) -> None:
    number = WAYS[way]()
    held = "\n".join(ledger_of(number))
    assert texts(number)
    for name, text in texts(number).items():
        spoken = said(text)
        for found in FACTS.findall(spoken):
            assert found in held, f"{name}: {found} in {spoken}"
        assert text.unit in unit_names().values() or text.unit == "政务服务便民热线"
        assert "陈小梅" not in spoken
        assert "13900001234" not in spoken


def asked() -> str:
    number = in_hand()
    flow.act(number, "ask_resident", by=WANG, at=later(days=1), given={"what": "请拍一张漏水部位的照片。"})
    return number


def extended() -> str:
    """Bring a case of Shandong, where the hotline approves what is longer."""
    with pytest.MonkeyPatch.context() as elsewhere:
        elsewhere.setenv("HUIYING_PROCEDURE", "shandong")
        number = in_hand()
    flow.act(number, "extend", by=SUN, at=later(days=1), given={"days": 5, "why": WHY})
    return number


def deferred() -> str:
    number = in_hand()
    given = {"until": date(2026, 12, 18), "measures": "先用水泵排水。", "owner": "刘局长"}
    flow.act(number, "defer", by=LIU, at=later(3), given=given)
    return number


def turned_away() -> str:
    number = brought()
    given = {"ground": "trade_secret", "explanation": "这份合同有保密约定，不能公开。"}
    flow.act(number, "explain_unmeetable", by=ZHOU, at=later(1), given=given)
    return number


WAYS = {made.__name__: made for made in (answered, asked, extended, deferred, turned_away)}


def test_a_refusal_says_ground_reason_and_where_to_go() -> None:
    spoken = said(texts(turned_away())["解释说明"])
    for piece in ("商业秘密。", "这份合同有保密约定", "请求热线中心由没有参与办理的人员复核", "国办函〔2025〕66号"):
        assert piece in spoken


def test_an_extension_says_reason_length_and_the_new_date() -> None:
    number = extended()
    spoken = said(texts(number)["延期告知"])
    with seeing(CENTRE):
        due = case_of(number).due_at
    assert due is not None
    ends = day((due - timedelta(days=1)).astimezone(SHANGHAI).date())
    for piece in (WHY, "期限延长5个工作日（办理期限）", f"办理期限：至迟于{ends}。"):
        assert piece in spoken


def test_an_answer_says_request_result_basis_and_the_way_that_remains() -> None:
    text = texts(answered())["办理结果答复"]
    assert text.unit == unit_names()[WATER]
    assert text.date == "2026年11月2日"
    assert [section.heading for section in text.sections] == [
        "",
        "一、您的诉求",
        "二、办理结果",
        "三、依据",
        "四、救济途径",
    ]
    spoken = said(text)
    for piece in (
        "楼道漏水",
        "各项诉求的结果：已解决。",
        "您好，10月8日已经会同物业",
        "《物业管理条例》第35条",
        "请求热线中心",
    ):
        assert piece in spoken
    assert "〔姓名〕" not in spoken


def test_what_is_no_law_yet_is_not_cited_as_one() -> None:
    number = in_hand()
    with seeing(CENTRE):
        known = {act.id: act for act in our_library().procedures["guangdong"].acts.values()}
    assert not known["suspend_clock"].status.is_law
    spoken = said(texts(number)["登记凭证"])
    assert "《信访工作条例》第21条" in spoken


# ---- issuing and serving ----
def test_a_paper_is_numbered_when_it_is_issued_and_keeps_number_and_words() -> None:
    first, second = asked(), asked()
    at = place_of(first, "补充材料告知")
    given = actions.issue(first, *at, "complainant", by=WANG, at=later(days=2))
    assert given == "汀补告〔2026〕1号"
    assert actions.issue(first, *at, "complainant", by=ZHAO, at=later(days=3)) == given
    assert (
        actions.issue(second, *place_of(second, "补充材料告知"), "complainant", by=WANG, at=later(days=2))
        == "汀补告〔2026〕2号"
    )
    before = texts(first)["补充材料告知"]
    assert before.number == given
    flow.act(first, "ask_resident", by=WANG, at=later(days=4), given={"what": "再拍一张。"})
    with seeing(CENTRE):
        again = next(one for one in owed(case_of(first)) if one.paper)
        assert text_of(case_of(first), again) == before
        assert Act.objects.filter(case__number=first, act="issue_paper").count() == 1
    assert verify(first, file_digest=lambda _: None).ok


def test_a_paper_is_served_once_on_a_day_that_can_be() -> None:
    number = asked()
    at = place_of(number, "补充材料告知")

    def serve(on: date, channel: str = "letter") -> None:
        actions.serve(number, *at, "complainant", channel=channel, on=on, by=ZHAO, at=later(days=4))

    with pytest.raises(NotAllowed) as not_issued:
        serve(date(2026, 11, 5))
    assert not_issued.value.refused.code == "paper_not_issued"
    actions.issue(number, *at, "complainant", by=ZHAO, at=later(days=2))
    for on, channel, code in (
        (date(2026, 11, 3), "letter", "paper_served_when"),
        (date(2026, 11, 9), "letter", "paper_served_when"),
        (date(2026, 11, 5), "pigeon", "not_listed"),
    ):
        with pytest.raises(NotAllowed) as wrong:
            serve(on, channel)
        assert wrong.value.refused.code == code
    serve(date(2026, 11, 5))
    assert (paper_of(number).served_by, paper_of(number).served_on) == ("letter", date(2026, 11, 5))
    with pytest.raises(NotAllowed) as again:
        serve(date(2026, 11, 5))
    assert again.value.refused.code == "paper_served_already"
    with seeing(CENTRE):
        act = Act.objects.get(case__number=number, act="serve_paper")
    assert act.body["given"] == {"number": paper_of(number).number, "channel": "letter", "served_on": "2026-11-05"}


def test_the_same_command_serves_once() -> None:
    number = asked()
    at = place_of(number, "补充材料告知")
    actions.issue(number, *at, "complainant", by=ZHAO, at=later(days=2))
    for _ in range(2):
        actions.serve(
            number, *at, "complainant", channel="visit", on=date(2026, 11, 5), by=ZHAO, at=later(days=4), key="k"
        )
    with seeing(CENTRE):
        assert Act.objects.filter(case__number=number, act="serve_paper").count() == 1


def test_who_takes_a_paper_on_the_page_is_served_by_that_and_may_come_again() -> None:
    number = asked()
    at = place_of(number, "补充材料告知")
    given = actions.take(number, *at, by=RESIDENT, at=later(days=2))
    paper = paper_of(number)
    assert (paper.number, paper.served_by, paper.served_on) == (given, "page", date(2026, 11, 4))
    assert actions.take(number, *at, by=RESIDENT, at=later(days=9)) == given
    assert paper_of(number).served_on == date(2026, 11, 4)
    with seeing(CENTRE):
        assert list(Act.objects.filter(act__endswith="_paper").values_list("act", flat=True)) == ["take_paper"]


def test_a_paper_that_was_issued_is_served_by_taking_it() -> None:
    number = asked()
    at = place_of(number, "补充材料告知")
    actions.issue(number, *at, "complainant", by=ZHAO, at=later(days=2))
    actions.take(number, *at, by=RESIDENT, at=later(days=3))
    assert paper_of(number).served_on == date(2026, 11, 5)
    with seeing(CENTRE):
        acts = Act.objects.filter(act__endswith="_paper").order_by("position").values_list("act", flat=True)
        assert list(acts) == ["issue_paper", "take_paper"]


@pytest.mark.parametrize(
    ("by", "code"), [(WEI, "not_this_role"), (GUAN, "not_this_role"), (WU, ""), (WANG, ""), (ZHOU, "")]
)
def test_only_whose_act_it_was_and_the_centre_issue(by: Actor, code: str) -> None:
    number = asked()
    at = place_of(number, "补充材料告知")
    if code:
        with pytest.raises(NotAllowed) as wrong:
            actions.issue(number, *at, "complainant", by=by, at=later(days=2))
        assert wrong.value.refused.code == code
    else:
        assert actions.issue(number, *at, "complainant", by=by, at=later(days=2))


def test_a_paper_that_nobody_owes_is_not_there() -> None:
    number = asked()
    place, slug = place_of(number, "补充材料告知")
    for where in ((place + 1, slug, "complainant"), (place, "reply", "complainant"), (place, slug, "party"),
                  (place, "nothing", "complainant"), (place, slug, "supervisor")):  # fmt: skip
        with pytest.raises(NoSuchCase):
            actions.issue(number, *where, by=SUN, at=later(days=2))


def test_whoever_is_complained_of_issues_nothing() -> None:
    demand = Demand(text="水务局不管", kind="complaint", respondents=(WATER,), contact=CHEN)
    number = register(demand, channel="phone", by=RESIDENT, at=MONDAY).number
    with pytest.raises(NoSuchCase):
        actions.issue(number, *place_of(number, "登记凭证"), "complainant", by=WANG, at=later(1))


# ---- who sees them, and when they go ----
def test_papers_are_seen_with_their_case_and_by_nobody_else() -> None:
    number = asked()
    actions.issue(number, *place_of(number, "补充材料告知"), "complainant", by=ZHAO, at=later(days=2))
    with seeing(CENTRE):
        case_id, other = case_of(number).pk, brought()
        other_id = case_of(other).pk
    for scope, seen in (
        (of_unit(WATER, units_for_routing()), 1),
        (of_unit(MENG.unit or "", units_for_routing()), 0),
        (of_case(case_id), 1),
        (of_case(other_id), 0),
        (CENTRE, 1),
    ):
        with seeing(scope):
            assert Paper.objects.count() == seen, scope.name
            assert Series.objects.count() == 0
    assert Paper.objects.count() == 0
    with seeing(CENTRE), connection.cursor() as cursor:
        cursor.execute("UPDATE papers_paper SET served_by = 'letter', served_on = now()")
        assert cursor.rowcount == 0


def test_words_of_papers_go_with_the_content_and_the_number_stays() -> None:
    number = answered()
    at = place_of(number, "办理结果答复")
    actions.take(number, *at, by=RESIDENT, at=later(9))
    for hour, (act, given) in enumerate(
        [("record_call", {"reached": True, "solved": "yes", "satisfied": "5"}), ("close", {})]
    ):
        flow.act(number, act, by=WU, at=later(days=1, hours=hour), given=given)
    erase(number, by=GUAN, at=later(days=4000))
    with seeing(CENTRE):
        assert Content.objects.filter(case__number=number).count() == 0
        assert paper_of(number).number == "汀热答〔2026〕1号"
    with pytest.raises(NotAllowed) as gone:
        actions.issue(number, *place_of(number, "登记凭证"), "complainant", by=ZHOU, at=later(days=4001))
    assert gone.value.refused.code == "content_not_kept"
    assert verify(number, file_digest=lambda _: None).ok


def test_a_paper_of_a_case_becomes_a_pdf() -> None:
    for text in texts(answered()).values():
        assert setting.pdf(text).startswith(b"%PDF-")
