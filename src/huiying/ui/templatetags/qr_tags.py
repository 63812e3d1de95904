"""Squares to scan, drawn into the page."""

from __future__ import annotations

import segno
from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


@register.simple_tag
def qr(text: str, label: str, kind: str = "") -> SafeString:
    """Draw a square that says `text`, with error correction for a sheet in the rain. `label`: what it leads to.

    `kind`: "" beside words, "sheet" on a sheet to hang up. Black on white in every mode: telephones read nothing else.
    """
    drawn = segno.make(text, error="q", micro=False).svg_inline(
        border=4, omitsize=True, svgclass=None, lineclass=None, dark="#000", light="#fff"
    )
    inner = mark_safe(drawn.removeprefix("<svg"))  # noqa: S308  # segno's own drawing; the text is not in it
    return format_html(
        '<svg class="qr {}" role="img" aria-label="{}"{}', "qr--sheet" if kind == "sheet" else "", label, inner
    )
