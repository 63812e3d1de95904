"""`huiying deadline` as other people's scripts call it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from huiying.commands.main import main


def huiying(*arguments: str, stdin: str | None = None, **environment: str) -> Result:
    return CliRunner(env=environment).invoke(main, arguments, input=stdin)


def answer(*arguments: str) -> dict[str, object]:
    result = huiying("deadline", *arguments, "--json")
    assert result.exit_code == 0, result.output
    document: dict[str, object] = json.loads(result.stdout)
    return document


def test_one_limit_as_json() -> None:
    document = answer("SC-06", "--start", "2026-09-18")
    assert document["due"] == "2026-09-29"
    assert document["provisional"] is False
    assert "第15条" in str(document["article"])
    derivation = document["derivation"]
    assert isinstance(derivation, list)
    assert derivation[0] == {"date": "2026-09-18", "counted": False, "why": "开始的这天，不计入"}
    assert derivation[2] == {"date": "2026-09-20", "counted": True, "why": "第1个工作日（调休上班）"}
    assert len(derivation) == 12


def test_options_change_the_date_as_they_say() -> None:
    assert answer("XF-23", "--start", "2026-08-04", "--roll", "rest_day")["due"] == "2026-10-08"
    assert answer("XF-23", "--start", "2026-08-04", "--extend", "30")["due"] == "2026-11-02"
    assert answer("SP-01", "--start", "2026-08-20", "--suspend", "2026-09-10/2026-09-15=test")["due"] == "2026-11-24"
    assert (
        answer("SP-01", "--start", "2026-06-01", "--extend", "100", "--approved-by", "collective")["due"]
        == "2026-12-08"
    )
    assert answer("SC-06", "--start", "2026-09-18", "--calendar-through", "2025")["provisional"] is True
    assert answer("BJ-a", "--start", "2026-09-30T23:30")["due"] == "2026-10-01T01:30:00+08:00"
    assert answer("SC-06", "--start", "2026-09-17T20:00:00Z")["due"] == "2026-09-29"


def test_a_row_outside_its_years_is_reckoned_and_said_to_be() -> None:
    result = huiying("deadline", "SC-06", "--start", "2026-04-14", "--json")
    assert json.loads(result.stdout)["in_force"] is False
    assert "2026-04-15" in result.stderr


def test_people_read_the_day_the_article_and_the_reasons() -> None:
    result = huiying("deadline", "SC-06", "--start", "2026-09-18")
    assert result.stdout.startswith("届满：2026-09-29 24:00（北京时间）")
    assert "○ 2026-09-25  中秋节（法定节假日），不计入" in result.stdout
    english = huiying("deadline", "SC-06", "--start", "2026-09-18", HUIYING_LANGUAGE="en")
    assert "2026-09-29" in english.stdout
    assert "not counted" in english.stdout


def test_a_provisional_date_is_never_shown_as_fixed() -> None:
    result = huiying("deadline", "SC-06", "--start", "2026-12-28")
    assert result.stdout.startswith("暂定届满：")
    assert "暂定）" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["BJ-c", "--start", "2026-09-18"], "规则包"),
        (["XX-1", "--start", "2026-09-18"], "XX-1"),
        (["sc-99", "--start", "2026-09-18"], "SC-06"),
        (["SC-06", "--start", "18.9.2026"], "2026-09-18"),
        (["SC-06", "--start", "9999-12-31"], "9999"),
        (["BJ-a", "--start", "2026-09-18"], "时刻"),
        (["SC-06", "--start", "2026-09-18", "--suspend", "2026-09-20/2026-09-21"], "中止"),
        (["SR-02", "--start", "2026-09-18", "--suspend", "2026-09-20"], "2026-09-20"),
        (["SR-02", "--start", "2026-09-18", "--suspend", "2026-09-20/2026-09-21=mood"], "检测鉴定"),
        (["XF-23", "--start", "2026-08-04", "--extend", "31"], "30"),
        (["XF-23", "--start", "2026-08-04", "--extend", "5", "--approved-by", "officer"], "单位负责人"),
        (["SC-06", "--start", "2026-09-18", "--calendar-through", "2031"], "2026"),
        (["SC-06"], "起算日"),
        (["SC-06", "--start", "2026-09-18", "--pack", "/no/such/pack"], "/no/such/pack"),
        (["SC-06", "--start", "2026-09-18", "--roll", "sideways"], "sideways"),
        (["SC-06", "--batch", "x.csv"], "--batch"),
        (["--batch", "/no/such.csv"], "/no/such.csv"),
    ],
)
def test_bad_input_says_what_and_what_to_do_and_leaves_with_2(arguments: list[str], says: str) -> None:
    result = huiying("deadline", *arguments)
    assert result.exit_code == 2
    assert says in result.stderr
    assert result.stdout == ""
    assert "Traceback" not in result.output


def test_a_batch_answers_every_row_in_order() -> None:
    asked = [
        "XF-23,2026-08-04,rest_day",
        "BJ-d,2026-01-01,",
        "SC-06,someday,",
        "SC-06,2026-09-18,",
        "SC-06,2026-09-18,up",
    ]
    rows = "\n".join(["term_id,start,roll", *asked])
    result = huiying("deadline", "--batch", "-", stdin=rows)
    documents = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.exit_code == 0
    assert [document.get("due") for document in documents] == ["2026-10-08", None, None, "2026-09-29", None]
    assert [document["error"]["code"] for document in documents if "error" in document] == [
        "unit_unknown",
        "unreadable",
        "unreadable",
    ]
    assert "3" in result.stderr


@pytest.mark.parametrize("content", [b"id,when\nSC-06,2026-09-18\n", b"", "term_id,start,roll\n起算".encode("gbk")])
def test_a_batch_that_cannot_be_read_is_refused_whole(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "limits.csv"
    file.write_bytes(content)
    result = huiying("deadline", "--batch", str(file))
    assert result.exit_code == 2
    assert str(file) in result.stderr


def test_a_batch_from_a_spreadsheet_with_a_byte_order_mark(tmp_path: Path) -> None:
    file = tmp_path / "limits.csv"
    file.write_text("term_id,start,roll\r\nSC-06,2026-09-18,\r\n", encoding="utf-8-sig")
    assert json.loads(huiying("deadline", "--batch", str(file)).stdout)["due"] == "2026-09-29"


PACK = """
title = "某市接诉即办时限"
[[correct]]
term = "BJ-c"
unit = "wd"
article = "某市接诉即办时限规定第3条"
"""


def test_a_local_pack_sets_what_is_not_known(tmp_path: Path) -> None:
    (tmp_path / "city").mkdir()
    (tmp_path / "city" / "terms.toml").write_text(PACK, "utf-8")
    document = answer("BJ-c", "--start", "2026-09-18", "--pack", str(tmp_path / "city"))
    assert (document["due"], document["status"]) == ("2026-09-29", "D")
    assert "某市接诉即办时限规定第3条" in str(document["article"])
    from_environment = huiying("deadline", "BJ-c", "--start", "2026-09-18", HUIYING_PACKS=str(tmp_path / "city"))
    assert from_environment.stdout.startswith("届满：2026-09-29")
    assert "不得作为法定期限" in from_environment.stdout


def test_a_language_we_do_not_have_is_named() -> None:
    result = huiying("deadline", "SC-06", "--start", "2026-09-18", HUIYING_LANGUAGE="fr")
    assert result.exit_code == 2
    assert "zh_hans" in result.stderr
