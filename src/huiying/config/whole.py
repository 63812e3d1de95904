"""A request whose sender hung up half way is no request: reading it fails where it was cut off.

A form with a file would otherwise be taken with half of the file, under a key that the whole one then cannot use.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment


class Readable(Protocol):
    """What a request's body is read from."""

    def read(self, size: int = -1, /) -> bytes:
        """Return so many bytes, or what there is."""

    def readline(self, size: int = -1, /) -> bytes:
        """Return a line."""


class Whole:
    """A body that is read to the length that was announced, or not at all."""

    def __init__(self, body: Readable, length: int) -> None:
        self._body, self._left = body, length

    def read(self, size: int = -1) -> bytes:
        """Return so many bytes; raise where no more come though more were announced."""
        return self._counted(self._body.read(size), ended=size < 0)

    def readline(self, size: int = -1) -> bytes:
        """Return a line; raise where no more come though more were announced."""
        return self._counted(self._body.readline(size), ended=False)

    def _counted(self, data: bytes, *, ended: bool) -> bytes:
        self._left -= len(data)
        if self._left > 0 and (ended or not data):
            raise OSError("cut off")  # Django knows what an OSError of a body is
        return data


def whole_only(application: WSGIApplication) -> WSGIApplication:
    """Return an application that gets whole requests only."""

    def checked(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        length: Any = environ.get("CONTENT_LENGTH") or "0"
        if str(length).isdecimal() and int(length):
            environ["wsgi.input"] = Whole(environ["wsgi.input"], int(length))
        return application(environ, start_response)

    return checked
