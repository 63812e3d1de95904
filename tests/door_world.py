"""A city in which every visitor stands before every kind of case, and what they are answered at an address."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.test.client import ClientHandler
from django.utils import timezone

from beside_cases import a_limit_that_waits, two_audits
from cast import LI, MENG, STREETS, WANG, WATER, WEI, WU, ZHAO, ZHOU
from door_matrix import (
    CONFIDENTIAL,
    FOREIGN,
    MISSING,
    NONE,
    OWN,
    REPORT,
    RESPONDENT,
    SUPERIOR,
    Row,
    address,
)  # fmt: skip
from huiying.case.models import Act, Case
from huiying.case.numbers import number, receipt_code
from huiying.case.scope import CENTRE, WORK, current, enter, seeing
from huiying.case.scope import NONE as NO_SCOPE
from huiying.directory.models import Area, Matter, Post, Staff, Unit
from huiying.doors.people import new_token
from huiying.procedure.disclosure import Field, Purpose
from huiying.procedure.state import MAIN, Actor
from huiying.stages import flow
from huiying.stages.identity.actions import ask_to_see
from huiying.stages.identity.vault import Contact
from huiying.stages.intake.actions import RESIDENT as PERSON
from huiying.stages.intake.actions import Demand, at_once, register
from huiying.stages.triage.actions import classify

#: Who stands for each role; those of a unit work for the water bureau.
CAST = ("xiaoli", "zhoujie", "xiaozhao", "laowang", "liuju", "sunshen", "qianshen", "wujie", "zhengfa", "fengbian",
        "hemi", "guandang", "heshou", "cailingdao", "xiaoge")  # fmt: skip
NEVER_GIVEN, NO_OPENING, WRONG_CODE = 99_999_999, 10**9, "7QFK-0M2P-7QFK-0M2P"
BELOW = "sw-2"
PHONE = "13900001234"
#: What was answered on the spot, and is over: the audits list it.
QUESTION = Demand(text="老年证丢了怎么补办", kind="consultation")
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
FORGERY = re.compile(r'name="csrfmiddlewaretoken" value="\w+"')
API, LOGIN = "api/", "/accounts/login/"
#: One for all askings: each would list all static files anew, which takes longer than any page.
HANDLER = ClientHandler(enforce_csrf_checks=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a visitor got: the status in the table's words, the text, how many acts it made, what is still seen."""

    said: str
    words: str
    acts: int
    scope: str


class World:
    """The cases, by situation as the water bureau sees them, and everybody's way in."""

    def __init__(self) -> None:
        self.numbers = {
            OWN: self._signed(self._brought(), WATER, ZHAO),
            FOREIGN: self._signed(self._brought(), STREETS, MENG),
            CONFIDENTIAL: self._signed(self._brought(confidential=True), WATER, ZHAO),
            REPORT: self._signed(self._brought(kind="report"), WATER, ZHAO),
            RESPONDENT: self._turned_against(WATER, "complaint"),
            SUPERIOR: self._turned_against(self._below(), "report"),
            MISSING: number(timezone.now(), NEVER_GIVEN),
        }
        hidden = self._signed(self._brought(confidential=True), STREETS, MENG)
        self.openings = {
            OWN: self._opening(self.numbers[OWN], Field.CONTACT, Purpose.CALL_BACK, WANG),
            CONFIDENTIAL: self._opening(self.numbers[CONFIDENTIAL], Field.ORIGINAL, Purpose.HANDLE, WANG),
            REPORT: self._opening(self.numbers[REPORT], Field.ORIGINAL, Purpose.HANDLE, WANG),
            FOREIGN: self._opening(hidden, Field.ORIGINAL, Purpose.HANDLE, WEI),
            RESPONDENT: self._opening(self.numbers[RESPONDENT], Field.CONTACT, Purpose.FOLLOW_UP, WU),
            SUPERIOR: self._opening(self.numbers[SUPERIOR], Field.ORIGINAL, Purpose.JUDGE, ZHOU),
            MISSING: NO_OPENING,
        }
        at = timezone.now()
        self.limit = a_limit_that_waits(at)
        register(QUESTION, channel="phone", by=LI, at=at, given=at_once(1, "yes"))
        two_audits(at)
        people = Post.objects.filter(staff__username__in=CAST)
        self.posts = {post.role_id: post for post in people.select_related("staff")}
        self.sessions = {role: _session(post.staff) for role, post in self.posts.items()}
        self.tokens = {role: new_token(post, "test", timezone.now(), days=1) for role, post in self.posts.items()}
        self.acts = self._count()

    def _brought(self, **more: Any) -> str:
        demand = Demand(text="家里漏水，请派人来修。", contact=Contact("陈小梅", PHONE), address="滨河花园5栋", **more)
        return register(demand, channel="phone", by=PERSON, at=timezone.now()).number

    def _signed(self, case: str, unit: str, clerk: Actor) -> str:
        flow.act(case, "dispatch", by=ZHOU, at=timezone.now(), given={"lead": unit})
        with seeing(CENTRE):
            kind = Case.objects.values_list("kind", flat=True).get(number=case)
        flow.act(case, "sign_for_case" if kind == "report" else "sign_for", by=clerk, at=timezone.now(), given={})
        return case

    def _turned_against(self, respondent: str, kind: str) -> str:
        """Bring a case in which the water bureau has a part, and of which it turns out later against whom it is."""
        case, at = self._signed(self._brought(), STREETS, MENG), timezone.now()
        flow.act(case, "order_support", by=WEI, at=at, given={"helper": WATER})
        flow.act(case, "ask_to_withdraw", by=PERSON, at=at, given={})
        flow.act(case, "refuse_withdrawal", by=WU, at=at, given={"why": "不是自愿"})
        with seeing(CENTRE):
            area, matter = Area.objects.filter(code__startswith="9901").first(), Matter.objects.exclude(parent=None)[0]
        assert area
        classify(case, kind=kind, matter=matter.pk, area=area.pk, by=ZHOU, at=at, respondents=[respondent])
        return case

    def _below(self) -> str:
        above = Unit.objects.get(pk=WATER)
        return Unit.objects.create(
            code=BELOW, name="水务局二所", level="department", superior=above, area=above.area
        ).pk

    def _opening(self, case: str, what: Field, purpose: Purpose, by: Actor) -> int:
        return int(ask_to_see(case, what, purpose, by=by, at=timezone.now()).opening.pk)

    def _count(self) -> int:
        with seeing(WORK):
            return Act.objects.count()

    def filled(self, row: Row, situation: str) -> Mapping[str, object]:
        """Return what an address of a row is filled in with, for a case of this kind."""
        known = situation or OWN
        return {
            "number": self.numbers[known],
            "opening": self.openings[known],
            "opening_id": self.openings[known],
            "code": WRONG_CODE if situation == MISSING else receipt_code(self.numbers[OWN]),
            "track": MAIN,
            "post_id": 1,
            "limit": self.limit,
            **row.filled,
        }

    def ask(self, visitor: str, row: Row, situation: str = NONE, *, wrong_way: bool = False) -> Answer:
        """Ask at an address as a visitor, and undo what that did.

        `wrong_way`: with a browser's session where programs come with tokens, with a token where people sign in.
        """
        by_token = row.pattern.startswith(API) is not wrong_way
        headers = {"Authorization": f"Bearer {self.tokens[visitor]}"} if visitor in self.tokens and by_token else {}
        client = Client(headers=headers, raise_request_exception=False)
        client.handler = HANDLER
        if visitor in self.sessions and not by_token:
            client.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[visitor]
        path = address(row.pattern, self.filled(row, situation))
        sent: dict[str, Any] = {"data": dict(row.body)}
        if row.pattern.startswith(API):
            sent = {"data": json.dumps(row.body), "content_type": "application/json"}
        if row.method != "POST":
            sent = {}
        with transaction.atomic():
            enter(NO_SCOPE)
            answer = getattr(client, row.method.lower())(path, **sent)
            words = b"".join(answer.streaming_content) if answer.streaming else answer.content
            found = Answer(_said(answer), words.decode("utf-8", "replace"), self._count() - self.acts, current())
            transaction.set_rollback(True)
        return found


def _said(answer: HttpResponse) -> str:
    to_login = answer.status_code == 302 and answer["Location"].startswith(LOGIN)
    return "login" if to_login else str(answer.status_code)


def _session(staff: Staff) -> str:
    client = Client()
    client.force_login(staff, BACKEND)
    session = client.session
    assert isinstance(session, SessionBase)
    return str(session.session_key)


def without_what_was_typed(words: str, world: World, row: Row, situation: str) -> str:
    """Return an answer without what differs between any two askings: the address itself, a token against forgery."""
    filled = world.filled(row, situation)
    for typed in (address(row.pattern, filled), str(filled["number"])):
        words = words.replace(typed, "")
    return FORGERY.sub("", words)
