"""What every page shows around its content."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from huiying.config.environment import read
from huiying.doors.language import NAMES, TAGS, language

#: Sections whose address other sections' addresses begin with.
EXACT = frozenset({"work", "desk-register"})
#: Colours that somebody may choose; who has not chosen gets what their device asks for.
THEMES = frozenset({"light", "dark", "contrast"})
#: Sections of work, by role: what each role finds in its navigation besides its list.
SECTIONS = {
    "call_taker": ((_("登记"), "desk-register"), (_("来电查询"), "desk-lookup")),
    "officer": ((_("本单位"), "standing"), (_("提醒"), "notices")),
    "unit_head": ((_("本单位"), "standing"), (_("提醒"), "notices")),
    "secrecy_officer": ((_("提醒"), "notices"),),
    "custodian": ((_("身份查看"), "custodian"),),
    "auditor": ((_("抽样审计"), "audits"),),
    "supervisor": ((_("督办看板"), "board"), (_("运行概览"), "overview"), (_("提醒"), "notices")),
    "leader": ((_("运行概览"), "overview"), (_("督办看板"), "board"), (_("提醒"), "notices")),
    "administrator": ((_("期满删除"), "to-erase"), (_("机构与职责"), "admin:index")),
}


#: To whom the card of what machines propose is shown.
CARD_READERS = frozenset({"supervisor", "leader", "auditor", "dispatcher"})


def page(request: HttpRequest) -> dict[str, Any]:
    """Return the context of the layout: titles, navigation, who has signed in."""
    person = getattr(request, "person", None)
    context: dict[str, Any] = {
        "site_name": read("HUIYING_SITE_NAME"),
        "elder_url": reverse("view"),
        "languages": [
            {"code": code, "label": NAMES[code], "tag": tag, "current": code == language()}
            for code, tag in TAGS.items()
        ],
        "language_url": reverse("language"),
        "html_lang": TAGS[language()],
        "elder": request.COOKIES.get(settings.VIEW_COOKIE_NAME) == "elder",
        "theme_url": reverse("view"),
        "theme": theme if (theme := request.COOKIES.get(settings.THEME_COOKIE_NAME)) in THEMES else "",
        "help_line": _("也可以拨打 12345，全天有人接听。危及生命请先拨打 110、119 或 120。"),
        "footer_links": [{"label": _("工作人员登录"), "url": reverse("work")}],
    }
    if person is None:
        sections = [(_("我要反映"), "file"), (_("查询进度"), "find-receipt")]
        return context | {"nav": _links(request, sections)}
    sections = [(_("待办"), "work"), (_("查询"), "search"), *SECTIONS.get(person.role, ())]
    return context | {
        "nav": _links(request, sections),
        "home_url": reverse("work"),
        "person": {"name": person.post.staff.name, "post": str(person.post)},
        "other_posts": person.others,
        "logout_url": reverse("account_logout"),
        "footer_links": [
            {"label": _("法规与期限"), "url": reverse("law")},
            *([{"label": _("机器建议的成绩单"), "url": reverse("models")}] if person.role in CARD_READERS else []),
            {"label": _("第二重验证"), "url": reverse("mfa_index")},
            {"label": _("我的登录"), "url": reverse("my-sessions")},
            {"label": _("修改密码"), "url": reverse("account_change_password")},
            *(
                {"label": _("换到：%(post)s") % {"post": post}, "url": reverse("choose-post", args=[post.pk])}
                for post in person.others
            ),
        ],
    }


def _links(request: HttpRequest, sections: Sequence[tuple[object, str]]) -> list[dict[str, Any]]:
    return [
        {
            "label": label,
            "url": url,
            "current": request.path == url or (name not in EXACT and request.path.startswith(url)),
        }
        for label, name in sections
        for url in (reverse(name),)
    ]
