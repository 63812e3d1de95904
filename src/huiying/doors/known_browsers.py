"""Wrong passwords: each makes the next wait longer, for strangers.

A browser that somebody has signed in with before is counted apart, so that nobody can lock a colleague out by typing
nonsense under their name.
Nothing here asks whether an account exists, so that nothing here can tell.
"""

from __future__ import annotations

import logging
import secrets
from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.core.cache import cache
from django.http import HttpRequest, HttpResponseBase

from huiying.config.keys import digest
from huiying.doors.limits import HOUR, address_of, counted, forget, hit

#: Wrong passwords before the next has to wait: half a minute, and twice as long each time.
FREE_TRIES = 5
FIRST_WAIT_S, LONGEST_WAIT_S = 30, 900
#: How long wrong passwords are counted for an account; the right one ends it.
REMEMBERED = timedelta(days=1)
#: Wrong passwords an hour from one address, whatever the account. A whole office may share one.
ADDRESS_TRIES = 100
KNOWN_FOR_S = 90 * 24 * 3600
MOST_PEOPLE = 6
#: Says of accounts and addresses their hashes only: what was typed may be a password in the wrong field.
LOG = logging.getLogger("huiying.security")
SALT = "huiying.known-browser"


def _login(username: str) -> str:
    return digest("login", username.strip().casefold()).hex()[:20]


def _known(request: HttpRequest) -> dict[str, str]:
    """Return who has signed in with this browser: hash of the login → the browser's number for it."""
    try:
        found = signing.loads(request.COOKIES.get(settings.BROWSER_COOKIE_NAME, ""), salt=SALT, max_age=KNOWN_FOR_S)
    except signing.BadSignature:
        return {}
    return dict(found)


def _counters(request: HttpRequest, username: str) -> tuple[bytes, bytes]:
    """Return where tries for an account are counted from here, and where those of an address."""
    login = _login(username)
    return (
        digest("wrong passwords", login, _known(request).get(login, "")),
        digest("wrong passwords of an address", address_of(request)),
    )


def must_wait(request: HttpRequest, username: str) -> bool:
    """Count a try, before the password is looked at, and say whether it has to wait."""
    account, address = _counters(request, username)
    waiting = f"wait {account.hex()}"
    known = _login(username) in _known(request)
    if cache.get(waiting) or (not known and counted(address) >= ADDRESS_TRIES):
        LOG.warning("sign-in has to wait: account %s address %s", account.hex()[:12], address.hex()[:12])
        return True
    tries = hit(account, REMEMBERED)
    if tries >= FREE_TRIES:
        cache.set(waiting, True, min(FIRST_WAIT_S * 2 ** (tries - FREE_TRIES), LONGEST_WAIT_S))  # a mark
    return False


def was_wrong(request: HttpRequest, username: str) -> None:
    """Count a wrong password for the address too."""
    account, address = _counters(request, username)
    hit(address, HOUR)
    LOG.warning("wrong password: account %s address %s", account.hex()[:12], address.hex()[:12])


def was_right(request: HttpRequest, username: str) -> None:
    """Forget the wrong ones: whoever typed them knows it."""
    account, _ = _counters(request, username)
    forget(account)
    cache.delete(f"wait {account.hex()}")


def remember(request: HttpRequest, username: str) -> None:
    """Have the browser know from now on that this person has signed in with it."""
    known = _known(request)
    login = _login(username)
    number = known.pop(login, "") or secrets.token_hex(8)
    request.META["huiying.browser"] = dict([*list(known.items())[1 - MOST_PEOPLE :], (login, number)])


def answer(request: HttpRequest, response: HttpResponseBase) -> None:
    """Give the browser its mark, where somebody has just signed in."""
    known = request.META.get("huiying.browser")
    if known is not None:
        response.set_cookie(
            settings.BROWSER_COOKIE_NAME,
            signing.dumps(known, salt=SALT),
            max_age=KNOWN_FOR_S,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Strict",
        )
