"""Every address that there is, asked by everybody about everybody's cases: the answer is the one written down."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product

import pytest

import door_pages
from door_matrix import (
    HIDDEN,
    MISSING,
    NOBODY,
    RESPONDENT,
    TABLE,
    VISITORS,
    Row,
    discovered,
    of_libraries,
    others,
    rows,
)  # fmt: skip
from door_world import PHONE, World, without_what_was_typed
from generated import compare
from huiying.procedure.schema import UNIT_ROLES

REFUSED = re.compile(r"login|4\d\d")
DOORS = sorted({row.door for row in rows()})
#: Who stands for all in the quick matrix.
FEW = (NOBODY, "officer", "dispatcher", "administrator")


def test_every_address_has_a_line_and_every_line_an_address() -> None:
    there, written = set(discovered()), {row.pattern for row in rows()} | of_libraries()
    assert not there - written, (
        f"these addresses answer and nobody has said to whom: {sorted(there - written)}.\n"
        f"Add a line for each method to {TABLE.name} ([expected]; what a POST sends goes to [body]), and write "
        f"docs/generated/doors.md anew with --write-docs. What a library brings is named in [libraries]."
    )
    assert not written - there, f"{TABLE.name} speaks of addresses that are not there: {sorted(written - there)}"


def test_who_gets_what_where_is_written_as_it_is(request: pytest.FixtureRequest) -> None:
    compare(request, "doors.md", door_pages.page())


def asked(row: Row, *, long: bool) -> Iterator[tuple[str, str]]:
    """Yield who asks at an address, and about whose case: everybody about everything in the long matrix.

    In the quick one an officer stands for the unit before every case, and a dispatcher for the centre.
    """
    for visitor, situation in product(VISITORS, row.situations):
        first = situation == row.situations[0]
        special = row.expected()[visitor, situation] not in {
            row.expected()["dispatcher", situation], row.expected()["officer", situation]
        }  # fmt: skip
        theirs = visitor == "officer" or (visitor == "dispatcher" and situation in {RESPONDENT, MISSING})
        if long or theirs or (first and (visitor in FEW or special)):
            yield visitor, situation


def check(world: World, row: Row, visitor: str, situation: str) -> Iterator[str]:
    """Yield what is not as it should be when somebody asks."""
    expected, found = row.expected()[visitor, situation], world.ask(visitor, row, situation)
    where = f"{row.method} {row.pattern} {' '.join(row.filled.values())} by {visitor}, {situation or 'no'} case"
    if found.said != expected:
        yield f"{where}: {found.said}, not {expected}"
    if found.scope not in {"", "none"}:
        yield f"{where}: the connection still sees {found.scope}"
    if found.acts and (row.method == "GET" or REFUSED.fullmatch(found.said)):
        yield f"{where}: {found.said}, and {found.acts} acts more"
    if row.method == "GET" and PHONE in found.words:
        yield f"{where}: shows a phone number"
    if visitor in UNIT_ROLES and situation in HIDDEN[:-1] and found.said == "404":
        missing = world.ask(visitor, row, MISSING)
        if without_what_was_typed(found.words, world, row, situation) != without_what_was_typed(
            missing.words, world, row, MISSING
        ):
            yield f"{where}: says more than of a case that is not there"


@pytest.mark.django_db
@pytest.mark.parametrize("door", DOORS)
def test_an_address_answers_as_it_is_written(door: str, request: pytest.FixtureRequest) -> None:
    world, long = World(), bool(request.config.getoption("--long"))
    wrong = [
        line
        for row in rows()
        if row.door == door
        for visitor, situation in asked(row, long=long)
        for line in check(world, row, visitor, situation)
    ]
    assert wrong == [], "\n".join(wrong)


@pytest.mark.django_db
def test_a_method_that_is_not_named_is_nobodys() -> None:
    world = World()
    assert [
        line
        for row in others()
        for visitor in (NOBODY, "dispatcher")
        for line in check(world, row, visitor, row.situations[0])
    ] == []


@pytest.mark.django_db
def test_a_session_is_no_token_and_a_token_no_session() -> None:
    """Whoever comes the wrong way is nobody: a page is not signed into by a token, nor the API by a browser."""
    world, wrong = World(), []
    for row in rows():
        situation = row.situations[0]
        expected = row.expected()[NOBODY, situation]
        found = world.ask("officer", row, situation, wrong_way=True)
        if found.said != expected:
            wrong.append(f"{row.method} {row.pattern}: {found.said}, not {expected}")
    assert wrong == []
