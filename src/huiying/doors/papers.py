"""Papers at the doors: lists of them, one as a page, one as PDF. Staff's door and the resident's both ask here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from huiying.case.models import Case
from huiying.config.packs import our_library
from huiying.config.trouble import Trouble
from huiying.doors.language import rule_words
from huiying.doors.moments import on_date, until
from huiying.procedure.time_limits import Due, due
from huiying.procedure.workdays import china
from huiying.stages.papers.models import Paper
from huiying.stages.papers.queries import Owed, remedies_of, text_of
from huiying.stages.papers.setting import pdf
from huiying.stages.papers.wording import Incomplete, Text

#: Before a name that a header carries in UTF-8 stands one that any program reads.
PLAIN_NAME = "paper.pdf"


def service_words(paper: Paper) -> str:
    """Return by which way and when a paper was served, empty where it was not."""
    if paper.served_on is None:
        return ""
    channel = rule_words().get(f"choice.{paper.served_by}", paper.served_by)
    return _("{date}送达（{channel}）").format(date=on_date(paper.served_on), channel=channel)


def remedy_facts(case: Case, one: Owed) -> list[dict[str, str]]:
    """Return the ways that a paper leaves open, each with its last day where that can be said: once it was served."""
    facts, terms = [], our_library().terms
    for way in remedies_of(case, one.notice):
        last = ""
        if way.term and one.paper is not None and one.paper.served_on is not None:
            ends = due(terms[way.term], one.paper.served_on, china())
            if isinstance(ends, Due):
                last = _("{until}前").format(until=until(ends.moment))
        facts.append({"label": way.name, "text": last or way.text, "note": way.article})
    return facts


def letter(case: Case, one: Owed) -> Mapping[str, Any]:
    """Return a paper as `ui/letter.html` takes it; `lacks` says what the ledger does not hold, and nothing is shown."""
    try:
        return {"text": text_of(case, one), "lacks": ""}
    except Incomplete as lacking:
        return {"text": None, "lacks": lacking.lacks}


def as_pdf(request: HttpRequest, text: Text) -> HttpResponse:
    """Answer with a paper to be kept. Without the fonts it cannot be made: then the page says so, and what to do."""
    try:
        made = pdf(text)
    except Trouble as missing:
        why = _("文书的字体没有装上（{where}），做不出PDF。请管理员运行 make install；网页照样能看、能打印。")
        return render(request, "refused.html", {"why": why.format(where=missing.where)}, status=503)
    name = quote(f"{text.title}{text.number}.pdf")
    return HttpResponse(
        made,
        content_type="application/pdf",
        headers={
            "Content-Disposition": f"attachment; filename=\"{PLAIN_NAME}\"; filename*=UTF-8''{name}",
            "X-Content-Type-Options": "nosniff",
        },
    )
