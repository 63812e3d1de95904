"""Staff sign in; nobody signs up. Accounts are made by administrators, and each making is an act."""

from __future__ import annotations

import secrets
from base64 import b64decode, b64encode
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from huiying.config.environment import roles_with_second_factor
from huiying.config.keys import digest
from huiying.directory.models import Staff
from huiying.doors import known_browsers
from huiying.doors.limits import address_of

#: Words that everyone would try first here.
OBVIOUS = ("huiying", "12345", "回应", "热线", "政务服务", "hotline")
LEFT_OVER = 8
NONCE_BYTES = 12


class StaffAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """allauth's behaviour for an installation that people do not register with."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody may."""
        del request
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return where a request came from; allauth itself would take our proxy for everyone."""
        return address_of(request)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:  # noqa: ANN401  # allauth's own
        """Look at no password while this account has to wait here."""
        if known_browsers.must_wait(request, credentials.get("username", "")):
            raise self.validation_error("too_many_login_attempts")

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Staff | None:  # noqa: ANN401  # allauth's own
        """Return whose password this is; a right one ends the waiting."""
        found: Staff | None = super().authenticate(request, **credentials)
        if found is not None:
            known_browsers.was_right(request, credentials.get("username", ""))
        return found

    def reauthenticate(self, user: Staff, password: str) -> bool:
        """Say whether this is the password of whoever has signed in; if so, their session goes on under a new key."""
        right = bool(super().reauthenticate(user, password))
        if right:
            context.request.session.cycle_key()
        return right

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:  # noqa: ANN401  # allauth's own
        """Count a wrong password."""
        known_browsers.was_wrong(request, credentials.get("username", ""))


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # as above
    """allauth's second factors, sealed in the database: its seeds make codes, and a copy of it must not."""

    def encrypt(self, text: str) -> str:
        """Seal a seed under a key that is derived for this alone."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return b64encode(nonce + AESGCM(digest("second factors")).encrypt(nonce, text.encode(), None)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Open a seed."""
        sealed = b64decode(encrypted_text)
        return AESGCM(digest("second factors")).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], None).decode()


class NotObvious:
    """A password must hold enough besides the words that everyone here would try first."""

    def validate(self, password: str, user: object = None) -> None:
        """Raise `ValidationError` for a password that is little more than such a word."""
        del user
        left = password.casefold()
        for word in OBVIOUS:
            left = left.replace(word, "")
        if len(left) < LEFT_OVER:
            raise ValidationError(self.get_help_text(), code="password_obvious")

    def get_help_text(self) -> str:
        """Return what is asked for."""
        return "密码里除了“12345”“热线”这类人人想得到的词以外，还要有至少8个字符。"


def owes_second_factor(staff: Staff) -> bool:
    """Whether somebody holds a post that needs a second factor, and has none."""
    roles = roles_with_second_factor()
    return (
        bool(roles)
        and staff.current_posts().filter(role_id__in=roles).exists()
        and not Authenticator.objects.filter(user_id=staff.pk, type=Authenticator.Type.TOTP).exists()
    )
