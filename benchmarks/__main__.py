"""Speed, as ratios against a floor in the same run: `make bench`, `make bench ARGS="stored --sizes 100000 1000000"`."""

from __future__ import annotations

import argparse

from benchmarks import rules
from benchmarks.importing import importing
from benchmarks.installation import installation
from benchmarks.intake import registering
from benchmarks.servers import servers
from benchmarks.starting import starting
from benchmarks.stored import SMALL, stored_cases

PARTS = ("rules", "intake", "import", "stored", "servers", "start")


def main() -> None:
    """Measure the parts that are asked for, one after the other; each has a fresh installation."""
    said = argparse.ArgumentParser(prog="python -m benchmarks")
    said.add_argument("parts", nargs="*", choices=[*PARTS, []], help="all but servers and start if none is named")
    said.add_argument("--sizes", type=int, nargs="+", default=SMALL, help="how many cases are stored")
    asked = said.parse_args()
    wanted = asked.parts or PARTS[:4]
    if "rules" in wanted:
        rules.deciding()
        rules.reckoning()
    for part, measure in (("intake", registering), ("import", importing), ("servers", servers)):
        if part in wanted:
            with installation():
                measure()
    if "stored" in wanted:
        with installation() as home:
            stored_cases(home, tuple(asked.sizes))
    if "start" in wanted:
        starting()


if __name__ == "__main__":
    main()
