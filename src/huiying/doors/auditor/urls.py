"""Addresses of the auditors' door."""

from __future__ import annotations

from django.urls import path

from huiying.doors.auditor import views

urlpatterns = [
    path("", views.audits, name="audits"),
    path("<slug:name>/", views.audit, name="audit"),
    path("<slug:name>/list.txt", views.published, name="audit-list"),
    path("<slug:name>/draw/", views.draw, name="audit-draw"),
    path("<slug:name>/<int:position>/", views.finding, name="audit-finding"),
]
