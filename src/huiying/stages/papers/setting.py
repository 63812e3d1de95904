"""Sets a paper as PDF: Typst, the layout beside this file, and fonts that come by pip."""

from __future__ import annotations

import importlib.util
import json
from contextlib import suppress
from functools import cache
from pathlib import Path

import typst

from huiying.config.trouble import Trouble
from huiying.procedure.words import DEFAULT_LANGUAGE, catalogue
from huiying.stages.papers.wording import Section, Text, wordings

LAYOUT = Path(__file__).with_name("official.typ")
FONT_PACKAGE = "pylopdf_fonts_zh_cn"
FAMILIES = ("Noto Serif SC", "Noto Sans SC")
#: A heading and a line: something in each family.
SPECIMEN = (Section(heading="标题", paragraphs=("正文",)),)
#: For keeping (PDF/A) and for whoever has it read out (PDF/UA).
STANDARDS: list[typst.PDFStandard] = ["a-2a", "ua-1"]


def pdf(text: Text) -> bytes:
    """Return a paper as PDF. Raises `Trouble` where the fonts are missing."""
    made = typst.compile(
        LAYOUT.read_bytes(),
        font_paths=fonts(folder()),
        ignore_system_fonts=True,
        sys_inputs={"paper": _data(text)},
        pdf_standards=STANDARDS,
    )
    assert isinstance(made, bytes)  # noqa: S101  # one PDF, however many pages
    return made


def prepare() -> None:
    """Set a paper of two words that nobody gets: fonts, layout and words are read by that, and the next is quick.

    Where the fonts are missing nothing is prepared; whoever wants a paper is told.
    """
    with suppress(Trouble):
        pdf(Text(unit="机关", number="", title="文书", addressee="", sections=SPECIMEN, closing="", date=""))
    wordings()
    catalogue(DEFAULT_LANGUAGE)


def _data(text: Text) -> str:
    return json.dumps(text.model_dump(), ensure_ascii=False)


def folder() -> Path | None:
    """Return where the fonts' package lies, None where it is not installed."""
    found = importlib.util.find_spec(FONT_PACKAGE)
    return Path(found.origin).parent if found and found.origin else None


@cache
def fonts(where: Path | None) -> typst.Fonts:
    """Return the fonts that papers are set in; a paper without them would be empty boxes, and is not made."""
    found = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[where] if where and where.is_dir() else []
    )
    missing = [family for family in FAMILIES if family not in found.families()]
    if missing:
        raise Trouble("paper_font_missing", where or FONT_PACKAGE, families="、".join(missing))
    return found
