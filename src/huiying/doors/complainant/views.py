"""Pages for whoever brings a demand: file it, find it, follow it, act on it. Every one works without JavaScript."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.contrib import messages
from django.db.models.functions import Length
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from huiying.case.commands import KeyConflict
from huiying.case.recording import NoSuchCase, NotAllowed
from huiying.case.scope import working
from huiying.directory.models import Unit
from huiying.directory.queries import areas_of_the_city, place_name
from huiying.doors.complainant import receipts
from huiying.doors.context import THEMES
from huiying.doors.errors import plainly
from huiying.doors.forms import Field, Form
from huiying.doors.language import TAGS
from huiying.doors.limits import MOST_GUESSES, guesses, submissions, submissions_an_hour
from huiying.doors.reading import Limit, derivation, until
from huiying.procedure.schema import Kind
from huiying.procedure.words import catalogue, refusal
from huiying.stages.identity.texts import LONGEST_TEXT
from huiying.stages.identity.vault import Contact
from huiying.stages.intake.actions import (
    ACCEPTED_FILES,
    LONGEST_LINE,
    LONGEST_TITLE,
    RESIDENT,
    Demand,
    attach,
    check_all,
    register,
)

NOT_FOUND = "没有找到。请核对查询码，或者拨打12345，凭工单号查询。"
DISTRICT, MOST_AREAS = 6, 200
YEAR = 365 * 24 * 3600
KINDS = {
    Kind.HELP: ("求助", "请求解决一个问题，如漏水、路灯不亮"),
    Kind.CONSULTATION: ("咨询", "想了解政策、办事流程"),
    Kind.COMPLAINT: ("投诉", "对某个单位或者商家的行为不满"),
    Kind.REPORT: ("举报", "反映违法违规的线索；您的身份受到更严的保护"),
    Kind.SUGGESTION: ("建议", "对城市管理和服务的想法"),
    Kind.PRAISE: ("表扬", "有人做得好，想让大家知道"),
}
SOLVED = [
    {"value": "yes", "label": "解决了"},
    {"value": "partly", "label": "部分解决"},
    {"value": "no", "label": "没有解决"},
]
SATISFIED = [
    {"value": value, "label": label}
    for value, label in (("5", "很满意"), ("4", "满意"), ("3", "一般"), ("2", "不满意"), ("1", "很不满意"))
]
TONES = {"closed": "good", "withdrawn": "neutral"}


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """What can be done here, on one screen."""
    return render(request, "complainant/home.html")


@require_POST
def view(request: HttpRequest) -> HttpResponse:
    """Keep which view of the pages or which colours somebody wants, and go back to where they were."""
    if (theme := request.POST.get("theme")) is not None:
        return _keep(request, settings.THEME_COOKIE_NAME, theme if theme in THEMES else "auto")
    elder = request.POST.get("view", "standard") == "elder"
    return _keep(request, settings.VIEW_COOKIE_NAME, "elder" if elder else "standard")


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Keep in which language somebody reads, and go back to where they were."""
    wanted = request.POST.get("language", "")
    return _keep(request, settings.LANGUAGE_COOKIE_NAME, wanted if wanted in TAGS else settings.LANGUAGE_CODE)


def _keep(request: HttpRequest, cookie: str, value: str) -> HttpResponse:
    """Return the way back, with a choice that lasts a year."""
    back = request.POST.get("next", "/")
    ours = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    # Never `redirect`: it takes what is no address for the name of a page, and there may be none of that name.
    response = HttpResponseRedirect(back if ours and back.startswith("/") else "/")
    response.set_cookie(cookie, value, max_age=YEAR, samesite="Lax", httponly=True, secure=request.is_secure())
    return response


def districts() -> list[dict[str, str]]:
    """Return the districts to choose from."""
    areas = areas_of_the_city().annotate(length=Length("code")).filter(length=DISTRICT)[:MOST_AREAS]
    return [{"value": area.code, "label": area.name} for area in areas]


def units() -> list[dict[str, str]]:
    """Return the units that a demand may be about."""
    return [{"value": unit.code, "label": unit.name} for unit in Unit.objects.filter(active=True)[:MOST_AREAS]]


def demand_form() -> Form:
    """Return the fields of a demand as a resident fills them in."""
    return Form(
        [
            Field(
                "kind",
                "这是什么事",
                "radios",
                options=[
                    {"value": kind.value, "label": label, "hint": hint} for kind, (label, hint) in KINDS.items()
                ],
            ),
            Field("title", "用一句话说", required=False, limit=LONGEST_TITLE, hint="例如：家里天花板漏水已经两周"),
            Field(
                "text",
                "详细情况",
                "textarea",
                limit=LONGEST_TEXT,
                rows=8,
                hint="什么事、什么地方、从什么时候开始、希望怎么解决。承办人员看到的文字会隐去姓名、电话和门牌。",
            ),
            Field("area", "在哪个区", "select", options=districts, required=False, placeholder="不清楚"),
            Field(
                "address", "具体地点", required=False, limit=LONGEST_LINE,
                hint="路名、小区、楼栋。只有需要上门的人，写明用途后才能看到门牌。",
            ),
            Field(
                "respondent", "反映的是哪个单位", "select", options=units, required=False, placeholder="不针对单位",
                hint="选定以后，这个单位看不到您反映的事，也不能承办。",
            ),
            Field("name", "您的姓名", required=False, limit=LONGEST_LINE, autocomplete="name"),
            Field(
                "phone",
                "联系电话",
                "tel",
                required=False,
                limit=40,
                autocomplete="tel",
                hint="不留也可以。留下电话，办理的人才能向您了解情况；每次查看都会记录下来，您能看到。",
            ),
            Field(
                "files", "照片、录音或者文件", "file", required=False, accept=ACCEPTED_FILES,
                hint="最多9个，每个不超过20兆。照片里的拍摄地点会自动去掉。",
            ),
            Field(
                "confidential", "请为我保密", "checkbox", required=False,
                hint="承办单位不会得到您的联系方式，回电由热线中心进行。",
            ),
        ]
    )  # fmt: skip


def demand_from(form: Form, request: HttpRequest) -> Demand:
    """Return the demand that a filled form says; raise `NotAllowed` for a file that may not be stored."""
    files = [(file.name or "", file.read()) for file in request.FILES.getlist("files")]
    return Demand(
        text=form.value("text"),
        kind=form.value("kind"),
        title=form.value("title"),
        area=form.value("area"),
        address=form.value("address"),
        confidential=form.value("confidential") == "on",
        respondents=(form.value("respondent"),) if form.value("respondent") else (),
        contact=Contact(form.value("name"), form.value("phone")),
        files=tuple(check_all(files)),
    )


@require_http_methods(["GET", "POST"])
def file(request: HttpRequest) -> HttpResponse:
    """File a demand, with a name or without."""
    form = demand_form()
    status = 200
    if request.method == "POST":
        form.fill(request.POST)
        receipt = _file(request, form)
        if receipt is not None:
            return redirect(f"{reverse('receipt', args=[receipt])}?new=1")
        status = 422
    return render(request, "complainant/file.html", {"form": form}, status=status)


def _file(request: HttpRequest, form: Form) -> str | None:
    if not form.check_required():
        return None
    if submissions.over(request, submissions_an_hour()):
        form.complain("", refusal("too_many_requests"))
        return None
    try:
        receipt = register(demand_from(form, request), channel="portal", by=RESIDENT, at=timezone.now(), key=form.key)
    except NotAllowed as refused:
        form.refuse(refused.refused)
        return None
    except KeyConflict:
        form.complain("", refusal("key_conflict"))
        return None
    return receipt.code


@require_http_methods(["GET", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """Find a case by its receipt code."""
    form = Form([Field("code", "查询码", hint="受理时给您的16位字母和数字，中间的横线可以不写。", autocomplete="off")])
    if request.method == "POST":
        form.fill(request.POST)
        if form.check_required():
            try:
                receipts.find(form.value("code"))
            except NoSuchCase:
                tried = guesses.over(request, MOST_GUESSES)
                form.complain("code", refusal("too_many_requests") if tried else NOT_FOUND)
            else:
                return redirect("receipt", code=form.value("code").upper().replace(" ", ""))
    return render(request, "complainant/find.html", {"form": form}, status=422 if form.problems else 200)


def _receipt(request: HttpRequest, code: str, at: datetime) -> receipts.Receipt:
    try:
        return receipts.read(code, at)
    except NoSuchCase as missing:
        guesses.over(request, MOST_GUESSES)
        raise Http404 from missing


def act_forms() -> dict[str, tuple[str, str, Form]]:
    """Return the person's acts with their names, what the button says, and their forms."""
    return {
        "supplement": (
            "补充情况",
            "提交补充",
            Form(
                [
                    Field("what", "补充内容", "textarea", limit=LONGEST_TEXT),
                    Field("files", "照片、录音或者文件", "file", required=False, accept=ACCEPTED_FILES),
                ]
            ),
        ),
        "urge": ("催办", "催一催", Form([])),
        "rate": (
            "评价",
            "提交评价",
            Form(
                [
                    Field("solved", "问题解决了吗", "radios", options=SOLVED),
                    Field("satisfied", "您对办理满意吗", "radios", options=SATISFIED),
                ]
            ),
        ),
        "review": ("不同意答复", "请求复核", Form([Field("what", "不同意答复的理由", "textarea", limit=LONGEST_TEXT)])),
        "withdraw": ("撤回", "撤回这件诉求", Form([])),
        "pressed": ("我被施压", "报告有人施压", Form([])),
    }


@require_GET
@plainly
def receipt(request: HttpRequest, code: str) -> HttpResponse:
    """Follow a case: what happened, what comes next, by when and under which rule, and what may be done now."""
    opened = _receipt(request, code, timezone.now())
    return render(request, "complainant/receipt.html", _page(request, opened))


def _page(request: HttpRequest, opened: receipts.Receipt) -> dict[str, object]:
    dues = [
        {
            "label": limit.what,
            "text": _due_words(limit),
            "note": "；".join(
                filter(None, (derivation(limit) if limit.is_law else "", limit.article if limit.is_law else ""))
            ),
        }
        for limit in opened.limits
        if limit.running and limit.of_person
    ]
    acts = [
        {
            "name": name,
            "label": label,
            "url": reverse("receipt-act", args=[opened.code, name]),
            "why": opened.possible[name].why if name in opened.possible else "",
            "article": opened.possible[name].article if name in opened.possible else "",
        }
        for name, (label, _, _) in act_forms().items()
        if name in opened.possible or (name == "review" and opened.may_ask_review)
    ]
    words = catalogue("zh_hans")
    place = "，".join(
        filter(None, (place_name(opened.case.area) if opened.case.area else "", opened.texts.get("place", "")))
    )
    facts = [
        {"label": "类型", "text": words.get(f"choice.{opened.case.kind}", "")},
        {"label": "地点", "text": place},
        {"label": "附件", "text": f"{opened.files}个" if opened.files else ""},
    ]
    return {
        "receipt": opened,
        "facts": [fact for fact in facts if fact["text"]],
        "new": "new" in request.GET,
        "dues": dues,
        "acts": acts,
        "events": [
            {"at": told.at, "title": told.title, "text": told.text, "article": told.article, "who": told.who}
            for told in reversed(opened.told)
        ],
    }


def _due_words(limit: Limit) -> str:
    if limit.moment is None:
        return limit.why_not or "暂未确定"
    words = f"{until(limit.moment)}前"
    return f"{words}（暂定，放假安排公布后确定）" if limit.provisional else words


@require_http_methods(["GET", "POST"])
@plainly
def receipt_act(request: HttpRequest, code: str, name: str) -> HttpResponse:
    """One of the person's acts: its form, and doing it."""
    at = timezone.now()
    opened = _receipt(request, code, at)
    if name not in act_forms():
        raise Http404
    label, button, form = act_forms()[name]
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
                form.refuse(refused.refused)
            else:
                messages.success(request, f"{label}已收到。")
                return redirect("receipt", code=opened.code)
    context = {"label": label, "button": button, "form": form, "receipt": opened, "name": name}
    return render(request, "complainant/act.html", context, status=422 if form.problems else 200)
