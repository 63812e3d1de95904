"""Documents that tests make: compared with what is committed, or written anew when that is asked for."""

from __future__ import annotations

from difflib import unified_diff
from pathlib import Path

import pytest

GENERATED = Path(__file__).resolve().parents[1] / "docs" / "generated"
SHOWN = 20


def compare(request: pytest.FixtureRequest, name: str, text: str) -> None:
    """Fail where a generated document is not what it should be, and say how it is written anew; or write it."""
    path = GENERATED / name
    if request.config.getoption("--write-docs"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    committed = path.read_text("utf-8") if path.exists() else ""
    if committed == text:
        return
    changed = list(unified_diff(committed.splitlines(), text.splitlines(), "committed", "now", lineterm="", n=0))
    again = f".venv/bin/pytest --write-docs {Path(str(request.node.fspath)).relative_to(GENERATED.parents[1])}"
    pytest.fail(
        f"docs/generated/{name} is not what the rules say now. If the change is meant, write it anew with\n"
        f"    {again}\nread the difference, and commit it with what caused it.\n\n" + "\n".join(changed[:SHOWN]),
        pytrace=False,
    )
