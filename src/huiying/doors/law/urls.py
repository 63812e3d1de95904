"""Addresses of the door to the law."""

from __future__ import annotations

from django.urls import path

from huiying.doors.law import examples, instruments, local

urlpatterns = [
    path("law/", instruments.index, name="law"),
    path("law/<str:instrument>/", instruments.overview, name="law-instrument"),
    path("law/<str:instrument>/picture.svg", instruments.picture, name="law-picture"),
    path("law/<str:instrument>/acts/", instruments.acts, name="law-acts"),
    path("law/<str:instrument>/limits/", instruments.limits, name="law-limits"),
    path("law/<str:instrument>/examples/", examples.examples, name="law-examples"),
    path("law/<str:instrument>/examples/<str:name>/", examples.example, name="law-example"),
    path("local-limits/", local.index, name="local-limits"),
    path("local-limits/new/", local.new, name="local-limit-new"),
    path("local-limits/<int:limit>/", local.one, name="local-limit"),
    path("local-limits/<int:limit>/<slug:verb>/", local.do, name="local-limit-do"),
]
