"""Addresses of the custodians' door."""

from __future__ import annotations

from django.urls import path

from huiying.doors.custodian import views

urlpatterns = [
    path("", views.openings, name="custodian"),
    path("<int:opening_id>/decide/", views.decide, name="decide-opening"),
    path("<int:opening_id>/review/", views.review, name="review-opening"),
]
