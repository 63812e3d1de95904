"""Reads the tables that people bring (csv, gzipped csv, xlsx), told apart by content and never by name.

Rows come one at a time: memory does not grow with a csv; of an xlsx, openpyxl keeps every distinct text. Row 1 is the
first one under the headings. Empty rows are passed over and counted, so that row n is what a spreadsheet shows as row
n + 1 where the headings are in its row 1. A row that cannot be read is handed out with its reason, never dropped.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import warnings
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from xml.etree.ElementTree import ParseError

import openpyxl

from huiying.procedure.decision import NOTHING

#: The sentences of every code here and in `maps`: table `import`.
WORDS = Path(__file__).parent / "words"
DELIMITERS = (",", ";", "\t")
#: What a packed file may hold when unpacked, in bytes, and how many times its own size (an xlsx only).
MOST_BYTES, MOST_RATIO = 2**30, 200
#: Characters of one csv row (the csv module's own bound for a cell), and rows that a worksheet can have.
MOST_CHARACTERS, MOST_ROWS = 131_072, 2**20
#: Bytes read at a time, and bytes that tell a type.
CHUNK, HEAD = 2**16, 64

#: How contents that are no table begin. Old and password-protected workbooks are both OLE files.
SIGNATURES = {
    b"%PDF": "PDF",
    b"\xd0\xcf\x11\xe0": "XLS",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"Rar!": "RAR",
    b"7z\xbc\xaf": "7Z",
    b"{\\rtf": "RTF",
    b"<": "HTML",
}
ZIP, GZIP = (b"PK\x03\x04", b"PK\x05\x06"), b"\x1f\x8b"
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
#: What openpyxl and zipfile raise on contents that break their formats.
DAMAGE = (
    *(zipfile.BadZipFile, zlib.error, EOFError, OSError, ParseError, RuntimeError),
    *(LookupError, ValueError, TypeError, AttributeError, ArithmeticError),
)


class Unreadable(Exception):  # noqa: N818  # what is wrong with somebody's file is no error of the program
    """A file that cannot be read as a table (or a map). `import.<code>` with `params` is its sentence."""

    def __init__(self, code: str, params: Mapping[str, object] = NOTHING) -> None:
        super().__init__(code, params)
        self.code, self.params = code, params


@dataclass(frozen=True, slots=True)
class Row:
    """What stands in a row: heading → text as it stands in the file, "" where a cell is empty."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that is not taken, and why: `import.<code>` with `params` is the sentence. Without `column`, all of it."""

    number: int
    column: str | None
    code: str
    params: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Table:
    """Headings, and rows to be gone through once. The file stays open until the last row, or until `rows` is let go."""

    columns: tuple[str, ...]
    rows: Iterator[Row | Rejected]


#: A row's cells, or why they cannot be told apart; the number comes later.
Record = Sequence[str] | Rejected


def read(path: Path, *, most_bytes: int = MOST_BYTES) -> Table:
    """Return a table: of an xlsx the first worksheet, of a csv whatever of `,`, `;` and tab separates most headings.

    `Unreadable` is raised here, and while rows are read only where an xlsx turns out to be damaged further on. A csv is
    decoded from end to end before its first row is read: UTF-8, UTF-16 with a byte order mark, or GB18030.
    `most_bytes` bounds what a packed file may hold.
    """
    head = _head(path)
    if head.startswith(ZIP):
        _check_archive(path, most_bytes)
        records = _sheet(path)
    else:
        records = _csv(_Source(path, head.startswith(GZIP), most_bytes))
    columns = _columns(_first(records))
    return Table(columns, _rows(columns, records))


def _first(records: Iterable[Record]) -> Record:
    """Return the first row in which anything stands."""
    return next((record for record in records if isinstance(record, Rejected) or any(map(str.strip, record))), ())


def _head(path: Path) -> bytes:
    if not path.is_file():
        raise Unreadable("not_a_file", {"path": str(path)})
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
    except OSError as error:
        raise Unreadable("cannot_open", {"why": error.strerror or str(error)}) from error
    return _no_other_type(head)


def _no_other_type(head: bytes) -> bytes:
    bare = head.removeprefix(codecs.BOM_UTF8).lstrip()
    for signature, name in SIGNATURES.items():
        if bare.startswith(signature):
            raise Unreadable("wrong_type", {"found": name})
    return head


def _columns(first: Record) -> tuple[str, ...]:
    if isinstance(first, Rejected):
        raise Unreadable("no_header")
    names = [name.replace("\ufeff", "").strip() for name in first]
    while names and not names[-1]:
        names.pop()
    if not names:
        raise Unreadable("no_header")
    if any("\0" in name for name in names):
        raise Unreadable("encoding")
    if "" in names:
        raise Unreadable("column_unnamed", {"position": names.index("") + 1})
    if repeated := [name for name, times in Counter(names).items() if times > 1]:
        raise Unreadable("columns_repeated", {"columns": "、".join(repeated)})
    return tuple(names)


def _rows(columns: tuple[str, ...], records: Iterable[Record]) -> Iterator[Row | Rejected]:
    for number, record in enumerate(records, 1):
        if isinstance(record, Rejected):
            yield replace(record, number=number)
        elif any(map(str.strip, record)):
            yield _row(number, columns, record)


def _row(number: int, columns: tuple[str, ...], record: Sequence[str]) -> Row | Rejected:
    """Cells beyond the headings are no fault while they are empty: spreadsheets write such."""
    wanted = len(columns)
    found = max((place for place, cell in enumerate(record, 1) if cell.strip()), default=0)
    if found > wanted:
        return Rejected(number, None, "too_many_cells", {"cells": found, "columns": wanted})
    if len(record) < wanted:
        return Rejected(number, None, "too_few_cells", {"cells": len(record), "columns": wanted})
    cells = dict(zip(columns, record, strict=False))
    for column, cell in cells.items():
        if "\0" in cell:
            return Rejected(number, column, "nul")
    return Row(number, cells)


# --- csv


@dataclass(frozen=True, slots=True)
class _Source:
    path: Path
    zipped: bool
    most_bytes: int

    def open(self) -> gzip.GzipFile | io.BufferedReader:
        return gzip.open(self.path, "rb") if self.zipped else self.path.open("rb")

    def chunks(self) -> Iterator[bytes]:
        total = 0
        try:
            with self.open() as file:
                while chunk := file.read(CHUNK):
                    total += len(chunk)
                    if self.zipped and total > self.most_bytes:
                        raise Unreadable("too_big", {"most": self.most_bytes // 2**20})
                    yield chunk
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise Unreadable("damaged", {"why": str(error)}) from error

    def decodes(self, encoding: str) -> bool:
        try:
            for _ in codecs.iterdecode(self.chunks(), encoding):
                pass
        except UnicodeDecodeError:
            return False
        return True

    def broken_utf8(self) -> int:
        """Return how many places are damaged in what otherwise is UTF-8, or 0 if it is not."""
        wrong = beyond_ascii = 0
        for text in codecs.iterdecode(self.chunks(), "utf-8", "replace"):
            wrong += text.count("\ufffd")
            beyond_ascii += len(text) - len(text.encode("ascii", "ignore"))
        # Of GBK taken for UTF-8 nearly all is wrong; of damaged UTF-8, little is.
        return wrong if wrong * 5 < beyond_ascii else 0


def _csv(source: _Source) -> Iterator[Record]:
    encoding = _encoding(source)
    firsts = {}
    for delimiter in DELIMITERS:
        record = _first(_records(source, encoding, delimiter))
        firsts[delimiter] = 0 if isinstance(record, Rejected) else len(record)
    return _records(source, encoding, max(DELIMITERS, key=firsts.__getitem__))


def _encoding(source: _Source) -> str:
    """Return what decodes the whole file. Damaged UTF-8 is refused, as it may pass for GB18030 and read as nonsense."""
    head = next(source.chunks(), b"")[:HEAD]
    if source.zipped and (_no_other_type(head).startswith((*ZIP, GZIP))):
        raise Unreadable("wrong_type", {"found": "GZIP"})
    for encoding in ("utf-16",) if head.startswith(UTF_16) else ("utf-8-sig", "gb18030"):
        if encoding == "gb18030" and (places := source.broken_utf8()):
            raise Unreadable("utf8_damaged", {"places": places})
        if source.decodes(encoding):
            return encoding
    raise Unreadable("encoding")


class _TooLong(csv.Error):
    pass


class _Lines:
    """The lines of a file for the csv module, which asks for as many as one row takes; no row may take too much."""

    def __init__(self, file: io.TextIOBase) -> None:
        self._file = file
        self._room = MOST_CHARACTERS
        self.number = 0

    def start_row(self) -> int:
        """Return the number of the line on which the next row starts."""
        self._room = MOST_CHARACTERS
        return self.number + 1

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = part = self._file.readline(MOST_CHARACTERS)
        if not line:
            raise StopIteration
        self.number += 1
        while len(part) == MOST_CHARACTERS and not part.endswith(("\n", "\r")):
            part = self._file.readline(MOST_CHARACTERS)
            self._room = 0
        self._room -= len(line)
        if self._room < 0:
            raise _TooLong
        return line


def _records(source: _Source, encoding: str, delimiter: str) -> Iterator[Record]:
    with io.TextIOWrapper(source.open(), encoding, newline="") as file:
        lines = _Lines(file)
        # Strict, because a quotation mark out of place otherwise changes words and moves rows without a sound.
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        while True:
            first = lines.start_row()
            try:
                record: Record = next(reader)
            except StopIteration:
                return
            except _TooLong:
                lost = {"first": first, "last": lines.number, "most": MOST_CHARACTERS}
                record = Rejected(0, None, "row_too_long", lost)
            except csv.Error:
                record = Rejected(0, None, "quotes_wrong", {"first": first, "last": lines.number})
            yield record


# --- xlsx


@contextmanager
def _workbook_faults() -> Iterator[None]:
    """Say what is damaged, and nothing of what openpyxl would leave out if it wrote the workbook anew."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        except DAMAGE as error:
            raise Unreadable("damaged", {"why": str(error).partition("\n")[0] or type(error).__name__}) from error


def _check_archive(path: Path, most_bytes: int) -> None:
    """Refuse a bomb. What an archive says its members hold is all that zipfile ever unpacks of them."""
    with _workbook_faults(), zipfile.ZipFile(path) as archive:
        members = archive.infolist()
    if not any(member.filename.startswith("xl/workbook") and member.filename.endswith(".xml") for member in members):
        raise Unreadable("wrong_type", {"found": "ZIP"})
    # Against the size of the file, as members of a bomb may share their packed bytes.
    if sum(member.file_size for member in members) > min(most_bytes, MOST_RATIO * path.stat().st_size):
        raise Unreadable("too_big", {"most": most_bytes // 2**20})


def _sheet(path: Path) -> Iterator[Record]:
    """Yield the rows of the first worksheet, as wide as its first row that is not empty, or wider."""
    with path.open("rb") as file:
        with _workbook_faults():
            book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
        for sheet in book.worksheets[:1]:
            sheet.reset_dimensions()  # some programs write too small a dimension; rows would get lost
            rows = sheet.iter_rows(values_only=True)
            width = 0
            for number in count(1):
                with _workbook_faults():
                    values: tuple[object, ...] | None = next(rows, None)
                if values is None:
                    return
                if number > MOST_ROWS:
                    raise Unreadable("damaged", {"why": f"> {MOST_ROWS}"})
                record = [_text(value) for value in values]
                if not width and any(map(str.strip, record)):
                    width = len(record)
                yield record + [""] * (width - len(record))


def _text(value: object) -> str:
    """What a cell shows, as far as a value alone tells: times in ISO 8601, whole numbers without a fraction."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
