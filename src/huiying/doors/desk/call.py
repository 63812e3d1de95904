"""What one call brings, as a form: who is calling, one or several demands, and a call with a unit on the line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models.functions import Length
from django.http import QueryDict
from django.utils.translation import gettext as _

from huiying.directory.models import COMMUNITY, DISTRICT, STREET, Guidance, Matter, Unit
from huiying.directory.pinyin import keys
from huiying.directory.queries import areas_of_the_city
from huiying.doors.forms import Field, Form
from huiying.doors.language import rule_words, sentence
from huiying.procedure.decision import Refused
from huiying.procedure.schema import Kind
from huiying.stages.identity.vault import Contact
from huiying.stages.intake.actions import MOST_DEMANDS, Demand
from huiying.stages.intake.calls import Spoken, ThreeWay

CHANNELS = ("phone", "visit", "letter", "wechat", "other")
#: How somebody may find an answer on the spot; whoever is not content has a demand that is registered.
RATINGS = ("yes", "partly", "declined")
#: What a page offers to choose from, each with its keys; where a city has more, the narrowest areas are left out.
MOST_OPTIONS = 1_500
#: Areas by the length of their codes, the narrowest last: districts, streets, communities.
WIDTHS = (DISTRICT, STREET, COMMUNITY)
PARTS = "parts"


def channel_words(channel: str) -> str:
    """Return what people call a channel."""
    return rule_words()[f"channel.{channel}"]


def _options(rows: Sequence[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"value": code, "label": label, "keys": f"{code} {keys(label)}"} for code, label in rows]


def area_options() -> list[dict[str, str]]:
    """Return the places of the city as people say them, 柳汀街道 墨香社区, with the keys that find them."""
    names = dict(_areas())
    return [
        {
            "value": code,
            "label": " ".join(names[code[:width]] for width in WIDTHS if code[:width] in names and width <= len(code)),
            "keys": f"{code} {keys(name)} {keys(''.join(_without_district(code, names)))}",
        }
        for code, name in sorted(names.items())
    ]


def _without_district(code: str, names: Mapping[str, str]) -> list[str]:
    return [names[code[:width]] for width in WIDTHS[1:] if width <= len(code) and code[:width] in names]


def _areas() -> list[tuple[str, str]]:
    """Return areas by code, down to the narrowest width of which a page can offer all."""
    found: list[tuple[str, str]] = []
    for most in reversed(WIDTHS):
        areas = areas_of_the_city().annotate(width=Length("code")).filter(width__gte=WIDTHS[0], width__lte=most)
        found = list(areas.values_list("code", "name")[: MOST_OPTIONS + 1])
        if len(found) <= MOST_OPTIONS:
            break
    return found[:MOST_OPTIONS]


def matter_options() -> list[dict[str, str]]:
    """Return the matters that a demand may be about, with the keys that find them."""
    return _options(
        list(Matter.objects.filter(active=True).exclude(parent=None).values_list("code", "name")[:MOST_OPTIONS])
    )


def unit_options() -> list[dict[str, str]]:
    """Return the units in use, with the keys that find them."""
    return _options(list(Unit.objects.filter(active=True).values_list("code", "name")[:MOST_OPTIONS]))


@dataclass(slots=True)
class Part:
    """One demand of a call: its fields, whose names carry its number from the second on."""

    number: int
    form: Form

    def field(self, name: str) -> Field:
        """Return a field by the name that it has in the first demand."""
        wanted = part_name(name, self.number)
        return next(one for one in self.form.fields if one.name == wanted)

    def value(self, name: str) -> str:
        """Return what was typed into a field."""
        return str(self.field(name).value)

    @property
    def heading(self) -> str:
        """How the demand is called on the page."""
        return _("诉求 %(number)s") % {"number": self.number}

    @property
    def rows(self) -> Mapping[str, list[Field]]:
        """The fields as they stand beside each other."""
        return {row: [self.field(name) for name in names] for row, names in ROWS.items()}

    @property
    def compared(self) -> str:
        """The names of the fields that guidance and open cases are found by: nothing else is sent for that."""
        return ",".join(part_name(name, self.number) for name in COMPARED)

    @property
    def trigger(self) -> str:
        """When htmx compares: soon after the words were typed, at once after a place or a matter was chosen."""
        text, *chosen = (f"target:#{self.field(name).id}" for name in COMPARED)
        # A combobox keeps its select, which is what changes, under an id of its own.
        return ", ".join([f"input delay:600ms {text}", *(f"change {one}-value" for one in chosen)])

    @property
    def answered(self) -> bool:
        """Whether an answer on the spot was begun: then its fields stand open."""
        return bool(self.value("answer") or self.value("at_once"))


#: The fields of a demand that guidance and open cases are found by.
COMPARED = ("text", "area", "matter")
#: The fields of a demand that stand beside each other.
ROWS: Mapping[str, tuple[str, ...]] = {
    "kind": ("kind",),
    "said": ("text",),
    "place": ("area", "address"),
    "about": ("matter", "respondent"),
    "answer": ("answer", "at_once"),
}


def part_name(name: str, number: int) -> str:
    """Return the name of a field in one of a call's demands; in the first, as everywhere."""
    return name if number == 1 else f"{name}-{number}"


@dataclass(slots=True)
class Choices:
    """What a call's fields offer; asked for once a page, however many demands it shows."""

    areas: list[dict[str, str]] = field(default_factory=area_options)
    matters: list[dict[str, str]] = field(default_factory=matter_options)
    units: list[dict[str, str]] = field(default_factory=unit_options)


def part(number: int, choices: Choices) -> Part:
    """Return the fields of one demand."""
    words = rule_words()
    kinds = [
        # The keys are those of the first demand: one key does one thing on a page.
        {"value": kind.value, "label": words[f"choice.{kind.value}"], "shortcut": str(place) if number == 1 else ""}
        for place, kind in enumerate(Kind, 1)
    ]
    ratings = [{"value": value, "label": label} for value, label in rating_words().items()]
    fields = [
        Field("kind", _("类型"), "radios", options=kinds),
        Field("text", _("诉求内容"), "textarea", rows=4),
        Field("area", _("地点"), "combobox", options=choices.areas, required=False, placeholder=_("不清楚")),
        Field("address", _("具体地点"), required=False, autocomplete="off"),
        Field("matter", _("事项"), "combobox", options=choices.matters, required=False, placeholder=_("由派单员确定")),
        Field(
            "respondent", _("被反映单位"), "combobox", options=choices.units, required=False,
            placeholder=_("不针对单位"),
        ),
        Field("answer", _("答复内容"), "textarea", required=False, rows=4),
        Field("at_once", _("当场评价"), "radios", options=ratings, required=False),
    ]  # fmt: skip
    for one in fields:
        one.name = part_name(one.name, number)
    return Part(number, Form(fields))


def rating_words() -> Mapping[str, str]:
    """Return how somebody may find an answer on the spot, and what people call it; none is no answer at all."""
    said = {"": _("不是即答，登记后办理"), "yes": _("解决了"), "partly": _("部分解决"), "declined": _("不评价")}
    return {value: said[value] for value in ("", *RATINGS)}


def caller(channel: str, choices: Choices) -> Form:
    """Return the fields of who is calling, and of a call with a unit on the line."""
    options = [{"value": value, "label": channel_words(value)} for value in CHANNELS]
    return Form(
        [
            Field("channel", _("渠道"), "radios", value=channel, options=options),
            Field("phone", _("来电号码"), "tel", required=False, autocomplete="off"),
            Field("name", _("诉求人姓名"), required=False, autocomplete="off"),
            Field("contact_address", _("联系地址"), required=False, autocomplete="off"),
            Field("confidential", _("诉求人请求保密"), "checkbox", required=False),
            Field(
                "third", _("通话单位"), "combobox", options=choices.units, required=False,
                placeholder=_("没有三方通话"),
            ),
            Field("said", _("通话内容"), "textarea", required=False, rows=3),
            Field("result", _("通话结果"), required=False, autocomplete="off"),
        ]
    )  # fmt: skip


#: The caller's fields that stand beside each other.
CALLER_ROWS: Mapping[str, tuple[str, ...]] = {
    "channel": ("channel",),
    "phone": ("phone",),
    "name": ("name",),
    "more": ("contact_address", "confidential"),
    "third": ("third", "result"),
    "said": ("said",),
}


@dataclass(slots=True)
class Call:
    """All that is typed during one call."""

    caller: Form
    parts: list[Part]
    choices: Choices

    @property
    def key(self) -> str:
        """The key against double submits."""
        return self.caller.key

    @property
    def last(self) -> int:
        """The number of the last demand."""
        return self.parts[-1].number

    @property
    def next(self) -> int:
        """The number that one more demand would have."""
        return self.last + 1

    @property
    def problems(self) -> list[dict[str, str]]:
        """What is wrong, in the order of the page."""
        return [problem for form in (self.caller, *(one.form for one in self.parts)) for problem in form.problems]

    @property
    def rows(self) -> Mapping[str, list[Field]]:
        """The caller's fields as they stand beside each other."""
        fields = {one.name: one for one in self.caller.fields}
        return {row: [fields[name] for name in names] for row, names in CALLER_ROWS.items()}

    @property
    def more_said(self) -> bool:
        """Whether the caller's further fields stand open: something is in them, or a letter brings an address."""
        said = self.caller.value("contact_address") or self.caller.value("confidential")
        return bool(said) or self.caller.value("channel") == "letter"

    @property
    def three_way_begun(self) -> bool:
        """Whether a three-way call was begun to be noted: then its fields stand open."""
        return any(self.caller.value(name) for name in ("third", "said", "result"))

    def add(self) -> None:
        """Take one more demand, if there may be one more."""
        if self.last < MOST_DEMANDS:
            self.parts.append(part(self.next, self.choices))

    def check(self) -> bool:
        """Complain of everything that is missing, and return whether nothing was.

        A demand after the first in which nothing was typed is no demand; it was added and not needed.
        """
        self.parts = self.parts[:1] + [one for one in self.parts[1:] if one.value("kind") or one.value("text")]
        self.caller.check_required()
        for one in self.parts:
            one.form.check_required()
            if one.value("answer") and not one.value("at_once"):
                one.form.complain(one.field("at_once").name, _("已写答复内容：请选择诉求人的评价，或者清空答复内容"))
        self.check_three_way()
        return not self.problems

    def check_three_way(self) -> bool:
        """Complain of what a three-way call lacks that was begun to be noted, and return whether it lacks nothing."""
        lacking = [name for name in ("third", "said") if not self.caller.value(name)] if self.three_way_begun else []
        for name in lacking:
            self.caller.complain(name, _("记三方通话，要写明单位和通话内容"))
        return not lacking

    def refuse(self, refused: Refused) -> None:
        """Show a rule's refusal: beside the demand it can only be about, or above all."""
        named = str(refused.params.get("field", ""))
        if any(named in {one.name, one.label} for one in self.caller.fields):
            self.caller.refuse(refused)
        elif len(self.parts) == 1 and named:
            self.parts[0].form.refuse(refused)
        else:
            self.caller.complain("", sentence(refused))

    def spoken(self) -> list[Spoken]:
        """Return the demands as intake takes them."""
        contact = Contact(self.caller.value("name"), self.caller.value("phone"), self.caller.value("contact_address"))
        confidential = self.caller.value("confidential") == "on"
        return [
            Spoken(
                Demand(
                    text=one.value("text"),
                    kind=one.value("kind"),
                    area=one.value("area"),
                    address=one.value("address"),
                    matter=one.value("matter"),
                    respondents=(one.value("respondent"),) if one.value("respondent") else (),
                    confidential=confidential,
                    contact=contact,
                ),
                one.value("at_once"),
                one.value("answer"),
            )
            for one in self.parts
        ]

    def three_way(self) -> ThreeWay | None:
        """Return the three-way call, if there was one."""
        if not self.caller.value("third"):
            return None
        return ThreeWay(self.caller.value("third"), self.caller.value("said"), self.caller.value("result"))

    def answer_with(self, guidance: Guidance, number: int) -> None:
        """Fill a demand's answer with a text of guidance, and what it rests on."""
        chosen = next((one for one in self.parts if one.number == number), self.parts[0])
        chosen.field("answer").value = answer_of(guidance)


def answer_of(guidance: Guidance) -> str:
    """Return guidance as it is said to somebody: its text, and what it rests on."""
    return _("%(text)s（依据：%(article)s）") % {"text": guidance.text, "article": guidance.article}


def begun(channel: str) -> Call:
    """Return an empty call. `channel`: how it came in."""
    choices = Choices()
    form = caller(channel if channel in CHANNELS else CHANNELS[0], choices)
    return Call(form, [part(1, choices)], choices)


def typed(posted: QueryDict) -> Call:
    """Return a call with everything that was typed, whatever is wrong with it."""
    call = begun(posted.get("channel", ""))
    said = posted.get(PARTS, "1")
    wanted = int(said) if said.isascii() and said.isdecimal() and len(said) <= len(str(MOST_DEMANDS)) else 1
    while len(call.parts) < min(max(wanted, 1), MOST_DEMANDS):
        call.add()
    call.caller.fill(posted)
    for one in call.parts:
        one.form.fill(posted)
    return call
