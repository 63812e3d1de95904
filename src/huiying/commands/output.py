"""How commands speak: JSON on request, people's language otherwise, and errors that say what, where and what to do."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

import click

from huiying.config.environment import read
from huiying.procedure import words as words_of_rules
from huiying.procedure.decision import NOTHING, Refused
from huiying.procedure.words import LANGUAGES, say

WORDS = Path(__file__).parent / "words"
EXIT_FELL_SHORT, EXIT_BAD_INPUT = 1, 2

json_option = click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")


def language() -> str:
    """Return the language of messages: `HUIYING_LANGUAGE`, or Simplified Chinese."""
    wanted = read("HUIYING_LANGUAGE").lower().replace("-", "_")
    if wanted not in LANGUAGES:
        fail("HUIYING_LANGUAGE", f"{wanted!r} 不是可用的语言 (not a language we have)", "、".join(LANGUAGES))
    return wanted


def fail(where: str, what: str, remedy: str = "", code: int = EXIT_BAD_INPUT) -> NoReturn:
    """Say on standard error where something is wrong, what it is and what to do, and leave."""
    click.echo(f"{where}: {what}", err=True)
    if remedy:
        click.echo(f"  → {remedy}", err=True)
    sys.exit(code)


def words(code: str, params: Mapping[str, object] = NOTHING) -> str:
    """Return a command's own sentence in the language of messages."""
    return say(code, params, language(), WORDS)


def rule_words(code: str, params: Mapping[str, object] = NOTHING) -> str:
    """Return a rule's sentence in the language of messages."""
    return say(code, params, language())


def sentence(refused: Refused) -> str:
    """Return a refusal as people read it: the reason, and the article where there is one."""
    return words_of_rules.sentence(refused, language())


def print_json(document: object) -> None:
    """Print one JSON document, one line, Chinese as Chinese."""
    click.echo(json.dumps(document, ensure_ascii=False))
