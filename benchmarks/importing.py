"""Importing a table of invented demands, by one process and by two."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.report import line

ROWS, WANTED = 20_000, 2500


def importing() -> None:
    """Import the same number of rows twice, all of them new each time."""
    with tempfile.TemporaryDirectory() as folder:
        for processes in (1, 2):
            file = Path(folder) / f"{processes}.csv"
            _write(file, street="东街" if processes == 1 else "西街")
            huiying = Path(sys.executable).with_name("huiying")
            begun = time.perf_counter()
            done = subprocess.run(
                [huiying, "import", str(file), "--channel", "portal", "--processes", str(processes), "--json"],
                check=True, capture_output=True, env=dict(os.environ),
            )  # fmt: skip
            took = time.perf_counter() - begun
            created = json.loads(done.stdout)["created"]
            line(
                f"import, {processes} process(es)",
                f"{created / took:7.0f} rows/s (at least {WANTED})   {created} created",
            )


def _write(file: Path, street: str) -> None:
    with file.open("w", encoding="utf-8", newline="") as opened:
        rows = csv.writer(opened)
        rows.writerow(["标题", "内容", "类型", "电话"])
        for n in range(ROWS):
            words = f"{street}路口第{n}号路灯已经不亮{n % 30}天了，晚上老人出门很不安全，希望尽快维修。"
            rows.writerow([f"路灯不亮{n}", words, "求助", f"138{n:08d}"])
