"""Addresses of the complainant's door."""

from __future__ import annotations

from django.urls import path

from huiying.doors.complainant import filing, offline, papers, spots, tracking, views

urlpatterns = [
    path("", views.home, name="home"),
    path("view/", views.view, name="view"),
    path("language/", views.language, name="language"),
    path("file/", filing.file, name="file"),
    path("file/areas/", filing.areas, name="file-areas"),
    path("file/place/", filing.place, name="file-place"),
    path("file/<slug:name>/", filing.step, name="file-step"),
    path("q/<slug:code>/", filing.from_spot, name="spot"),
    path("q/<slug:code>/sheet/", spots.sheet, name="spot-sheet"),
    path("find/", tracking.find, name="find-receipt"),
    path("r/<str:code>/", tracking.receipt, name="receipt"),
    path("r/<str:code>/<slug:name>/", tracking.receipt_act, name="receipt-act"),
    path("r/<str:code>/papers/<int:position>/<slug:paper>/", papers.paper, name="receipt-paper"),
    path("r/<str:code>/papers/<int:position>/<slug:paper>/pdf/", papers.as_pdf, name="receipt-paper-pdf"),
    path("offline/", offline.offline, name="offline"),
    path("sw.js", offline.worker, name="worker"),
    path("manifest.webmanifest", offline.manifest, name="manifest"),
]
