"""What pages load is built from a lock without hosts, by npm's own hashes, and only when something changed."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BUILT = ROOT / "src" / "huiying" / "ui" / "static" / "ui"
NAMES = ("huiying.css", "huiying.js", "charts.js", "icons.svg", "licences.txt")


def build(root: Path) -> subprocess.CompletedProcess[str]:
    program = [sys.executable, str(root / "scripts" / "assets")]
    return subprocess.run(program, capture_output=True, text=True, check=False)


def test_every_package_of_the_lock_is_hashed_and_no_registry_is_named() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text("utf-8"))
    packages = {name: package for name, package in lock["packages"].items() if name}
    assert packages
    for name, package in packages.items():
        assert package["integrity"].startswith("sha512-"), name
        assert "resolved" not in package, name
    assert "ignore-scripts=true" in (ROOT / ".npmrc").read_text("utf-8").splitlines()


def test_nothing_is_built_again_when_nothing_changed() -> None:
    assert build(ROOT).returncode == 0
    before = {name: (BUILT / name).stat().st_mtime_ns for name in NAMES}
    done = build(ROOT)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert {name: (BUILT / name).stat().st_mtime_ns for name in NAMES} == before


def test_what_is_served_of_others_work_names_its_licence() -> None:
    licences = (BUILT / "licences.txt").read_text("utf-8")
    for package in ("echarts", "zrender", "lucide-static"):
        assert f"\n{package} " in licences, package
    assert "Apache License" in licences
    for name in ("huiying.css", "huiying.js", "charts.js"):
        assert (BUILT / name).read_text("utf-8").startswith("/*! licences.txt */")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A working tree with one component, which shares what npm installed."""
    ui = tmp_path / "src" / "huiying" / "ui"
    (ui / "templates" / "ui").mkdir(parents=True)
    (tmp_path / "scripts").mkdir()
    shutil.copy(ROOT / "scripts" / "assets", tmp_path / "scripts")
    shutil.copy(ROOT / "package-lock.json", tmp_path)
    (tmp_path / "node_modules").symlink_to(ROOT / "node_modules")
    for name in ("tokens.css", "base.css", "print.css"):
        (ui / name).write_text("")
    (ui / "charts.js").write_text("")
    (ui / "templates" / "ui" / "page.css").write_text(".page { color: red }")
    (ui / "templates" / "ui" / "page.html").write_text('{% icon "check" %}')
    return tmp_path


def test_a_component_is_found_and_what_is_wrong_with_one_is_said(tree: Path) -> None:
    built = tree / "src" / "huiying" / "ui" / "static" / "ui"
    components = tree / "src" / "huiying" / "ui" / "templates" / "ui"
    assert build(tree).returncode == 0
    assert "components" in (built / "huiying.css").read_text("utf-8")
    (components / "new.css").write_text(".new { color: blue }")
    (components / "new.html").write_text('{% icon "phone" %}')
    assert build(tree).returncode == 0
    assert ".new" in (built / "huiying.css").read_text("utf-8")
    assert 'id="phone"' in (built / "icons.svg").read_text("utf-8")
    (components / "new.html").write_text('{% icon "no-such-thing" %}')
    wrong = build(tree)
    assert wrong.returncode == 1
    assert "lucide has no icon called 'no-such-thing'" in wrong.stderr
    (components / "new.html").write_text("")
    (components / "new.js").write_text("const = 1;")
    wrong = build(tree)
    assert wrong.returncode == 1
    assert "huiying.js could not be built" in wrong.stderr
    assert "new.js" in wrong.stderr
