"""Break the source on purpose, one mutation at a time in a copy of it, and see that the named test notices.

`python tests/mutations/run.py [id …]` runs all of `mutations.toml`, or some, and ends with 1 where a test slept.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src"
PACKAGE = "huiying"
#: What pytest ends with where tests ran and one failed; anything else is no verdict.
PASSED, FAILED = 0, 1


@dataclass(frozen=True, slots=True)
class Mutation:
    """One breakage: the invariants it breaches, where, which text becomes which, why it matters, who must notice."""

    id: str
    invariants: Sequence[int]
    file: str
    old: str
    new: str
    breach: str
    test: str


def mutations() -> list[Mutation]:
    """Return the table."""
    content = tomllib.loads(Path(__file__).with_name("mutations.toml").read_text("utf-8"))
    return [Mutation(**row) for row in content["mutation"]]


def copy(into: Path) -> Path:
    """Copy the source, and return the copy's folder of the package."""
    shutil.copytree(SOURCE, into / "src", ignore=shutil.ignore_patterns("__pycache__"))
    return into / "src" / PACKAGE


def verdict(tests: Iterable[str], source: Path) -> int:
    """Run tests against a source and return what pytest ends with."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", *tests]
    environment = {**os.environ, "PYTHONPATH": str(source.parent), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=False).returncode


def caught(mutation: Mutation) -> bool:
    """Whether the named test fails once the source is broken."""
    with tempfile.TemporaryDirectory(prefix="huiying-mutation-") as folder:
        Path(folder).chmod(0o755)
        package = copy(Path(folder))
        path = package / mutation.file
        text = path.read_text("utf-8")
        assert text.count(mutation.old) == 1, f"{mutation.id}: its text stands {text.count(mutation.old)} times"
        path.write_text(text.replace(mutation.old, mutation.new), "utf-8")
        return verdict([mutation.test], package) == FAILED


def unbroken(chosen: Iterable[Mutation]) -> bool:
    """Whether the named tests pass in a copy that nobody broke."""
    with tempfile.TemporaryDirectory(prefix="huiying-mutation-") as folder:
        Path(folder).chmod(0o755)
        return verdict(sorted({mutation.test for mutation in chosen}), copy(Path(folder))) == PASSED


def main(wanted: Sequence[str]) -> int:
    """Run mutations and say of each whether it was noticed."""
    chosen = [mutation for mutation in mutations() if not wanted or mutation.id in wanted]
    say = sys.stdout.write
    slept = 0
    for mutation in chosen:
        noticed = caught(mutation)
        slept += not noticed
        numbers = ", ".join(map(str, mutation.invariants))
        say(f"{'caught' if noticed else 'SLEPT '}  {mutation.id} ({numbers}) {mutation.test}\n")
        sys.stdout.flush()
    whole = unbroken(chosen)
    say("the unbroken copy passes\n" if whole else "THE UNBROKEN COPY FAILS\n")
    return 0 if whole and not slept else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
