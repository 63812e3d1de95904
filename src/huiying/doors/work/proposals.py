"""What stands beside a form, in words: the core of the problem, a split, whose it may be, what speaks for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from huiying.directory.queries import unit_names
from huiying.judgement.authenticity import Side, Signal, Speaks
from huiying.judgement.core import Core, Piece
from huiying.judgement.units import Because, Proposal, Reason

#: Of each kind of piece so many are shown.
MOST_PIECES = 4


def core_facts(core: Core, text: str) -> list[dict[str, str]]:
    """Return the core of a demand as facts: the words of the text, and what they were understood as."""
    said = {
        _("谁"): core.who,
        _("什么事"): (core.what,) if core.what else (),
        _("在哪里"): core.where,
        _("什么时候"): core.when,
        _("从什么时候起"): core.since,
        _("希望怎样"): core.wishes,
        _("金额"): core.sums,
        _("涉及谁"): core.parties,
    }
    return [{"label": label, "text": _pieces(pieces, text)} for label, pieces in said.items() if pieces]


def _pieces(pieces: Sequence[Piece], text: str) -> str:
    words = list(dict.fromkeys(text[piece.start : piece.end].strip() for piece in pieces))
    return _("；").join(words[:MOST_PIECES])


def parts(core: Core, text: str) -> list[str]:
    """Return the words of the parts into which a message might be split."""
    return [text[piece.start : piece.end].strip() for piece in core.parts]


def units_table(proposals: Sequence[Proposal]) -> list[dict[str, Any]]:
    """Return units as facts: the unit, how likely it is, and why."""
    names = unit_names()
    return [
        {
            "label": names.get(one.unit, one.unit),
            "text": f"{one.probability:.0%}",
            "note": _("；").join(_why(reason) for reason in one.reasons),
            "url": _cited(one.reasons),
        }
        for one in proposals
    ]


def signals_table(found: Sequence[Speaks]) -> list[dict[str, Any]]:
    """Return what speaks for and against as facts: which side, what it is, and the words or cases it comes from."""
    sides = {Side.FOR: _("支持"), Side.AGAINST: _("存疑"), Side.NEUTRAL: _("仅供了解")}
    return [
        {"label": sides[one.side], "text": _speaks(one), "note": _from(one), "url": _first_case(one)} for one in found
    ]


def _speaks(one: Speaks) -> str:
    return {
        Signal.PLACE: _("写明了地点"),
        Signal.NO_PLACE: _("没有写明地点，可以问诉求人"),
        Signal.TIME: _("写明了时间"),
        Signal.NO_TIME: _("没有写明时间，可以问诉求人"),
        Signal.FILES: _("附有材料 {count} 件"),
        Signal.LIKE_CASES: _("另有 {count} 件没办结的工单说法相近"),
        Signal.JOINED: _("有 {count} 件工单并到这里"),
        Signal.TAKEN_BACK: _("以前的“不属实”判定已经撤销"),
        Signal.SEVERAL_BEGINNINGS: _("说了不止一个开始的时间"),
        Signal.SEVERAL_PLACES: _("说了不止一个地点"),
        Signal.UNREACHED: _("有 {count} 次没有联系上诉求人，不说明诉求不实"),
        Signal.ANONYMOUS: _("匿名反映，不说明诉求不实"),
    }[one.signal].format(count=one.count)


def _from(one: Speaks) -> str:
    if one.signal is Signal.LIKE_CASES:
        return _("、").join(one.sources)
    return _("、").join(f"“{said}”" for said in list(one.sources)[:MOST_PIECES])


def _first_case(one: Speaks) -> str:
    return reverse("case", args=[one.sources[0]]) if one.signal is Signal.LIKE_CASES else ""


def _why(reason: Reason) -> str:
    return {
        Because.CATALOGUE: _("派单目录：{cited}"),
        Because.RULED: _("像工单 {cited}，裁定由它主办"),
        Because.LIKE_CASE: _("像工单 {cited}"),
        Because.OFTEN: _("这里的工单常由它办"),
    }[reason.because].format(cited=reason.cited)


def _cited(reasons: Sequence[Reason]) -> str:
    """Return the address of the first case that is cited."""
    cited = (one.cited for one in reasons if one.because in {Because.RULED, Because.LIKE_CASE})
    number = next(cited, "")
    return reverse("case", args=[number]) if number else ""
