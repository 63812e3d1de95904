"""What the rules and commands say: the same codes and blanks in every language, and a sentence for every code used."""

from __future__ import annotations

import ast
from pathlib import Path
from string import Formatter

import pytest

from huiying.commands.output import WORDS
from huiying.procedure.library import library
from huiying.procedure.words import LANGUAGES, RULES, catalogue, refusal, say

SOURCE = Path(RULES).parents[1]
#: Function → the table that its first argument names a code in.
CALLS = {"Refused": "refusal", "Fault": "fault", "Trouble": "trouble"}


def blanks(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


@pytest.mark.parametrize("folder", [RULES, WORDS], ids=["rules", "commands"])
def test_every_language_says_the_same(folder: Path) -> None:
    first, *others = (catalogue(language, folder) for language in LANGUAGES)
    for other in others:
        assert set(other) == set(first)
        assert {code: blanks(text) for code, text in other.items()} == {
            code: blanks(text) for code, text in first.items()
        }


def codes_used() -> set[str]:
    found = set()
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not (isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant)):
                continue
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            code = node.args[0].value
            if isinstance(code, str) and name in CALLS:
                found.add(f"{CALLS[name]}.{code}")
            elif isinstance(code, str) and name in {"say", "words", "rule_words"}:
                found.add(code)
    return found


def test_every_code_that_is_used_has_a_sentence() -> None:
    known = {*catalogue(LANGUAGES[0]), *catalogue(LANGUAGES[0], WORDS)}
    used = codes_used()
    assert len(used) > 100
    assert used - known == set()
    assert {code.replace("trouble.", "remedy.") for code in used if code.startswith("trouble.")} <= known


def test_everything_an_instrument_names_has_words() -> None:
    words = catalogue(LANGUAGES[0])
    for procedure in library().procedures.values():
        for act in procedure.acts.values():
            assert {f"role.{role}" for role in act.by} <= set(words)
            for ask in act.asks:
                wordless = {option for option in ask.options if f"choice.{option}" not in words}
                assert all(option.isdigit() for option in wordless), (act.id, wordless)
    for term in library().terms.values():
        assert {f"choice.{ground}" for ground in term.suspend_on} <= set(words), term.id
        for rung in term.extensions:
            assert words.keys() & {f"approver.{rung.by}", f"role.{rung.by}"}, term.id


def test_a_refusal_says_ids_in_peoples_words() -> None:
    said = refusal(
        "suspension_ground_not_listed", {"term": "SR-02", "ground": "hearing", "grounds": ("test", "identification")}
    )
    assert said == "SR-02 不能以“听证”中止计时；可以中止的情形：检测鉴定、权利人辨认"
    assert "结果" not in refusal("fact_differs", {"fact": "是否受到压力", "value": True, "act": "核实撤回"})
    assert "是" in refusal("fact_differs", {"fact": "是否受到压力", "value": True, "act": "核实撤回"})
    assert "“没有记录”" in refusal("fact_differs", {"fact": "投诉人同意", "value": None, "act": "委托调解"})
    assert refusal("not_this_role", {"role": "a role of tomorrow", "act": "派单"}).startswith("a role of tomorrow")


def test_a_missing_word_is_a_fault_of_ours() -> None:
    with pytest.raises(KeyError):
        say("refusal.no_such_code")
