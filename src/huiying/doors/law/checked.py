"""Results of examples, made when they are asked for and kept as long as the file says the same."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from huiying.config.packs import pack_folders
from huiying.procedure.examples import Example, read, run_example
from huiying.procedure.library import Instrument, library

#: More than there are examples; each is a page of text.
KEPT = 2000


def passed(instrument: Instrument) -> Mapping[str, bool]:
    """Return of each example, by its name, whether everything comes out as it says."""
    return {path.stem: not outcome(instrument, path)[1] for path in instrument.examples}


def outcome(instrument: Instrument, path: Path) -> tuple[Example | None, tuple[str, ...]]:
    """Return an example, None where its file cannot be read, and what came out differently from what it says."""
    try:
        text = path.read_text("utf-8-sig", errors="replace")
    except OSError as error:
        return None, (str(error.strerror),)
    return _outcome(pack_folders(), instrument.id, text)


@lru_cache(maxsize=KEPT)
def _outcome(packs: tuple[Path, ...], instrument: str, text: str) -> tuple[Example | None, tuple[str, ...]]:
    ours = library(packs)
    example = read(text)
    if not isinstance(example, Example):
        return None, tuple(example)
    return example, tuple(run_example(ours, ours.instruments[instrument], example))
