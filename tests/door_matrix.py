"""Every address, visitor and kind of case: what is there is read from the URL map, what is answered from a table.

The table is `doors/expected.toml`. An address without a row in it fails, so that no new page escapes.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from huiying.procedure.schema import CENTRE_ROLES, UNIT_ROLES

TABLE = Path(__file__).with_name("doors") / "expected.toml"
METHODS = ("GET", "POST", "PUT", "DELETE")
#: What everybody gets who uses a method of which the table says nothing.
NOT_ALLOWED = "405"
#: A place in a pattern where something of the address is filled in: `<str:number>`, `<code>`, `(?P<key>…)`.
PLACE = re.compile(r"<(?:\w+:)?(?P<name>\w+)>|\(\?P<(?P<group>\w+)>(?:[^()]|\([^()]*\))*\)")

NOBODY, RESIDENT = "nobody", "resident"
#: Whose case an address names, as units see it. The centre's roles are asked of those that mean something to them.
OWN, FOREIGN, RESPONDENT, SUPERIOR = "own", "foreign", "respondent", "superior"
CONFIDENTIAL, REPORT, MISSING = "confidential", "report", "missing"
SITUATIONS = (OWN, REPORT, CONFIDENTIAL, FOREIGN, RESPONDENT, SUPERIOR, MISSING)
HIDDEN = (FOREIGN, RESPONDENT, SUPERIOR, MISSING)
RECEIPTS = (OWN, MISSING)
NONE = ""
#: Parameters of addresses that name a case.
OF_A_CASE, OF_A_RECEIPT = frozenset({"number", "opening_id", "opening"}), frozenset({"code"})
VISITORS = (NOBODY, RESIDENT, *sorted(CENTRE_ROLES), *sorted(UNIT_ROLES))
GROUPS: Mapping[str, Sequence[str]] = {
    "all": VISITORS,
    "staff": (*sorted(CENTRE_ROLES), *sorted(UNIT_ROLES)),
    "centre": sorted(CENTRE_ROLES),
    "unit": sorted(UNIT_ROLES),
}


def discovered(patterns: Sequence[URLPattern | URLResolver] | None = None, prefix: str = "") -> Iterator[str]:
    """Yield every pattern that the installation answers, as the URL map has it."""
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        here = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from discovered(entry.url_patterns, here)
        else:
            yield here


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: who gets what from a method of an address, with what is filled in and sent along."""

    method: str
    pattern: str
    filled: Mapping[str, str]
    said: str
    body: Mapping[str, Any] = field(default_factory=dict)

    @property
    def door(self) -> str:
        """The part of the addresses that it belongs to: what comes before the first slash."""
        return self.pattern.partition("/")[0] if "/" in self.pattern else ""

    @property
    def situations(self) -> Sequence[str]:
        """Whose case it may name."""
        names = {place["name"] or place["group"] for place in PLACE.finditer(self.pattern)}
        return SITUATIONS if names & OF_A_CASE else RECEIPTS if names & OF_A_RECEIPT else (NONE,)

    def expected(self) -> dict[tuple[str, str], str]:
        """Return (visitor, situation) → what they get. What is said later says more exactly."""
        found: dict[tuple[str, str], str] = {}
        for clause in self.said.split(";"):
            whom, status = clause.split()
            who, _, where = whom.partition("@")
            visitors = [one for name in who.split(",") for one in GROUPS.get(name, (name,))]
            assert set(visitors) <= set(VISITORS), f"{self.pattern}: {who}"
            assert set(where.split(",")) <= {*SITUATIONS, ""}, f"{self.pattern}: {where}"
            found |= {
                (visitor, situation): status
                for visitor, situation in product(visitors, where.split(",") if where else self.situations)
                if situation in self.situations
            }
        missing = [one for one in product(VISITORS, self.situations) if one not in found]
        assert not missing, f"{self.method} {self.pattern} says nothing of {missing[:3]}"
        return found


def _spread(text: str) -> Iterator[str]:
    """Yield the addresses that `a/{b,c}/` stands for."""
    before, brace, rest = text.partition("{")
    if not brace:
        yield text
        return
    inside, _, after = rest.partition("}")
    for one in inside.split(","):
        yield from _spread(before + one + after)


@cache
def rows() -> tuple[Row, ...]:
    """Return the table, each line for one method of one address."""
    with TABLE.open("rb") as file:
        table = tomllib.load(file)
    bodies = {key: body for keys, body in table["body"].items() for key in _spread(keys)}
    made = []
    for keys, said in table["expected"].items():
        for key in _spread(keys):
            methods, pattern, *filled = f"{key} ".split(" ")
            pairs = dict(one.split("=", 1) for one in filled if one)
            made += [
                Row(method, pattern, pairs, said, bodies.get(key.removeprefix(f"{methods} "), {}))
                for method in methods.split("/")
            ]
    return tuple(made)


@cache
def of_libraries() -> frozenset[str]:
    """Return the addresses that libraries answer: the table names them, and says nothing of what they answer."""
    with TABLE.open("rb") as file:
        named = tomllib.load(file)["libraries"]
    return frozenset(one for patterns in named.values() for pattern in patterns for one in _spread(pattern))


def others() -> Iterator[Row]:
    """Yield, for each address of the table, the methods of which it says nothing: nobody may use them."""
    said = {(row.method, row.pattern) for row in rows()}
    firsts = {row.pattern: row for row in reversed(rows())}
    for pattern, first in firsts.items():
        for method in METHODS:
            if (method, pattern) not in said:
                yield Row(method, pattern, first.filled, f"all {NOT_ALLOWED}")


def address(pattern: str, filled: Mapping[str, object]) -> str:
    """Return an address of a pattern with its places filled in."""
    path = PLACE.sub(lambda place: str(filled[place["name"] or place["group"]]), pattern)
    return "/" + path.replace("^", "").replace("$", "")
