"""Following a case by its receipt: where it stands, what comes next and by when, who has it, what may be done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from huiying.case.recording import NoSuchCase, NotAllowed
from huiying.case.scope import working
from huiying.directory.queries import place_name
from huiying.doors import remaining
from huiying.doors.complainant import papers, receipts
from huiying.doors.errors import plainly
from huiying.doors.forms import Field, Form
from huiying.doors.language import refusal, rule_words, spoken
from huiying.doors.limits import MOST_GUESSES, guesses
from huiying.doors.moments import until
from huiying.doors.reading import Limit, Told, days_of, derivation, post_name
from huiying.stages.identity.texts import LONGEST_TEXT
from huiying.stages.intake.actions import ACCEPTED_FILES, RESIDENT, attach


@dataclass(frozen=True, slots=True)
class ActForm:
    """One of the person's acts: what it is called, what it brings about, its fields and what its button says."""

    label: str
    says: str
    button: str
    form: Form
    tone: str = "primary"


@require_http_methods(["GET", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """Find a case by its receipt code."""
    hint = _("受理时给您的16位字母和数字，中间的横线可以不写。")
    form = Form([Field("code", _("查询码"), hint=hint, autocomplete="off")])
    if request.method == "POST":
        form.fill(request.POST)
        if form.check_required():
            try:
                receipts.find(form.value("code"))
            except NoSuchCase:
                tried = guesses.over(request, MOST_GUESSES)
                missing = _("没有找到。请核对查询码，或者拨打12345，凭工单号查询。")
                form.complain("code", refusal("too_many_requests") if tried else missing)
            else:
                return redirect("receipt", code=form.value("code").upper().replace(" ", ""))
    return render(request, "complainant/find.html", {"form": form}, status=422 if form.problems else 200)


def _open(request: HttpRequest, code: str, at: datetime) -> receipts.Receipt:
    try:
        return receipts.read(code, at)
    except NoSuchCase as missing:
        guesses.over(request, MOST_GUESSES)
        raise Http404 from missing


def act_forms() -> dict[str, ActForm]:
    """Return the person's acts with their forms."""
    solved = [
        {"value": "yes", "label": _("解决了"), "icon": "circle-check"},
        {"value": "partly", "label": _("部分解决"), "icon": "circle-dot"},
        {"value": "no", "label": _("没有解决"), "icon": "circle-x"},
    ]
    satisfied = [
        {"value": "5", "label": _("很满意")},
        {"value": "4", "label": _("满意")},
        {"value": "3", "label": _("一般")},
        {"value": "2", "label": _("不满意")},
        {"value": "1", "label": _("很不满意")},
    ]
    files = Field("files", _("照片、录音或者文件"), "file", required=False, accept=ACCEPTED_FILES)
    return {
        "supplement": ActForm(
            _("补充情况"),
            _("想起别的情况、有新的照片，都可以补充，会转给正在办理的人。"),
            _("提交补充"),
            Form([Field("what", _("补充内容"), "textarea", limit=LONGEST_TEXT), files]),
        ),
        "urge": ActForm(_("催办"), _("会提醒承办的人，办理期限不变。"), _("催一催"), Form([])),
        "rate": ActForm(
            _("评价"),
            _("两个问题分开问：事情解决没有，和您对办理满不满意，是两回事。承办单位看不到是谁打的分。"),
            _("提交评价"),
            Form(
                [
                    Field("solved", _("问题解决了吗"), "cards", options=solved, hint=_("只看事情本身，不看办事的人。")),
                    Field(
                        "satisfied",
                        _("您对办理满意吗"),
                        "radios",
                        options=satisfied,
                        hint=_("看办理的快慢、态度和答复是不是清楚。"),
                    ),
                ]
            ),
        ),
        "object": ActForm(
            _("对判定有异议"),
            _(
                "单位判定了情况是否属实。您有不同意见的，写明理由，由单位里没有参加判定的负责人答复。每次判定可以提一次。"
            ),
            _("提出异议"),
            Form([Field("what", _("异议理由"), "textarea", limit=LONGEST_TEXT)]),
        ),
        "object_label": ActForm(
            _("对认定有异议"),
            _("这一件被认定不计入考核。您不同意的，写明理由，由没有参与办理和认定的人员答复。每次认定可以提一次。"),
            _("提出异议"),
            Form([Field("what", _("异议理由"), "textarea", limit=LONGEST_TEXT)]),
        ),
        "review": ActForm(
            _("不同意答复"),
            _("由没有参与办理的人复核。请写明哪里不对、您希望怎样。"),
            _("请求复核"),
            Form([Field("what", _("不同意答复的理由"), "textarea", limit=LONGEST_TEXT)]),
        ),
        "recusal": ActForm(
            _("申请回避"),
            _(
                "办事的人和这件事、和对方有利害关系的，您可以申请换人，由单位负责人决定。正在调解的，决定以前调解和期限都停下来。"
            ),
            _("提交申请"),
            Form([Field("why", _("申请回避的理由"), "textarea", limit=LONGEST_TEXT)]),
        ),
        "head_recusal": ActForm(
            _("申请负责人回避"),
            _("单位负责人和这件事、和对方有利害关系的，您可以申请换人，由这个单位以外的人决定。办理期限不变。"),
            _("提交申请"),
            Form([Field("why", _("申请回避的理由"), "textarea", limit=LONGEST_TEXT)]),
        ),
        "higher": ActForm(
            _("申请复查、复核"),
            _(
                "不服处理意见的，可以请上一级机关复查；不服复查意见的，可以再请上一级机关复核。都应当在收到书面答复后30日内提出。"
            ),
            _("提交申请"),
            Form([Field("why", _("申请的理由"), "textarea", limit=LONGEST_TEXT)]),
        ),
        "agree": ActForm(
            _("同意处理意见"),
            _("表示您不再申请复查、复核，这件事可以结案。还没想好的，不用点。"),
            _("我同意"),
            Form([]),
        ),
        "withdraw": ActForm(
            _("撤回"),
            _("撤回以后不再办理，也不算已解决。已经交给单位办的，热线中心会打电话核实是不是您自己的意思。"),
            _("撤回这件诉求"),
            Form([]),
            "danger",
        ),
        "pressed": ActForm(
            _("我被施压"),
            _("如果有人要您撤回、改评价，或者因为您反映问题而为难您，请点下面的按钮。由督办员处理，承办单位看不到。"),
            _("报告有人施压"),
            Form([]),
            "danger",
        ),
    }


@require_GET
@plainly
def receipt(request: HttpRequest, code: str) -> HttpResponse:
    """Follow a case; right after filing (`?new=1`), the receipt itself: number, code and its square."""
    opened = _open(request, code, timezone.now())
    url = request.build_absolute_uri(reverse("receipt", args=[opened.code]))
    template = "complainant/received.html" if "new" in request.GET else "complainant/receipt.html"
    return render(request, template, {**_page(opened), "url": url})


def _page(opened: receipts.Receipt) -> dict[str, object]:
    place = (place_name(opened.case.area) if opened.case.area else "") + opened.texts.get("place", "")
    files = _("%(number)s个") % {"number": opened.files} if opened.files else ""
    facts = [
        {"label": _("类型"), "text": rule_words().get(f"choice.{opened.case.kind}", "")},
        {"label": _("地点"), "text": place},
        {"label": _("附件"), "text": files},
        {"label": _("办到哪一步"), "text": opened.phases},
    ]
    return {
        "receipt": opened,
        "papers": papers.listed(opened.papers, opened.code),
        "facts": [fact for fact in facts if fact["text"]],
        "next": {"says": _goes_on() if opened.goes_on else _next(opened.stage), "who": _who(opened.holder)},
        "dues": [_due(limit) for limit in opened.limits if limit.running and limit.of_person],
        "acts": _acts(opened),
        "events": [_event(told) for told in reversed(opened.told)],
    }


def _event(told: Told) -> dict[str, object]:
    """Return one line of the story as `ui/timeline.html` takes it."""
    return {
        "at": told.at,
        "title": told.sentence or told.title,
        "text": "\n".join([*told.lines, *told.texts]) if told.sentence else told.text,
        "article": told.article,
        "who": "" if told.sentence else told.who,
    }


def _goes_on() -> str:
    return _("已经转入专门的程序，在下面分开的诉求里办理和答复。要补充、催办或者撤回，请打开那一件。")


def _next(stage: str) -> str:
    """Return what comes next where a case stands."""
    said: Mapping[str, str] = {
        "received": _("由专人判断归谁管，交给一个单位办。"),
        "assigned": _("单位收下并开始办。它认为不归自己管的，由热线中心裁定，不用您去跑。"),
        "handling": _("单位查清、处理，经过审核以后答复您。"),
        "answered": _("由没有参与办理的回访员问您：解决了没有，满意不满意。"),
        "following_up": _("回访员会联系您。您也可以现在就评价。"),
        "closed": _("已经办结。不同意答复的，可以请求复核。"),
        "withdrawn": _("已经撤回，不再办理。"),
    }
    return said[stage]


def _who(holder: receipts.Holder | None) -> str:
    """Return who has a case now, by unit and post: whoever follows it learns nobody's name."""
    if holder is None:
        return ""
    # What the centre calls whoever hands cases out is a word of the trade.
    post = post_name(holder.role, plainly=True)
    if holder.unit:
        return _("%(unit)s的%(post)s") % {"unit": holder.unit, "post": post}
    return _("热线中心的%(post)s") % {"post": post}


def _due(limit: Limit) -> dict[str, object]:
    """Return a clock as `ui/limits.html` takes it. A limit that is no law yet is not shown as one."""
    at = limit.moment
    text = _("{until}前").format(until=until(at)) if at else limit.why_not or _("暂未确定")
    return {
        "what": spoken(limit.what),
        "text": text,
        "left": limit.left,
        "tone": "late" if limit.when == remaining.LATE else "neutral",
        "article": limit.article if limit.is_law else "",
        "provisional": limit.provisional,
        "summary": derivation(limit) if limit.is_law and limit.derivation else "",
        "days": days_of(limit) if limit.is_law else [],
    }


def _acts(opened: receipts.Receipt) -> Sequence[dict[str, str]]:
    """Return the acts that are the person's, each with the reason where it is not possible now."""
    acts = []
    for name, act in act_forms().items():
        found = opened.possible.get(name)
        if found is None and not (name == "review" and opened.may_ask_review):
            continue
        acts.append(
            {
                "name": name,
                "label": act.label,
                "url": reverse("receipt-act", args=[opened.code, name]),
                "why": found.why if found else "",
                "article": found.article if found else "",
            }
        )
    return acts


@require_http_methods(["GET", "POST"])
@plainly
def receipt_act(request: HttpRequest, code: str, name: str) -> HttpResponse:
    """One of the person's acts: its form, and doing it."""
    at = timezone.now()
    opened = _open(request, code, at)
    if name not in act_forms():
        raise Http404
    act = act_forms()[name]
    form = act.form
    if request.method == "POST":
        form.fill(request.POST)
        if form.check_required():
            given = {field.name: field.value for field in form.fields if field.kind != "file" and field.value}
            try:
                files = [(one.name or "", one.read()) for one in request.FILES.getlist("files")]
                with working():  # the words and their files, or neither
                    receipts.do(code, name, given, at=at, key=form.key)
                    if files:
                        attach(opened.case.number, files, by=RESIDENT, at=at, key=form.key)
            except NotAllowed as refused:
                plain = opened.possible.get(name)
                if refused.refused.code == "not_at_this_step" and plain is not None and plain.why:
                    form.complain("", plain.why)
                else:
                    form.refuse(refused.refused)
            else:
                messages.success(request, _("已收到：%(act)s。") % {"act": act.label})
                return redirect("receipt", code=opened.code)
    context = {"act": act, "form": form, "receipt": opened, "name": name}
    return render(request, "complainant/act.html", context, status=422 if form.problems else 200)
