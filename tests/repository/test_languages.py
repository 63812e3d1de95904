"""Pages, rules and commands say everything in every language."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_every_message_is_there_in_every_language_and_none_that_nothing_says() -> None:
    said = subprocess.run(
        [sys.executable, "scripts/words", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert said.returncode == 0, f"run scripts/words, and write what is missing in English\n{said.stdout}{said.stderr}"
