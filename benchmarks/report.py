"""Lines of the report."""

from __future__ import annotations

import sys


def line(name: str, said: str) -> None:
    """Print one line: what was measured, and what came of it."""
    sys.stdout.write(f"{name:<44} {said}\n")
    sys.stdout.flush()
