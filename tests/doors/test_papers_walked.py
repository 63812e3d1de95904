"""Cases under the special procedures, walked by the verbs to every paper that they owe, and each paper read closely."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta

import pytest
from django.test import Client
from django.utils.html import escape

from cast import MONDAY, ZHOU, Entering, later, page
from huiying.case.models import Case, Content
from huiying.case.numbers import receipt_code
from huiying.case.recording import NotAllowed
from huiying.case.scope import CENTRE, seeing
from huiying.case.verifying import verify
from huiying.directory.queries import unit_names
from huiying.procedure.schema import COMPLAINANT, PARTY
from huiying.procedure.state import Actor
from huiying.procedure.time_limits import SHANGHAI
from huiying.stages import flow
from huiying.stages.identity.vault import Contact
from huiying.stages.intake.actions import RESIDENT, Demand, register
from huiying.stages.papers import actions, setting
from huiying.stages.papers.queries import one_owed, owed, text_of
from huiying.stages.papers.wording import Text
from paper_facts import FACTS, case_of, ledger_of, said, texts
from pdf_words import read_pdf, squeezed

pytestmark = pytest.mark.django_db
CHEN = Contact("陈小梅", "13900001234", address="滨河花园5栋302室")
MARKET, STREET, DISTRICT, CITY = "sc", "990101001", "990101", "city"
FANG, LIANG, QIN = (Actor(f"sc-{role}", role, MARKET) for role in ("clerk", "officer", "unit_head"))
ZHE = Actor("sc-reviewer", "officer", MARKET)
FAN = Actor("sc-chair", "officer", MARKET)
CENTRE_NAME = "政务服务便民热线"
Step = tuple[str, Actor, dict[str, object]]


def brought(special: str, kind: str = "complaint") -> str:
    """Bring a demand that a dispatcher passes on; return the number of the case in which it goes on."""
    words = "我是陈小梅，在街口超市买到3盒过期牛奶，要求退款，也请查处。我的电话13900001234，住滨河花园5栋302室。"
    demand = Demand(text=words, title="超市卖过期牛奶", kind=kind, contact=CHEN)
    number = register(demand, channel="phone", by=RESIDENT, at=MONDAY).number
    flow.act(number, "pass_on", by=ZHOU, at=later(1), given={"special": special})
    with seeing(CENTRE):
        return Case.objects.get(split_from=number).number


def done(number: str, steps: Sequence[Step], *, day: float, track: str = "main") -> float:
    """Do acts of a track, one a day from a day on; return the day after the last."""
    for act, by, given in steps:
        flow.act(number, act, by=by, at=later(days=day), given=given, track=track)
        day += 1
    return day


DISPATCHED: Step = ("dispatch", ZHOU, {"lead": MARKET, "venue": "place_of_business"})
CONSENT: Step = ("record_consent", LIANG, {"complainant_agrees": True, "respondent_agrees": True})


def refused() -> str:
    number = brought("market_complaint")
    given: dict[str, object] = {
        "refusal_ground": "over_three_years",
        "explanation": "陈小梅您好，购买于2022年5月，已过三年。",
        "other_ways": "litigation",
    }
    done(number, [DISPATCHED, ("refuse", LIANG, given)], day=1)
    return number


def agreed() -> str:
    """Walk a complaint by way of identity, an inspection and a meeting to a mediation document."""
    number = brought("market_complaint")
    done(number, [
        DISPATCHED,
        ("ask_identity", LIANG, {"identity_by": date(2026, 11, 9), "doubt": "电话与登记的姓名对不上。"}),
        ("accept", LIANG, {}),
        CONSENT,
        ("notify_mediation", LIANG, {
            "mediation_on": date(2026, 11, 16),
            "place_and_mediators": "下午2时30分，市监局二楼调解室，调解员老梁、小方。",
        }),
        ("order_test", LIANG, {"ground": "test", "test_body": "parties_agreed"}),
        ("receive_test", LIANG, {"result": "保质期标签完好，已过期9天。"}),
        ("agree", LIANG, {"outcomes": ("resolved",), "evidence": 2}),
        ("make_document", LIANG, {"agreement": "一、超市退款45元；\n二、赔偿1000元，3日内付清。"}),
    ], day=1)  # fmt: skip
    return number


def ended() -> str:
    """Walk a complaint to the end of mediation, with a clue that takes longer than it should."""
    number = brought("market_complaint")
    done(number, [DISPATCHED, ("accept", LIANG, {}), CONSENT], day=1)
    done(number, [("record_clue", LIANG, {"verifier": MARKET, "clue": "货架上还有同批次的12盒。"})], day=4)
    given = {"days": 15, "why": "供货商在外地，要协查。"}
    done(number, [("extend_clue", QIN, given)], day=5, track="clue-1")
    done(number, [
        ("end_mediation", LIANG, {"end_ground": "no_agreement_stated", "explanation": "对方只肯换货。"}),
        ("tell_end", LIANG, {
            "channel": "letter", "reply": "陈小梅您好，您住滨河花园，超市11月9日当面表示不同意赔偿1000元。",
        }),
    ], day=7)  # fmt: skip
    return number


def at_once_performed() -> str:
    number = brought("market_complaint")
    kept: dict[str, object] = {"no_document_because": "performed_at_once", "agreement": "当场退款45元。"}
    agreed_on: Step = ("agree", LIANG, {"outcomes": ("resolved",), "evidence": 1})
    done(number, [DISPATCHED, ("accept", LIANG, {}), CONSENT, agreed_on, ("keep_record", LIANG, kept)], day=1)
    return number


FILED: Step = ("file_case", QIN, {"officers": 2, "prima_facie": True})
LEAD: Step = ("dispatch", ZHOU, {"lead": MARKET})


def not_filed() -> str:
    number = brought("market_report", "report")
    done(number, [
        LEAD,
        ("extend_filing", QIN, {"days": 15, "why": "要等检测报告。"}),
        ("decide_not_to_file", QIN, {"no_filing_ground": "first_minor_corrected", "explanation": "已当场下架。"}),
        ("tell_no_filing", FANG, {"channel": "letter", "reply": "经查，货架上3盒已下架，初次、轻微，已经改正。"}),
    ], day=1)  # fmt: skip
    return number


def punished() -> str:
    """Walk a report by way of a hearing to a served decision, and tell whoever reported what came of it."""
    number = brought("market_report", "report")
    day = done(number, [
        LEAD,
        FILED,
        ("tell_filing", LIANG, {}),
        ("extend_decision", QIN, {"days": 20, "why": "涉案批次多，要逐一核对进货单。"}),
        ("end_investigation", LIANG, {"proposal": "penalty", "heavy": True, "evidence": 6}),
        ("pass_review", ZHE, {}),
        ("serve_pre_notice", LIANG, {
            "served_on": date(2026, 11, 9), "hearing_offered": True,
            "facts": "10月28日在售过期牛奶15盒，违反《食品安全法》第34条，拟没收并罚款120000元。",
        }),
        ("ask_hearing", LIANG, {"ground": "hearing", "hearing_unit": MARKET}),
    ], day=1)  # fmt: skip
    day = done(number, [
        ("name_chair", QIN, {"not_a_handler": True}),
        ("hand_over_file", LIANG, {}),
        ("fix_hearing", FAN, {
            "hearing_on": date(2026, 11, 30), "hearing_place": "上午9时，市监局三楼听证室，主持人老范。",
        }),
        ("announce_hearing", FAN, {"announced_for": date(2026, 11, 30)}),
    ], day=day, track="hearing-1")  # fmt: skip
    day = done(number, [
        ("record_hearing", FAN, {"heard_on": date(2026, 11, 30), "record": "双方质证。"}),
        ("report_hearing", FAN, {"hearing_report": "建议维持。"}),
    ], day=28.5, track="hearing-1")  # fmt: skip
    done(number, [
        ("to_decision", LIANG, {}),
        ("record_decision", QIN, {
            "decision": "penalty", "decided_on": date(2026, 12, 1), "decision_number": "汀市监罚〔2026〕88号",
            "collective": True, "no_heavier": True,
        }),
        ("serve_decision", FANG, {"decision_served_on": date(2026, 12, 3)}),
        ("record_execution", LIANG, {"execution": "executed"}),
        ("approve_closing", QIN, {}),
        ("tell_result", FANG, {"channel": "letter", "reply": "您举报的超市已被处罚，过期牛奶已没收。"}),
    ], day=day)  # fmt: skip
    return number


def staff_of(unit: str) -> tuple[Actor, Actor, Actor]:
    clerk, officer, head = (Actor(f"{unit}-{role}", role, unit) for role in ("clerk", "officer", "unit_head"))
    return clerk, officer, head


def sent_back() -> str:
    number = brought("petition")
    done(number, [
        ("refuse", ZHOU, {"refusal_ground": "not_our_scope", "explanation": "属人民法院职权，请向汀川市人民法院提出。"})
    ], day=1)  # fmt: skip
    return number


def reviewed() -> str:
    """Walk a petition by way of an extension to an opinion, and through both reviews."""
    number = brought("petition")
    clerk, officer, head = staff_of(STREET)
    day = done(number, [
        ("check_overlap", ZHOU, {"overlap": "none_found"}),
        ("assign", ZHOU, {"lead": STREET, "report_by": date(2026, 12, 20)}),
        ("accept", clerk, {"petition_class": "appeal", "route": "petition_procedure"}),
        ("hear", officer, {"reached": True}),
        ("extend", head, {"days": 30, "why": "要等测绘报告。"}),
        ("draft_opinion", officer, {"outcomes": ("explained",), "draft": "拟不予支持。"}),
        ("issue_opinion", head, {"opinion": "not_support", "basis": "《城市供水条例》第19条。"}),
        ("serve_opinion", clerk, {
            "served_on": date(2026, 11, 10), "channel": "letter",
            "reply": "经查，收费按2025年的公示执行，没有多收；公示栏照片3张附后。",
        }),
        ("apply_for_review", RESIDENT, {"why": "公示栏一直是空的。"}),
    ], day=1)  # fmt: skip
    for act, unit, outcome, track in (
        ("review", DISTRICT, "review_outcome", "review-1"), ("final", CITY, "final_outcome", "final_review-1"),
    ):  # fmt: skip
        clerk, _, head = staff_of(unit)
        if act == "final":
            day = done(number, [("apply_for_final_review", RESIDENT, {"why": "照片是补拍的。"})], day=day)
        reviewer = "reviewer" if act == "review" else "final_reviewer"
        day = done(number, [
            (f"assign_{act}", ZHOU, {reviewer: unit}),
            (f"decide_{act}", head, {outcome: "upheld", "reasons": f"{unit}认为事实清楚，程序合法。"}),
            (f"serve_{act}", clerk, {f"{act}_served_on": later(days=day + 2).date()}),
        ], day=day, track=track)  # fmt: skip
    return number


def joined() -> str:
    """Walk a petition into that of a group; its person has an opinion of their own."""
    first, number = brought("petition"), brought("petition")
    done(number, [
        ("join", ZHOU, {"into": first}),
        ("serve_own_opinion", ZHOU, {
            "lead": STREET, "opinion": "support", "served_on": date(2026, 11, 4), "reply": "情况属实，退还126元。",
            "basis": "《城市供水条例》第19条。",
        }),
    ], day=1)  # fmt: skip
    return number


def routed() -> str:
    number = brought("petition")
    clerk, _, _ = staff_of(STREET)
    done(number, [
        ("check_overlap", ZHOU, {"overlap": "none_found"}),
        ("dispatch", ZHOU, {"lead": STREET}),
        ("tell_route", clerk, {"legal_route": "reconsideration", "explanation": "请向汀川市人民政府申请行政复议。"}),
    ], day=1)  # fmt: skip
    return number


#: How a case is walked, and the papers that it then owes to whoever brought it, and to the other side.
WALKS: dict[str, tuple[Callable[[], str], Sequence[str], Sequence[str]]] = {
    "refused": (refused, ["投诉不予受理通知"], []),
    "agreed": (agreed, ["限期提供身份证明通知", "投诉受理通知", "调解通知", "中止计时告知", "调解书"], ["调解通知"]),
    "ended": (ended, ["投诉受理通知", "延期告知", "终止调解通知"], ["终止调解通知"]),
    "at_once_performed": (at_once_performed, ["投诉受理通知", "办理结果答复"], []),
    "not_filed": (not_filed, ["延期告知", "举报不予立案告知"], []),
    "punished": (
        punished,
        ["举报立案告知", "延期告知", "举报处理结果告知"],
        ["行政处罚事先告知", "听证通知", "听证公告", "行政处罚决定送达"],
    ),
    "sent_back": (sent_back, ["信访不予受理告知"], []),
    "reviewed": (
        reviewed,
        ["信访转送告知", "信访受理告知", "信访延期告知", "信访处理意见书", "信访复查意见书", "信访复核意见书"],
        [],
    ),
    "joined": (joined, ["并单告知", "信访处理意见书"], []),
    "routed": (routed, ["信访转送告知", "途径告知"], []),
}


@pytest.mark.parametrize("way", WALKS)
def test_every_paper_of_a_walked_case_says_what_its_ledger_holds(way: str, signed_in: Entering) -> None:
    walk, names, others = WALKS[way]
    number = walk()
    assert list(texts(number)) == ["登记凭证", *names]
    assert list(texts(number, PARTY)) == others
    held, staff = "\n".join(ledger_of(number)), signed_in("zhoujie")
    with seeing(CENTRE):
        every = owed(case_of(number))
    for one in every:
        at = (one.notice.position, one.wording.slug, one.notice.to)
        given = actions.issue(number, *at, by=ZHOU, at=later(days=60))
        text = issued(number, at)
        assert text.number == given
        spoken = said(text)
        for found in FACTS.findall(spoken):
            assert found in held, f"{one.notice.name}: {found} in {spoken}"
        assert text.unit in unit_names().values() or text.unit == CENTRE_NAME
        for hidden in ("陈小梅", "13900001234", "302室"):
            assert hidden not in spoken, one.notice.name
        shown = page(staff, f"/staff/case/{number}/papers/{'/'.join(map(str, at))}/")
        printed = read_pdf(setting.pdf(text))
        for line in (given, *spoken.splitlines()):
            assert escape(line) in shown, f"{one.notice.name}: {line}"
            assert squeezed(line) in printed, f"{one.notice.name}: {line} in {printed}"
    assert verify(number, file_digest=lambda _: None).ok


def issued(number: str, at: tuple[int, str, str]) -> Text:
    with seeing(CENTRE):
        case = case_of(number)
        one = one_owed(case, *at)
        assert one is not None
        return text_of(case, one)


def test_both_sides_of_a_mediation_are_told_and_the_other_side_learns_nothing_of_whoever_complained() -> None:
    number = ended()
    own, other = texts(number)["终止调解通知"], texts(number, PARTY)["终止调解通知"]
    assert own.addressee == f"投诉人（工单号{number}）"
    assert other.addressee == f"被投诉人（工单号{number}）"
    for text in (own, other):
        assert "明确表示达不成协议。" in said(text)
        assert "仲裁" in said(text)
        assert "人民法院提起诉讼" in said(text)
    assert "您住滨河花园" in said(own)
    with seeing(CENTRE):
        words = Content.objects.filter(case__number=number).exclude(name="paper")
        theirs = [content.text for content in words if content.name != "place_and_mediators"]
    assert [words for words in theirs if words in said(other)] == []
    assert "消费者权益保护法" not in said(other)


def test_papers_of_a_complaint_of_before_april_2026_cite_the_order_of_then() -> None:
    came = datetime(2026, 3, 2, 9, tzinfo=SHANGHAI)
    demand = Demand(
        text="在街口超市买到3盒过期牛奶，要求退款。", title="超市卖过期牛奶", kind="complaint", contact=CHEN
    )
    first = register(demand, channel="phone", by=RESIDENT, at=came).number
    flow.act(first, "pass_on", by=ZHOU, at=came + timedelta(hours=1), given={"special": "market_complaint"})
    with seeing(CENTRE):
        number = Case.objects.get(split_from=first).number
    steps: list[Step] = [
        DISPATCHED,
        ("ask_identity", LIANG, {"identity_by": date(2026, 3, 13), "doubt": "电话与登记的姓名对不上。"}),
        ("accept", LIANG, {}),
        CONSENT,
        ("release_for_mediation", LIANG, {"released": ("what_is_claimed",), "released_words": "要求退款。"}),
        ("end_mediation", LIANG, {"end_ground": "no_agreement_stated", "explanation": "对方只肯换货。"}),
        ("tell_end", LIANG, {"channel": "letter", "reply": "超市当面表示不同意退款，只肯换货。"}),
    ]
    for day, (act, by, given) in enumerate(steps, 1):
        flow.act(number, act, by=by, at=came + timedelta(days=day), given=given)
    papers = {(to, notice): said(text) for to in (COMPLAINANT, PARTY) for notice, text in texts(number, to).items()}
    assert {notice for _, notice in papers} >= {"投诉受理通知", "终止调解通知", "限期提供身份证明通知", "调解所需信息"}
    assert [key for key, text in papers.items() if "121号" in text] == []
    order = "《市场监督管理投诉举报处理暂行办法》（总局令第20号）"
    assert f"{order}第14条" in papers[COMPLAINANT, "投诉受理通知"]
    assert f"{order}第21条" in papers[PARTY, "终止调解通知"]
    assert "规范处理流程" not in "".join(papers.values())


def test_a_greeting_by_name_is_not_turned_to_the_other_side() -> None:
    number = brought("market_complaint")
    where = "上午9时，市监局二楼，陈小梅您好的座位在左侧。"
    meeting = ("notify_mediation", LIANG, {"mediation_on": date(2026, 11, 16), "place_and_mediators": where})
    done(number, [DISPATCHED, ("accept", LIANG, {}), CONSENT, meeting], day=1)
    assert "，您好的座位" in said(texts(number)["调解通知"])
    assert "，〔姓名〕您好的座位" in said(texts(number, PARTY)["调解通知"])


def test_a_respondents_paper_is_theirs_alone(nobody: Client, signed_in: Entering) -> None:
    number = ended()
    with seeing(CENTRE):
        (one,) = owed(case_of(number), [PARTY])
    at, own = (one.notice.position, one.wording.slug), f"/r/{receipt_code(number)}/"
    assert page(nobody, own).count(f"papers/{at[0]}/{at[1]}/") == 1
    with pytest.raises(NotAllowed):
        actions.issue(number, *at, PARTY, by=RESIDENT, at=later(days=9))
    for to in (COMPLAINANT, PARTY):
        actions.issue(number, *at, to, by=LIANG, at=later(days=9))
        assert f"/papers/{at[0]}/{at[1]}/{to}/" in page(signed_in("zhoujie"), f"/staff/case/{number}/")
    nobody.post(f"{own}papers/{at[0]}/{at[1]}/")
    taken = page(nobody, f"{own}papers/{at[0]}/{at[1]}/")
    assert f"：投诉人（工单号{number}）" in taken.replace("<p>", "：")
    assert "被投诉人（" not in taken
