"""Examples of an instrument: who does what when, what must follow, whether it does, and how each date is found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from huiying.config.packs import our_library
from huiying.doors.language import rule_words, spoken
from huiying.doors.law.checked import outcome
from huiying.doors.law.instruments import frame, instrument_of
from huiying.doors.law.links import rule_url
from huiying.doors.law.saying import Cell, called, columns, paged
from huiying.doors.moments import on_date, until
from huiying.doors.reading import Limit, amount_words, days_of, derivation
from huiying.doors.work.views import for_staff
from huiying.procedure.examples import ActLine, Dated, Example, PersonCard, TermLine, dates
from huiying.procedure.state import MAIN
from huiying.procedure.time_limits import SHANGHAI


@require_GET
@for_staff
def examples(request: HttpRequest, instrument: str) -> HttpResponse:
    """The examples of an instrument, each with its result now."""
    shown = instrument_of(instrument)
    page, steps = paged(request, shown.examples)
    rows = []
    for path in page:
        example, differences = outcome(shown, path)
        cell = {
            "text": example.title if example else path.name,
            "url": reverse("law-example", args=[shown.id, path.stem]),
        }
        rows.append({"cells": [cell, _result(differences)]})
    table = {"caption": _("例子"), "columns": columns(_("例子"), _("现在的结果")), "rows": rows, **steps}
    return render(request, "law/table.html", frame(shown, "law-examples") | {"table": table})


def _result(differences: tuple[str, ...]) -> Cell:
    return {"text": _("不符"), "tone": "late"} if differences else {"text": _("相符"), "tone": "good"}


@require_GET
@for_staff
def example(request: HttpRequest, instrument: str, name: str) -> HttpResponse:
    """One example as people read it, its result, and its dates day by day."""
    shown = instrument_of(instrument)
    path = next((path for path in shown.examples if path.stem == name), None)
    if path is None:
        raise Http404
    read, differences = outcome(shown, path)
    context: dict[str, Any] = {
        "title": read.title if read else path.name,
        "back": {"label": shown.title, "url": reverse("law-examples", args=[shown.id])},
        "differences": differences,
    }
    if read:
        context |= {
            "note": read.note,
            "cast": list(_cast(read)),
            "story": _story(read),
            "asked": _asked(read),
            "limits": [_drawn(lines, found) for lines, found in _apart(dates(our_library(), shown, read))],
        }
    return render(request, "law/example.html", context)


def _cast(read: Example) -> Iterator[dict[str, str]]:
    """Yield the people and units of an example, as facts.html takes them."""
    for name, person in read.people.items():
        card = person if isinstance(person, PersonCard) else PersonCard(角色=person)
        said = [card.role, card.unit or "", _("就是{name}").format(name=card.same_as) if card.same_as else ""]
        yield {"label": name, "text": _("，").join(filter(None, said))}
    for name, unit in read.units.items():
        said = [
            unit.level,
            _("上级是{name}").format(name=unit.superior) if unit.superior else "",
            _("代理{name}").format(name=unit.agent_of) if unit.agent_of else "",
        ]
        yield {"label": name, "text": _("，").join(filter(None, said))}


def _story(read: Example) -> dict[str, Any]:
    return {
        "caption": _("经过"),
        "columns": columns(_("序号"), _("什么时候"), _("谁"), _("做什么"), _("给出"), _("然后")),
        "rows": [{"cells": [{"text": number}, *_line(line)]} for number, line in enumerate(read.story, start=1)],
    }


def _line(line: ActLine) -> list[Cell]:
    given = _("；").join(
        _("{label}：{value}").format(label=spoken(label), value=_value(value)) for label, value in line.given.items()
    )
    return [
        {"text": _moment(line.at)},
        {"text": line.who},
        {"text": spoken(line.does), "note": "" if line.track == MAIN else line.track},
        {"text": given or "—"},
        {"text": _("；").join(_then(line)) or _("记下"), "note": line.article or ""},
    ]


def _then(line: ActLine) -> Iterator[str]:
    if line.refused:
        yield _("被拒绝：{why}").format(why=line.refused)
    if line.step:
        yield _("到“{step}”").format(step=spoken(line.step))
    for name, at in line.due.items():
        yield _("{what}到{until}").format(what=spoken(name), until=_moment(at) if at else _("没有期限"))


def _value(value: object) -> str:
    if isinstance(value, bool):
        return rule_words()["choice.yes" if value else "choice.no"]
    if isinstance(value, list):
        return _("、").join(_value(one) for one in value)
    return _moment(value) if isinstance(value, date) else str(value)


def _moment(at: date | datetime) -> str:
    """Return a day, or a moment to the second where it has seconds, as the example says it: in Beijing."""
    if not isinstance(at, datetime):
        return on_date(at)
    local = at.astimezone(SHANGHAI) if at.tzinfo else at.replace(tzinfo=SHANGHAI)
    return date_format(local, _("Y年n月j日 H:i:s") if local.second else _("Y年n月j日 H:i"))


def _asked(read: Example) -> dict[str, Any]:
    return {
        "caption": _("算期限"),
        "columns": columns(_("序号"), _("规则"), _("起算"), _("中止和延长"), _("应得")),
        "rows": [{"cells": [{"text": number}, *_term(line)]} for number, line in enumerate(read.terms, start=1)],
    }


def _term(line: TermLine) -> list[Cell]:
    term = our_library().terms.get(line.term)
    stands = [
        *(
            _("{first}至{last}中止").format(first=on_date(first), last=on_date(last))
            + (_("（{ground}）").format(ground=line.ground) if line.ground else "")
            for first, last in line.suspended
        ),
        _("延长{count}").format(count=amount_words(line.extended, term.unit)) if line.extended and term else "",
        called("roll", line.roll.value) if line.roll else "",
    ]
    ends = _moment(line.ends) if line.ends else ""
    came = _("被拒绝：{why}").format(why=line.refused) if line.refused else ends
    return [
        {"text": spoken(term.name) if term else line.term, "url": rule_url(line.term), "note": line.term},
        {"text": _moment(line.start)},
        {"text": _("；").join(filter(None, stands)) or "—"},
        {"text": came, "note": _("暂定") if line.provisional else ""},
    ]


def _apart(found: Iterable[Dated]) -> list[tuple[str, Dated]]:
    """Return each date once, with the numbers of the lines that look at it."""
    lines: dict[tuple[object, ...], tuple[list[str], Dated]] = {}
    for one in found:
        same = (one.name, one.term.id, one.extended, one.ends.derivation)
        lines.setdefault(same, ([], one))[0].append(str(one.line))
    return [(_("、").join(numbers), one) for numbers, one in lines.values()]


def _drawn(lines: str, found: Dated) -> Mapping[str, Any]:
    """Return a date as the limits component takes it: until when, by which row, and every day's reason."""
    limit = Limit(
        what=spoken(found.name),
        at=found.ends.at,
        moment=found.ends.moment,
        provisional=found.ends.provisional,
        article=found.ends.article,
        is_law=found.term.status.is_law,
        derivation=found.ends.derivation,
        running=False,
        standing=False,
        why_not="",
        amount=amount_words(found.term.value + found.extended, found.term.unit),
        of_person=True,
    )
    back, last = found.term.value < 0, found.ends.at
    return {
        "what": _("第{line}条，{what}").format(line=lines, what=limit.what),
        "text": _moment(last) if back else until(found.ends.moment),
        "article": limit.article,
        "url": rule_url(found.term.id),
        "provisional": limit.provisional,
        "summary": "" if back else derivation(limit),
        "days": days_of(limit),
    }
