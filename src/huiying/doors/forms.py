"""Forms made from what a procedure asks for: the same asks give a page's fields, an API's body and a rule's refusal."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from huiying.doors.language import rule_words, sentence, spoken
from huiying.procedure.decision import Refused
from huiying.procedure.schema import Act, Ask

KEY = "key"
#: What stands where bytes were no UTF-8: kept, it would be a hole in what somebody wrote.
UNREAD = "\ufffd"
#: What a field's name alone does not say.
HINTS = {"evidence": lazy("结果为“已解决”或者“部分解决”的，至少1件：照片、单据、记录。")}
#: What can be chosen; a function where it must be asked for, which a form that is not drawn again never does.
Options = Sequence[Mapping[str, str]] | Callable[[], Sequence[Mapping[str, str]]]


@dataclass(slots=True)
class Field:
    """One field as the components draw it (`ui/field.html`)."""

    name: str
    label: str
    kind: str = "text"
    value: Any = ""
    options: Options = ()
    hint: str = ""
    error: str = ""
    required: bool = True
    limit: int | None = None
    rows: int | None = None
    suffix: str = ""
    accept: str = ""
    autocomplete: str = ""
    placeholder: str = ""
    shortcut: str = ""
    single: bool = False

    @property
    def id(self) -> str:
        """The field's id in the page."""
        return f"field-{self.name}"


@dataclass(slots=True)
class Form:
    """Fields with what was typed, and what is wrong with it."""

    fields: list[Field]
    problems: list[dict[str, str]] = field(default_factory=list)
    key: str = field(default_factory=lambda: uuid.uuid4().hex)

    def fill(self, posted: QueryDict) -> None:
        """Put what was typed into the fields; nothing typed is lost."""
        self.key = posted.get(KEY, self.key)
        for one in self.fields:
            one.value = posted.getlist(one.name) if one.kind == "checkboxes" else posted.get(one.name, "")
            if isinstance(one.value, str):
                one.value = one.value.strip()
            if UNREAD in one.value:
                said = _("{label}里有读不出的字符（{sign}），请删去或者重新输入")
                self.complain(one.name, said.format(label=one.label, sign=UNREAD))

    def value(self, name: str) -> Any:  # noqa: ANN401  # a text, or a list of them
        """Return what was typed into a field."""
        return next(one.value for one in self.fields if one.name == name)

    def set(self, name: str, value: str) -> None:
        """Fill one field as if it had been typed."""
        for one in self.fields:
            if one.name == name:
                one.value = value

    def complain(self, name: str, said: str) -> None:
        """Say what is wrong with a field, or (with no such field) with the whole."""
        for one in self.fields:
            if name in {one.name, one.label}:
                one.error = said
                self.problems.append({"id": one.id, "text": said})
                return
        self.problems.append({"id": "", "text": said})

    def check_required(self, names: Collection[str] | None = None) -> bool:
        """Complain about every required field that is empty, of all or of some, and return whether nothing is wrong."""
        for one in self.fields:
            if names is not None and (one.name not in names or one.error):
                continue
            if one.required and one.kind != "file" and one.value in ("", [], None):
                chosen = one.kind in {"select", "combobox", "radios", "cards", "checkboxes"}
                said = _("请选择{label}") if chosen else _("请填写{label}")
                self.complain(one.name, said.format(label=one.label))
        return not self.problems

    def refuse(self, refused: Refused) -> None:
        """Show a rule's refusal beside the field it speaks of, or above all."""
        self.complain(spoken(str(refused.params.get("field", ""))), sentence(refused))


def choice_words(option: str) -> str:
    """Return what people call an option of a choice."""
    return rule_words().get(f"choice.{option}", option)


def options_of(options: Sequence[str]) -> list[dict[str, str]]:
    """Return options as the components take them."""
    return [{"value": option, "label": choice_words(option)} for option in options]


def fields_for(act: Act, *, demands: int, units: Options, drafts: Mapping[str, str]) -> list[Field]:
    """Return the fields of an act's form. `drafts`: texts to begin with, by field."""
    made: list[Field] = []
    for ask in act.asks:
        if ask.kind == "choices":
            made += [
                Field(
                    _numbered(ask, number),
                    _("{label}：第{number}项").format(label=spoken(ask.label), number=number),
                    "select",
                    options=options_of(ask.options),
                )
                for number in range(1, demands + 1)
            ]
        else:
            made.append(_field_for(ask, units, drafts))
    return made


def _numbered(ask: Ask, number: int) -> str:
    return f"{ask.name}-{number}"


def _field_for(ask: Ask, units: Options, drafts: Mapping[str, str]) -> Field:
    required, label = not ask.optional, spoken(ask.label)
    if ask.kind == "choice":
        return Field(ask.name, label, "radios", options=options_of(ask.options), required=required)
    if ask.kind == "unit":
        return Field(ask.name, label, "combobox", options=units, value=drafts.get(ask.name, ""), required=required)
    if ask.kind == "parties":
        return Field(ask.name, label, "combobox", options=units, required=required)
    if ask.kind == "flag":
        return Field(
            ask.name,
            label,
            "radios",
            options=[
                {"value": "yes", "label": rule_words()["choice.yes"]},
                {"value": "no", "label": rule_words()["choice.no"]},
            ],
            required=required,
        )
    if ask.kind == "text":
        return Field(
            ask.name, label, "textarea", value=drafts.get(ask.name, ""), required=required, limit=20_000, rows=6
        )
    return Field(ask.name, label, ask.kind, required=required, hint=str(HINTS.get(ask.name, "")))


def given_from(act: Act, form: Form, demands: int) -> dict[str, object]:
    """Return what a filled form gives an act, in the rules' types; complain where a value is no such thing."""
    given: dict[str, object] = {}
    for ask in act.asks:
        if ask.kind == "choices":
            given[ask.name] = tuple(str(form.value(_numbered(ask, n))) for n in range(1, demands + 1))
            continue
        value = form.value(ask.name)
        if value == "":
            continue
        try:
            given[ask.name] = _typed(ask, value)
        except ValueError:
            said = _("{label}不是日期") if ask.kind == "date" else _("{label}不是整数")
            form.complain(ask.name, said.format(label=spoken(ask.label)))
    return given


def _typed(ask: Ask, value: str) -> object:
    if ask.kind == "number":
        return int(value)
    if ask.kind == "date":
        return date.fromisoformat(value)
    if ask.kind == "flag":
        return value == "yes"
    return (value,) if ask.kind == "parties" else value
