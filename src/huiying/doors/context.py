"""What every page shows around its content."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from huiying.config.environment import read
from huiying.doors.language import NAMES, TAGS, language

#: Sections whose address other sections' addresses begin with.
EXACT = frozenset({"work", "desk-register"})
#: Colours that somebody may choose; who has not chosen gets what their device asks for.
THEMES = frozenset({"light", "dark", "contrast"})
#: Sections of work, by role: what each role finds in its navigation besides its list.
SECTIONS = {
    "call_taker": (("登记", "desk-register"), ("来电查询", "desk-lookup")),
    "officer": (("提醒", "notices"),),
    "unit_head": (("提醒", "notices"),),
    "secrecy_officer": (("提醒", "notices"),),
    "custodian": (("身份查看", "custodian"),),
    "supervisor": (("逾期督办", "overdue"), ("提醒", "notices")),
    "leader": (("逾期督办", "overdue"), ("提醒", "notices")),
    "administrator": (("期满删除", "to-erase"), ("机构与职责", "admin:index")),
}


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
        "help_line": "也可以拨打 12345，全天有人接听。危及生命请先拨打 110、119 或 120。",
        "footer_links": [{"label": "工作人员登录", "url": reverse("work")}],
    }
    if person is None:
        sections = [("我要反映", "file"), ("查询进度", "find-receipt")]
        return context | {"nav": _links(request, sections)}
    sections = [("待办", "work"), ("查询", "search"), *SECTIONS.get(person.role, ())]
    return context | {
        "nav": _links(request, sections),
        "home_url": reverse("work"),
        "person": {"name": person.post.staff.name, "post": str(person.post)},
        "other_posts": person.others,
        "logout_url": reverse("account_logout"),
        "footer_links": [
            {"label": "第二重验证", "url": reverse("mfa_index")},
            {"label": "我的登录", "url": reverse("my-sessions")},
            {"label": "修改密码", "url": reverse("account_change_password")},
            *({"label": f"换到：{post}", "url": reverse("choose-post", args=[post.pk])} for post in person.others),
        ],
    }


def _links(request: HttpRequest, sections: list[tuple[str, str]]) -> list[dict[str, Any]]:
    return [
        {
            "label": label,
            "url": url,
            "current": request.path == url or (name not in EXACT and request.path.startswith(url)),
        }
        for label, name in sections
        for url in (reverse(name),)
    ]
