"""What is written of a case, read past the code under test: plain SQL as the superuser, and nothing folded.

`Trace` is one case with all its rows; `facts` and `clocks` are a second, naive reading of its acts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

import psycopg
from psycopg.rows import dict_row

from naive import BEIJING, naive_due

Row = Mapping[str, Any]
#: Which acts move which clock, said once more here: the instrument's file is under test too.
STARTS = {
    "handle": {"dispatch", "send_back_dissatisfied", "find_mismatch"},
    "return": {"dispatch", "rule_on_return", "rule_level"},
    "assigned": {"mark_assigned"},
}
RENEWS = {"handle": {"reopen"}, "return": set[str](), "assigned": set[str]()}
STOPS = {
    "handle": {
        *("serve_reply", "serve_reply_and_publish", "confirm_withdrawal", "point_to_route", "explain_unmeetable"),
        *("carry_over_answer", "confirm_answer", "pass_on"),
    },
    "return": {"sign_for", "sign_for_case", "confirm_withdrawal"},
    "assigned": {"report_assigned", "withdraw", "confirm_withdrawal"},
}
#: Clocks that end on the day that the act which starts them gives, in this field.
SET_BY_AN_ACT = {"report": "report_by", "assigned": "assigned_until"}
TOUCHES = {"extends": "extend", "suspends": "suspend_clock", "resumes": "resume_clock"}
#: After these acts nothing of a case's content is kept.
PURGES = {"hand_over_secret", "erase"}
PARTS = ("case_track", "case_clock", "case_content", "case_notice", "case_alarm", "identity_opening")


@dataclass(frozen=True, slots=True)
class Trace:
    """One case: its row, its acts in their order, its other rows by table, the law that it began under."""

    case: Row
    acts: Sequence[Row]
    parts: Mapping[str, Sequence[Row]]
    sealed: frozenset[tuple[int, str]]
    law: Row

    @property
    def number(self) -> str:
        return str(self.case["number"])

    @property
    def general(self) -> bool:
        """Whether it follows the general flow of a hotline, or a pack of it."""
        return "send_back_dissatisfied" in self.law["acts"]

    @property
    def stub(self) -> bool:
        """Whether it was handed over as a secret, so that only a stub is left."""
        return any(act["act"] == "hand_over_secret" for act in self.acts)

    @property
    def purged_at(self) -> int:
        """The last act that purged, 0 where none did."""
        return max((act["position"] for act in self.acts if act["act"] in PURGES), default=0)

    def named(self, *names: str) -> list[Row]:
        """Return the acts of these names."""
        return [act for act in self.acts if act["act"] in names]

    def before(self, act: Row) -> Sequence[Row]:
        """Return the acts before one."""
        return self.acts[: act["position"] - 1]

    def has_text(self, act: Row, name: str) -> bool:
        """Whether a text that came with an act is there, or was purged since."""
        there = any(
            c["position"] == act["position"] and c["name"] == name and c["text"] for c in self.parts["case_content"]
        )
        return there or act["position"] <= self.purged_at

    def told(self, act: Row, notice: str, to: str = "complainant") -> bool:
        """Whether an act owes somebody this notice."""
        return any(
            (row["position"], row["name"], row["to"]) == (act["position"], notice, to)
            for row in self.parts["case_notice"]
        )

    def facts(self, upto: int) -> dict[str, Any]:
        """Return what the acts up to a position say of the case, the latest word counting."""
        said: dict[str, Any] = {}
        for act in self.acts[:upto]:
            said.update(act["body"]["sets"].get("facts", {}))
            if act["act"] in self.law["acts"]:
                said.update(act["body"]["given"])
        return said

    def leads(self) -> Iterator[tuple[Row, str]]:
        """Yield each act that gives the main track to a unit, and the unit."""
        for act in self.named(
            "dispatch",
            "rule_on_return",
            "rule_level",
            "assign",
            "designate_venue",
            "settle_acceptance",
            "carry_over_answer",
        ):
            lead = act["body"]["given"].get("lead")  # carrying an answer over to a joined case gives it to nobody
            if act["track"] == "main" and lead:
                yield act, lead

    def lead_at(self, upto: int) -> str:
        """Return the unit that leads after so many acts, empty where none does yet."""
        return next((unit for act, unit in reversed(list(self.leads())) if act["position"] <= upto), "")


@dataclass(slots=True)
class Running:
    """A clock as the acts tell of it."""

    term: Row | None
    started: datetime
    stopped: datetime | None = None
    extended: int = 0
    suspended: list[tuple[date, date]] = field(default_factory=list)
    stands_since: date | None = None


def day_of(moment: datetime) -> date:
    return moment.astimezone(BEIJING).date()


@dataclass(frozen=True, slots=True)
class Moves:
    """What an act does to clocks: those of the general flow as read from the law, those of others as they state it."""

    starts: Collection[str] = ()
    renews: Collection[str] = ()
    stops: Collection[str] = ()
    extends: str = ""
    suspends: str = ""
    resumes: str = ""
    counts_from: str = ""


def moves(trace: Trace, act: str) -> Moves:
    """Return what an act of a case does to its clocks."""
    if trace.general:
        starts, renews, stops = ([clock for clock in table if act in table[clock]] for table in (STARTS, RENEWS, STOPS))
        return Moves(starts, renews, stops, **{does: "handle" for does, name in TOUCHES.items() if name == act})
    said = trace.law["acts"].get(act)
    if said is None:
        return Moves()
    stops = list(trace.law["clocks"]) if said["stops"] == ["*"] else said["stops"]
    told = {name: said[name] or "" for name in ("extends", "suspends", "resumes", "counts_from")}
    return Moves(said["starts"], said["renews"], stops, **told)


def clocks(trace: Trace, upto: int | None = None) -> dict[str, Running]:
    """Return the clocks of a case after so many of its acts, by walking them."""
    running: dict[str, Running] = {}
    for act in trace.acts[:upto]:
        at, given, does = act["at"], act["body"]["given"], moves(trace, act["act"])
        if act["act"] == "hand_over_secret":
            return {}
        day = given.get(does.counts_from)
        begins = datetime.combine(date.fromisoformat(day), time(12), BEIJING) if day else at
        for clock in trace.law["clocks"]:
            whose = trace.law["clocks"][clock]["whose"]
            if clock in does.starts and whose == "person" and clock in running:
                running[clock].stopped = None
            elif clock in does.starts:
                running[clock] = Running(_term(trace, clock, act["position"], day_of(begins)), begins)
            if clock in does.renews:
                running[clock] = Running(_term(trace, clock, act["position"], day_of(begins)), begins)
            if clock in does.stops and clock in running and running[clock].stopped is None:
                running[clock].stopped = at
        if does.extends:
            running[does.extends].extended += given["days"]
        if does.suspends:
            running[does.suspends].stands_since = day_of(at)
        if does.resumes:
            stood = running[does.resumes]
            assert stood.stands_since is not None
            stood.suspended.append((stood.stands_since, day_of(at)))
            stood.stands_since = None
    return running


def _term(trace: Trace, clock: str, upto: int, on: date) -> Row | None:
    facts = trace.facts(upto)
    if SET_BY_AN_ACT.get(clock) in facts:
        day, act = date.fromisoformat(facts[SET_BY_AN_ACT[clock]]), trace.acts[upto - 1]["act"]
        article = trace.law["acts"][act]["article"]
        return {"id": "", "unit": "nd", "value": (day - on).days, "roll": "none", "article": article, "valid_from": on}
    for limit in trace.law["limits"]:
        row = trace.law["terms"][limit["term"]]
        fits = all(str(facts.get(fact, "unset")) in values for fact, values in limit["when"].items())
        in_force = date.fromisoformat(row["valid_from"]) <= on <= date.fromisoformat(row["valid_to"])
        if limit["clock"] == clock and fits and in_force:
            return dict(row)
    return None


def ends(clock: Running, calendar: Mapping[str, Any]) -> tuple[datetime, bool] | None:
    """Return the first moment after a clock's limit and whether it is provisional; None where no date can be said."""
    if clock.term is None or clock.term["unit"] == "unknown":
        return None
    last, provisional = naive_due(
        unit=clock.term["unit"],
        value=clock.term["value"],
        start=clock.started,
        roll=clock.term["roll"],
        suspended=clock.suspended,
        extension=clock.extended,
        **calendar,
    )
    if isinstance(last, datetime):
        return last, provisional
    return datetime(last.year, last.month, last.day, tzinfo=BEIJING) + timedelta(days=1), provisional


class Reader:
    """Reads cases, and says whether anything at all was written, through the superuser's own connection."""

    #: Everything that verbs may write; the checkpoints beside the database follow its commits.
    WRITTEN = (
        "case_case", "case_act", "case_instrument", "case_command", "intake_attachment", "procrastinate_jobs",
        "vault.sealed", "vault.holding", "vault.token", *PARTS,
    )  # fmt: skip

    def __init__(self, login: str) -> None:
        self.database = psycopg.connect(login, autocommit=True, row_factory=dict_row)
        self._laws: dict[str, Row] = {}

    def rows(self, statement: str, *values: object) -> list[Row]:
        return list(self.database.execute(statement, values).fetchall())

    def trace(self, number: str) -> Trace:
        """Return all that is written of a case."""
        (case,) = self.rows("SELECT * FROM case_case WHERE number = %s", number)
        acts = self.rows("SELECT * FROM case_act WHERE subject = %s ORDER BY position", f"case:{number}")
        parts = {table: self.rows(f"SELECT * FROM {table} WHERE case_id = %s", case["id"]) for table in PARTS}
        held = self.rows("SELECT position, name FROM vault.holding WHERE case_number = %s", number)
        sealed = frozenset((row["position"], row["name"]) for row in held)
        return Trace(case, acts, parts, sealed, self._law(case["law_id"]))

    def _law(self, fingerprint: str) -> Row:
        if fingerprint not in self._laws:
            (row,) = self.rows("SELECT content FROM case_instrument WHERE fingerprint = %s", fingerprint)
            self._laws[fingerprint] = row["content"]
        return self._laws[fingerprint]

    def fingerprint(self) -> str:
        """Return a fingerprint of everything that is written."""
        parts = " || ' ' || ".join(
            f"(SELECT count(*) || '/' || coalesce(sum(hashtextextended(t::text, 0)), 0) FROM {table} t)"
            for table in self.WRITTEN
        )
        (row,) = self.rows(f"SELECT {parts} AS said")
        return str(row["said"])

    def acts_of(self, number: str) -> int:
        """Return how many acts a case has."""
        (row,) = self.rows("SELECT count(*) AS acts FROM case_act WHERE subject = %s", f"case:{number}")
        return int(row["acts"])

    def units(self) -> dict[str, Row]:
        """Return the units in use by their codes."""
        return {row["code"]: row for row in self.rows("SELECT * FROM directory_unit WHERE active")}

    def everything(self) -> str:
        """Return every text that lies in the database outside the vault's ciphertexts."""
        return "\n".join(
            str(row["said"]) for table in self.WRITTEN for row in self.rows(f"SELECT t::text AS said FROM {table} t")
        )
