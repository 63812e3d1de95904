"""Tables that people should not bring: exit 2 with what is wrong, or rows with their reason, and never a traceback."""

from __future__ import annotations

import csv
import gzip
import io
import json
import zipfile
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.utils.exceptions import IllegalCharacterError

from conftest import Installation
from huiying.commands.importing import import_
from huiying.stages.intake import maps, tables
from huiying.stages.intake.maps import Draft
from huiying.stages.intake.tables import Rejected, Unreadable

HEADINGS = ("编号", "标题", "内容", "类型", "姓名", "电话", "地址", "区域")
SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def book(*rows: tuple[object, ...]) -> bytes:
    made = openpyxl.Workbook()
    for row in (HEADINGS, *rows):
        made.worksheets[0].append(list(row))
    made.save(out := io.BytesIO())
    return out.getvalue()


def with_member(data: bytes, name: str, content: bytes) -> bytes:
    """A workbook in which one member is another's."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {one: archive.read(one) for one in archive.namelist()} | {name: content}
    with zipfile.ZipFile(out := io.BytesIO(), "w", zipfile.ZIP_DEFLATED) as archive:
        for one, what in members.items():
            archive.writestr(one, what)
    return out.getvalue()


def entities(levels: int, each: int) -> bytes:
    """Entities of entities: a few lines that say a sheet of `each` to the power of `levels` characters."""
    said = "".join(
        f'<!ENTITY e{level} "{f"&e{level - 1};" * each if level else "x" * each}">' for level in range(levels)
    )
    cell = f'<row><c t="inlineStr"><is><t>&e{levels - 1};</t></is></c></row>'
    sheet = f'<worksheet xmlns="{SHEET}"><sheetData>{cell}</sheetData></worksheet>'
    return f'<?xml version="1.0"?><!DOCTYPE a [{said}]>{sheet}'.encode()


SHEET_1, GOOD = "xl/worksheets/sheet1.xml", ("1", "路灯", "路灯不亮", "求助")
OUTSIDE = (
    b'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
    b"<worksheet><sheetData><row><c><v>&e;</v></c></row></sheetData></worksheet>"
)
UNREADABLE = {
    "nothing": b"",
    "a zip bomb": with_member(book(GOOD), SHEET_1, b"<worksheet>" + b" " * (60 * 2**20) + b"</worksheet>"),
    "entities of entities": with_member(book(GOOD), SHEET_1, entities(9, 10)),
    "one entity many times": with_member(book(GOOD), SHEET_1, entities(2, 20_000)),
    "an entity from outside": with_member(book(GOOD), SHEET_1, OUTSIDE),
    "a sheet nested without end": with_member(book(GOOD), SHEET_1, b"<a>" * 300_000),
    "a sheet that is no xml": with_member(book(GOOD), SHEET_1, b"\xff\xfe\x00"),
    "half a workbook": book(GOOD)[:-200],
    "gzip of zeros": gzip.compress(bytes(40 * 2**20)),
    "json": b'{"a": 1}',
    "xml": b'<?xml version="1.0"?>' + entities(9, 10),
    "headings of markup": "<b>标题</b>,<script>\n1,2\n".encode(),
    "headings without end": b",".join(b"c%d" % n for n in range(50_000)),
    "nul headings": "标题\0,内容\n1,2\n".encode(),
    "half a character": ",".join(HEADINGS).encode()[:-1],
}


@pytest.mark.parametrize("what", UNREADABLE)
def test_what_is_no_table_is_refused_in_words(tmp_path: Path, what: str) -> None:
    path = tmp_path / "table.xlsx"
    path.write_bytes(UNREADABLE[what])
    done = CliRunner().invoke(import_, [str(path), "--channel", "phone"])
    assert (done.exit_code, type(done.exception)) == (2, SystemExit), done.exception
    assert str(path) in done.stderr
    assert "Traceback" not in done.stderr


MAPS = {
    "nul": b"id = '\0'", "no text": b"\xff\xfe", "nested": b"a = " + b"[" * 5000, "a number": b"id = " + b"9" * 5000,
    "nothing": b"", "a day": b"id = 9999-99-99", "keys of keys": b".".join([b"a"] * 3000) + b" = 1",
    "infinite": b"id = inf",
}  # fmt: skip


@pytest.mark.parametrize("what", MAPS)
def test_a_map_that_is_none_is_refused_in_words(tmp_path: Path, what: str) -> None:
    table, source = tmp_path / "table.csv", tmp_path / "map.toml"
    table.write_text("标题,内容\n路灯,不亮\n", "utf-8")
    source.write_bytes(MAPS[what])
    done = CliRunner().invoke(import_, [str(table), "--channel", "phone", "--map", str(source)])
    assert (done.exit_code, type(done.exception)) == (2, SystemExit), done.exception


CELLS = (
    "", " ", "\0", "\ud7ff", "\ufeff", "\u202e", "🔦", "=1+1",
    "<script>", "';--", "9" * 5000, "-1", "NaN", "1e400", "0001-01-01",
    "9999-12-31", "2026-02-30", "长" * 30_000, "_xD800_", "_x0000_", "\x0b", "١٢", "\r\n",
)  # fmt: skip


@settings(deadline=None, derandomize=True, database=None, max_examples=60, suppress_health_check=list(HealthCheck))
@given(
    rows=st.lists(st.lists(st.sampled_from(CELLS), min_size=8, max_size=8), min_size=1, max_size=4), sheet=st.booleans()
)
def test_any_cells_become_drafts_or_reasons(tmp_path: Path, rows: list[list[str]], *, sheet: bool) -> None:
    path = tmp_path / "table"
    if sheet:
        try:
            path.write_bytes(book(*(tuple(row) for row in rows)))
        except IllegalCharacterError:
            return
    else:
        with path.open("w", newline="", encoding="utf-8", errors="surrogatepass") as file:
            csv.writer(file).writerows([HEADINGS, *rows])
    try:
        table = tables.read(path)
        source = maps.detect(table.columns)
        assert source is not None
        taken = [maps.apply(source, row, timezone.now()) for row in table.rows]
    except Unreadable:
        return
    assert all(isinstance(one, Draft | Rejected) for one in taken)


def test_odd_rows_come_in_or_are_listed_and_none_is_lost(own_database: Installation, tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    rows = [[str(n), "路灯", cell or "路灯不亮", "求助", cell, cell, cell, cell] for n, cell in enumerate(CELLS)]
    with path.open("w", newline="", encoding="utf-8", errors="surrogatepass") as file:
        csv.writer(file).writerows([HEADINGS, *rows])
    done = own_database.huiying("import", str(path), "--channel", "phone", "--json")
    assert (done.returncode, done.stderr.count("Traceback")) == (0, 0), done.stderr
    tally = json.loads(done.stdout)
    assert tally["created"] + len(tally["rejected"]) + tally["already"] == tally["rows"] == len(rows)
    assert all(reason["row"] and reason["reason"] for reason in tally["rejected"])
    path.write_bytes(with_member(book(GOOD), SHEET_1, sheet_of("_xD800_路灯")))
    done = own_database.huiying("import", str(path), "--channel", "phone", "--json")
    assert done.stderr.count("Traceback") == 0, done.stderr
    assert done.returncode in {0, 2}


def sheet_of(text: str) -> bytes:
    """A sheet as another program writes it, with an escaped half of a character."""

    def cell(words: str) -> str:
        return f'<c t="inlineStr"><is><t>{words}</t></is></c>'

    head = "".join(map(cell, HEADINGS[:4]))
    row = "".join(map(cell, ("1", text, text, "求助")))
    return f'<worksheet xmlns="{SHEET}"><sheetData><row>{head}</row><row>{row}</row></sheetData></worksheet>'.encode()
