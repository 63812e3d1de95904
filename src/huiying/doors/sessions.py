"""Sessions of staff: found by a keyed hash, known by whose they are, over when idle, old, many, or their post ended."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset, authenticator_used
from django.contrib.auth import SESSION_KEY, logout
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db.models import QuerySet
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from huiying.config.environment import read
from huiying.config.keys import digest
from huiying.directory.models import Staff
from huiying.doors import known_browsers
from huiying.doors.models import Session

#: A working day and its overtime; then the password again, whoever sits there.
LONGEST = timedelta(hours=12)
#: How many browsers one person may be signed in with: the newest stay.
MOST = 5
#: How exactly it is known when a session was last used; not every page is a write.
EXACT = timedelta(minutes=1)
LOG = logging.getLogger("huiying.security")
BEGAN, SEEN = "began", "seen"


def stored_key(session_key: str) -> str:
    """Return what stands in the table for a session's key."""
    return digest("session", session_key).hex()[:40]


class SessionStore(DatabaseStore):
    """Django's sessions in the database, without their keys, and with whose they are."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        """Return our table."""
        return Session

    def _get_session_from_db(self) -> Session | None:
        found = (
            Session.objects.filter(session_key=stored_key(self.session_key), expire_date__gt=timezone.now()).first()
            if self.session_key
            else None
        )
        if found is None:
            self._session_key = None
        return found

    def exists(self, session_key: str) -> bool:
        """Whether there is a session of this key."""
        return super().exists(stored_key(session_key))

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        """Return the row of this session."""
        row = super().create_model_instance(data)
        assert isinstance(row, Session)  # noqa: S101  # of our table
        row.session_key = stored_key(row.session_key)
        row.staff_id = int(data[SESSION_KEY]) if SESSION_KEY in data else None
        row.began_at, row.seen_at = _moment(data, BEGAN), _moment(data, SEEN)
        return row

    def delete(self, session_key: str | None = None) -> None:
        """End this session, or the one of a key."""
        key = session_key or self.session_key
        if key:
            Session.objects.filter(session_key=stored_key(key)).delete()


def _moment(data: dict[str, Any], name: str) -> datetime | None:
    return datetime.fromtimestamp(data[name], UTC) if name in data else None


def idle() -> timedelta:
    """Return after how long without a page a session is over."""
    return timedelta(minutes=int(read("HUIYING_SESSION_IDLE")))


def sessions_of(staff: Staff) -> QuerySet[Session]:
    """Return the sessions that somebody has now, the last used first."""
    now = timezone.now()
    return staff.sessions.filter(expire_date__gt=now, began_at__gt=now - LONGEST, seen_at__gt=now - idle()).order_by(
        "-seen_at"
    )


@receiver(user_logged_in)
def begin(request: HttpRequest, user: Staff, **_: object) -> None:
    """Begin to count a session's time, and end the oldest where somebody has too many."""
    now = timezone.now()
    request.session[BEGAN] = request.session[SEEN] = now.timestamp()
    others = list(sessions_of(user).exclude(session_key=stored_key(request.session.session_key or "")))
    Session.objects.filter(pk__in=[other.pk for other in others[MOST - 1 :]]).delete()
    known_browsers.remember(request, user.get_username())
    LOG.info("signed in: %s", user.get_username())


@receiver(user_logged_out)
def end(user: Staff | None, **_: object) -> None:
    """Say who has signed out, or was."""
    if user is not None:
        LOG.info("signed out: %s", user.get_username())


@receiver([authenticator_added, authenticator_removed, authenticator_reset])
def end_others(request: HttpRequest, user: Staff, **_: object) -> None:
    """End somebody's other sessions when their second factor changes, as a new password does."""
    LOG.info("second factor changed: %s", user.get_username())
    user.sessions.exclude(session_key=stored_key(request.session.session_key or "")).delete()


def is_over(request: HttpRequest, now: datetime) -> bool:
    """Whether a session has lain idle or lasted too long. One that does not say since when is over."""
    data: Any = request.session
    began, seen = _moment(data, BEGAN), _moment(data, SEEN)
    return began is None or seen is None or now - began >= LONGEST or now - seen >= idle()


@receiver(authenticator_used)
def renew(request: HttpRequest, *, reauthenticated: bool = False, **_: object) -> None:
    """Give a session a new key when its person has shown again who they are."""
    if reauthenticated:
        request.session.cycle_key()


class SessionLimitsMiddleware:
    """Ends a session that is over. A browser whose session has ended is told to forget what it kept."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, after looking at the time."""
        before = request.user.is_authenticated
        if before:
            now = timezone.now()
            if is_over(request, now):
                logout(request)
            elif now.timestamp() - request.session[SEEN] >= EXACT.total_seconds():
                request.session[SEEN] = now.timestamp()
        response = self.get_response(request)
        if before and not request.user.is_authenticated:
            response.headers["Clear-Site-Data"] = '"cache", "storage"'
        known_browsers.answer(request, response)
        return response
