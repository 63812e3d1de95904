"""Gathers what a case holds that bears on whether it is so, as far as the asker may see it."""

from __future__ import annotations

from datetime import datetime

from huiying.case.models import Act, Case
from huiying.judgement.authenticity import Facts, Speaks, signals
from huiying.judgement.core import Piece
from huiying.procedure.schema import Kind
from huiying.stages.intake.similar import alike
from huiying.stages.triage.proposing import core

TAKES_BACK, CALL = "retract_verdict", "record_call"


def signals_of(case: Case, text: str, at: datetime) -> list[Speaks]:
    """Return what speaks for and against a case; what others reported is compared with nothing (F1, F10)."""
    found = core(case, text)
    named = case.contents.filter(position=1, name="place").values_list("text", flat=True).first() or ""
    acts = Act.objects.filter(case=case)
    compared = case.kind != Kind.REPORT and not case.confidential
    like = [one.number for one in alike(text, area=case.area, at=at) if one.number != case.number] if compared else []
    return signals(
        Facts(
            named_place=named,
            places=_apart(found.where, text),
            times=_apart(found.when, text),
            beginnings=_apart(found.since, text),
            files=case.attachments.count(),
            like=_visible(like),
            joined=Case.objects.filter(joined_into=case.number).count(),
            unreached=acts.filter(act=CALL, body__given__reached=False).count(),
            anonymous=case.anonymous,
            taken_back=acts.filter(act=TAKES_BACK).exists(),
        )
    )


def _apart(pieces: tuple[Piece, ...], text: str) -> list[str]:
    """Return the words of pieces, one for each thing that is meant: what was understood tells two of them apart."""
    words: dict[str, str] = {}
    for piece in pieces:
        said = text[piece.start : piece.end].strip()
        words.setdefault(piece.value or said, said)
    return list(words.values())


def _visible(numbers: list[str]) -> list[str]:
    seen = set(Case.objects.filter(number__in=numbers).values_list("number", flat=True))
    return [number for number in numbers if number in seen]
