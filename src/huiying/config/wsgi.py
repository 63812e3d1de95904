"""What the web server calls."""

from __future__ import annotations

import multiprocessing
import os
from typing import Any
from wsgiref.types import WSGIApplication

import django
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.utils.http import parse_header_parameters

from huiying.config.following import follow
from huiying.config.readying import get_ready
from huiying.config.whole import whole_only

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
application = whole_only(Handler())


def served() -> WSGIApplication:
    """Return the application, in a process of the web server that ends with the server's own: it holds the port."""
    parent = multiprocessing.parent_process()
    if parent is not None and parent.pid is not None:
        follow(parent.pid)
    get_ready()
    return application
