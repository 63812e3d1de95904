"""What the rules say in people's languages: one TOML file a language, the same codes in each."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from huiying.procedure.decision import NOTHING

LANGUAGES = ("zh_hans", "en")
DEFAULT_LANGUAGE = "zh_hans"


RULES = Path(__file__).parent


@cache
def catalogue(language: str, folder: Path = RULES) -> Mapping[str, str]:
    """Return code → sentence of one language. Codes carry their table: `refusal.unit_unknown`."""
    with (folder / f"{language}.toml").open("rb") as file:
        tables: dict[str, dict[str, str]] = tomllib.load(file)
    return {f"{table}.{code}": sentence for table, codes in tables.items() for code, sentence in codes.items()}


def say(
    code: str, params: Mapping[str, object] = NOTHING, language: str = DEFAULT_LANGUAGE, folder: Path = RULES
) -> str:
    """Return the sentence of a code. An unknown code or a missing parameter is a KeyError: a fault of ours.

    `folder` holds the catalogues; the rules' own, unless a door or a command brings its own words.
    """
    return catalogue(language, folder)[code].format_map(params)
