"""What papers a case owes, what each says, and what was issued and served of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from huiying.case.folding import after, law, nothing_yet
from huiying.case.models import Case, Notice
from huiying.config.environment import read
from huiying.config.packs import our_library
from huiying.directory.queries import areas_of_the_city, unit_names
from huiying.procedure.papers import OUTSIDE
from huiying.procedure.remedies import Remedy, ways
from huiying.procedure.workdays import china
from huiying.stages.papers.facts import Source, facts_of
from huiying.stages.papers.models import Paper
from huiying.stages.papers.wording import Text, Wording, filled, known_as, wordings

#: Under this name a paper's words lie with the contents of the act that issued it.
PAPER = "paper"


@dataclass(frozen=True, slots=True)
class Owed:
    """A notice that becomes a paper: the words that it has, and the paper where it was issued."""

    notice: Notice
    wording: Wording
    paper: Paper | None


def owed(case: Case, to: Sequence[str] = OUTSIDE) -> list[Owed]:
    """Return the papers of a case for some, in the order in which they were owed."""
    issued = {(paper.position, paper.notice, paper.to): paper for paper in Paper.objects.filter(case=case)}
    notices = Notice.objects.filter(case=case, to__in=to, name__in=wordings()).order_by("position", "id")
    return [
        Owed(notice, wordings()[notice.name], issued.get((notice.position, notice.name, notice.to)))
        for notice in notices
    ]


def one_owed(case: Case, position: int, slug: str, to: str) -> Owed | None:
    """Return one paper of a case; None where no act owes it."""
    words = known_as(slug)
    if words is None or to not in OUTSIDE:
        return None
    notice = Notice.objects.filter(case=case, position=position, name=words.notice, to=to).first()
    if notice is None:
        return None
    return Owed(notice, words, Paper.objects.filter(case=case, position=position, notice=words.notice, to=to).first())


def text_of(case: Case, one: Owed) -> Text:
    """Return what a paper says: as it was issued, or, where it was not yet, as it would be now.

    Raises `Incomplete` where the ledger does not hold, or no longer holds, what it must contain.
    """
    if one.paper is None:
        return drafted(case, one)
    kept = case.contents.filter(position=one.paper.issued_with, name=PAPER).first()
    return drafted(case, one, one.paper.number) if kept is None else Text.model_validate_json(kept.text)


def drafted(case: Case, one: Owed, number: str = "") -> Text:
    """Return a paper's text as the ledger gives it, under a number."""
    source = source_of(case, one.notice)
    remedies = tuple(f"{way.text}依据：{way.article}。" for way in remedies_of(case, one.notice))
    return filled(one.wording, facts_of(source) | {"number": number}, remedies, to=one.notice.to)


def remedies_of(case: Case, notice: Notice) -> tuple[Remedy, ...]:
    """Return the ways that a notice leaves open, the same for paper and page."""
    given = case.ledger.values_list("body", flat=True).get(position=notice.position)["given"]
    return ways(notice.name, given, our_library().terms, notice.to, notice.article)


def source_of(case: Case, notice: Notice) -> Source:
    """Return all that a paper is made from."""
    *earlier, act = case.ledger.filter(position__lte=notice.position).order_by("position")
    then = nothing_yet(law(case.law_id))
    for one in (*earlier, act):
        then = after(then, one)
    return Source(
        number=case.number,
        then=then,
        act=act,
        earlier=earlier,
        texts=_texts(case, notice.position),
        names=unit_names(),
        centre=read("HUIYING_SITE_NAME"),
        article=notice.article,
        to=notice.to,
        terms=our_library().terms,
        calendar=china(),
    )


def _texts(case: Case, until: int) -> Mapping[int, Mapping[str, str]]:
    found: dict[int, dict[str, str]] = {}
    for content in case.contents.filter(position__lte=until).exclude(name=PAPER):
        found.setdefault(content.position, {})[content.name] = content.text
    return found


def mark_of(wording: Wording) -> str:
    """Return what a kind of paper's numbers begin with: the city's sign (机关代字), and the kind's."""
    widest = areas_of_the_city().first()
    sign = read("HUIYING_PAPER_MARK") or (widest.name[:1] if widest else "")
    return f"{sign}{wording.mark}"
