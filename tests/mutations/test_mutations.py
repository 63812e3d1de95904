"""The table of breakages fits the source, and, in a long run, each is noticed by the test that it names."""

from __future__ import annotations

import re

import pytest

from mutations.run import PACKAGE, ROOT, SOURCE, Mutation, caught, mutations, unbroken

#: The invariants that are built so far and have to do with acts, clocks, routing, protection and display.
BUILT = {1, *range(3, 27), 28, 29, 30, 31, 33, 34, 36, 37, 44, 45}
TABLE = mutations()
each = pytest.mark.parametrize("mutation", TABLE, ids=lambda mutation: mutation.id)


@each
def test_what_is_to_be_broken_stands_there_once_and_its_test_exists(mutation: Mutation) -> None:
    assert (SOURCE / PACKAGE / mutation.file).read_text("utf-8").count(mutation.old) == 1
    assert mutation.old != mutation.new
    assert mutation.breach.endswith(".")
    file, _, name = mutation.test.partition("::")
    assert f"def {name.partition('[')[0]}(" in (ROOT / file).read_text("utf-8")


def test_every_invariant_that_is_built_has_a_breakage_and_says_so() -> None:
    assert {number for mutation in TABLE for number in mutation.invariants} == BUILT
    assert len({mutation.id for mutation in TABLE}) == len(TABLE)
    page = (ROOT / "docs" / "invariants.md").read_text("utf-8")
    rows = dict(re.findall(r"(?m)^\| (\d+) \| (.*)$", page))
    assert [m.id for m in TABLE for number in m.invariants if f"`{m.id}`" not in rows[str(number)]] == []


@pytest.mark.long
@each
def test_a_breakage_is_noticed(mutation: Mutation) -> None:
    assert caught(mutation), mutation.breach


@pytest.mark.long
def test_nothing_fails_where_nothing_was_broken() -> None:
    assert unbroken(TABLE)
