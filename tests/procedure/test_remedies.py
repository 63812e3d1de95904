"""Which ways a refusal leaves open, how soon, and who may issue and serve papers."""

from __future__ import annotations

from datetime import date

import pytest
from pydantic import ValidationError

from huiying.procedure.decision import Allowed, Refused
from huiying.procedure.library import library
from huiying.procedure.papers import CENTRE, CHANNELS, may_issue, may_serve, numbered
from huiying.procedure.remedies import Remedies, amount, remedies, ways
from huiying.procedure.schema import CENTRE_ROLES, PARTY, UNIT_ROLES
from huiying.procedure.time_limits import Status

TERMS = dict(library().terms)
ISSUED, TODAY = date(2026, 11, 2), date(2026, 11, 9)


def names(notice: str, **given: object) -> list[str]:
    return [way.id for way in ways(notice, given, TERMS)]


@pytest.mark.parametrize(
    ("notice", "told"),
    [
        ("信访处理意见书", ["petition_review"]),
        ("信访复查意见书", ["petition_second_review"]),
        ("信访复核意见书", ["petition_end"]),
        ("投诉不予受理通知", ["settle", "association", "arbitration", "civil_action"]),
        ("终止调解通知", ["arbitration", "civil_action"]),
        ("行政处罚决定送达", ["reconsideration", "litigation"]),
        ("办理结果答复", ["hotline_review"]),
        ("登记凭证", []),
    ],
)
def test_a_notice_names_the_ways_that_the_law_leaves(notice: str, told: list[str]) -> None:
    assert names(notice) == told


def test_a_way_may_depend_on_what_was_said() -> None:
    assert names("途径告知", route="reconsideration") == ["reconsideration"]
    assert names("途径告知", route="litigation") == names("途径告知") == []


def test_a_way_of_a_law_is_named_only_where_the_notice_rests_on_it() -> None:
    """The other side's ways after mediation came with Order 121; a case of before does not cite it."""
    said = [
        [way.id for way in ways("终止调解通知", {}, TERMS, PARTY, f"总局令第{order}号第1条")] for order in (121, 20)
    ]
    assert said == [["arbitration_either", "civil_action_either"], []]


def test_under_the_rules_of_2020_nothing_cites_the_order_that_came_after_them() -> None:
    old = library().procedures["market_2020"]
    cited = [
        (act.id, article)
        for act in old.acts.values()
        for article in (act.article, *(one.article for one in act.notices), *(one.article for one in act.guards))
    ]
    assert [(act, article) for act, article in cited if article and "第121号" in article] == []
    recusal = [guard for guard in old.acts["agree"].guards if guard.name == "not_recused"]
    assert [str(guard.article)[-9:] for guard in recusal] == ["第20号）第19条"], "asked once, under its own article"
    for act, article in (
        ("accept", "第14条"),
        ("refuse", "第14条、第15条"),
        ("tell_end", "第21条"),
        ("make_document", "第22条"),
    ):
        assert {notice.article for notice in old.acts[act].notices} == {
            f"《市场监督管理投诉举报处理暂行办法》（总局令第20号）{article}"
        }
    assert not old.acts["ask_identity"].status.is_law, "what nobody found in it is not shown as its law"


def test_limits_are_those_of_the_rows_and_of_no_other_place() -> None:
    (review,) = ways("信访处理意见书", {}, TERMS)
    assert "30日内" in review.text
    assert (review.term, review.article) == ("XF-40", TERMS["XF-40"].article)
    shorter = TERMS | {"XF-40": TERMS["XF-40"].model_copy(update={"value": 7})}
    assert "7日内" in ways("信访处理意见书", {}, shorter)[0].text
    appeal, lawsuit = ways("行政处罚决定送达", {}, TERMS)
    assert "60日内" in appeal.text
    assert "6个月内" in lawsuit.text


def test_a_limit_that_nobody_can_be_sure_of_is_not_named() -> None:
    unsure = TERMS | {"XF-40": TERMS["XF-40"].model_copy(update={"status": Status.RECALLED})}
    without = {name: term for name, term in TERMS.items() if name != "XF-40"}
    assert ways("信访处理意见书", {}, unsure) == ways("信访处理意见书", {}, without) == ()


def test_every_row_that_a_way_names_is_there_and_under_the_same_article() -> None:
    for way in remedies().remedy:
        assert not way.term or way.article == TERMS[way.term].article, way.id


def test_a_way_that_nobody_describes_is_refused() -> None:
    with pytest.raises(ValidationError, match="nowhere"):
        Remedies.model_validate({"remedy": [], "told": [{"notice": "x", "remedies": ["nowhere"]}]})


@pytest.mark.parametrize(
    ("term", "said"),
    [("XF-23", "60日"), ("SP-05", "5个工作日"), ("LT-01", "6个月"), ("SP-07d", "7个工作日"), ("BJ-a", "2小时")],
)
def test_how_long_a_limit_is(term: str, said: str) -> None:
    assert amount(TERMS[term]) == said


# ---- who issues, and how a paper is served ----
@pytest.mark.parametrize("role", sorted({*UNIT_ROLES, *CENTRE_ROLES, "complainant"}))
@pytest.mark.parametrize("of_unit", ["", "sw", "cg"])
@pytest.mark.parametrize("to", ["complainant", "party"])
def test_who_may_issue_a_paper(role: str, of_unit: str, to: str) -> None:
    unit = "sw" if role in UNIT_ROLES else None
    may = {
        "complainant": to == "complainant",
        **dict.fromkeys(UNIT_ROLES, of_unit == "sw"),
        **dict.fromkeys(CENTRE, True),
    }
    assert isinstance(may_issue(role, unit, of_unit=of_unit, to=to), Allowed) is may.get(role, False)


@pytest.mark.parametrize(
    ("channel", "on", "served", "code"),
    [
        ("letter", TODAY, None, ""),
        ("page", ISSUED, None, ""),
        ("letter", date(2026, 11, 1), None, "paper_served_when"),
        ("letter", date(2026, 11, 10), None, "paper_served_when"),
        ("pigeon", TODAY, None, "not_listed"),
        ("letter", TODAY, ISSUED, "paper_served_already"),
    ],
)
def test_how_and_when_a_paper_can_have_been_served(channel: str, on: date, served: date | None, code: str) -> None:
    answer = may_serve(channel, on, issued=ISSUED, today=TODAY, served=served)
    assert (answer.code if isinstance(answer, Refused) else "") == code


def test_what_a_number_looks_like() -> None:
    assert numbered("汀延告", 2026, 3) == "汀延告〔2026〕3号"
    assert len(set(CHANNELS)) == len(CHANNELS)
