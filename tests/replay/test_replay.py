"""What demands of the past would have come to: by hand, by a naive count, and by the verbs."""

from __future__ import annotations

import csv
import gzip
import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huiying.commands.main import main
from past import FIVE_DAYS, KINDS, SINCE, Line, clock, naive_count, table
from shared_data import shared

RULES_ALONE = ("--sample", "0", "--json")
NATIONAL_DAY = clock(2026, 9, 30, 9)  # 1 to 7 October are off, 10 October is worked


def replay(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["replay", *map(str, arguments)])


def figures(*arguments: object) -> dict[str, Any]:
    done = replay(*arguments, *RULES_ALONE)
    assert done.exit_code == 0, done.output
    document = json.loads(done.stdout)
    assert isinstance(document, dict)
    return document


def rules_of(document: dict[str, Any], pack: str) -> dict[str, dict[str, Any]]:
    (found,) = (one for one in document["packs"] if one["id"] == pack)
    return {rule["term"]: rule for rule in found["rules"]}


def test_a_limit_that_runs_over_a_holiday_is_kept_on_its_last_day_and_missed_the_next(tmp_path: Path) -> None:
    lines = [
        Line("help", NATIONAL_DAY, clock(2026, 10, 13, 23, 59, 59), "水务局"),
        Line("help", NATIONAL_DAY, clock(2026, 10, 14), "水务局"),
        Line("help", NATIONAL_DAY, None, "城管局"),
    ]
    document = figures(table(tmp_path / "t.csv", lines), "--pack", "jinan")
    assert (document["rows"], document["replayed"], document["rejected"]) == (3, 3, [])
    (pack,) = document["packs"]
    assert (pack["id"], pack["counterfactual"]) == ("jinan", False)
    (rule,) = pack["rules"]
    assert (rule["term"], rule["n"], rule["on_time"], rule["rate"], rule["open"]) == ("JN-01", 2, 1, 0.5, 1)
    units = [(unit["unit"], unit["n"], unit["on_time"], unit["rate"], unit["open"]) for unit in pack["units"]]
    assert units == [("城管局", 0, 0, None, 1), ("水务局", 2, 1, 0.5, 0)]


def test_without_pack_every_local_pack_is_replayed(tmp_path: Path) -> None:
    document = figures(table(tmp_path / "t.csv", [Line("help", NATIONAL_DAY, NATIONAL_DAY)]))
    assert [pack["id"] for pack in document["packs"]] == ["beijing", "guangdong", "jinan", "shandong", "weifang"]


def test_a_limit_whose_unit_is_not_known_is_not_judged_until_a_pack_sets_it(tmp_path: Path) -> None:
    file = table(tmp_path / "t.csv", [Line("help", NATIONAL_DAY, clock(2026, 10, 15, 8))])
    (unset,) = rules_of(figures(file, "--pack", "beijing"), "beijing").values()
    assert (unset["term"], unset["n"], unset["rate"], unset["undecided"]) == ("BJ-c", 0, None, 1)
    city = tmp_path / "some-city"
    city.mkdir()
    (city / "terms.toml").write_text(
        'title = "某市"\n[[correct]]\nterm = "BJ-c"\nunit = "wd"\narticle = "某市规定第3条"\n', "utf-8"
    )
    (city / "procedure.toml").write_text(
        'title = "某市"\nextends = "hotline"\nlimit = [{ clock = "handle", term = "BJ-c" }]\n', "utf-8"
    )
    (known,) = rules_of(figures(file, "--pack", city), "some-city").values()
    assert (known["term"], known["n"], known["on_time"], known["undecided"]) == ("BJ-c", 1, 1, 0)


def test_when_an_order_was_signed_for_is_not_told_and_so_not_judged(tmp_path: Path) -> None:
    document = figures(table(tmp_path / "t.csv", [Line("help", NATIONAL_DAY, NATIONAL_DAY)]), "--pack", "shandong")
    signed = rules_of(document, "shandong")["SD-02"]
    assert (signed["n"], signed["rate"], signed["unobserved"]) == (0, None, 1)


def test_kind_is_that_of_the_row_or_of_the_option(tmp_path: Path) -> None:
    file = table(tmp_path / "t.csv", [Line("help", NATIONAL_DAY, NATIONAL_DAY)])
    assert set(rules_of(figures(file), "guangdong")) == {"GD-02b"}
    for kind, term in (("consultation", "GD-02a"), ("report", "GD-02c"), ("praise", "GD-02b")):
        document = figures(file, "--kind", kind)
        assert (document["kind"], set(rules_of(document, "guangdong"))) == (kind, {term})


def test_rules_that_were_not_in_force_are_applied_and_said_to_be_so(tmp_path: Path) -> None:
    before, since = clock(2018, 8, 31, 12), clock(2018, 9, 1, 12)
    document = figures(table(tmp_path / "t.csv", [Line("help", day, day) for day in (before, since)]))
    said = {pack["id"]: (pack["counterfactual"], pack["counterfactual_rows"]) for pack in document["packs"]}
    assert said == {"beijing": (True, 2), "guangdong": (True, 2), "jinan": (True, 1), "shandong": (True, 2),
                    "weifang": (True, 2)}  # fmt: skip
    rule = rules_of(document, "jinan")["JN-01"]
    assert (rule["n"], rule["on_time"], rule["counterfactual"], rule["counterfactual_rows"]) == (2, 2, True, 1)


def test_a_year_without_a_calendar_is_provisional_and_counted(tmp_path: Path) -> None:
    lines = [Line("help", clock(2003, 12, 30), clock(2003, 12, 31)), Line("help", NATIONAL_DAY, clock(2026, 10, 30))]
    file = table(tmp_path / "t.csv", lines)
    rule = rules_of(figures(file), "jinan")["JN-01"]
    assert (rule["n"], rule["provisional"]) == (2, 1)


def test_a_row_without_true_times_is_rejected_with_its_column(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text(
        "编号,标题,内容,类型,时间,办结时间\n"
        "1,灯,不亮,求助,2026-09-18 09:00,2026-09-17 09:00\n"
        "2,灯,不亮,求助,2026-09-18 09:00,下周\n"
        "3,灯,不亮,求助,,2026-09-18\n"
        "4,灯,不亮,求助,2026-13-01,\n"
        "5,灯,不亮,求助,2026-09-18 09:00,2026-09-18\n"
        "5,灯,不亮,求助,2026-09-18 09:00,2026-09-18\n",
        "utf-8",
    )
    document = figures(file, "--pack", "jinan")
    rejected = [(row["row"], row["column"]) for row in document["rejected"]]
    assert rejected == [(1, "办结时间"), (2, "办结时间"), (3, "时间"), (4, "时间")]
    assert "早于" in document["rejected"][0]["reason"]
    assert (document["rows"], document["replayed"], document["repeated"]) == (6, 1, 1)
    assert rules_of(document, "jinan")["JN-01"]["on_time"] == 1  # closed on its very day, at no hour that was told


def test_the_sources_own_due_date_is_counted_beside_the_packs(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text(
        "编号,标题,内容,类型,时间,办结时间,到期时间\n"
        "1,灯,不亮,求助,2026-09-18 09:00,2026-09-20 18:00,2026-09-20\n"
        "2,灯,不亮,求助,2026-09-18 09:00,2026-09-20 18:00,2026-09-20 17:59\n"
        "3,灯,不亮,求助,2026-09-18 09:00,,2099-01-01\n"
        "4,灯,不亮,求助,2026-09-18 09:00,2026-09-20 18:00,\n",
        "utf-8",
    )
    assert figures(file)["own_due"] == {"n": 2, "on_time": 1, "rate": 0.5, "small": True, "open": 1}


ROWS = st.lists(
    st.builds(
        lambda kind, at, seconds, unit: Line(kind, at, None if seconds is None else at + timedelta(0, seconds), unit),
        st.sampled_from(sorted(KINDS.values())),
        st.datetimes(clock(2003, 12, 1), clock(2026, 10, 1)).map(lambda moment: moment.replace(microsecond=0)),
        st.none() | st.integers(0, 30 * 24 * 3600),
        st.sampled_from([None, "水务局", "城管局", "住建局"]),
    ),
    min_size=1,
    max_size=40,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=ROWS)
def test_a_naive_count_agrees_on_random_rows(tmp_path: Path, lines: list[Line]) -> None:
    agrees(figures(table(tmp_path / "t.csv", lines)), lines)


def agrees(document: dict[str, Any], lines: list[Line]) -> None:
    for pack in document["packs"]:
        if pack["id"] not in SINCE:
            continue
        rules, units, outside = naive_count(pack["id"], lines)
        judged = [rule for rule in pack["rules"] if rule["term"] != "SD-02"]
        assert {rule["term"] for rule in judged} == set(rules)
        for rule in judged:
            counted = rules[rule["term"]]
            assert {name: rule[name] for name in ("n", "on_time", "open", "provisional")} == {
                name: counted[name] for name in ("n", "on_time", "open", "provisional")
            }
            assert rule["rate"] == (counted["on_time"] / counted["n"] if counted["n"] else None)
        assert {unit["unit"]: (unit["n"], unit["on_time"], unit["open"]) for unit in pack["units"]} == {
            name: (counted["n"], counted["on_time"], counted["open"]) for name, counted in units.items()
        }
        assert pack["counterfactual_rows"] == outside


REAL = {
    "tipdm_c/replies.csv.gz": ("time", "reply_time", "", "%Y-%m-%d %H:%M:%S", 2112),
    "baltimore311/train.csv.gz": ("CreatedDate", "CloseDate", "Agency", "%m/%d/%Y %I:%M:%S %p", 7526),
    "nyc311/train.csv.gz": ("created_date", "closed_date", "agency", "%Y-%m-%dT%H:%M:%S.%f", 767),
}


@pytest.mark.parametrize("name", REAL)
def test_a_naive_count_agrees_on_real_files(name: str) -> None:
    received, answered, unit, written, rows = REAL[name]
    file = shared(f"data/{name}")
    lines = [
        Line("help", start, shown(row[answered], written), row.get(unit))
        for row in read(file)
        if (start := shown(row[received], written))
    ]
    document = figures(file, "--kind", "help")
    assert (document["rows"], document["replayed"], document["rejected"]) == (rows, rows, [])
    agrees(document, lines)


def shown(text: str, written: str) -> datetime | None:
    return datetime.strptime(text, written) if text else None  # noqa: DTZ007  # as their clock showed it


def read(file: Path) -> list[dict[str, str]]:
    with gzip.open(file, "rt", encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def test_people_read_a_table_and_what_it_does_not_say(tmp_path: Path) -> None:
    file = table(tmp_path / "t.csv", [Line("help", clock(2018, 1, 2), clock(2018, 1, 3), "水务局")])
    done = replay(file, "--sample", "0", "--pack", "jinan")
    assert done.exit_code == 0, done.output
    assert "济南市12345市民服务热线（jinan），1 件；其中 1 件起算时该规则并未施行，视同施行" in done.stdout
    assert "JN-01 各类诉求答复：判定 1 件，按时 1 件（100.0%，不足30件）" in done.stdout
    assert "水务局：1 件中按时 1 件" in done.stdout
    assert "答复不等于解决" in done.stdout


def test_a_source_that_tells_no_ending_is_said_to(tmp_path: Path) -> None:
    some_map = tmp_path / "m.toml"
    some_map.write_text(
        'id = "m"\nname = "某表"\nrequires = ["标题"]\ntitle = "标题"\ntext = "标题"\nreceived_at = "时间"\n'
        'kind = { default = "help" }\n',
        "utf-8",
    )
    file = tmp_path / "t.csv"
    file.write_text("标题,时间\n灯,2026-09-18\n", "utf-8")
    done = replay(file, "--map", some_map, *RULES_ALONE)
    assert "closed_at" in done.stderr
    assert rules_of(json.loads(done.stdout), "jinan")["JN-01"]["open"] == 1


@pytest.mark.parametrize("language", ["zh_hans", "en"])
@pytest.mark.parametrize(
    ("arguments", "where", "what"),
    [
        (("none.csv",), "none.csv", ("不是文件", "is not a file")),
        (("t.csv", "--map", "none.toml"), "none.toml", ("打不开", "cannot be opened")),
        (("t.csv", "--map", "t.csv"), "t.csv", ("列的对照有误", "map of columns is wrong")),
        (("odd.csv",), "odd.csv", ("不认识这些列", "columns")),
        (("t.csv", "--pack", "atlantis"), "--pack", ("atlantis", "atlantis")),
        (("t.csv", "--pack", "market_2026"), "--pack", ("market_2026", "market_2026")),
        (("t.csv", "--kind", "gossip"), "--kind", ("gossip", "gossip")),
    ],
)
def test_bad_input_is_told_with_where_and_what_to_do(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    language: str,
    arguments: tuple[str, ...],
    where: str,
    what: tuple[str, str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HUIYING_LANGUAGE", language)
    table(tmp_path / "t.csv", [Line("help", NATIONAL_DAY, NATIONAL_DAY)])
    (tmp_path / "odd.csv").write_text("a,b\n1,2\n")
    done = replay(*arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    said, _, remedy = done.stderr.strip().partition("\n  → ")
    assert said.startswith(f"{where}: ")
    assert what[language == "en"] in said
    assert remedy or "--map" in said


assert set(FIVE_DAYS) < set(SINCE)
assert min(SINCE.values()) > date(2018, 1, 1)
