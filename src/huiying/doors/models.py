"""What doors keep: tokens for programs, sessions of staff, and counts. Of a secret only a keyed hash is kept."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models

from huiying.config.checks import Sensitivity
from huiying.directory.models import Post, Staff


class ApiToken(models.Model):
    """A program that may act as somebody in one of their posts, until a day."""

    hashed = models.BinaryField(unique=True)
    post = models.ForeignKey(Post, models.PROTECT, related_name="tokens")
    label = models.CharField("用途", max_length=60)
    expires_at = models.DateTimeField("失效时间")
    revoked_at = models.DateTimeField("撤销时间", null=True)

    sensitivity: ClassVar = {
        "hashed": Sensitivity.NONE,
        "post": Sensitivity.STAFF,
        "label": Sensitivity.NONE,
        "expires_at": Sensitivity.NONE,
        "revoked_at": Sensitivity.NONE,
    }

    def __str__(self) -> str:
        return self.label


class Session(AbstractBaseSession):
    """A browser in which somebody has signed in. `session_key` is a keyed hash: who reads the table cannot enter."""

    staff = models.ForeignKey(Staff, models.CASCADE, null=True, related_name="sessions")
    began_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)

    sensitivity: ClassVar = {
        "session_key": Sensitivity.NONE,
        "session_data": Sensitivity.STAFF,
        "expire_date": Sensitivity.NONE,
        "staff": Sensitivity.STAFF,
        "began_at": Sensitivity.STAFF,
        "seen_at": Sensitivity.STAFF,
    }


class Tally(models.Model):
    """How often something was tried, or what a count's keeper wrote down, until a time. `key` is a keyed hash."""

    key = models.BinaryField(primary_key=True)
    count = models.PositiveIntegerField(default=0, db_default=0)
    value = models.TextField(null=True)  # noqa: DJ001  # none is not an empty one
    until = models.DateTimeField(db_index=True)

    sensitivity: ClassVar = dict.fromkeys(("key", "count", "value", "until"), Sensitivity.NONE)

    def __str__(self) -> str:
        return str(self.count)
