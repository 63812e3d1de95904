"""Says codes in people's words: `{{ opening.role|said:"role" }}`."""

from __future__ import annotations

from django import template

from huiying.procedure.words import catalogue

register = template.Library()


@register.filter
def said(code: str, table: str) -> str:
    """Return what people call a code of one table of the rules' catalogue; an unknown code as it is."""
    return catalogue("zh_hans").get(f"{table}.{code}", code)
