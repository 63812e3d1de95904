"""Addresses of the gallery."""

from __future__ import annotations

from django.urls import path

from huiying.doors.gallery import views

urlpatterns = [
    path("", views.gallery, name="gallery"),
    path("principles/", views.principles, name="principles"),
]
