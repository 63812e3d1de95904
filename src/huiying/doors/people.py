"""Who is at the door: staff in one of their posts, a program with a token, or nobody we know."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth import logout
from django.http import HttpRequest
from django.utils import timezone

from huiying.case.scope import CENTRE, Scope, of_unit
from huiying.config.keys import digest
from huiying.directory.models import Post, Staff
from huiying.directory.queries import units_for_routing
from huiying.doors.models import ApiToken
from huiying.procedure.schema import UNIT_ROLES
from huiying.procedure.state import Actor

CHOSEN_POST = "post"
TOKEN_BYTES = 24


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in a post: what the rules call them, what they may see, and the other posts that they hold."""

    post: Post
    actor: Actor
    scope: Scope
    others: tuple[Post, ...] = ()

    @property
    def role(self) -> str:
        """The role of the post."""
        return self.actor.role


def in_post(post: Post, held: Sequence[Post] = ()) -> Person:
    """Return who somebody is in a post; `held`: all posts that they hold."""
    role = post.role_id
    unit = post.unit_id if role in UNIT_ROLES else None
    scope = of_unit(post.unit_id or "", units_for_routing()) if role in UNIT_ROLES else CENTRE
    return Person(post, Actor(post.staff.username, role, unit), scope, tuple(one for one in held if one.pk != post.pk))


def posts_of(staff: Staff) -> list[Post]:
    """Return the posts that somebody holds today."""
    return list(staff.current_posts().select_related("staff", "role", "unit"))


def at_the_door(request: HttpRequest) -> Person | None:
    """Return who has signed in, in the post they chose, or their first. The session ends with the post it was in."""
    user = request.user
    if not isinstance(user, Staff) or not user.is_active:
        return None
    posts = posts_of(user)
    chosen = request.session.get(CHOSEN_POST)
    if chosen is not None and chosen not in {post.pk for post in posts}:
        logout(request)
        return None
    if chosen is None and posts:
        request.session[CHOSEN_POST] = posts[0].pk
    post = next((post for post in posts if post.pk == chosen), posts[0] if posts else None)
    return in_post(post, posts) if post else None


def new_token(post: Post, label: str, now: datetime, days: int) -> str:
    """Make a token for a program that acts in a post; this is the only time it is told."""
    token = f"hy_{secrets.token_urlsafe(TOKEN_BYTES)}"
    ApiToken.objects.create(
        hashed=digest("api token", token), post=post, label=label, expires_at=now + timedelta(days=days)
    )
    return token


def with_token(token: str) -> Person | None:
    """Return who a token acts as; None where it is unknown, over or revoked, or its post is."""
    known = (
        ApiToken.objects.select_related("post__staff", "post__role", "post__unit")
        .filter(hashed=digest("api token", token), expires_at__gt=timezone.now(), revoked_at=None)
        .first()
    )
    if known is None or not known.post.staff.is_active:
        return None
    if not known.post.staff.current_posts().filter(pk=known.post_id).exists():
        return None
    return in_post(known.post)
