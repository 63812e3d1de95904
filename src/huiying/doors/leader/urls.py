"""Addresses of the door of supervisors and leaders."""

from __future__ import annotations

from django.urls import path

from huiying.doors.leader import board, models, overview, standing

urlpatterns = [
    path("board/", board.board, name="board"),
    path("board/cases/", board.cases, name="board-cases"),
    path("overview/", overview.overview, name="overview"),
    path("overview/cases/", overview.cases, name="overview-cases"),
    path("overview/unit/", standing.standing, name="standing"),
    path("models/", models.card, name="models"),
    path("staff/overdue/", board.moved, name="overdue"),
]
