"""The front page, and how somebody wants all pages to look and speak. Every page here works without JavaScript."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from huiying.doors.complainant import looks


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """What can be done here, on one screen."""
    doors = [
        {
            "label": _("我要反映"),
            "hint": _("求助、咨询、投诉、举报、建议"),
            "url": reverse("file"),
            "icon": "message-square-plus",
        },
        {
            "label": _("查询进度"),
            "hint": _("看进度、补充、催办、评价"),
            "url": reverse("find-receipt"),
            "icon": "search-check",
        },
    ]
    then = [
        {"title": _("马上有查询码"), "text": _("随时看办到哪一步、何时到期。")},
        {"title": _("交给一个单位办"), "text": _("交错了由中心裁定，不用您去跑。")},
        {"title": _("答复以后再问您"), "text": _("没有解决、理由合理的，退回重办。")},
    ]
    return render(request, "complainant/home.html", {"doors": doors, "then": then})


@require_POST
def view(request: HttpRequest) -> HttpResponse:
    """Keep which view of the pages or which colours somebody wants, and go back to where they were."""
    return _back(request)


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Keep in which language somebody reads, and go back to where they were."""
    return _back(request)


def _back(request: HttpRequest) -> HttpResponse:
    """Return the way back, with what was asked for."""
    back = request.POST.get("next", "/")
    ours = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    # Never `redirect`: it takes what is no address for the name of a page, and there may be none of that name.
    response = HttpResponseRedirect(back if ours and back.startswith("/") else "/")
    looks.keep(request, response, looks.wanted(request))
    return response
