"""Addresses of the call-takers' door."""

from __future__ import annotations

from django.urls import path

from huiying.doors.desk import views

urlpatterns = [
    path("", views.register_call, name="desk-register"),
    path("lookup/", views.lookup, name="desk-lookup"),
    path("beside/", views.beside, name="desk-beside"),
    path("demand/", views.demand, name="desk-demand"),
]
