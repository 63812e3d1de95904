"""Local limits: never longer than the law, of the row's own unit, ahead, reviewed by somebody else; by their day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from huiying.procedure.decision import Allowed, Decision, Refused
from huiying.procedure.library import library
from huiying.procedure.local_limits import (
    LocalLimit,
    fits,
    holding,
    may,
    may_approve,
    may_hold,
    owner,
    shortened,
    unfit,
)
from huiying.procedure.schema import ROLES
from huiying.procedure.time_limits import Unit

DAY = date(2026, 12, 1)
TWELVE = LocalLimit("GD-02c", 12, Unit.WORKING_DAYS, "汀川市承诺办理时限规定第4条", DAY)
TERMS = library().terms


def code(decision: Decision) -> str:
    return decision.code if isinstance(decision, Refused) else ""


@pytest.mark.parametrize(
    ("limit", "why"),
    [
        (TWELVE, ""),
        (replace(TWELVE, value=15), ""),  # as long as the law: the way back from a shorter one
        (replace(TWELVE, value=16), "local_limit_exceeds"),
        (replace(TWELVE, value=0), "local_limit_exceeds"),
        (replace(TWELVE, unit=Unit.NATURAL_DAYS), "local_limit_unit"),
        (replace(TWELVE, valid_from=date(2022, 8, 31)), "local_limit_row_not_in_force"),
        (LocalLimit("SC-06o", 5, Unit.WORKING_DAYS, "某市规定", DAY), "local_limit_row_not_in_force"),
        (LocalLimit("XF-40", 10, Unit.NATURAL_DAYS, "某市规定", DAY), "local_limit_own_time"),
        (LocalLimit("SP-07d", 3, Unit.WORKING_DAYS, "某市规定", DAY), "local_limit_counted_back"),
        (LocalLimit("BJ-c", 5, Unit.WORKING_DAYS, "某市规定", DAY), "unit_unknown"),
    ],
)
def test_a_local_limit_fits_its_row_or_is_refused(limit: LocalLimit, why: str) -> None:
    decision = fits(limit, TERMS[limit.term])
    assert code(decision) == why
    assert decision.article == TERMS[limit.term].article


def test_no_row_of_the_law_takes_a_local_limit_longer_than_itself() -> None:
    for term in TERMS.values():
        on = max(term.valid_from, date(2026, 1, 1)) if term.valid_to > date(2026, 1, 1) else term.valid_from
        longer = LocalLimit(term.id, max(term.value + 1, 1), term.unit, "某市规定", on)
        assert isinstance(fits(longer, term), Refused)


def test_a_local_limit_begins_today_or_later() -> None:
    assert code(may_hold(TWELVE, TERMS["GD-02c"], DAY)) == ""
    assert code(may_hold(TWELVE, TERMS["GD-02c"], date(2026, 12, 2))) == "local_limit_in_the_past"
    assert code(may_hold(TWELVE, library().term("GD-99"), DAY)) == "term_unknown"


def test_administrators_propose_and_leaders_approve_and_nobody_their_own() -> None:
    allowed = {
        verb: {role for role in ROLES if isinstance(may(verb, role), Allowed)} for verb in ("propose", "approve")
    }
    assert allowed == {"propose": {"administrator"}, "approve": {"leader"}}
    assert code(may("approve", "administrator")) == "not_this_role"
    assert code(may("withdraw", "officer")) == "not_this_role"
    assert code(may_approve("guandang", "guandang")) == "local_limit_own"
    assert code(may_approve("guandang", "cailingdao")) == ""


def test_the_last_to_begin_of_those_in_force_is_followed() -> None:
    ten = replace(TWELVE, value=10, valid_from=date(2027, 2, 1))
    over = replace(TWELVE, value=8, valid_from=date(2026, 12, 15), ends=date(2026, 12, 20))
    limits = [ten, over, TWELVE]

    def followed(on: date) -> int:
        held = holding(limits, TERMS, on)
        return held["GD-02c"].value if held else TERMS["GD-02c"].value

    days = (date(2026, 11, 30), DAY, date(2026, 12, 15), date(2026, 12, 20), date(2027, 2, 1))
    assert [followed(on) for on in days] == [15, 12, 8, 12, 10]


def test_what_does_not_fit_shortens_nothing() -> None:
    wrong = [replace(TWELVE, value=20), replace(TWELVE, term="GD-99")]
    assert holding(wrong, TERMS, DAY) == {}
    found = [(limit.term, why.code) for limit, why in unfit([*wrong, TWELVE], library(), DAY)]
    assert found == [("GD-02c", "local_limit_exceeds"), ("GD-99", "term_unknown")]
    withdrawn = [replace(limit, ends=limit.valid_from) for limit in wrong]
    assert list(unfit(withdrawn, library(), DAY)) == []


def test_a_shortened_procedure_says_both_articles_and_differs_in_nothing_else() -> None:
    guangdong = library().procedures["guangdong"]
    short = shortened(guangdong, holding([TWELVE], guangdong.terms, DAY))
    row = short.terms["GD-02c"]
    assert (row.value, row.status.is_law) == (12, False)
    assert row.article == "《广东省12345政务服务便民热线管理办法》；汀川市承诺办理时限规定第4条"
    assert short.terms["GD-02a"] == guangdong.terms["GD-02a"]
    assert (short.acts, short.steps, short.limits) == (guangdong.acts, guangdong.steps, guangdong.limits)
    assert guangdong.terms["GD-02c"].value == 15


def test_a_row_is_found_with_its_instrument() -> None:
    assert owner("GD-02c", library()) == "guangdong"
    assert owner("none", library()) == ""
