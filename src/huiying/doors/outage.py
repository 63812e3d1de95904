"""What is answered while the machine cannot: 503 while the database is away, 507 while a disk is full.

Both say when to come again, and that sending the same form or key again registers nothing twice. Django asks `answer`
for every exception that nobody has answered, of a view or of what stands before it.
"""

from __future__ import annotations

import errno
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.utils import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, UnreadablePostError
from django.template import loader
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.defaults import server_error
from psycopg.errors import DiskFull

from huiying.doors.api.problems import API, problem

NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@dataclass(frozen=True, slots=True)
class Outage:
    """Why nothing can be done just now."""

    status: int
    code: str
    says: Promise
    again_s: int


AWAY = Outage(503, "unavailable", _("系统暂时连不上数据库，请稍后再试。重新提交同一份内容不会重复登记。"), 5)
FULL = Outage(507, "no_room", _("系统的存储空间已满，暂时不能登记，请稍后再试。重新提交同一份内容不会重复登记。"), 60)


def outage_of(error: BaseException | None) -> Outage | None:
    """Return which outage an exception tells of, itself or whatever it came from; None where it is our own fault."""
    found = None
    for cause in _causes(error):
        if isinstance(cause, DiskFull) or (isinstance(cause, OSError) and cause.errno in NO_ROOM):
            return FULL
        if isinstance(cause, OperationalError | InterfaceError):
            found = AWAY
    return found


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def answer(request: HttpRequest) -> HttpResponse:
    """Answer a request that failed: as an outage, or as our own fault."""
    error = sys.exception()
    if isinstance(error, UnreadablePostError):
        return HttpResponseBadRequest()  # its sender has hung up
    outage = outage_of(error)
    if outage is None:
        return server_error(request)
    if request.path.startswith(API):
        response = problem(outage.status, outage.code, str(outage.says))
    else:  # a page of its own: what every page shows is asked of the database
        response = HttpResponse(loader.render_to_string("outage.html", {"says": outage.says}), status=outage.status)
    response["Retry-After"] = str(outage.again_s)
    return response
