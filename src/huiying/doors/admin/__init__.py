"""Django's admin over the directory; every change is an act. Cases are not to be found here."""

from __future__ import annotations

from huiying.doors.admin import site

__all__ = ["site"]
