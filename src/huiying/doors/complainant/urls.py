"""Addresses of the complainant's door."""

from __future__ import annotations

from django.urls import path

from huiying.doors.complainant import views

urlpatterns = [
    path("", views.home, name="home"),
    path("view/", views.view, name="view"),
    path("language/", views.language, name="language"),
    path("file/", views.file, name="file"),
    path("find/", views.find, name="find-receipt"),
    path("r/<str:code>/", views.receipt, name="receipt"),
    path("r/<str:code>/<slug:name>/", views.receipt_act, name="receipt-act"),
]
