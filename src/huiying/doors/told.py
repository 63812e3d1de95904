"""What the last act told somebody: carried by a signed cookie, so that no session is begun for whoever has none."""

from __future__ import annotations

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage


class Told(CookieStorage):
    """Django's cookie of messages, under a name that no other host can set."""

    cookie_name = f"{settings.COOKIES}huiying_told"
