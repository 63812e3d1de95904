"""Every address that the installation answers, by door."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

from huiying.doors.api.routes import api, openapi

handler500 = "huiying.doors.outage.answer"

urlpatterns = [
    path("", include("huiying.doors.public.urls")),
    path("", include("huiying.doors.complainant.urls")),
    path("", include("huiying.doors.leader.urls")),
    path("audits/", include("huiying.doors.auditor.urls")),
    path("staff/", include("huiying.doors.work.urls")),
    path("staff/", include("huiying.doors.law.urls")),
    path("desk/", include("huiying.doors.desk.urls")),
    path("custodian/", include("huiying.doors.custodian.urls")),
    path("accounts/", include("huiying.doors.account_urls")),
    path("gallery/", include("huiying.doors.gallery.urls")),
    path("admin/", admin.site.urls),
    path("api/openapi.json", openapi, name="openapi"),
    path("api/v1/", api.urls),
]
