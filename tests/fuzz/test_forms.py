"""Every form of every page, found by walking the pages, sent what nobody should send."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import count
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import resolve

from cast import Entering
from fuzz.bad import TEXTS
from fuzz.forms import Found, addresses, crawl, place_of, plain
from fuzz.sending import URLENCODED, Answer, Pairs, attempt, kept, urlencoded, wrong
from fuzz.town import Town
from huiying.case.numbers import receipt_code
from huiying.procedure.library import library

NOBODY = "nobody"
PEOPLE = (
    NOBODY, "xiaoli", "zhoujie", "xiaozhao", "laowang", "liuju", "xiaomeng", "laowei", "sunshen", "qianshen", "wujie",
    "zhengfa", "fengbian", "hemi", "guandang", "heshou", "cailingdao",
)  # fmt: skip
#: What a resident does is done at the receipt; these acts have no form of the staff's.
RESIDENTS = frozenset(
    {"rate", "withdraw", "ask_to_withdraw", "report_pressure", "object_verdict", "register", "answer_at_once"}
)
#: What the law of the demo's city does not know: its limits neither stand still nor grow.
NOT_IN_THIS_LAW = frozenset({"extend", "suspend_clock", "resume_clock"})
#: Our addresses to which no form leads: pages that are read; and what needs a case five years old, or a second post.
WITHOUT_FORMS = frozenset({
    "home", "work", "overdue", "board", "board-cases", "overview", "overview-cases", "standing", "to-erase", "receipt",
    "case", "custodian", "healthz", "metrics", "erase", "choose-post", "spot", "spot-sheet", "file-areas", "file-place",
    "offline", "worker", "manifest", "principles", "paper", "paper-pdf", "receipt-paper-pdf", "audit", "audit-list",
    "law", "law-instrument", "law-picture", "law-acts", "law-limits", "law-examples", "law-example", "local-limits",
    "local-limit",
})  # fmt: skip
#: Pages that look the same to everybody are walked once for nobody and once for staff.
SAME_FOR_ALL = ("account", "mfa", "receipt", "file", "find", "home", "healthz", "metrics", "view", "offline")


class Walkers:
    """The people at the doors, each with a browser."""

    def __init__(self, town: Town, nobody: Client, signed_in: Entering) -> None:
        self.town, self.nobody, self.signed_in = town, nobody, signed_in
        self.clients: dict[str, Client] = {}
        self.story = {number: story for story, number in town.cases.items()}
        self.story |= {receipt_code(number): story for story, number in town.cases.items()}

    def client(self, who: str) -> Client:
        """Return somebody's browser, in which they have typed their password just now."""
        if who not in self.clients:
            client = self.nobody if who == NOBODY else self.signed_in(who)
            if who != NOBODY:
                session = client.session
                session["account_authentication_methods"] = [{"method": "password", "at": time.time(), "username": who}]
                session.save()
            self.clients[who] = client
        return self.clients[who]

    def kind(self, who: str, url: str) -> str:
        """Return what makes two pages of one kind: the address without its case, and at which step that stands."""
        path = urlsplit(url).path
        place = place_of(path)
        said = resolve(path).kwargs if place != path else {}
        story = self.story.get(said.get("number") or said.get("code") or "", "")
        same = place.startswith((*SAME_FOR_ALL, "do:"))
        return f"{'staff' if same and who != NOBODY else who} {place} {'' if place.startswith('do:') else story}"

    def forms(self) -> dict[str, Found]:
        """Return every form by its name."""
        found: dict[str, Found] = {}
        seen: set[str] = set()
        plainly = [f"/{pattern}" for pattern in addresses().values() if plain(pattern)]
        for who in PEOPLE:
            start = list(plainly) + (
                [f"/r/{receipt_code(number)}/" for number in self.town.cases.values()]
                if who == NOBODY
                else [f"/staff/case/{number}/" for number in self.town.cases.values()]
            )
            for one in crawl(self.client(who), who, start, seen, partial(self.kind, who)):
                found.setdefault(one.name, one)
        return found


def send(client: Client, form: Found, pairs: Pairs, before: Mapping[str, int]) -> Answer:
    """Send a form as a browser would."""
    body = urlencoded(pairs)
    if form.method == "GET":
        return attempt(client, lambda: client.get(f"{form.action}?{body.decode()}"), before)
    return attempt(client, lambda: client.generic("POST", form.action, body, content_type=URLENCODED), before)


def spoilt(form: Found, *, every: bool) -> Iterator[tuple[str, Pairs]]:
    """Yield what to send: one field spoilt, the others as they should be; and all of them spoilt alike."""
    good = {name: str(value).encode() for name, value in form.filled().items()}
    turn = count(sum(form.name.encode()))
    for name in good if every else [list(good)[next(turn) % len(good)]] if good else []:
        for what in TEXTS if every else [list(TEXTS)[next(turn) * 7 % len(TEXTS)]]:
            yield f"{name}: {what}", [(one, TEXTS[what] if one == name else value) for one, value in good.items()]
    for what in TEXTS if every else [list(TEXTS)[next(turn) % len(TEXTS)]]:
        yield f"all: {what}", [(name, TEXTS[what]) for name in good]
    if every:
        yield "no field at all", []
        yield "each twice", [pair for pair in good.items() for _ in range(2)]


@pytest.mark.long
@pytest.mark.parametrize("every", [False, pytest.param(True, marks=pytest.mark.long)], ids=["some", "all"])
def test_no_form_of_any_page_breaks_or_leaves_half_or_lets_markup_through(
    town: Town, nobody: Client, signed_in: Entering, *, every: bool
) -> None:
    walkers = Walkers(town, nobody, signed_in)
    forms = walkers.forms()
    faults, sent, before = [], 0, kept()
    for name, form in sorted(forms.items()):
        for what, pairs in spoilt(form, every=every):
            sent += 1
            if fault := wrong(send(walkers.client(form.who), form, pairs, before)):
                faults.append(f"{form.who} {form.method} {name} [{what}]: {fault}")
    _none_escaped(list(forms.values()))
    print(f"{len(forms)} forms, {sent} requests")  # noqa: T201  # told with -s
    assert not faults, "\n".join(faults)


def _none_escaped(forms: Sequence[Found]) -> None:
    """Every act of the procedures that staff do, and every address that takes a form, was met."""
    acts = {form.place.rpartition(":")[2] for form in forms if form.place.startswith("do:")}
    known = {act.id for act in library().procedures["hotline"].acts.values()}
    assert known - acts - RESIDENTS - NOT_IN_THIS_LAW == set()
    places = {form.place.partition(":")[0] for form in forms}
    ours = {name for name in addresses() if not name.startswith(("account_", "mfa_", "admin:"))}
    assert ours - places <= WITHOUT_FORMS
