"""What nobody should send: texts by name, as bytes, so that what is no text in any encoding is among them."""

from __future__ import annotations

from collections.abc import Mapping

#: Comes out escaped, or not at all.
MARKS = ("<script>huiying", '" autofocus onfocus="huiying', "<img src=x onerror=huiying")

SAID: Mapping[str, str | bytes] = {
    "nothing": "",
    "blank": " \u3000\t\n ",
    "nul": "路灯\0不亮",
    "controls": "路灯\x01\x1b[2J\x7f不亮",
    "emoji": "路灯🔦不亮👩‍👩‍👧‍👦",
    "right to left": "路灯\u202eexe.gpj\u202c不亮",
    "zero width": "路\u200b灯\u200d\ufeff不亮",
    "nothing but zero width": "\u200b\u200d\u2060",
    "piled up": "灯" + "\u0301" * 400,
    "long": "长" * 100_000,
    "markup": "<script>huiying()</script><img src=x onerror=huiying()>",
    "attribute": '" autofocus onfocus="huiying()" x="',
    "template": "{{ settings.SECRET_KEY }}{% load static %}${7*7}",
    "sql": "'; DROP TABLE case_case; --",
    "sql like": "%_\\%' OR 1=1 /*",
    "path": "../../../../etc/passwd",
    "new header": "a\r\nSet-Cookie: huiying=1\r\n\r\n<b>",
    "formula": '=HYPERLINK("http://192.0.2.1",A1)',
    "many digits": "9" * 5000,
    "negative": "-1",
    "none": "NaN",
    "endless": "1e400",
    "other digits": "١٢",
    "wide digits": "１２",
    "no day": "2026-02-30",
    "far day": "9999-12-31",
    "first day": "0001-01-01",
    "gbk": "路灯不亮，已经一周了".encode("gbk"),
    "half a character": "路灯不亮".encode()[:-1],
    "surrogate": b"\xed\xa0\x80",
    "overlong": b"\xc0\xaf\xc0\xae",
}
TEXTS: Mapping[str, bytes] = {name: text if isinstance(text, bytes) else text.encode() for name, text in SAID.items()}
