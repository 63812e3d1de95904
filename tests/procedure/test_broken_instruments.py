"""Instruments that are each broken in exactly one way: the check finds that fault, where it lies, and nothing else.

A folder under `broken/` is named for its fault, a suffix after `--` telling variants apart. The first line of the file
that is wrong says what is wrong and whom it would hurt; the second says where the check must find it. `_sound` has no
fault, and packs among the broken extend it.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from huiying.procedure.checking import check
from huiying.procedure.examples import run
from huiying.procedure.library import Fault, load
from huiying.procedure.words import LANGUAGES, catalogue, say

BROKEN = Path(__file__).parent / "broken"
SOUND = BROKEN / "_sound"
FOLDERS = sorted(folder for folder in BROKEN.iterdir() if folder.is_dir() and folder != SOUND)
PLACE = "# 位置："

each_broken = pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)


def faults(*folders: Path) -> list[Fault]:
    """Everything that is wrong with these instruments, their examples included."""
    library = load(folders)
    failed = [
        Fault("example_failed", instrument.id, f"examples/{path.name}", {"why": difference})
        for instrument in library.instruments.values()
        for path in instrument.examples
        for difference in run(library, instrument, path)
    ]
    return [*check(library), *failed]


def code(folder: Path) -> str:
    return folder.name.split("--")[0]


def heading(folder: Path) -> tuple[str, str]:
    """The first two lines of the one file that is wrong."""
    files = [path.read_text("utf-8").splitlines() for path in sorted(folder.rglob("*.*")) if path.is_file()]
    [wrong] = [lines for lines in files if len(lines) > 1 and lines[1].startswith(PLACE)]
    return wrong[0], wrong[1]


def places(folder: Path) -> list[str]:
    """Where the fault must be found: one place, or, where steps lead in a circle, each step of the circle."""
    return heading(folder)[1].removeprefix(PLACE).split("；")


def test_the_sound_instrument_has_no_fault() -> None:
    assert faults(SOUND) == []
    assert load([SOUND]).instruments["_sound"].examples


def test_every_fault_that_can_be_reported_has_a_broken_instrument() -> None:
    known = {entry.removeprefix("fault.") for entry in catalogue("zh_hans") if entry.startswith("fault.")}
    assert {code(folder) for folder in FOLDERS} == known


@each_broken
def test_it_says_first_what_is_wrong(folder: Path) -> None:
    sentence, _ = heading(folder)
    assert sentence.startswith("# ")
    assert sentence.endswith("。")


@each_broken
def test_exactly_this_fault_is_found_where_it_lies(folder: Path) -> None:
    found = [(fault.code, fault.instrument, fault.where) for fault in faults(SOUND, folder)]
    assert found == [(code(folder), folder.name, place) for place in places(folder)]


@each_broken
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_fault_is_said_in_every_language(folder: Path, language: str) -> None:
    for fault in faults(SOUND, folder):
        sentence = say(f"fault.{fault.code}", fault.params, language)
        assert sentence.strip()
        assert all(str(value) in sentence for value in fault.params.values())


def test_a_file_saved_in_gbk_is_named_and_not_guessed_at(tmp_path: Path) -> None:
    """Older Chinese editors save in GBK: the file is reported, and no title comes out as rubbish."""
    pack = tmp_path / "gbk"
    pack.mkdir()
    (pack / "terms.toml").write_bytes('title = "望川市便民热线办理规定"\n'.encode("gbk"))
    [fault] = faults(SOUND, pack)
    assert (fault.code, fault.instrument, fault.where) == ("file_unreadable", "gbk", "terms.toml")
