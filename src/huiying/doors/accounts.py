"""Staff sign in; nobody signs up. Accounts are made by administrators, and each making is an act."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class StaffAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """allauth's behaviour for an installation that people do not register with."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody may."""
        del request
        return False
