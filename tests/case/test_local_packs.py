"""A city's own pack: what it says is what new cases follow."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from conftest import Installation
from huiying.case.models import Case
from huiying.case.scope import CENTRE, seeing


def test_new_cases_follow_a_pack_of_ones_own(own_database: Installation, tmp_path: Path) -> None:
    city = tmp_path / "some-city"
    city.mkdir()
    (city / "terms.toml").write_text(
        'title = "某市"\n[[correct]]\nterm = "BJ-c"\nunit = "wd"\narticle = "某市规定第3条"\n', "utf-8"
    )
    (city / "procedure.toml").write_text(
        'title = "某市"\nextends = "hotline"\nlimit = [{ clock = "handle", term = "BJ-c" }]\n', "utf-8"
    )
    rows = tmp_path / "rows.csv"
    rows.write_text("标题,内容,类型\n路灯,不亮,求助\n", "utf-8")
    done = subprocess.run(
        [Path(sys.executable).with_name("huiying"), "import", rows, "--channel", "portal", "--json"],
        env={**own_database.environment(), "HUIYING_PACKS": str(city), "HUIYING_PROCEDURE": "some-city"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    with seeing(CENTRE):
        law = Case.objects.get().law
    assert law.procedure == "some-city"
    assert law.content["terms"]["BJ-c"]["unit"] == "wd"
