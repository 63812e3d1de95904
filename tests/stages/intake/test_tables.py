"""Tables as people bring them: any encoding, any damage, and never a row that vanishes."""

from __future__ import annotations

import ast
import csv
import gzip
import io
import tracemalloc
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from string import Formatter

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huiying.procedure.words import LANGUAGES, catalogue, say
from huiying.stages.intake import endings, maps, tables
from huiying.stages.intake.tables import WORDS, Rejected, Row, Unreadable, read

TEXT = "标题,内容\n噪音扰民,夜里两点还在施工\n路灯不亮,已经一周\n"
SHEET = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
ROW = "<row><c><v>1</v></c></row>"
EXTENSION = '<extLst><ext uri="{CCE6A557-97BC-4B89-ADB6-D9C93CAAB3DF}"/></extLst>'


def put(folder: Path, content: str | bytes, name: str = "table.csv", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


def workbook(path: Path, *rows: Sequence[object]) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.worksheets[0].append(list(row))
    book.create_sheet("second").append(["not", "this", "one"])
    book.save(path)
    return path


def with_sheet(path: Path, sheet: str) -> Path:
    """The workbook with another first sheet, as other programs write it."""
    workbook(path, ["a"])
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members["xl/worksheets/sheet1.xml"] = sheet.encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def cells(path: Path) -> list[list[str]]:
    return [list(row.cells.values()) for row in read(path).rows if isinstance(row, Row)]


def reasons(path: Path) -> list[tuple[int, str]]:
    found = [row for row in read(path).rows if isinstance(row, Rejected)]
    assert all(say(f"import.{row.code}", row.params, language, WORDS) for row in found for language in LANGUAGES)
    return [(row.number, row.code) for row in found]


def refusal(path: Path, most_bytes: int = tables.MOST_BYTES) -> str:
    with pytest.raises(Unreadable) as caught:
        list(read(path, most_bytes=most_bytes).rows)
    assert all(say(f"import.{caught.value.code}", caught.value.params, language, WORDS) for language in LANGUAGES)
    return caught.value.code


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-be"])
def test_every_encoding_reads_the_same(tmp_path: Path, encoding: str, *, packed: bool) -> None:
    content = ("\ufeff" if encoding == "utf-16-be" else "") + TEXT
    path = put(tmp_path, gzip.compress(content.encode(encoding)) if packed else content.encode(encoding))
    assert read(path).columns == ("标题", "内容")
    assert cells(path) == [["噪音扰民", "夜里两点还在施工"], ["路灯不亮", "已经一周"]]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["unix", "windows", "old mac"])
def test_delimiters_and_line_ends_are_found_out(tmp_path: Path, delimiter: str, end: str) -> None:
    path = put(tmp_path, end.join([f"标题{delimiter}内容", f"甲{delimiter}乙，丙", ""]))
    assert cells(path) == [["甲", "乙，丙"]]


def test_the_name_says_nothing(tmp_path: Path) -> None:
    assert cells(put(tmp_path, TEXT, "letters.xlsx"))[1] == ["路灯不亮", "已经一周"]
    book = workbook(tmp_path / "letters.xlsx", ["标题"], ["路灯不亮"])
    assert cells(book.rename(tmp_path / "letters.csv")) == [["路灯不亮"]]


def test_quoted_line_ends_belong_to_the_cell_and_empty_lines_count(tmp_path: Path) -> None:
    path = put(tmp_path, '\n标题,内容\n甲,"一\n\n二 ""三"", 四"\n\n,\n乙,五\n')
    first, second = read(path).rows
    assert first == Row(1, {"标题": "甲", "内容": '一\n\n二 "三", 四'})
    assert second == Row(4, {"标题": "乙", "内容": "五"})


def test_ragged_rows_come_with_their_reason(tmp_path: Path) -> None:
    path = put(tmp_path, "a,b,\n1,2\n1\n1,2,3\n1,2,,,\n")
    assert reasons(path) == [(2, "too_few_cells"), (3, "too_many_cells")]
    assert cells(path) == [["1", "2"], ["1", "2"]]


def test_a_nul_spoils_its_row_only(tmp_path: Path) -> None:
    path = put(tmp_path, "a,b\n1,2\x00\n3,4\n")
    (bad,) = (row for row in read(path).rows if isinstance(row, Rejected))
    assert (bad.number, bad.column, bad.code) == (1, "b", "nul")
    assert cells(path) == [["3", "4"]]


def test_a_quotation_mark_out_of_place_is_said_with_its_lines(tmp_path: Path) -> None:
    path = put(tmp_path, 'a,b\n1,"他说"好"\n2,3\n4,"没有结束\n5,6\n7,8\n')
    first, second, third = read(path).rows
    assert isinstance(first, Rejected)
    assert (first.code, first.params) == ("quotes_wrong", {"first": 2, "last": 2})
    assert second == Row(2, {"a": "2", "b": "3"})
    assert isinstance(third, Rejected)
    assert "第 4 行起，至第 6 行止" in say(f"import.{third.code}", third.params, "zh_hans", WORDS)


@pytest.mark.parametrize("filler", ["x" * 400_000, '"' + "y\n" * 100_000], ids=["one line", "an open quotation mark"])
def test_a_row_without_end_does_not_fill_the_memory(tmp_path: Path, filler: str) -> None:
    path = put(tmp_path, f"a,b\n1,2\n{filler}\n3,4\n")
    assert reasons(path)[0] == (2, "row_too_long")
    assert cells(path)[0] == ["1", "2"]
    assert cells(path)[-1] == ["3", "4"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "no_header"),
        (b"\n\n  \n", "no_header"),
        (b'"a,b\n1,2\n', "no_header"),
        (b"a,,b\n1,2,3\n", "column_unnamed"),
        (b"a,b, a\n1,2,3\n", "columns_repeated"),
        ("标题,内容\n".encode("utf-16-le"), "encoding"),
        (b"a,b\n\xff\xfe\xff,1\n", "encoding"),
        (b"\xff\xfea\x00\x00\xd8a\x00", "encoding"),
        (TEXT.encode()[:-8], "utf8_damaged"),
        (b"%PDF-1.7 \n", "wrong_type"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100), "wrong_type"),
        (b"\xef\xbb\xbf\n<html><table>", "wrong_type"),
        (gzip.compress(gzip.compress(b"a,b\n", mtime=0), mtime=0), "wrong_type"),
        (gzip.compress(b"%PDF-1.7 \n", mtime=0), "wrong_type"),
        (gzip.compress(TEXT.encode(), mtime=0)[:-12], "damaged"),
        (b"PK\x03\x04 and no more", "damaged"),
    ],
)
def test_what_is_no_table_is_refused_by_its_content(tmp_path: Path, content: bytes, code: str) -> None:
    assert refusal(put(tmp_path, content)) == code


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path) == "not_a_file"
    assert refusal(tmp_path / "nowhere.csv") == "not_a_file"


def test_an_archive_of_something_else_is_no_workbook(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "letters.xlsx", "w") as archive:
        archive.writestr("word/document.xml", "<a/>")
    assert refusal(tmp_path / "letters.xlsx") == "wrong_type"


def test_bombs_are_refused_before_they_are_unpacked(tmp_path: Path) -> None:
    assert refusal(put(tmp_path, gzip.compress(TEXT.encode() * 2**12)), 2**16) == "too_big"
    assert refusal(workbook(tmp_path / "a.xlsx", ["a"], *([str(n)] for n in range(2_000))), 2**14) == "too_big"
    assert refusal(with_sheet(tmp_path / "b.xlsx", " " * 2**24)) == "too_big"


def test_cells_of_a_workbook_are_written_out(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "a.xlsx",
        ["标题", "电话", "时间", "日期", "数", "是", " "],
        ["甲\n乙", 13800138000, datetime(2020, 9, 3, 8, 5), date(2020, 9, 3), 2.0, True],  # noqa: DTZ001  # a cell's
        [],
        ["丙", None, None, None, 0.5],
    )
    first, second = read(path).rows
    assert first == Row(
        1,
        {
            "标题": "甲\n乙",
            "电话": "13800138000",
            "时间": "2020-09-03 08:05:00",
            "日期": "2020-09-03 00:00:00",
            "数": "2",
            "是": "TRUE",
        },
    )
    assert second == Row(3, {"标题": "丙", "电话": "", "时间": "", "日期": "", "数": "0.5", "是": ""})


def test_cells_beside_the_headings_of_a_workbook_are_not_lost(tmp_path: Path) -> None:
    assert reasons(workbook(tmp_path / "a.xlsx", ["a", "b"], [1, 2], [1, 2, 3])) == [(2, "too_many_cells")]


def test_a_sheet_that_understates_its_size_is_read_in_full(tmp_path: Path) -> None:
    rows = "".join(f"<row><c><v>{n}</v></c><c><v>{n + 1}</v></c></row>" for n in range(3))
    sheet = f'<worksheet {SHEET}><dimension ref="A1"/><sheetData>{rows}</sheetData>{EXTENSION}</worksheet>'
    path = with_sheet(tmp_path / "a.xlsx", sheet)
    assert read(path).columns == ("0", "1")
    assert cells(path) == [["1", "2"], ["2", "3"]]


@pytest.mark.parametrize(
    "sheet",
    [
        f"<worksheet {SHEET}><sheetData>{ROW}<row><c><v>1</v></",
        f'<worksheet {SHEET}><sheetData>{ROW}<row><c t="s"><v>99</v></c></row></sheetData></worksheet>',
        f'<worksheet {SHEET}><sheetData>{ROW}<row r="9999999"/></sheetData></worksheet>',
    ],
    ids=["cut off", "a text that is not there", "a row beyond the last"],
)
def test_a_workbook_that_is_damaged_further_on_says_so(
    tmp_path: Path, sheet: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "MOST_ROWS", 1_000)
    assert refusal(with_sheet(tmp_path / "a.xlsx", sheet)) == "damaged"


def test_a_workbook_without_a_sheet_has_no_header(tmp_path: Path) -> None:
    assert refusal(workbook(tmp_path / "a.xlsx")) == "no_header"


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    path = put(tmp_path, "标题,内容\n" + "噪音扰民,夜里两点还在施工，影响休息\n" * 50_000)
    tracemalloc.start()
    try:
        assert sum(1 for _ in read(path).rows) == 50_000
        assert tracemalloc.get_traced_memory()[1] < path.stat().st_size // 3
    finally:
        tracemalloc.stop()


def test_every_reason_has_its_sentence_in_every_language_and_no_sentence_is_idle() -> None:
    catalogues = [catalogue(language, WORDS) for language in LANGUAGES]
    blanks = [
        {code: {name for _, name, _, _ in Formatter().parse(text) if name} for code, text in words.items()}
        for words in catalogues
    ]
    assert all(others == blanks[0] for others in blanks)
    strings = {
        node.value
        for module in (endings, maps, tables)
        for node in ast.walk(ast.parse(Path(module.__file__ or "").read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    codes = {code.removeprefix("import.") for code in catalogues[0]}
    assert codes - strings == set()


CELL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
FILLED = st.lists(st.lists(CELL, min_size=3, max_size=3).filter(lambda row: any(map(str.strip, row))), max_size=5)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=FILLED, delimiter=st.sampled_from(",;\t"), encoding=st.sampled_from(["utf-8", "gb18030", "utf-16"]))
def test_any_text_in_a_csv_reads_back(tmp_path: Path, rows: list[list[str]], delimiter: str, encoding: str) -> None:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows([["标题", "内容", "类型"], *rows])
    assert cells(put(tmp_path, text.getvalue(), encoding=encoding)) == rows


#: openpyxl takes `x005F_` for an escape and XML a carriage return for a line feed; spreadsheets hold no controls.
SHEET_CELL = st.text(st.characters(exclude_categories=["Cs", "Cc", "Co", "Cn"], include_characters="\n\t"), max_size=12)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
@given(rows=st.lists(st.lists(SHEET_CELL.filter(lambda text: not text.startswith("=")), min_size=3, max_size=3)))
def test_any_text_in_a_workbook_reads_back(tmp_path: Path, rows: list[list[str]]) -> None:
    path = workbook(tmp_path / "a.xlsx", ["标题", "内容", "类型"], *rows)
    assert cells(path) == [row for row in rows if any(map(str.strip, row))]
