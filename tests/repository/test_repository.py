"""The repository looks at itself: documents are true, secrets and hosts stay out, the law knows no clock."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

from huiying.commands.main import COMMANDS
from huiying.config.environment import SETTINGS

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "huiying"


def tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(["git", "ls-files", *patterns], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / line for line in listed.splitlines() if (ROOT / line).is_file()]


def document(name: str) -> str:
    return (ROOT / "docs" / name).read_text("utf-8")


def settings_page() -> str:
    rows = [f"| `{s.name}` | {f'`{s.default}`' if s.default else '—'} | {s.purpose} |" for s in SETTINGS.values()]
    head = ["# Settings", "", "Read from the environment. Made from `config/environment.py`.", ""]
    return "\n".join([*head, "| Name | Default | What it is for |", "| --- | --- | --- |", *rows, ""])


def test_every_setting_is_documented_as_it_is() -> None:
    assert document("generated/settings.md") == settings_page()


def test_every_command_is_documented() -> None:
    page = document("commands.md")
    assert [name for name in COMMANDS if f"`huiying {name}" not in page] == []


def test_nothing_but_the_settings_table_reads_the_environment() -> None:
    allowed = {
        *("config/environment.py", "config/postgres.py", "config/database.py", "config/wsgi.py"),
        *("commands/database.py", "commands/ready.py", "commands/serving.py"),
    }
    readers = {
        path.relative_to(SOURCE).as_posix()
        for path in SOURCE.rglob("*.py")
        if re.search(r"os\.(environ|getenv)", path.read_text("utf-8"))
    }
    assert readers <= allowed
    for name in allowed - {"config/environment.py"}:  # what the login session sets, and what Django must be told
        named = set(re.findall(r'environ[^"\n]*"([A-Z_]+)"', (SOURCE / name).read_text("utf-8")))
        assert named <= {"XDG_RUNTIME_DIR", "DJANGO_SETTINGS_MODULE"}


def test_the_law_reads_no_clock() -> None:
    for path in (SOURCE / "procedure").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Attribute):
                assert node.attr not in {"now", "today", "utcnow"}, f"{path.name}:{node.lineno}"


def test_imports_run_one_way() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


NAMELESS = re.compile(r"^\d{4}_(auto|initial|merge)(_|$)|^\d{4}$|_auto_\d")


@pytest.mark.parametrize(
    ("name", "nameless"),
    [
        ("0001_initial", True),
        ("0007_auto_20261124_0900", True),
        ("0003_merge_branches", True),
        ("0002_append_only_acts", False),
    ],
)
def test_what_a_nameless_migration_is(name: str, nameless: bool) -> None:  # noqa: FBT001  # a table
    assert bool(NAMELESS.search(name)) is nameless


def test_no_migration_is_nameless() -> None:
    migrations = [path for path in SOURCE.rglob("migrations/*.py") if path.name != "__init__.py"]
    assert [path.stem for path in migrations if NAMELESS.search(path.stem)] == []


def test_locks_are_hashed_and_name_no_host() -> None:
    for path in (ROOT / "requirements").glob("*.txt"):
        text = path.read_text("utf-8")
        assert "://" not in text
        assert "--hash=sha256:" in text
        for block in re.split(r"\n(?=[a-z])", text.strip()):
            assert "--hash" in block, block.splitlines()[0]


def test_every_dependency_has_its_sentence() -> None:
    lines = (ROOT / "pyproject.toml").read_text("utf-8").splitlines()
    for before, line in pairwise(lines):
        if re.match(r'  "[a-zA-Z][\w\[\]-]+~=', line):
            assert before.startswith("  # "), line


def test_files_stay_short_enough_to_hold_in_mind() -> None:
    long = {
        str(path.relative_to(ROOT)): n
        for path in tracked("*.py")
        if (n := len(path.read_text("utf-8").splitlines())) > 450
    }
    assert long == {}


def test_nothing_shared_and_nothing_of_a_machine_is_committed() -> None:
    for path in tracked("*.py", "*.md", "*.toml", "*.yaml", "Makefile", ".ci/*", "scripts/*"):
        text = path.read_text("utf-8", "replace")
        assert not re.search(r"/(work|root|home/\w+)/", text), path
        assert path.stat().st_size < 300_000, path


def test_every_invariant_stands_in_the_list_and_names_tests_that_exist() -> None:
    page = document("invariants.md")
    assert [int(number) for number in re.findall(r"(?m)^\| (\d+) \|", page)] == list(range(1, 47))
    for file, name in re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", page):
        assert f"def {name}(" in (ROOT / file).read_text("utf-8"), name


def test_links_between_documents_lead_somewhere() -> None:
    for path in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]:
        for name in re.findall(r"`((?:docs|src|tests)/[\w./-]+)`", path.read_text("utf-8")):
            assert (ROOT / name).exists(), f"{path.name}: {name}"


@cache
def imported(path: Path) -> tuple[str, ...]:
    """Return the modules of ours that a file imports, and the names that could be modules, wherever they stand."""
    found: list[str] = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("huiying"):
            found += [node.module, *(f"{node.module}.{one.name}" for one in node.names)]
        elif isinstance(node, ast.Import):
            found += [one.name for one in node.names if one.name.startswith("huiying")]
    return tuple(found)


def reached(module: str) -> set[str]:
    """Return every module of ours that one imports, or anything that it imports."""
    seen, to_read = set(), [module]
    while to_read:
        name = to_read.pop()
        base = SOURCE.parent.joinpath(*name.split("."))
        path = base / "__init__.py" if base.is_dir() else base.with_suffix(".py")
        if name not in seen and path.is_file():
            seen.add(name)
            to_read += imported(path)
    return seen


def test_no_act_has_a_large_model_on_its_way() -> None:
    model, door = "huiying.stages.triage.drafting", "huiying.doors.work.drafting"
    assert model in reached(door)
    verbs = [f"huiying.stages.{path.parent.name}.actions" for path in SOURCE.glob("stages/*/actions.py")]
    assert len(verbs) > 5
    for verb in (*verbs, "huiying.stages.flow", "huiying.case.recording", "huiying.doors.work.acting"):
        assert model not in reached(verb), verb
    callers = {name for name in map(_module, tracked("src/**/*.py")) if model in reached(name)} - {model}
    assert callers <= {door, "huiying.doors.work.urls", "huiying.doors.urls", "huiying.config.wsgi"}


def _module(path: Path) -> str:
    return ".".join(path.relative_to(SOURCE.parent).with_suffix("").parts).removesuffix(".__init__")
