"""`huiying import` of a long table, by two processes at once."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from conftest import Installation
from huiying.stages.intake.receiving import AT_ONCE, FEWEST_TOGETHER


def test_two_processes_take_each_row_of_a_new_installation_once(own_database: Installation, tmp_path: Path) -> None:
    rows, file = AT_ONCE * (FEWEST_TOGETHER - 1) + 1, tmp_path / "rows.csv"
    with file.open("w", encoding="utf-8", newline="") as opened:
        table = csv.writer(opened)
        table.writerow(["标题", "内容", "类型", "电话"])
        table.writerows(["路灯不亮", f"东街第{n}号路灯不亮，请来维修。", "求助", f"138{n:08d}"] for n in range(rows))
    for created in (rows, 0):
        done = own_database.huiying("import", str(file), "--channel", "portal", "--processes", "2", "--json")
        assert done.returncode == 0, done.stderr
        tally = json.loads(done.stdout)
        assert (tally["rows"], tally["created"], tally["already"]) == (rows, created, rows - created)
    verified = own_database.huiying("ledger", "verify", "--json")
    assert verified.returncode == 0, verified.stdout
