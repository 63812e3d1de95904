"""Whose a demand is: from precedents, place, rulings and the catalogue, with reasons that can be opened and read."""

from __future__ import annotations

import csv
import gzip
import json
import re
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from huiying.commands.main import main
from huiying.judgement.unit_check import check
from huiying.judgement.units import Because, Precedent, Precedents, propose_unit
from huiying.procedure.routing import Duty
from shared_data import shared

LAMP = "小区门口的路灯坏了半个月，晚上一片漆黑"
NOISE = "楼下烧烤店半夜油烟噪音扰民"
CASES = [
    Precedent("1", "东街路灯不亮，晚上漆黑", "lights", "990101"),
    Precedent("2", "楼下夜宵店油烟大、噪音扰民", "enforcement", "990101"),
    Precedent("3", "烧烤摊半夜噪音", "enforcement", "990102"),
    Precedent("4", "学校收费太高", "education", "990102"),
]
KNOWN = Precedents(CASES)


def test_it_goes_where_its_like_went_and_says_so() -> None:
    first, *others = propose_unit(LAMP, area="990101", matter="", precedents=CASES)
    assert first.unit == "lights"
    assert (first.reasons[0].because, first.reasons[0].cited) == (Because.LIKE_CASE, "1")
    assert first.probability > sum(other.probability for other in others)


def test_what_was_ruled_on_outweighs_what_merely_went_that_way() -> None:
    text = "夜宵摊占道经营"
    went = [Precedent("1", text, "street"), Precedent("2", text, "street")]
    assert propose_unit(text, area="", matter="", precedents=went)[0].unit == "street"
    ruled = Precedent("3", text, "enforcement", ruled=True)
    first = propose_unit(text, area="", matter="", precedents=[*went, ruled])[0]
    assert (first.unit, first.reasons[0].because, first.reasons[0].cited) == ("enforcement", Because.RULED, "3")


def test_place_and_matter_decide_between_cases_that_are_alike() -> None:
    cases = [Precedent("1", NOISE, "east", "990101", "dust"), Precedent("2", NOISE, "west", "990102", "noise")]
    for area, matter, unit in (("990101001", "", "east"), ("990102003", "", "west"), ("99", "noise", "west")):
        assert propose_unit(NOISE, area=area, matter=matter, precedents=cases)[0].unit == unit


def test_the_catalogue_comes_first_by_its_narrowest_row_in_force() -> None:
    duties = [
        Duty("noise", "99", "city", basis="目录第1条"),
        Duty("noise", "990101", "district", basis="目录第2条", valid_to=date(2025, 12, 31)),
        Duty("lamps", "990101", "lights"),
    ]
    for on, unit, basis in ((date(2025, 5, 1), "district", "目录第2条"), (date(2026, 5, 1), "city", "目录第1条")):
        first = propose_unit(NOISE, area="990101001", matter="noise", precedents=CASES, catalogue=duties, on=on)[0]
        assert (first.unit, first.reasons[0].because, first.reasons[0].cited) == (unit, Because.CATALOGUE, basis)
    alone = propose_unit(NOISE, area="990101", matter="noise", precedents=[], catalogue=duties)
    assert [(proposal.unit, proposal.probability) for proposal in alone] == [("district", 1.0)]


def test_whoever_is_complained_about_is_never_proposed() -> None:
    duties = [Duty("noise", "99", "city"), Duty("noise", "990101", "enforcement")]
    proposals = propose_unit(
        NOISE, area="990101", matter="noise", precedents=CASES, catalogue=duties, barred=["enforcement"]
    )
    assert "enforcement" not in {proposal.unit for proposal in proposals}
    assert proposals[0].unit == "city"


def test_a_case_is_no_precedent_of_itself() -> None:
    proposals = propose_unit(CASES[0].text, area="", matter="", precedents=CASES, number="1")
    assert "1" not in {reason.cited for proposal in proposals for reason in proposal.reasons}


def test_where_nothing_is_known_nothing_is_proposed() -> None:
    assert propose_unit(LAMP, area="", matter="", precedents=[]) == []


@pytest.mark.parametrize("text", ["zzz", "", " \n"])
def test_where_nothing_is_alike_only_what_is_usual_is_said(text: str) -> None:
    proposals = propose_unit(text, area="", matter="", precedents=CASES)
    assert (proposals[0].unit, proposals[0].probability) == ("enforcement", 0.5)
    assert proposals[0].reasons[0].because == Because.OFTEN


@given(st.text(max_size=200), st.sampled_from(["", "99", "990101", "990102001"]))
def test_probabilities_are_probabilities(text: str, area: str) -> None:
    proposals = propose_unit(text, area=area, matter="", precedents=KNOWN)
    said = [proposal.probability for proposal in proposals]
    assert said == sorted(said, reverse=True)
    assert all(0 <= one <= 1 for one in said)
    assert sum(said) <= 1 + 1e-6
    assert proposals == propose_unit(text, area=area, matter="", precedents=KNOWN)


def test_a_check_keeps_groups_apart() -> None:
    twins = [Precedent(str(n), f"完全一样的话{n // 2}", f"unit{n // 2}") for n in range(20)]
    alone = check(twins, [str(n) for n in range(20)])
    grouped = check(twins, [str(n // 2) for n in range(20)])
    assert alone.top1 > grouped.top1 == 0


def test_of_the_real_replies_units_are_proposed_better_than_by_area(tmp_path: Path) -> None:
    table = tmp_path / "replies.csv"
    with gzip.open(shared("data/tipdm_c/replies.csv.gz"), "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        # The set names the place in the title only.
        place = re.search(r"[A-Z]\d{0,2}\s*[市区县]", row["title"])
        row["area"] = place[0] if place else ""
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["title", "body", "reply", "area", "dup_group"], extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    columns = ["--text", "title+body", "--reply", "reply", "--area", "area", "--group", "dup_group"]
    result = CliRunner().invoke(main, ["triage", "units", "--data", str(table), *columns, "--json"])
    assert result.exit_code == 0, result.output
    said = json.loads(result.stdout)
    assert said["rows"] == 2112
    assert said["named"] > 700
    assert said["top1"] >= said["baseline_top1"] + 0.25
    assert said["top1"] >= 0.53
    assert said["top3"] >= 0.75


def test_a_column_that_is_missing_is_named(tmp_path: Path) -> None:
    table = tmp_path / "rows.csv"
    table.write_text("text,reply\n路灯坏了,已转市教育局处理\n", "utf-8")
    wrong = CliRunner().invoke(main, ["triage", "units", "--data", str(table), "--text", "text", "--reply", "answer"])
    assert wrong.exit_code == 2
    assert "answer" in wrong.stderr
    right = CliRunner().invoke(main, ["triage", "units", "--data", str(table), "--text", "text", "--reply", "reply"])
    assert right.exit_code == 0
    assert "教育 1" in right.stdout
