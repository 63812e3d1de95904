"""Seeing what is sealed: one click with a purpose where the table allows it, a custodian first where it says that."""

from __future__ import annotations

import base64
from collections.abc import Mapping

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from huiying.doors.work.views import for_staff, person_of, visible
from huiying.procedure.disclosure import Field, Purpose
from huiying.stages.identity import actions as identity
from huiying.stages.identity.queries import must_be_visible
from huiying.stages.identity.vault import unpack
from huiying.stages.intake.uploads import read


@require_POST
@for_staff
def ask(request: HttpRequest, number: str) -> HttpResponse:
    """See a field for a purpose, or ask a custodian. What is seen is shown once, on this page, and kept nowhere."""
    visible(number)
    try:
        field, purpose = Field(request.POST.get("field", "")), Purpose(request.POST.get("purpose", ""))
    except ValueError as unknown:
        raise Http404 from unknown
    opened = identity.ask_to_see(number, field, purpose, by=person_of(request).actor, at=timezone.now())
    if opened.contents is None:
        return render(request, "work/opening_asked.html", {"number": number})
    return _show(request, number, opened)


@require_POST
@for_staff
def see(request: HttpRequest, opening_id: int) -> HttpResponse:
    """See what a custodian has approved."""
    must_be_visible(opening_id)
    opened = identity.see_approved(opening_id, by=person_of(request).actor, at=timezone.now())
    return _show(request, opened.opening.case.number, opened)


def _show(request: HttpRequest, number: str, opened: identity.Opened) -> HttpResponse:
    contents = opened.contents or {}
    return render(
        request,
        "work/opened.html",
        {"number": number, "opening": opened.opening, "lines": shown(contents), "files": files(contents)},
    )


def shown(contents: Mapping[str, str]) -> list[dict[str, str]]:
    """Return opened texts as lines: of a contact the name and the phone, otherwise the words."""
    lines: list[dict[str, str]] = []
    for name, content in contents.items():
        kind = name.partition("#")[0]
        if kind == "contact":
            contact = unpack(content)
            lines += [{"label": _("姓名"), "text": contact.name}, {"label": _("电话"), "text": contact.phone}]
        elif not kind.startswith(identity.FILE):
            lines.append({"label": {"address": _("具体地点"), "what": _("补充")}.get(kind, _("原文")), "text": content})
    return lines


def files(contents: Mapping[str, str]) -> list[dict[str, str]]:
    """Return opened files as parts of this very answer: they have no address of their own that could be kept."""
    found = []
    for name, secret in contents.items():
        if name.startswith(identity.FILE):
            opened = read(name.partition("#")[0].removeprefix(identity.FILE), secret)
            data = base64.b64encode(opened.data).decode()
            found.append(
                {
                    "name": opened.name,
                    "url": f"data:{opened.content_type};base64,{data}",
                    "kind": opened.content_type.partition("/")[0],
                }
            )
    return found
