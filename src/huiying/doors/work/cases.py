"""The page of a case: what it is about, until when and why, what I may do now, and its ledger as prose."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from huiying.case.folding import Folded, delivery_dates
from huiying.case.models import Case
from huiying.case.recording import read_case, surroundings
from huiying.directory.models import Matter
from huiying.directory.queries import place_name, staff_names, unit_names
from huiying.doors.language import rule_words, spoken
from huiying.doors.law.links import rule_url
from huiying.doors.moments import moment_words, on_date, until_short
from huiying.doors.people import Person
from huiying.doors.reading import Limit, Possible, Told, days_of, derivation, kept_from, limits, phases, possible, story
from huiying.doors.work import lists, papers
from huiying.doors.work.views import TONES, for_staff, person_of, visible
from huiying.procedure.closure import may_erase
from huiying.procedure.decision import Allowed
from huiying.procedure.disclosure import choices
from huiying.procedure.schema import ANYWHERE, UNIT_ROLES, Procedure
from huiying.procedure.state import MAIN
from huiying.stages.intake.raising import LEVELS, may_judge
from huiying.stages.triage import actions as triage

#: Of what somebody asked to see, so many lines are shown.
MOST_OPENINGS = 10
KIB = 1024


@require_GET
@for_staff
def case(request: HttpRequest, number: str) -> HttpResponse:
    """A case: what it is about, its limits, what happened, and what I may do now."""
    person, at = person_of(request), timezone.now()
    shown = visible(number)
    now, around = read_case(shown), surroundings()
    acts = list(shown.ledger.order_by("position"))
    openings = list(shown.openings.order_by("-id")[:MOST_OPENINGS])
    names = staff_names({act.person for act in acts} | {one.person for one in openings} | {shown.supervisor})
    texts = {content.name: content.text for content in shown.contents.filter(position=1)}
    told = story(shown, now, acts, names, person.actor)
    hidden = kept_from(person.actor, now)
    shown_limits = limits(now, around, at, without=hidden)
    clocks = [drawn_limit(limit) for limit in shown_limits if limit.article or limit.of_person]
    judging = isinstance(triage.may_judge(now, person.role), Allowed)
    options = ordered(list(possible(now, person.actor, at, around)), now)
    return render(
        request,
        "work/case.html",
        {
            "case": shown,
            "title": lists.shortened(texts.get("title") or texts.get("text", _("（内容不留存）"))),
            "full_title": texts.get("title", ""),
            "text": texts.get("text", ""),
            "tags": _tags(shown),
            "facts": [fact for fact in _facts(shown, now, texts, names) if fact["text"]],
            "limits": clocks,
            "next_limit": next((clock for clock in clocks if clock["running"] and clock["left"]), None),
            "step": spoken(now.procedure.steps[shown.step].name),
            "holder": _holder(now, shown),
            "tracks": _tracks(now, hidden),
            "papers": papers.listed(shown, hidden),
            "acts": _acts(number, options, now, judgements=_judgements(number, person.role, judging=judging)),
            # The first act's text is the demand itself, which stands above.
            "events": [drawn_event(one, with_texts=one is not told[0]) for one in told],
            "files": [
                {"type": _file_words(file.content_type), "size": max(1, file.size // KIB)}
                for file in shown.attachments.all()
            ],
            "purposes": [
                {"purpose": purpose.value, "field": field.value}
                for purpose, fields in choices(person.role).items()
                for field in fields
            ],
            "precedents": lists.precedents(shown) if judging or person.role == "ruler" else [],
            "may_erase": _may_erase(shown, person, at),
            "openings": [
                {"opening": one, "name": names.get(one.person, one.person), "at": moment_words(one.asked_at)}
                for one in openings
            ],
        },
    )


def ordered(options: Sequence[Possible], now: Folded) -> list[Possible]:
    """Return what somebody may do in the order in which it is usually done: first what leads one step on.

    An act leads on where it goes to the step that follows on a usual way of the procedure; then come other acts that
    lead away, those that leave the case where it is, the ways out that are open at every step, and last what is not
    possible now.
    """

    def rank(option: Possible) -> tuple[bool, int]:
        act, step, on = option.act, now.state.steps[option.track], _leads_on(option, now)
        away = now.procedure.leaves(act, now.procedure.steps[step])
        return bool(option.why), 0 if on else 2 if not away else 3 if act.source == (ANYWHERE,) else 1

    return sorted(options, key=rank)


def _leads_on(option: Possible, now: Folded) -> bool:
    """Whether an act goes to a step that follows on a usual way; beside the main way, whether it goes anywhere."""
    if option.track != MAIN:
        return option.act.moves
    return option.act.target in _following(now.procedure, now.state.steps[MAIN])


def _following(procedure: Procedure, step: str) -> set[str]:
    """Return the steps that come next after one on the usual ways."""
    return {
        following
        for way in procedure.ways
        for here, following in zip(way.steps, way.steps[1:], strict=False)
        if here == step
    }


def _judgements(number: str, role: str, *, judging: bool) -> list[dict[str, str]]:
    """Return the buttons of what somebody may say a demand is."""
    urgency = {"label": _("认定紧急程度"), "url": reverse("judge-urgency", args=[number])}
    return [
        *([urgency] if isinstance(may_judge(role), Allowed) else []),
        *([{"label": _("确定事项"), "url": reverse("classify", args=[number])}] if judging else []),
        *([{"label": _("拆分诉求"), "url": reverse("split", args=[number])}] if judging else []),
    ]


def _acts(
    number: str, options: Sequence[Possible], now: Folded, *, judgements: Sequence[dict[str, str]]
) -> dict[str, list[dict[str, str]]]:
    """Return the buttons: what is usually next apart, the others, and those not possible now, with their reasons."""
    drawn = [
        {
            "label": spoken(option.act.name),
            "url": reverse("do", args=[number, option.track, option.act.id]),
            "why": option.why,
            "article": option.article,
        }
        for option in options
    ]
    can = [one for one in drawn if not one["why"]]
    possible = [option for option in options if not option.why]
    judged = [option for option in possible if option.act.moves and option.act.source != (ANYWHERE,)]
    # Where there is something to be judged, no answer is put before another; what does not lead on is no next step.
    is_judging = len(judged) > 1 and any(option.act.decides for option in judged)
    first = 1 if possible and _leads_on(possible[0], now) and not is_judging else 0
    return {
        "first": can[:first],
        "others": [*judgements, *can[first:]],
        "refused": [one for one in drawn if one["why"]],
    }


def drawn_event(told: Told, *, with_texts: bool = True) -> dict[str, Any]:
    """Return an act as the ledger component takes it."""
    return {
        "at": told.at,
        "when": moment_words(told.at),
        "sentence": told.sentence,
        "article": told.article,
        "lines": told.lines,
        "texts": told.texts if with_texts else (),
    }


def drawn_limit(limit: Limit) -> dict[str, Any]:
    """Return a clock as the limits component takes it."""
    if limit.standing:
        text = _("中止计时")
    elif limit.moment is None:
        text = limit.why_not or _("没有期限规定")
    else:
        text = _("{until}前").format(until=until_short(limit.moment))
    return {
        "what": limit.what,
        "text": text,
        "left": limit.left if limit.running else _("已停止"),
        "tone": TONES.get(limit.when, "neutral") if limit.running else "good",
        "running": limit.running,
        "article": limit.article,
        "url": rule_url(limit.term),
        "provisional": limit.provisional,
        "summary": derivation(limit) if limit.derivation else "",
        "days": days_of(limit),
    }


def _file_words(content_type: str) -> str:
    kinds = {"image": _("照片"), "audio": _("录音"), "video": _("视频")}
    return kinds.get(content_type.partition("/")[0], "PDF")


def _may_erase(case: Case, person: Person, at: datetime) -> bool:
    decision = may_erase(case.closed_at, at, role=person.role, erased=case.erased_at is not None)
    return isinstance(decision, Allowed)


def _tags(case: Case) -> list[dict[str, str]]:
    words = rule_words()
    tags = [{"text": words.get(f"choice.{case.kind}", ""), "tone": "neutral"}]
    if urgent := case.facts.get("urgent"):
        tags.append({"text": words[f"choice.{LEVELS[urgent]}"], "tone": "late"})
    if case.confidential:
        tags.append({"text": _("保密件"), "tone": "warn"})
    if case.anonymous:
        tags.append({"text": _("匿名"), "tone": "neutral"})
    return [tag for tag in tags if tag["text"]]


def _holder(now: Folded, case: Case) -> str:
    """Return who has the case: the unit where it is with one, and the post."""
    step = now.procedure.steps[case.step]
    if step.ending:
        return ""
    unit = unit_names().get(now.state.units.get(MAIN, ""), "") if step.holder in UNIT_ROLES else ""
    return f"{unit}{rule_words().get(f'role.{step.holder}', step.holder)}"


def _facts(case: Case, now: Folded, texts: Mapping[str, str], names: Mapping[str, str]) -> list[dict[str, Any]]:
    words, units = rule_words(), unit_names()
    matter = Matter.objects.filter(pk=case.matter).first() if case.matter else None
    place = _("，").join(filter(None, (place_name(case.area) if case.area else "", texts.get("place", ""))))
    facts: list[dict[str, Any]] = [
        {"label": _("事项"), "text": matter.name if matter else ""},
        {"label": _("地点"), "text": place},
        {"label": _("诉求件数"), "text": str(now.state.facts.get("demands", ""))},
        {"label": _("主办单位"), "text": units.get(now.state.units.get(MAIN, ""), "")},
        {"label": _("渠道"), "text": words.get(f"channel.{case.channel}", case.channel)},
        {"label": _("收件"), "text": moment_words(case.received_at)},
        {"label": _("环节"), "text": phases(now)},
    ]
    if case.follower:
        follower = staff_names({case.follower}).get(case.follower, case.follower)
        facts.append({"label": _("首访跟进人"), "text": follower, "note": _("跟进到第一次实质答复")})
    handed = _handed(now)
    if handed > 1:
        facts.append({"label": _("派单次数"), "text": str(handed), "note": _("退单以后改派的计在内")})
    if case.supervisor:
        facts.append({"label": _("督办人"), "text": names.get(case.supervisor, case.supervisor)})
    for label, other in ((_("并入"), case.joined_into), (_("拆自"), case.split_from)):
        if other:
            facts.append({"label": label, "text": other, "url": reverse("case", args=[other])})
    return facts


def _handed(now: Folded) -> int:
    """Return how often the case was given to a lead."""
    acts = now.procedure.acts
    return sum(
        1
        for entry in now.state.done
        if acts[entry.act].gives_to and entry.track == MAIN and acts[entry.act].opens is None
    )


def _tracks(now: Folded, without: Collection[str]) -> list[dict[str, str]]:
    units, dates = unit_names(), delivery_dates(now)
    return [
        {
            "label": now.procedure.track_names([track]),
            "text": units.get(now.state.units.get(track, ""), ""),
            "note": " · ".join(
                filter(
                    None,
                    (
                        spoken(now.procedure.steps[step].name),
                        _("{date}前交件").format(date=on_date(dates[track])) if track in dates else "",
                    ),
                )
            ),
        }
        for track, step in now.state.steps.items()
        if track != MAIN and track not in without
    ]
