"""The editor of answers: a text, an outcome and its proof for each demand, put together into what the person reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from huiying.case.models import Case
from huiying.case.recording import NotAllowed
from huiying.case.scope import working
from huiying.doors.answers import Answer, Part, compose, demands_of, greeting, marked, shortened, taken_apart, unmarked
from huiying.doors.forms import Field, Form, choice_words
from huiying.doors.language import sentence
from huiying.doors.moments import moment_words
from huiying.judgement.drafting import GAP
from huiying.procedure.closure import MACHINE_MARK
from huiying.procedure.schema import Act
from huiying.stages.closure.actions import check_reply
from huiying.stages.identity.texts import from_staff, spoken_to
from huiying.stages.triage.models import Draft

#: The texts that become, or are drafted as, the answer that the person reads.
ANSWERS = ("reply", "draft")
GREETING, CLOSING, EVIDENCE, OUTCOMES = "greeting", "closing", "evidence", "outcomes"
SHORT_LINES, MOST_DIGITS = 2, 4
#: Whether the text began as a machine's draft: asked of whoever asked for one.
MACHINE, USED, NOT_USED = "machine", "used", "not_used"


def answered_with(act: Act) -> str:
    """Return the name of the text with which an act answers, or drafts the answer; empty where it does not."""
    return next((ask.name for ask in act.asks if ask.name in ANSWERS and ask.kind == "text"), "")


@dataclass(slots=True)
class Editor:
    """A form's fields for an answer. What was typed in them is composed into the one text that the act takes.

    A form sent with that text itself (by a program, or from an older page) is taken as it is.
    """

    form: Form
    act: Act
    demands: int
    message: str
    facts: Mapping[str, object]
    machine: Draft | None = None
    began_marked: bool = False
    abouts: list[str] = field(init=False)
    whole: Field = field(init=False)

    def __post_init__(self) -> None:
        """Put a part's fields beside each outcome that the form asks for; keep the whole text as a field unseen."""
        found = list(demands_of(self.message, self.demands))
        self.abouts = found if self.demands > 1 and found else [""] * self.demands
        self.whole = next(one for one in self.form.fields if one.name == answered_with(self.act))
        made = [Field(GREETING, _("开头"), "textarea", required=False, rows=SHORT_LINES)]
        for number in range(1, self.demands + 1):
            made += self._part_fields(number)
        made.append(Field(CLOSING, _("结尾"), "textarea", required=False, rows=SHORT_LINES))
        self.form.fields[:0] = made
        if self.machine:
            self.form.fields.append(
                Field(MACHINE, _("机器起草的内容"), "radios", options=[
                    {"value": USED, "label": _("用了：已逐句核对、修改，由我负责")},
                    {"value": NOT_USED, "label": _("没有用：答复是自己写的")},
                ], hint=_("用了的，答复末尾会写明由人工智能辅助起草。"))
            )  # fmt: skip

    def _part_fields(self, number: int) -> list[Field]:
        one = self.demands == 1
        said = _("答复内容") if one else _("第{number}项的答复").format(number=number)
        fields = [
            Field(
                f"answer-{number}", said, "textarea", required=False, rows=6,
                hint=_("写明查到的事实、办理的经过、依据和结果。"),
            )
        ]  # fmt: skip
        if self.asks_evidence:
            proof = _("佐证件数") if one else _("第{number}项的佐证件数").format(number=number)
            fields.append(
                Field(f"proof-{number}", proof, "number", required=False,
                      hint=_("结果为“已解决”或者“部分解决”的，至少1件：照片、单据、记录。"))
            )  # fmt: skip
        return fields

    @property
    def asks_evidence(self) -> bool:
        """Whether the act asks how much evidence there is."""
        return any(ask.name == EVIDENCE for ask in self.act.asks)

    @property
    def asks_outcomes(self) -> bool:
        """Whether the act asks for outcomes; otherwise they were given before."""
        return any(ask.kind == "choices" for ask in self.act.asks)

    def begin(self, draft: str) -> None:
        """Fill the fields from a draft."""
        self.began_marked = MACHINE_MARK in draft
        draft = unmarked(draft)
        answer = taken_apart(draft, self.demands)
        self.form.set(GREETING, answer.greeting if draft else greeting(self.demands))
        self.form.set(CLOSING, answer.closing)
        for number, part in enumerate(answer.parts, 1):
            self.form.set(f"answer-{number}", part.text)
            if self.asks_evidence and part.proof:
                self.form.set(f"proof-{number}", str(part.proof))
            if self.asks_outcomes and part.outcome:
                self.form.set(f"{OUTCOMES}-{number}", part.outcome)
            self.abouts[number - 1] = self.abouts[number - 1] or part.about
        self.whole.value = ""

    def answer(self) -> Answer:
        """Return what stands in the fields as an answer."""
        value = self.form.value
        given = self.facts.get(OUTCOMES)
        before = given if isinstance(given, tuple) else ()
        parts = [
            Part(
                about=self.abouts[number - 1],
                text=value(f"answer-{number}"),
                outcome=value(f"{OUTCOMES}-{number}")
                if self.asks_outcomes
                else str(before[number - 1])
                if number <= len(before)
                else "",
                proof=_count(value(f"proof-{number}")) if self.asks_evidence else 0,
            )
            for number in range(1, self.demands + 1)
        ]
        return Answer(value(GREETING), parts, value(CLOSING))

    def filled(self, files: int) -> None:
        """Compose the text once the form was sent, and count the evidence: what was typed, or else the files."""
        answer = self.answer()
        if not answer.is_empty:
            self.whole.value = compose(answer)
        self.whole.value = self._with_mark(self.whole.value)
        if self.asks_evidence and not self.form.value(EVIDENCE):
            count = max(sum(part.proof for part in answer.parts), files)
            self.form.set(EVIDENCE, str(count) if count else "")

    @property
    def says_used(self) -> bool:
        """Whether the person said that the text began as the machine's draft."""
        return self.machine is not None and self.form.value(MACHINE) == USED

    def _with_mark(self, text: str) -> str:
        """Return a text as it is kept: what once began as a machine's draft goes on saying so."""
        return marked(text) if text and (self.says_used or self.began_marked) else text

    def land(self, draft: str) -> None:
        """Put a machine's draft into the fields, below what was typed there."""
        for number, part in enumerate(taken_apart(draft, self.demands).parts, 1):
            name = f"answer-{number}"
            self.form.set(name, "\n\n".join(filter(None, (self.form.value(name), part.text))))

    def _check_machine(self) -> None:
        for number in range(1, self.demands + 1):
            text = self.form.value(f"answer-{number}")
            if GAP in text:
                self.form.complain(f"answer-{number}", _("答复里还有“{gap}”，请写上查到的事实").format(gap=GAP))
            if self.machine and not self.says_used and text and text in self.machine.text:
                self.form.complain(
                    MACHINE, _("第{number}项的答复就是机器起草的原文，不是自己写的").format(number=number)
                )

    def check(self) -> bool:
        """Complain about demands that an answer leaves out, and about proof that is no number."""
        answer = self.answer()
        if not answer.is_empty:
            for number, part in enumerate(answer.parts, 1):
                if not part.text:
                    self.form.complain(f"answer-{number}", _("请写明第{number}项的答复").format(number=number))
        self._check_machine()
        for number in range(1, self.demands + 1):
            typed = self.form.value(f"proof-{number}") if self.asks_evidence else ""
            if typed and not (typed.isascii() and typed.isdecimal()):
                self.form.complain(f"proof-{number}", _("佐证件数不是整数"))
        return not self.form.problems

    def point_at_parts(self) -> None:
        """Let what is wrong with the whole text, or with the evidence, be shown at the fields that people see."""
        for unseen, seen in ((self.whole, "answer-1"), (self._field(EVIDENCE), "proof-1")):
            target = self._field(seen)
            if unseen is None or target is None:
                continue
            for problem in self.form.problems:
                if problem["id"] == unseen.id:
                    problem["id"] = target.id
                    target.error = problem["text"]

    def _field(self, name: str) -> Field | None:
        return next((one for one in self.form.fields if one.name == name), None)

    def drawn(self, shown: Case, *, asked: bool) -> dict[str, Any]:
        """Return what the template draws: a section for each demand, the other fields, and the preview.

        `asked`: whether the page came for the preview alone, which then takes the focus.
        """
        self.point_at_parts()
        answer = self.answer()
        text = self._with_mark(compose(answer))
        masked = ""
        if text:
            with working():  # as the verb will mask it
                masked = spoken_to(from_staff(text, shown.number))
        unseen = {self.whole.name, EVIDENCE}
        own = {GREETING, CLOSING}
        sections = []
        for number in range(1, self.demands + 1):
            names = [f"{OUTCOMES}-{number}", f"answer-{number}", f"proof-{number}"]
            own |= set(names)
            fields = [one for name in names if (one := self._field(name)) is not None]
            for one in fields:
                if one.name == f"answer-{number}":  # drawn as what it stands for; a whole text alone suffices
                    one.required = self.whole.required
            if self.demands > 1:
                for one in fields:
                    if one.name.startswith(OUTCOMES):
                        one.label = _("第{number}项的结果").format(number=number)
            about, part = self.abouts[number - 1], answer.parts[number - 1]
            sections.append(
                {
                    "number": number,
                    "about": about,
                    "short": shortened(about) if about else "",
                    "outcome": choice_words(part.outcome) if part.outcome and not self.asks_outcomes else "",
                    "fields": fields,
                }
            )
        return {
            "sections": sections,
            "several": self.demands > 1,
            "greeting_list": [self._field(GREETING)],
            "closing_list": [self._field(CLOSING)],
            "machine": self.machine,
            "machine_at": moment_words(self.machine.made_at) if self.machine else "",
            "others": [one for one in self.form.fields if one.name not in own | unseen],
            "preview": masked,
            "asked": asked,
            "refused": refused_for(shown, text) if text else "",
        }


def refused_for(shown: Case, text: str) -> str:
    """Return why a text may not be served as this case's answer (too short, or another's word for word); else empty."""
    try:
        with working():
            check_reply(shown, text)
    except NotAllowed as refused:
        return sentence(refused.refused)
    return ""


def _count(typed: str) -> int:
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) <= MOST_DIGITS else 0
