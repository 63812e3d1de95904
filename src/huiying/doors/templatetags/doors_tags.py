"""Says codes in people's words: `{{ opening.role|said:"role" }}`."""

from __future__ import annotations

from collections.abc import Mapping

from django import template

from huiying.procedure.words import catalogue

register = template.Library()


@register.filter
def named(login: str, names: Mapping[str, str]) -> str:
    """Return what people call somebody, by their login."""
    return names.get(login, login)


@register.filter
def said(code: str, table: str) -> str:
    """Return what people call a code of one table of the rules' catalogue; an unknown code as it is."""
    return catalogue("zh_hans").get(f"{table}.{code}", code)
