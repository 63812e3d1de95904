"""Says codes in people's words: `{{ opening.role|said:"role" }}`."""

from __future__ import annotations

from collections.abc import Mapping

from django import template

from huiying.doors.language import rule_words

register = template.Library()


@register.filter
def named(login: str, names: Mapping[str, str]) -> str:
    """Return what people call somebody, by their login."""
    return names.get(login, login)


@register.filter
def said(code: str, table: str) -> str:
    """Return what people call a code of one table of the rules' catalogue; an unknown code as it is."""
    return rule_words().get(f"{table}.{code}", code)
