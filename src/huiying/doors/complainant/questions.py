"""What a resident is asked when filing a demand: the fields, one small page of them after another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.http import HttpRequest, QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huiying.directory.models import COMMUNITY, DISTRICT, STREET, Matter, Spot, Unit
from huiying.directory.queries import area_levels, known_area, place_name, spot_in_use
from huiying.doors.forms import Field, Form
from huiying.procedure.schema import Kind
from huiying.stages.identity.texts import LONGEST_TEXT
from huiying.stages.identity.vault import Contact
from huiying.stages.intake.actions import ACCEPTED_FILES, LONGEST_TITLE, Demand, check_all
from huiying.stages.intake.files import MOST_FILES

MOST_UNITS = 500
#: What a rule calls a field that it refuses, and what the field is called here.
RULES_NAMES: Mapping[str, str] = {
    "诉求类型": "kind",
    "标题": "title",
    "诉求内容": "text",
    "地址": "address",
    "被反映单位": "respondent",
    "姓名": "name",
    "电话": "phone",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One page of the filing. `label` is its name in the progress, `heading` the question that it asks."""

    name: str
    label: str | Promise
    heading: str | Promise
    fields: tuple[str, ...]


STEPS: tuple[Step, ...] = (
    Step("kind", gettext_lazy("类型"), gettext_lazy("我要反映"), ("matter", "kind")),
    Step("what", gettext_lazy("内容"), gettext_lazy("发生了什么"), ("title", "text")),
    Step("where", gettext_lazy("地点"), gettext_lazy("在什么地方"), ("area", "address")),
    Step("who", gettext_lazy("联系"), gettext_lazy("怎样联系您"), ("name", "phone", "confidential", "respondent")),
    Step("files", gettext_lazy("照片"), gettext_lazy("照片和录音"), ("files",)),
    Step("check", gettext_lazy("核对"), gettext_lazy("请核对，然后提交"), ()),
)
BY_NAME: Mapping[str, Step] = {step.name: step for step in STEPS}


def kinds() -> list[dict[str, str]]:
    """Return the kinds of demands to choose from, each with an example."""
    said = {
        Kind.HELP: {"icon": "wrench", "label": _("求助"), "hint": _("请求解决一个问题，如漏水、路灯不亮")},
        Kind.CONSULTATION: {"icon": "info", "label": _("咨询"), "hint": _("想了解政策、办事流程")},
        Kind.COMPLAINT: {"icon": "frown", "label": _("投诉"), "hint": _("对某个单位或者商家的行为不满")},
        Kind.REPORT: {
            "icon": "shield-alert",
            "label": _("举报"),
            "hint": _("反映违法违规的线索；您的身份受到更严的保护"),
        },
        Kind.SUGGESTION: {"icon": "lightbulb", "label": _("建议"), "hint": _("对城市管理和服务的想法")},
        Kind.PRAISE: {"icon": "thumbs-up", "label": _("表扬"), "hint": _("有人做得好，想让大家知道")},
    }
    return [{"value": kind.value, **words} for kind, words in said.items()]


def units() -> list[dict[str, str]]:
    """Return the units that a demand may be about."""
    return [{"value": unit.code, "label": unit.name} for unit in Unit.objects.filter(active=True)[:MOST_UNITS]]


def demand_form(spot: Spot | None = None) -> Form:
    """Return the fields of a demand as a resident fills them in. `spot`: whose sign somebody scanned."""
    fields = [
        Field("kind", _("这是什么事"), "cards", options=kinds()),
        Field(
            "title", _("标题"), required=False, limit=LONGEST_TITLE, hint=_("用一句话说，例如：家里天花板漏水已经两周")
        ),
        Field(
            "text",
            _("详细情况"),
            "textarea",
            limit=LONGEST_TEXT,
            rows=7,
            hint=_("什么事、从什么时候开始、希望怎么解决。承办人员看到的文字会隐去姓名、电话和门牌。"),
        ),
        Field("area", _("在哪个区"), "place", required=False),
        Field(
            "address",
            _("具体地点"),
            required=False,
            hint=_("路名、小区、楼栋。只有需要上门的人，写明用途后才能看到门牌。"),
        ),
        Field("name", _("您的姓名"), required=False, autocomplete="name"),
        Field(
            "phone",
            _("联系电话"),
            "tel",
            required=False,
            autocomplete="tel",
            hint=_("不留也可以。留下电话，办理的人才能向您了解情况；每次查看都会记录下来，您能看到。"),
        ),
        Field(
            "confidential",
            _("请为我保密"),
            "checkbox",
            required=False,
            hint=_("承办单位不会得到您的联系方式，回电由热线中心进行。"),
        ),
        Field(
            "respondent",
            _("反映的是哪个单位"),
            "select",
            options=units,
            required=False,
            placeholder=_("不针对单位"),
            hint=_("选定以后，这个单位看不到您反映的事，也不能承办。"),
        ),
        Field(
            "files",
            _("照片、录音或者文件"),
            "file",
            required=False,
            accept=ACCEPTED_FILES,
            hint=_("最多%(most)s个，每个不超过20兆。照片里的拍摄地点会自动去掉。") % {"most": MOST_FILES},
        ),
    ]
    return Form([*_of_a_spot(spot), *fields])


def _of_a_spot(spot: Spot | None) -> list[Field]:
    """Return what a sign adds: which one it was, and its matter, which can be declined."""
    matter = spot.matter if spot else None
    about = [] if matter is None else [{"value": matter.code, "label": matter.name}]
    return [
        Field("spot", "", "hidden", value=spot.code if spot else "", required=False),
        Field(
            "matter",
            _("是不是这件事"),
            "radios" if about else "hidden",
            value=matter.code if matter else "",
            options=[*about, {"value": "", "label": _("不是，是别的事")}],
            required=False,
        ),
    ]


def filled(posted: QueryDict) -> Form:
    """Return the form with what was posted, of whichever page of it."""
    form = demand_form(spot_in_use(posted.get("spot", "")))
    about = form.value("matter")
    form.fill(posted)
    if "matter" not in posted:  # the page that asks about it was not reached: the sign's own stands
        form.set("matter", about)
    form.set("area", narrowest(posted.getlist("area")))
    return form


def narrowest(codes: Iterable[str]) -> str:
    """Return the narrowest of the areas chosen level by level; what does not lie in the wider one was of another."""
    chosen = ""
    for code in codes:
        if code.startswith(chosen) and code:
            chosen = code
    return chosen


def area_choices(chosen: str) -> list[dict[str, object]]:
    """Return a select for each level of areas down to the first that is not chosen yet, as `ui/place.html` takes it."""
    labels = {DISTRICT: _("区、县"), STREET: _("街道、乡镇"), COMMUNITY: _("社区、村")}
    return [
        {
            "label": labels.get(len(areas[0][0]), _("区划")),
            "value": value,
            "options": [{"value": code, "label": name} for code, name in areas],
        }
        for value, areas in area_levels(known_area(chosen))
    ]


def check_step(form: Form, step: Step) -> None:
    """Complain about what is wrong with the fields of one page."""
    form.check_required(step.fields)
    for one in form.fields:
        if one.name not in step.fields or one.error:
            continue
        if one.limit is not None and len(one.value) > one.limit:
            form.complain(
                one.name,
                _("%(label)s最多%(most)s字，现在有%(now)s字，请写短些")
                % {"label": one.label, "most": one.limit, "now": len(one.value)},
            )


def demand_from(form: Form, request: HttpRequest) -> Demand:
    """Return the demand that a filled form says; raise `NotAllowed` for a file that may not be stored."""
    files = [(file.name or "", file.read()) for file in request.FILES.getlist("files")]
    return Demand(
        text=form.value("text"),
        kind=form.value("kind"),
        title=form.value("title"),
        area=form.value("area"),
        address=form.value("address"),
        matter=form.value("matter"),
        spot=form.value("spot"),
        confidential=form.value("confidential") == "on",
        respondents=(form.value("respondent"),) if form.value("respondent") else (),
        contact=Contact(form.value("name"), form.value("phone")),
        files=tuple(check_all(files)),
    )


def answers(form: Form) -> list[dict[str, str]]:
    """Return every answer as people read it, with the page on which it can be changed."""
    said = {
        **{name: str(form.value(name)) for name in ("title", "text", "address", "name", "phone")},
        "kind": next((kind["label"] for kind in kinds() if kind["value"] == form.value("kind")), ""),
        "area": place_name(known_area(form.value("area"))),
        "confidential": _("请为我保密") if form.value("confidential") == "on" else "",
        "respondent": _unit(form.value("respondent")),
        "matter": _matter(form.value("matter")),
    }
    labels = {one.name: one.label for one in form.fields} | {
        "area": _("地方"),
        "matter": _("事项"),
        "confidential": _("保密"),
    }
    return [
        {"name": name, "label": labels[name], "text": said[name], "step": step.name}
        for step in STEPS
        for name in step.fields
        if name in said
    ]


def _unit(code: str) -> str:
    found = Unit.objects.filter(pk=code, active=True).first() if code.isprintable() and code else None
    return found.name if found else ""


def _matter(code: str) -> str:
    found = Matter.objects.filter(pk=code, active=True).first() if code.isprintable() and code else None
    return found.name if found else ""
