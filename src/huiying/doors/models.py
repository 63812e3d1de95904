"""Tokens for programs. What is kept of a token is a keyed hash; it is told once, when it is made."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from huiying.config.checks import Sensitivity
from huiying.directory.models import Post


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
