"""Anybody does anything at any time, through the verbs, in the real database; what must hold holds after each step.

Nothing here knows which act is possible. An attempt either appends what it is meant to append, or is refused with a
reason that people can read, and then nothing at all was written.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from cast import COMMUNITY, MATTER, ZHOU
from huiying.case.commands import KeyConflict
from huiying.case.folding import law
from huiying.case.models import Case
from huiying.case.scope import CENTRE, WORK, of_unit, seeing
from huiying.case.verifying import verify
from huiying.directory.queries import units_for_routing
from huiying.doors.complainant import receipts
from huiying.procedure.disclosure import Field, Purpose
from huiying.procedure.schema import Act, Ask, Kind
from huiying.procedure.state import Actor
from huiying.procedure.time_limits import SHANGHAI
from huiying.stages import flow
from huiying.stages.closure.actions import erase
from huiying.stages.identity import actions as identity
from huiying.stages.identity.vault import Contact
from huiying.stages.intake.actions import RESIDENT, Demand, at_once, register
from huiying.stages.intake.uploads import digest_of
from huiying.stages.supervision.actions import ring
from huiying.stages.supervision.tasks import every_night
from huiying.stages.triage import actions as triage
from invariants import people_at_work as people
from invariants.calendars import Calendars
from invariants.checking import check
from invariants.checks import World, shares_interest_with
from invariants.trace import Trace
from invariants.trying import Trying

PACK = Path(__file__).with_name("pack_city")
PROCEDURES = ("guangdong", "shandong", "jinan", "weifang", "beijing", "hotline", PACK.name)
CHEN = Contact("陈小梅", "13900001234", "澜安区东街街道江畔社区3栋2单元501室")
NOBODY = Contact()
#: Monday mornings and days shortly before holidays and years' ends; by `through` the calendars known then.
MORNINGS = (
    (datetime(2026, 11, 2, 9, tzinfo=SHANGHAI), 2026),
    (datetime(2026, 12, 28, 9, tzinfo=SHANGHAI), 2026),
    (datetime(2026, 2, 9, 9, tzinfo=SHANGHAI), 2026),
    (datetime(2025, 12, 24, 16, tzinfo=SHANGHAI), 2025),
    (datetime(2026, 2, 6, 9, tzinfo=SHANGHAI), 2025),
)
PASSES = (0, 0, 1, 2, 5, 20, 24, 50, 24 * 7, 24 * 20)
#: How an attempt is made up: by chance, from a seed that hypothesis draws.
DICE = st.randoms(use_true_random=True)
ENDS_EARLY = {"handed_over", "withdrawn", "withdrawing"}
#: What is mostly so, or hardly any walk would come past it.
OFTEN_YES = {
    "reached", "anonymised", "consented", "reporter_safe",
    "for_the_public", "no_prohibition", "decided_properly", "made_good",
}  # fmt: skip
#: Acts without which most walks would stay where they are.
OFTEN = {
    "dispatch": 12, "pass_on": 2, "submit_result": 3, "serve_reply": 2, "record_call": 2, "close": 4, "reopen": 2,
    "archive": 1,
}  # fmt: skip


class AnyHotline(Trying):
    """Demands of one city, which lives by one procedure."""

    calendars: ClassVar[Calendars]
    been: ClassVar[set[tuple[str, str]]] = set()

    @initialize(procedure=st.sampled_from(PROCEDURES), morning=st.sampled_from(MORNINGS), dice=DICE)
    def a_day_begins(self, procedure: str, morning: tuple[datetime, int], dice: Random) -> None:
        os.environ.update({"HUIYING_PROCEDURE": procedure, "HUIYING_PACKS": str(PACK)})
        self.now, self.through = morning
        self.calendars.know(self.through)
        self.world = World(self.reader.units(), [self.calendars.facts[self.through]])
        self.numbers: list[str] = []
        self.codes: dict[str, str] = {}
        self.openings: list[tuple[int, Actor]] = []
        self.touched: set[str] = set()
        self.sent, self.fresh = 0, True
        self.emergencies = 0
        self.somebody_brings_a_demand(dice)
        self.a_case_goes_on(dice, 12)

    # ---- intake and triage ----
    @rule(dice=DICE)
    def somebody_brings_a_demand(self, dice: Random) -> None:
        if len(self.numbers) >= 3:
            return
        kind = dice.choice([kind.value for kind in Kind])
        contact = dice.choice([CHEN, CHEN, NOBODY])
        demand = Demand(
            text="我是陈小梅，家里漏水，电话13900001234",
            kind=kind,
            area=dice.choice(["", COMMUNITY]),
            demands=dice.randint(1, 2),
            respondents=dice.choice([(), (), *((unit,) for unit in people.RESPONDENTS)]),
            confidential=dice.random() < 0.5,
            contact=contact,
        )
        given: dict[str, object] = {}
        if kind == "consultation" and dice.random() < 0.5:
            given = at_once(demand.demands, dice.choice(["yes", "partly"]))
        by = people.CENTRE[0] if given else dice.choice([people.CENTRE[0], RESIDENT])
        receipt = register(demand, channel="phone", by=by, at=self.now, given=given)  # nobody is turned away
        self._comes(receipt.number, receipt.code, anonymous=contact is NOBODY)

    def _comes(self, number: str, code: str = "", *, anonymous: bool) -> None:
        self.numbers.append(number)
        self.codes[number] = code
        self.touched.add(number)
        if anonymous:
            self.world.contactless.add(number)

    @rule(dice=DICE)
    def somebody_says_what_it_is(self, dice: Random) -> None:
        number = self._one(dice)
        respondents = dice.choice([None, None, (), ("sw",), ("zj",), ("990103002",), ("nowhere",)])
        self._tries(
            partial(
                triage.classify,
                number,
                kind=dice.choice(["help", "complaint", "report"]),
                matter=dice.choice([MATTER, MATTER, "9999"]),
                area=COMMUNITY,
                by=dice.choice([ZHOU, ZHOU, people.CENTRE[0]]),
                at=self.now,
                respondents=respondents,
            ),
            {number: 1},
        )

    @rule(dice=DICE)
    def somebody_takes_a_message_apart(self, dice: Random) -> None:
        number = self._one(dice)
        if len(self.numbers) >= 3:
            return
        part = triage.Part(dice.choice(["help", "report", "poem"]), "另外路灯也不亮")
        new = self._tries(partial(triage.split, number, [part], by=ZHOU, at=self.now), {number: 1})
        for child in new or ():
            self._comes(child, anonymous=number in self.world.contactless)

    @rule(dice=DICE)
    def somebody_joins_two(self, dice: Random) -> None:
        first, second = self._one(dice), self._one(dice)
        self._tries(
            partial(flow.act, first, "join", by=ZHOU, at=self.now, given={"into": second}), {first: 1, second: 1}
        )

    @precondition(lambda self: self.emergencies < 1)
    @rule(dice=DICE)
    def an_emergency_is_put_through(self, dice: Random) -> None:
        """Before a demand is judged, joined or dispatched, nothing stands in the way (invariant 5)."""
        number = self._one(dice)
        self.emergencies += 1
        call = partial(flow.act, number, "connect_emergency", by=ZHOU, at=self.now, given={"service": "120"})
        at_once = self._case(number)["step"] == "verifying"
        assert self._tries(call, {number: 1}) == "verifying" or not at_once

    # ---- acts of the procedure ----
    @rule(dice=DICE, times=st.integers(5, 15))
    def a_case_goes_on(self, dice: Random, times: int) -> None:
        number = self._one(dice)
        for _ in range(times):
            self._attempt(dice, number, fitting=True)
            self._look()

    @rule(dice=DICE, times=st.integers(5, 15))
    def a_case_goes_on_and_on(self, dice: Random, times: int) -> None:
        self.a_case_goes_on(dice, times)

    @rule(dice=DICE)
    def anybody_tries_anything(self, dice: Random) -> None:
        self._attempt(dice, self._one(dice), fitting=False)

    @rule(dice=DICE, same_body=st.booleans())
    def somebody_sends_it_again(self, dice: Random, same_body: bool) -> None:  # noqa: FBT001  # drawn
        number = self._one(dice)
        self.sent += 1
        key = f"{number}-{self.sent}"
        call, expected = self._drawn(dice, number, fitting=True)
        first = self._tries(partial(call, key=key), expected)
        if first is None:
            return
        before = self.reader.fingerprint()
        if same_body:
            assert call(key=key) == first
        else:
            given = {**call.keywords["given"], "more": "other"}
            try:
                call(**{**call.keywords, "given": given}, key=key)
            except KeyConflict:
                pass
            else:
                raise AssertionError("the same key with another body")
        assert self.reader.fingerprint() == before

    def _attempt(self, dice: Random, number: str, *, fitting: bool) -> None:
        call, expected = self._drawn(dice, number, fitting=fitting)
        self._tries(call, expected)

    def _drawn(self, dice: Random, number: str, *, fitting: bool) -> tuple[partial[str], dict[str, int]]:
        """Draw an act, who does it, when, and what they give; return it and which cases gain how many acts by it."""
        self.now += timedelta(hours=dice.choice(PASSES)) if dice.random() < 0.5 else timedelta()
        case, tracks = self._case(number), self._tracks(number)
        open_now = [track for track in tracks if fitting and track["open"]]
        track = dice.choice(open_now or tracks)
        procedure = law(case["law_id"])
        here = [act for act in procedure.acts.values() if track["step"] in procedure.sources[act.id]]
        moving = [act for act in here if fitting and self._moves(act)]
        acts = moving or (here if fitting else []) or list(procedure.acts.values())
        (act,) = dice.choices(acts, [OFTEN.get(act.id, 1) if fitting else 1 for act in acts])
        actor = self._actor(dice, act, track["unit"], fitting=fitting)
        given = {
            ask.name: self._value(dice, ask, case, fitting=fitting)
            for ask in act.asks
            if not ask.optional or (fitting and ask.name == "evidence") or dice.random() < 0.5
        }
        call = partial(flow.act, number, act.id, by=actor, at=self.now, given=given, track=track["name"])
        into = str(given.get("into", "")) if act.id == "join" else ""
        return call, {number: 1, **({into: 1} if into in self.numbers else {})}

    def _moves(self, act: Act) -> bool:
        ahead = act.target is not None and act.target not in ENDS_EARLY
        return (
            ahead
            or act.opens is not None
            or act.id in {"record_call", "contact", "extend", "suspend_clock", "resume_clock"}
        )

    def _actor(self, dice: Random, act: Act, unit: str, *, fitting: bool) -> Actor:
        able = [actor for actor in people.EVERYONE if actor.role in act.by]
        own = [actor for actor in able if actor.unit in {None, unit}]
        return dice.choice((fitting and own) or able if dice.randint(0, 9) else people.EVERYONE)

    def _value(self, dice: Random, ask: Ask, case: Mapping[str, Any], *, fitting: bool) -> object:  # noqa: PLR0911  # a table
        if ask.name == "into":
            return dice.choice(self.numbers)
        if ask.kind == "choice":
            return dice.choice([*ask.options, *([] if fitting else ["something else"])])
        if ask.kind == "choices":
            demands = case["facts"].get("demands", 1) if fitting else dice.randint(1, 3)
            return tuple(dice.choice(ask.options) for _ in range(demands))
        if ask.kind == "text":
            self.sent += 1
            return dice.choice([f"工单{case['number']}第{self.sent}次：已经查看，水管换好。", "短"])
        if ask.kind == "unit":
            return dice.choice(["sw", "sw", "cg", "cg", *people.UNITS, *([] if fitting else ["nowhere"])])
        if ask.kind == "number":
            return dice.choice([1, 2, 3, 6] if fitting else [0, 1, 30, "three"])
        if ask.kind == "code":
            return dice.choice(["粤市监2026-0017", *([] if fitting else ["？"])])
        if ask.kind == "date":
            return self.now.date() + timedelta(days=dice.choice([-1, 0, 1, 10, 40]))
        if ask.kind == "parties":
            return ()
        assert ask.kind == "flag", ask
        return dice.random() < (0.8 if ask.name in OFTEN_YES else 0.3)

    # ---- two at once ----
    @rule(dice=DICE, same=st.booleans(), keyed=st.booleans())
    def two_do_it_at_once(self, dice: Random, same: bool, keyed: bool) -> None:  # noqa: FBT001  # drawn
        number = self._one(dice)
        first, expected = self._drawn(dice, number, fitting=True)
        second, more = (first, expected) if same else self._drawn(dice, number, fitting=True)
        if {first.args[1], second.args[1]} & {"join"}:
            return
        self.sent += 1
        keys = {"key": f"{number}-{self.sent}"} if keyed and same else {}
        before = self.reader.acts_of(number)
        answers = self._at_once([partial(first, **keys), partial(second, **keys)])
        self.touched |= {*expected, *more}
        done = [answer for answer in answers if isinstance(answer, str)]
        for answer in answers:
            self._is_an_answer(answer)
        if keys and done:
            assert len(done) == 2, "the second is told what came of the first"
            assert self.reader.acts_of(number) == before + 1
        else:
            assert self.reader.acts_of(number) == before + len(done)

    # ---- the clockwork, calendars, identity, the end of a term ----
    @rule(hours=st.sampled_from(PASSES), twice=st.booleans())
    def the_clock_strikes(self, hours: int, twice: bool) -> None:  # noqa: FBT001  # drawn
        self.now += timedelta(hours=hours)
        for _ in range(20):  # what rings may have something ring again
            due = self.reader.rows(
                "SELECT a.id, c.number FROM case_alarm a JOIN case_case c ON c.id = a.case_id"
                " WHERE rang_at IS NULL AND at <= %s AND c.number = ANY (%s) ORDER BY at, a.id LIMIT 1",
                self.now,
                self.numbers,
            )
            if not due:
                break
            self._rings(due[0]["id"], due[0]["number"], twice=twice)
        self._late_ones_are_looked_after()

    def _rings(self, alarm: int, number: str, *, twice: bool) -> None:
        before = self.reader.acts_of(number)
        self.touched.add(number)
        answers = self._at_once([partial(ring, alarm, self.now)] * 2) if twice else [ring(alarm, self.now)]
        for answer in answers:
            assert answer is None or isinstance(answer, str), answer
        rang = [answer for answer in answers if answer is not None]
        assert len(rang) <= 1, "it rings once, whoever hears it"
        assert self.reader.acts_of(number) - before in ({0, 1, 2} if rang else {0})

    def _late_ones_are_looked_after(self) -> None:
        late = self.reader.rows(
            "SELECT c.number FROM case_clock k JOIN case_case c ON c.id = k.case_id WHERE k.name = 'handle'"
            " AND stopped_at IS NULL AND c.closed_at IS NULL AND k.due_at <= %s AND c.number = ANY (%s)"
            " AND c.supervisor = ''"
            " AND NOT EXISTS (SELECT 1 FROM case_alarm a WHERE a.case_id = c.id AND rang_at IS NULL AND at <= %s)",
            self.now,
            self.numbers,
            self.now,
        )
        assert not late, "an overdue case has a named supervisor (invariant 36)"

    @precondition(lambda self: self.through == 2025)
    @rule()
    def a_calendar_arrives(self) -> None:
        self.through = 2026
        self.calendars.know(self.through)
        self.world.calendars.append(self.calendars.facts[self.through])

    @precondition(lambda self: self.fresh or self.world.nights < len(self.world.calendars) - 1)
    @rule()
    def night_falls(self) -> None:
        every_night.func(0)
        self.fresh, self.world.nights = False, len(self.world.calendars) - 1
        self.touched |= set(self.numbers)

    @rule(dice=DICE)
    def somebody_wants_to_know_who_it_was(self, dice: Random) -> None:
        number = self._one(dice)
        unit = self._case(number)["units"]
        by = dice.choice([*people.CENTRE, *(actor for one in unit for actor in people.of_unit(one))])
        field, purpose = dice.choice(list(Field)), dice.choice(list(Purpose))
        opened = self._tries(partial(identity.ask_to_see, number, field, purpose, by=by, at=self.now), {number: 1})
        if opened is not None and opened.contents is None:
            self.openings.append((opened.opening.pk, by))
        self.world.opened[number] += opened is not None and opened.contents is not None

    @rule(dice=DICE, approve=st.booleans())
    def a_custodian_decides(self, dice: Random, approve: bool) -> None:  # noqa: FBT001  # drawn
        if not self.openings:  # and no precondition: two at once may come out either way, drawing may not
            return
        opening, asker = dice.choice(self.openings)
        rows = self.reader.rows(
            "SELECT number FROM identity_opening o JOIN case_case c ON c.id = case_id WHERE o.id = %s", opening
        )
        number = rows[0]["number"] if rows else self.numbers[0]
        by = dice.choice([people.CENTRE[6], people.CENTRE[0], asker])
        self._tries(partial(identity.decide, opening, approve=approve, by=by, at=self.now), {number: 1})
        seen = self._tries(partial(identity.see_approved, opening, by=asker, at=self.now), {number: 1})
        self.world.opened[number] += seen is not None

    @rule(dice=DICE, after=st.sampled_from([0, 0, 6 * 366]))
    def a_term_ends(self, dice: Random, after: int) -> None:
        number = self._one(dice)
        if self._case(number)["closed_at"] is None:
            after = 0
        self.now += timedelta(days=after)
        self._tries(partial(erase, number, by=people.CENTRE[5], at=self.now), {number: 1})

    def _one(self, dice: Random) -> str:
        return dice.choice([self.numbers[0], *self.numbers])

    # ---- what holds after every step, and at the end ----
    @invariant()
    @precondition(lambda self: hasattr(self, "world"))
    def everything_holds(self) -> None:
        self._look()

    def _look(self) -> None:
        for row in self.reader.rows(
            "SELECT number, split_from FROM case_case WHERE split_from = ANY (%s) AND number <> ALL (%s) ORDER BY id",
            self.numbers,
            self.numbers,
        ):  # cases in which a demand goes on under a special procedure
            self._comes(row["number"], anonymous=row["split_from"] in self.world.contactless)
        for number in sorted(self.touched):
            trace = self.reader.trace(number)
            followed = law(trace.case["law_id"]).id
            self.been.update((followed, row["step"]) for row in trace.parts["case_track"])
            check(trace, self.world)
            self._is_hidden_from_whom_it_is_about(trace)
        self.touched.clear()

    def _is_hidden_from_whom_it_is_about(self, trace: Trace) -> None:
        """The accounts of whoever is complained about, of those below and of their agents, find nothing (24)."""
        respondents, routed = set(trace.case["respondents"]), None
        for unit in people.UNITS if respondents else ():
            if shares_interest_with(unit, self.world.units) & respondents:
                routed = routed or dict(units_for_routing())
                with seeing(of_unit(unit, routed)):
                    assert not Case.objects.filter(number=trace.number).exists(), unit

    def teardown(self) -> None:
        if not hasattr(self, "world"):
            return
        for number in self.numbers:
            self._verifies(number)
        if self.through == 2025:
            self.a_calendar_arrives()
        if self.world.nights < len(self.world.calendars) - 1:
            self.night_falls()
        for number in self.numbers:
            self._verifies(number)
            if code := self.codes[number]:
                self._receipt_opens(number, code)
        self._look()

    def _verifies(self, number: str) -> None:
        with seeing(WORK):
            assert verify(number, file_digest=digest_of).differences == ()

    def _receipt_opens(self, number: str, code: str) -> None:
        """The person finds what they brought (1), and reads as law only what is law (45)."""
        receipt = receipts.read(code, self.now)
        assert receipt.case.number == number
        with seeing(CENTRE):
            case = Case.objects.get(number=number)
        assert case.acts == self.reader.acts_of(number)
        procedure = law(case.law_id)
        for told in receipt.told:
            act = procedure.acts.get(told.act)
            assert act is None or act.status in {"V", "P"} or told.article == "", told
        for limit in receipt.limits:
            row = next((term for term in procedure.terms.values() if term.article == limit.article), None)
            assert row is None or limit.is_law is (row.status in {"V", "P"})
