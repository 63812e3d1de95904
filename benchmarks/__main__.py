"""Speed, as ratios against a floor in the same run: `make bench`, `make bench ARGS="stored --sizes 100000 1000000"`."""

from __future__ import annotations

import argparse
import subprocess
import sys

from benchmarks import rules
from benchmarks.importing import importing
from benchmarks.installation import installation
from benchmarks.intake import registering
from benchmarks.servers import servers
from benchmarks.starting import starting
from benchmarks.stored import SMALL, stored_cases

PARTS = ("rules", "repeats", "intake", "import", "stored", "papers", "nights", "servers", "start")


def main() -> None:
    """Measure the parts that are asked for, one after the other; each has a fresh installation."""
    said = argparse.ArgumentParser(prog="python -m benchmarks")
    said.add_argument("parts", nargs="*", choices=[*PARTS, []], help="all but servers and start if none is named")
    said.add_argument("--sizes", type=int, nargs="+", default=SMALL, help="how many cases are stored")
    asked = said.parse_args()
    wanted = asked.parts or PARTS[:7]
    if len(wanted) > 1:  # each part founds its own installation, and a process serves one
        sizes = [str(size) for size in asked.sizes]
        for part in wanted:
            subprocess.run([sys.executable, "-m", "benchmarks", part, "--sizes", *sizes], check=True)
        return
    part = wanted[0]
    if part == "rules":
        rules.deciding()
        rules.reckoning()
        rules.recomputing()
    elif part == "repeats":
        from benchmarks.repeats import repeats  # noqa: PLC0415  # reads the real texts, which other parts do without

        repeats()
    elif part == "start":
        starting()
    else:
        with installation() as home:
            if part == "stored":
                stored_cases(home, tuple(asked.sizes))
            elif part == "papers":
                from benchmarks.papers import papers  # noqa: PLC0415  # needs Django, which the installation sets up

                papers()
            elif part == "nights":
                from benchmarks.nights import nights  # noqa: PLC0415  # as above

                nights()
            else:
                {"intake": registering, "import": importing, "servers": servers}[part]()


if __name__ == "__main__":
    main()
