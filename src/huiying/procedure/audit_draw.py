"""联合审计 as a sample (D8): which closed cases are looked at again, drawn so that nobody can choose them.

The list is committed to before the public randomness exists; then list, randomness and count say which are drawn, and
anybody can work it out again from the published list alone. A list is lines of `commitment TAB class`; its root is the
SHA-256 of the file, as `sha256sum` gives it. A commitment is a keyed hash of a case's number and tells nothing of it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import count as counting

from huiying.procedure.decision import Allowed, Decision, Refused
from huiying.procedure.time_limits import SHANGHAI

#: Our own design for what the founding article calls 联合审计.
ARTICLE = "规范处理流程"
BY = "auditor"
WAY, SPAN = "huiying audit draw 1", 2**256
#: So many cases at most are looked at in one audit, and so few characters are no public randomness.
MOST_DRAWN, SHORTEST_RANDOMNESS = 500, 6
VERDICTS = ("audit_sound", "audit_flawed", "audit_wrong")
LINE = re.compile(r"([0-9a-f]{64})\t([a-z_]{1,20})")


class ListUnreadable(ValueError):  # noqa: N818  # an answer about what was read
    """A published list is not what a list is; `line` says where, from 1 (0: the list is empty)."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


@dataclass(frozen=True, slots=True)
class Listed:
    """One closed case of a list: the commitment to its number (64 hex digits), and the class of unit that had it."""

    commitment: str
    stratum: str


def as_text(entries: Iterable[Listed]) -> str:
    """Return a list as it is published."""
    return "".join(f"{entry.commitment}\t{entry.stratum}\n" for entry in entries)


def read(text: str) -> tuple[Listed, ...]:
    """Return the entries of a published list; raise `ListUnreadable` where it is none, or names a case twice."""
    entries: dict[str, Listed] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        found = LINE.fullmatch(line)
        if found is None or found[1] in entries:
            raise ListUnreadable(number)
        entries[found[1]] = Listed(found[1], found[2])
    if not entries:
        raise ListUnreadable(0)
    return tuple(entries.values())


def root(entries: Iterable[Listed]) -> str:
    """Return the hash that commits to a list and its order."""
    return sha256(as_text(entries).encode()).hexdigest()


def draw(entries: Sequence[Listed], randomness: str, count: int, *, by_class: bool = False) -> tuple[int, ...]:
    """Return the positions (from 1, in order) that are drawn: every set of `count` positions is as likely as any other.

    `by_class`: each class of unit gives its share, by largest remainders. A count above the list's length draws all.
    """
    strata: dict[str, list[int]] = {}
    for position, entry in enumerate(entries, start=1):
        strata.setdefault(entry.stratum if by_class else "", []).append(position)
    wanted = shares({name: len(places) for name, places in strata.items()}, min(count, len(entries)))
    committed = root(entries)
    return tuple(
        sorted(
            places[index]
            for name, places in strata.items()
            for index in _different(below(_numbers(committed, randomness, name), len(places)), wanted[name])
        )
    )


def shares(sizes: Mapping[str, int], count: int) -> Mapping[str, int]:
    """Return how many are drawn of each class: by its share of all, the largest remainders first, then by name."""
    whole = sum(sizes.values())
    given = {name: size * count // whole for name, size in sizes.items()}
    left = sorted(sizes, key=lambda name: (-(sizes[name] * count % whole), name))
    for name in left[: count - sum(given.values())]:
        given[name] += 1
    return given


def below(numbers: Iterable[int], size: int, span: int = SPAN) -> Iterator[int]:
    """Yield evenly spread numbers below `size` from such below `span`; those past the last whole round are rejected."""
    rounds = span - span % size
    return (number % size for number in numbers if number < rounds)


def _numbers(committed: str, randomness: str, stratum: str) -> Iterator[int]:
    seed = f"{WAY}\n{committed}\n{stratum}\n{randomness.strip()}"
    return (int.from_bytes(sha256(f"{seed}\n{number}".encode()).digest()) for number in counting())


def _different(numbers: Iterator[int], count: int) -> Collection[int]:
    found: dict[int, None] = {}
    while len(found) < count:
        found[next(numbers)] = None
    return found


def may_commit(*, role: str, size: int, count: int, source: str, at: datetime, published: datetime) -> Decision:
    """Whether a list may be committed to: by an auditor, with cases in it, for randomness that does not exist yet.

    `source`: what will be published, and where; `published`: when, at the earliest (aware).
    """
    if role != BY:
        return Refused("not_this_role", ARTICLE, {"act": "登记审计名单", "role": role})
    if size == 0:
        return Refused("audit_empty", ARTICLE)
    if not 0 < count <= MOST_DRAWN:
        return Refused("number_out_of_range", ARTICLE, {"field": "抽取件数", "least": 1, "most": MOST_DRAWN})
    if not source.strip():
        return Refused("not_given", ARTICLE, {"field": "随机数来源"})
    if published <= at:
        return Refused("audit_randomness_not_ahead", ARTICLE, {"field": "随机数公布时间"})
    return Allowed(ARTICLE)


def may_draw(
    *, role: str, at: datetime, published: datetime, randomness: str, drawn: bool, same_list: bool
) -> Decision:
    """Whether a committed list may be drawn from: once, after the randomness was published, as it was committed to."""
    if role != BY:
        return Refused("not_this_role", ARTICLE, {"act": "抽取", "role": role})
    if drawn:
        return Refused("audit_drawn_already", ARTICLE)
    if at < published:
        return Refused("audit_too_early", ARTICLE, {"from": f"{published.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"})
    if len(randomness.strip()) < SHORTEST_RANDOMNESS:
        return Refused("audit_randomness_short", ARTICLE, {"field": "随机数", "least": SHORTEST_RANDOMNESS})
    return Allowed(ARTICLE) if same_list else Refused("audit_list_changed", ARTICLE)


def may_find(*, role: str, person: str, took_part: Collection[str], found: bool, verdict: str, why: str) -> Decision:
    """Whether somebody may say what they found of a drawn case: an auditor who had no part in it, once, with reasons.

    `took_part`: whoever did any act of the case, handlers, reviewers and follow-up callers among them (invariant 19).
    """
    if role != BY:
        return Refused("not_this_role", ARTICLE, {"act": "写明审计结论", "role": role})
    if person in took_part:
        return Refused("same_person", ARTICLE)
    if found:
        return Refused("decided_already", ARTICLE)
    if verdict not in VERDICTS:
        return Refused("not_listed", ARTICLE, {"field": "审计结论", "value": verdict})
    return Allowed(ARTICLE) if why.strip() else Refused("not_given", ARTICLE, {"field": "理由"})


def tally(verdicts: Iterable[str]) -> Mapping[str, int]:
    """Return how many drawn cases have each verdict; "" are those not looked at yet."""
    counted = Counter(verdicts)
    return {verdict: counted[verdict] for verdict in (*VERDICTS, "")}
