"""What papers of real cases say, and everything that the ledger of a case holds which a paper may say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from huiying.case.folding import after, clock_rows, law, nothing_yet
from huiying.case.models import Act, Case, Content
from huiying.case.scope import CENTRE, WORK, seeing
from huiying.config.packs import our_library
from huiying.directory.queries import unit_names
from huiying.procedure.remedies import amount
from huiying.procedure.schema import COMPLAINANT
from huiying.procedure.time_limits import SHANGHAI
from huiying.procedure.words import catalogue
from huiying.stages.papers.queries import owed, remedies_of, text_of
from huiying.stages.papers.wording import Text

#: What in a paper can be true or false: days, amounts, articles, numbers.
FACTS = re.compile(r"\d+年\d+月\d+日|\d+个工作日|《[^》]+》(?:（[^）]+）)?第\d+条|[\d-]{4,}-\w|\d+")


def case_of(number: str) -> Case:
    return Case.objects.select_related("law").get(number=number)


def place_of(number: str, notice: str) -> tuple[int, str]:
    """Return where a case's paper is found: the act that owes it, and the paper's name in addresses."""
    with seeing(CENTRE):
        one = next(one for one in owed(case_of(number)) if one.notice.name == notice)
    return one.notice.position, one.wording.slug


def texts(number: str, to: str = COMPLAINANT) -> dict[str, Text]:
    """Return every paper of a case for somebody by the name of its notice, as it would be issued now."""
    with seeing(CENTRE):
        case = case_of(number)
        return {one.notice.name: text_of(case, one) for one in owed(case, [to])}


def said(text: Text) -> str:
    body = [line for section in text.sections for line in (section.heading, *section.paragraphs)]
    return "\n".join([text.unit, text.title, text.addressee, *body, text.closing, text.date])


def ledger_of(number: str) -> Iterator[str]:
    """Yield what the ledger of a case holds that a paper may say: texts, dates, codes in words, articles, limits."""
    words, terms = catalogue("zh_hans"), our_library().terms
    with seeing(WORK):
        case = case_of(number)
        yield from Content.objects.filter(case=case).values_list("text", flat=True)
        now = nothing_yet(law(case.law_id))
        for act in Act.objects.filter(case=case).order_by("position"):
            yield day(act.at.astimezone(SHANGHAI).date())
            for value in act.body["given"].values():
                for one in value if isinstance(value, list) else [value]:
                    yield words.get(f"choice.{one}", str(one))
                    if re.fullmatch(r"\d{4}-\d\d-\d\d", str(one)):
                        yield day(date.fromisoformat(str(one)))
            now = after(now, act)
            for clock in clock_rows(now):  # as they stood then
                if clock.due_at is not None:
                    yield day((clock.due_at.astimezone(SHANGHAI) - timedelta(days=1)).date())
                    if clock.term:  # one that ends on a day which an act gave has no row
                        yield f"{terms[clock.term].article}、{amount(terms[clock.term])}"
        for notice in case.notices.all():
            yield notice.article
            yield from (f"{way.article} {way.text}" for way in remedies_of(case, notice))
    yield number
    yield from unit_names().values()
    yield "政务服务便民热线"


def day(on: date) -> str:
    return f"{on.year}年{on.month}月{on.day}日"
