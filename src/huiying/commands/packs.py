"""Local packs: folders of instruments that a city adds to those that ship with Huiying."""

from __future__ import annotations

from pathlib import Path

import click

from huiying.commands.output import fail, words
from huiying.config.packs import pack_folders
from huiying.procedure.library import Library, library

pack_option = click.option(
    "--pack",
    "packs",
    multiple=True,
    type=click.Path(path_type=Path),
    help="A local pack's folder (terms.toml, procedure.toml), after those of HUIYING_PACKS. May be given again.",
)


def the_library(packs: tuple[Path, ...]) -> Library:
    """Return the shipped instruments with the packs of `HUIYING_PACKS` (folders, separated as in PATH) and `--pack`."""
    folders = (*pack_folders(), *(folder.resolve() for folder in packs))
    for folder in folders:
        if not folder.is_dir():
            fail(str(folder), words("command.pack_missing"))
    return library(folders)
