"""Log lines that say where something failed and never with what: an exception's words may quote what people wrote."""

from __future__ import annotations

import logging
import traceback
from types import TracebackType


class WithoutContents(logging.Formatter):
    """Formats an exception as its class and the places it came through, without its message and without values."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s", "%Y-%m-%dT%H:%M:%S%z")

    def format(self, record: logging.LogRecord) -> str:
        """Return the line. Of a failed request the path is left out: it may name a receipt code."""
        if record.name.startswith(("django.request", "django.security")):
            record = logging.makeLogRecord({**record.__dict__, "msg": "request failed", "args": (), "message": ""})
        return super().format(record)

    def formatException(  # noqa: N802  # logging's own name
        self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> str:
        """Return the exception's class and the frames, the innermost last."""
        kind, _, trace = ei
        frames = traceback.extract_tb(trace)
        lines = [f'  File "{frame.filename}", line {frame.lineno}, in {frame.name}' for frame in frames]
        return "\n".join([*lines, f"{kind.__module__}.{kind.__qualname__}" if kind else ""])
