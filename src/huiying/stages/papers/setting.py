"""Sets a paper as PDF: Typst, the layout beside this file, and fonts that come by pip."""

from __future__ import annotations

import importlib.util
import json
from functools import cache
from pathlib import Path

import typst

from huiying.config.trouble import Trouble
from huiying.stages.papers.wording import Text

LAYOUT = Path(__file__).with_name("official.typ")
FONT_PACKAGE = "pylopdf_fonts_zh_cn"
FAMILIES = ("Noto Serif SC", "Noto Sans SC")
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
