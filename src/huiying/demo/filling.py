"""Fills the demo city through the same verbs that people use: its directory first, then demands walked to their fates.

Acts are dated as they would have been done; nothing is written past the verbs, so the ledger of the demo verifies.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

from django.contrib.auth.hashers import make_password

from huiying.case import registry
from huiying.case.ledger import Entry
from huiying.case.models import Act, Case
from huiying.case.recording import NotAllowed
from huiying.case.scope import CENTRE, seeing, working
from huiying.demo.city import city
from huiying.demo.demands import DemoDemand, Part, demands, reply_for, text_for, why_return
from huiying.demo.guidance import entries
from huiying.demo.terrain import outlines
from huiying.directory.models import Area, Duty, Matter, Post, Spot, Staff, Unit
from huiying.procedure.schema import Kind
from huiying.procedure.state import MAIN, Actor
from huiying.procedure.time_limits import SHANGHAI
from huiying.stages import flow
from huiying.stages.identity.vault import Contact
from huiying.stages.intake.actions import RESIDENT, Demand, register
from huiying.stages.supervision.actions import ring_what_is_due
from huiying.stages.triage import actions as triage

SEED, COUNT = 9901, 200
PASSWORD = "huiying-demo-2026"  # noqa: S105  # everybody's, in a city that does not exist; printed when it starts
FOUNDER = Actor("demo", "administrator")
SINCE = date(2025, 1, 1)
FILLED = "demo"
#: People who work at the centre answer within the hour; units within a day; these are the gaps between acts, in hours.
SOON, SAME_DAY, DAYS = (0.1, 1.0), (1.0, 8.0), (20.0, 80.0)


def is_founded() -> bool:
    """Whether the city is there."""
    return Unit.objects.filter(pk="city").exists()


def missing(wanted: int) -> int:
    """Return how many demands are still to be filled in: none once a filling came to its end, however it was begun."""
    if Act.objects.filter(subject=FILLED).exists():
        return 0
    with seeing(CENTRE):
        return max(0, wanted - Case.objects.count())


def found_city(at: datetime) -> None:
    """Bring in areas, units, matters, duties, guidance, staff, their posts and signs to scan; each is an act."""
    made = city()
    for level in (4, 6, 9, 12):
        registry.bring_in(
            [Area(code=a.code, name=a.name, parent_id=a.parent) for a in made.areas.values() if len(a.code) == level],
            FOUNDER,
            at,
        )
    registry.set_outlines(outlines({area.code: area.parent for area in made.areas.values()}), FOUNDER, at)
    registry.bring_in(
        [
            Unit(
                code=unit.id, name=unit.name, level=unit.level.value, superior_id=unit.superior,
                agent_of_id=unit.agent_of, area_id=unit.area,
            )
            for unit in made.units.values()
        ],
        FOUNDER,
        at,
    )  # fmt: skip
    registry.bring_in(
        [Matter(code=m.code, name=m.name, parent_id=m.parent) for m in made.matters.values()], FOUNDER, at
    )
    registry.bring_in(
        [
            Duty(
                matter_id=row.matter, area_id=row.area, lead_id=row.lead, support=list(row.support), basis=row.basis,
                valid_from=row.valid_from,
            )
            for row in made.duties
        ],
        FOUNDER,
        at,
    )  # fmt: skip
    registry.bring_in(entries(), FOUNDER, at)
    password = make_password(PASSWORD)
    staff = [Staff(username=person.login, name=person.name, password=password) for person in made.people]
    registry.bring_in(staff, FOUNDER, at)
    ids = dict(Staff.objects.values_list("username", "pk"))
    registry.bring_in(
        [
            Post(staff_id=ids[person.login], role_id=person.role, unit_id=person.unit, since=SINCE)
            for person in made.people
        ],
        FOUNDER,
        at,
    )
    posts = dict(Post.objects.values_list("staff__username", "pk"))
    registry.bring_in(
        [
            Spot(
                code=spot.code, name=spot.name, area_id=spot.area, address=spot.address, matter_id=spot.matter,
                unit_id=spot.unit, post_id=posts[spot.keeper] if spot.keeper else None,
            )
            for spot in made.spots
        ],
        FOUNDER,
        at,
    )  # fmt: skip


def fill(now: datetime, count: int = COUNT, seed: int = SEED) -> Iterator[str]:
    """Register the demo's demands, walk each as far as its fate goes, and yield its number. Lasts a while."""
    numbers: dict[int, str] = {}
    for demand in demands(seed, count, now):
        walk = Walk(demand, now, numbers)
        numbers[demand.number] = walk.go()
        yield numbers[demand.number]
    ring_what_is_due(now, at_most=10 * count)
    with working():
        registry.append(FILLED, Entry("fill", FOUNDER, now, given={"count": count}))


class TooLate(Exception):  # noqa: N818  # where a walk ends, not a fault
    """The next act lies ahead of now: so far the demand has come."""


@dataclass(slots=True)
class Walk:
    """One demand on its way through the verbs."""

    demand: DemoDemand
    now: datetime
    numbers: dict[int, str]
    at: datetime = field(init=False)
    number: str = field(init=False)
    chance: Random = field(init=False)
    lead: str = field(init=False)

    def go(self) -> str:
        """Register the demand and walk it as far as it goes; return its number."""
        self.at, self.lead = self.demand.received_at, self.demand.lead
        self.chance = Random(f"{self.demand.seed}/{self.demand.number}")  # noqa: S311  # a story, not a secret
        self.number = self.register()
        try:
            FATES[self.demand.fate](self)
        except TooLate:
            pass
        except NotAllowed as refused:
            raise RuntimeError(f"{self.demand.fate} of {self.demand.number}: {refused.refused}") from refused
        return self.number

    def register(self) -> str:
        """Register it, or answer it at once."""
        demand, contact = self.demand, self.demand.contact
        brought = Demand(
            text=demand.text,
            kind=demand.kind.value,
            title=demand.title,
            area=demand.area,
            address=demand.place,
            matter=demand.matter if demand.fate == "at_once" else "",
            demands=2 if demand.second else 1,
            respondents=demand.respondents,
            contact=Contact(contact.name, contact.phone, contact.address) if contact else Contact(),
        )
        at_once: dict[str, object] = {}
        if demand.fate == "at_once":
            at_once = {"outcomes": ("explained",) * brought.demands, "evidence": 1, "exit_rating": "yes"}
        by = RESIDENT if demand.channel in {"portal", "wechat", "qr"} else self.person("call_taker")
        if at_once:
            by = self.person("call_taker")
        return register(brought, channel=demand.channel, by=by, at=self.at, given=at_once).number

    def person(self, role: str, unit: str | None = None) -> Actor:
        """Return somebody who holds a role, the same for all of this demand."""
        found = [person for person in city().people if person.role == role and person.unit == unit]
        chosen = found[self.demand.number % len(found)]
        return Actor(chosen.login, role, unit)

    def wait(self, hours: tuple[float, float]) -> None:
        """Let time pass, on to the next working hour; end the walk where that lies ahead of now."""
        self.at += timedelta(hours=self.chance.uniform(*hours))
        local = self.at.astimezone(SHANGHAI)
        if not 8 <= local.hour < 18:  # noqa: PLR2004  # office hours
            local = (local + timedelta(days=local.hour >= 18)).replace(hour=9, minute=self.chance.randrange(60))  # noqa: PLR2004  # as above
            self.at = max(self.at, local)
        if self.at >= self.now:
            raise TooLate

    def do(
        self,
        act: str,
        role: str,
        hours: tuple[float, float] = SOON,
        *,
        unit: str | None = None,
        track: str = MAIN,
        **given: object,
    ) -> None:
        """Do one act after a while."""
        self.wait(hours)
        by = RESIDENT if role == "complainant" else self.person(role, unit)
        flow.act(self.number, act, by=by, at=self.at, given=given, track=track)

    def said(self, part: Part) -> str:
        """Return what is written at a step."""
        return text_for(self.demand, part)

    @property
    def long(self) -> bool:
        """Whether it takes the path of complaints and reports."""
        return self.demand.kind in {Kind.COMPLAINT, Kind.REPORT}

    def dispatched(self) -> None:
        """Judged and sent to the unit whose duty it is."""
        self.wait(SOON)
        triage.classify(
            self.number, kind=self.demand.kind.value, matter=self.demand.matter, area=self.demand.area,
            by=self.person("dispatcher"), at=self.at,
        )  # fmt: skip
        self.do("dispatch", "dispatcher", lead=self.lead)

    def signed(self) -> None:
        """Taken on by the unit."""
        self.dispatched()
        self.do("sign_for_case" if self.long else "sign_for", "clerk", SAME_DAY, unit=self.lead)

    def in_hand(self) -> None:
        """Being worked on; of a complaint, found true."""
        self.signed()
        if self.long:
            verdict = self.chance.choice(("true", "true", "partly_true"))
            reasons = self.said("true")
            self.do("find_true", "officer", SAME_DAY, unit=self.lead, verdict=verdict, evidence=2, reasons=reasons)
        if self.demand.contact and self.chance.random() < 0.6:  # noqa: PLR2004  # six of ten
            self.do("contact", "officer", SAME_DAY, unit=self.lead, reached=True)

    def submitted(self) -> None:
        """Submitted for review."""
        self.in_hand()
        self.result(DAYS)

    def result(self, hours: tuple[float, float]) -> None:
        """Submit a result, demand by demand."""
        outcome = {
            Kind.CONSULTATION: "explained", Kind.SUGGESTION: "explained", Kind.PRAISE: "explained",
        }.get(self.demand.kind, "partly" if self.demand.fate == "closed_partly" else "resolved")  # fmt: skip
        self.do(
            "submit_result", "officer", hours, unit=self.lead, outcomes=(outcome,) * (2 if self.demand.second else 1),
            evidence=self.chance.randrange(1, 4), basis=self.demand_basis(), draft=self.reply(),
        )  # fmt: skip

    def demand_basis(self) -> str:
        """Return the legal basis of the unit's duty."""
        return city().duty(self.demand.matter, self.demand.area).basis

    def reply(self) -> str:
        """Return the answer to the person; it names the case, so that no two are word for word the same."""
        return f"{reply_for(self.demand)}（工单{self.number}）"

    def replied(self) -> None:
        """Answered."""
        self.submitted()
        self.serve()

    def serve(self) -> None:
        """Approve the result and serve the reply."""
        self.do("approve_result", "supervisor", SAME_DAY)
        again = "" if self.at < self.demand.received_at + timedelta(days=1) else f"　{self.at:%-m月%-d日}"
        self.do("serve_reply", "clerk", SAME_DAY, unit=self.lead, channel="phone", reply=f"{self.reply()}{again}")

    def closed(self) -> None:
        """Answered, asked about, closed."""
        self.replied()
        self.ask_and_close("partly" if self.demand.fate == "closed_partly" else "yes")

    def ask_and_close(self, solved: str) -> None:
        """Have somebody else ask the person, and close."""
        if self.demand.contact:
            satisfied = {"yes": ("5", "5", "4"), "partly": ("4", "3", "3")}[solved]
            self.do(
                "record_call",
                "follow_up",
                SAME_DAY,
                reached=True,
                solved=solved,
                satisfied=self.chance.choice(satisfied),
            )
        self.do("close", "follow_up", SOON)

    def returned(self) -> None:
        """Returned by the unit; half of them ruled on."""
        self.dispatched()
        ground, why = why_return(self.demand)
        self.do("return_order", "clerk", SAME_DAY, unit=self.lead, ground=ground, why=why)
        if self.chance.random() < 0.5:  # noqa: PLR2004  # half of them
            self.do("rule_on_return", "ruler", SAME_DAY, lead=self.lead, why=self.said("ruling"))

    def asked(self) -> None:
        """The person was asked for more."""
        self.in_hand()
        self.do("ask_resident", "officer", SAME_DAY, unit=self.lead, what=self.said("missing"))

    def deferred(self) -> None:
        """Reasonable, and not possible now: with an owner, measures and a date."""
        self.in_hand()
        self.wait(SAME_DAY)
        self.do(
            "defer", "unit_head", unit=self.lead, until=(self.now + timedelta(days=90)).date(),
            measures=self.said("measures"), owner=self.demand_basis(),
        )  # fmt: skip

    def redone(self) -> None:
        """Dissatisfied with reason: sent back once, done again, closed."""
        self.replied()
        self.do("record_call", "follow_up", SAME_DAY, reached=True, solved="no", satisfied="2")
        self.do("send_back_dissatisfied", "follow_up", SOON, why=self.said("dissatisfied"))
        self.result(DAYS)
        self.serve()
        self.ask_and_close("yes")

    def escalated(self) -> None:
        """Dissatisfied a second time: up to the supervisor."""
        self.replied()
        self.do("record_call", "follow_up", SAME_DAY, reached=True, solved="no", satisfied="1")
        self.do("send_back_dissatisfied", "follow_up", SOON, why=self.said("dissatisfied"))
        self.result(DAYS)
        self.serve()
        self.do("record_call", "follow_up", SAME_DAY, reached=True, solved="no", satisfied="1")
        self.do("escalate", "follow_up", SOON, why=self.said("escalate"))

    def withdrawn(self) -> None:
        """Withdrawn by the person after dispatch, and confirmed by the centre."""
        self.signed()
        self.do("ask_to_withdraw", "complainant", SAME_DAY)
        self.do("confirm_withdrawal", "follow_up", SAME_DAY, pressed=False)

    def pressed(self) -> None:
        """Withdrawn under pressure, as the centre finds; it goes on."""
        self.signed()
        self.do("report_pressure", "complainant", SAME_DAY)
        self.do("ask_to_withdraw", "complainant", SOON)
        self.do("refuse_withdrawal", "follow_up", SAME_DAY, why=self.said("pressure"))

    def stub(self) -> None:
        """A state secret may be in it: recording stops, a stub stays."""
        self.do("hand_over_secret", "dispatcher", SOON, ground="state_secret")

    def joined(self) -> None:
        """The same event again: joined to the case that is open."""
        assert self.demand.joins is not None  # noqa: S101  # as the generator says
        self.wait(SOON)
        try:
            triage.join(self.number, self.numbers[self.demand.joins], by=self.person("dispatcher"), at=self.at)
        except NotAllowed:  # the earlier one is closed by then: it is handled for itself
            self.closed()

    def settled(self) -> None:
        """Nothing more to do."""


FATES: dict[str, Callable[[Walk], None]] = {
    "registered": Walk.settled,
    "dispatched": Walk.dispatched,
    "returned": Walk.returned,
    "handling": Walk.in_hand,
    "overdue": Walk.in_hand,
    "asked_resident": Walk.asked,
    "deferred": Walk.deferred,
    "reviewing": Walk.submitted,
    "replied": Walk.replied,
    "closed_solved": Walk.closed,
    "closed_partly": Walk.closed,
    "dissatisfied_redone": Walk.redone,
    "escalated": Walk.escalated,
    "withdrawn": Walk.withdrawn,
    "pressed": Walk.pressed,
    "at_once": Walk.settled,
    "secret_stub": Walk.stub,
    "joined": Walk.joined,
}
