"""Addresses of the door of those who hold cases."""

from __future__ import annotations

from django.urls import path

from huiying.doors.work import (
    acting,
    bulk,
    cases,
    drafting,
    judging,
    openings,
    papers,
    sessions,
    urgent,
    views,
    worklist,
)

urlpatterns = [
    path("", worklist.work, name="work"),
    path("several/", bulk.several, name="several"),
    path("erase/", views.to_erase, name="to-erase"),
    path("case/<str:number>/erase/", views.erase_case, name="erase"),
    path("search/", views.search, name="search"),
    path("notices/", views.notices, name="notices"),
    path("sessions/", sessions.mine, name="my-sessions"),
    path("post/<int:post_id>/", views.choose_post, name="choose-post"),
    path("case/<str:number>/", cases.case, name="case"),
    path("case/<str:number>/classify/", judging.classify, name="classify"),
    path("case/<str:number>/split/", judging.split, name="split"),
    path("case/<str:number>/urgency/", urgent.judge_urgency, name="judge-urgency"),
    path("urgent/", urgent.urgent, name="urgent"),
    path("case/<str:number>/open/", openings.ask, name="open"),
    path("case/<str:number>/do/<str:track>/<slug:name>/", acting.do, name="do"),
    path("case/<str:number>/draft/<str:track>/<slug:name>/", drafting.draft, name="draft"),
    path("case/<str:number>/papers/<int:position>/<slug:paper>/<slug:whom>/", papers.paper, name="paper"),
    path("case/<str:number>/papers/<int:position>/<slug:paper>/<slug:whom>/pdf/", papers.as_pdf, name="paper-pdf"),
    path("case/<str:number>/papers/<int:position>/<slug:paper>/<slug:whom>/named/", papers.named, name="paper-named"),
    path("case/<str:number>/papers/<int:position>/<slug:paper>/<slug:whom>/issue/", papers.issue, name="paper-issue"),
    path("case/<str:number>/papers/<int:position>/<slug:paper>/<slug:whom>/serve/", papers.serve, name="paper-serve"),
    path("openings/<int:opening_id>/", openings.see, name="see-opening"),
]
