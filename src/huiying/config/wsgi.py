"""What the web server calls."""

from __future__ import annotations

import os
from typing import Any

import django
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.utils.http import parse_header_parameters

UNREADABLE = {"charset": "unreadable"}


class Request(WSGIRequest):
    """A request whose text is UTF-8, whatever it says of itself.

    Django takes the codec that a request names before anything of ours is asked, and where that one fails, or decodes
    no text, nobody answers. What is named stays in `content_params`; `doors.readable` refuses what is not UTF-8.
    """

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        try:
            self.content_type, self.content_params = parse_header_parameters(meta.get("CONTENT_TYPE", ""))
        except ValueError:
            self.content_type, self.content_params = "", dict(UNREADABLE)


class Handler(WSGIHandler):
    """Django's handler with our requests."""

    request_class = Request


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huiying.config.settings")
django.setup(set_prefix=False)
application = Handler()
