"""Clients at the doors, in process: nobody, and each of the cast signed in or with a token."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from cast import Entering
from huiying.directory.models import Staff
from huiying.doors.people import new_token, posts_of


@pytest.fixture
def nobody(db: None) -> Client:
    del db
    return Client()


@pytest.fixture
def signed_in(db: None) -> Entering:
    """Return a browser in which somebody has signed in."""
    del db

    def enter(login: str) -> Client:
        client = Client()
        client.force_login(Staff.objects.get(username=login), "allauth.account.auth_backends.AuthenticationBackend")
        return client

    return enter


@pytest.fixture
def with_token(db: None) -> Entering:
    """Return a program that acts as somebody."""
    del db

    def enter(login: str) -> Client:
        post = posts_of(Staff.objects.get(username=login))[0]
        token = new_token(post, "test", timezone.now(), days=1)
        return Client(headers={"Authorization": f"Bearer {token}"})

    return enter
