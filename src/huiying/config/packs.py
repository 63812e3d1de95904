"""The instruments of this installation: those that ship with Huiying, and the local packs of `HUIYING_PACKS`."""

from __future__ import annotations

import os
from pathlib import Path

from huiying.config.environment import read
from huiying.procedure.library import Library, library


def pack_folders() -> tuple[Path, ...]:
    """Return the folders of local packs, separated as in PATH."""
    return tuple(Path(folder).absolute() for folder in read("HUIYING_PACKS").split(os.pathsep) if folder)


def our_library() -> Library:
    """Return the instruments that cases of this installation may follow."""
    return library(pack_folders())
