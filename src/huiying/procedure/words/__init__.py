"""What the rules say in people's languages: one TOML file a language, the same codes in each."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from huiying.procedure.decision import NOTHING, Refused

LANGUAGES = ("zh_hans", "zh_hant", "en")
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


#: Parameter of a refusal → the tables in which its ids have words; a tuple is said as a list.
SPOKEN = {
    "role": ("role",),
    "by": ("approver", "role"),
    "approvers": ("approver", "role"),
    "ground": ("choice",),
    "grounds": ("choice",),
    "value": ("choice",),
    "measure": ("unit",),
    "other": ("unit",),
    "kind": ("ask",),
}


def refusal(code: str, params: Mapping[str, object] = NOTHING, language: str = DEFAULT_LANGUAGE) -> str:
    """Return a refusal's sentence, with the ids in its parameters said in people's words."""
    spoken = {name: _spoken(name, value, language) for name, value in params.items()}
    return say(f"refusal.{code}", spoken, language)


def sentence(refused: Refused, language: str = DEFAULT_LANGUAGE) -> str:
    """Return a refusal as people read it: the reason, and the article where there is one."""
    reason = refusal(refused.code, refused.params, language)
    return f"{reason}（{refused.article}）" if refused.article else reason


def _spoken(name: str, value: object, language: str) -> object:
    if isinstance(value, tuple):
        return say("list.comma", NOTHING, language).join(str(_spoken(name, item, language)) for item in value)
    if value is None:
        return say("flag.unset", NOTHING, language)
    for table in ("flag",) if isinstance(value, bool) else SPOKEN.get(name, ()):
        found = catalogue(language).get(f"{table}.{str(value).lower()}")
        if found is not None:
            return found
    return value
