"""A request whose sender hung up half way is no request: reading it fails where it was cut off.

A form with a file would otherwise be taken with half of the file, under a key that the whole one then cannot use.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol
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


def announced(length: object) -> int:
    """Return how long a request says that it is; 0 where it says no number.

    Of a number without end only the beginning is read: Python refuses to read it all.
    """
    digits = str(length or "")
    return int(digits.lstrip("0")[:18] or "0") if digits.isascii() and digits.isdecimal() else 0


def whole_only(application: WSGIApplication) -> WSGIApplication:
    """Return an application that gets whole requests only."""

    def checked(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if length := announced(environ.get("CONTENT_LENGTH")):
            environ["wsgi.input"] = Whole(environ["wsgi.input"], length)
        return application(environ, start_response)

    return checked
