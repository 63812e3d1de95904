"""Reads the words of a PDF as Typst makes it: each page's strings in their order, by the maps of their fonts."""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping

OBJECT = re.compile(rb"(\d+) 0 obj(.*?)endobj", re.DOTALL)
HEX = re.compile(rb"<([0-9A-Fa-f]+)>")
FONT = re.compile(rb"/(f\d+) [\d.]+ Tf")
ESCAPED = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
PLAIN = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def read_pdf(made: bytes) -> str:
    """Return all that stands in a PDF, without spaces and line ends."""
    return "".join(pages_of(made))


def pages_of(made: bytes) -> list[str]:
    """Return what stands on each page."""
    objects = {int(number): body for number, body in OBJECT.findall(made)}
    pages = [body for body in objects.values() if b"/Type/Page/" in body]
    return [squeezed(_page(objects, page)) for page in pages]


def squeezed(words: str) -> str:
    """Return words without what a line's end may add or take away."""
    return re.sub(r"\s", "", words)


def _page(objects: Mapping[int, bytes], page: bytes) -> str:
    resources = objects[_reference(page, b"Resources")]
    fonts = {name: _characters(objects, int(number)) for name, number in re.findall(rb"/(f\d+) (\d+) 0 R", resources)}
    said: list[str] = []
    font: dict[bytes, str] = {}
    content = _stream(objects[_reference(page, b"Contents")])
    place = 0
    while place < len(content):
        string = b""
        if content[place : place + 1] == b"(":
            string, place = _string(content, place + 1)
        elif written := HEX.match(content, place):
            string, place = bytes.fromhex(written[1].decode()), written.end()
        elif chosen := FONT.match(content, place):
            font, place = fonts[chosen[1]], chosen.end()
        else:
            place += 1
        said += [font[string[at : at + 2]] for at in range(0, len(string), 2)]
    return "".join(said)


def _string(content: bytes, place: int) -> tuple[bytes, int]:
    """Return a string and where it ends. Brackets within it need no sign before them where they are balanced."""
    begun, open_brackets = place, 1
    while open_brackets:
        byte = content[place : place + 1]
        place += 2 if byte == b"\\" else 1
        open_brackets += (byte == b"(") - (byte == b")")
    return ESCAPED.sub(_unescaped, content[begun : place - 1]), place


def _characters(objects: Mapping[int, bytes], font: int) -> dict[bytes, str]:
    mapped = _stream(objects[_reference(objects[font], b"ToUnicode")]).decode("latin-1")
    return {
        bytes.fromhex(code): bytes.fromhex(character).decode("utf-16-be")
        for code, character in re.findall(r"<([0-9A-F]{4})> <([0-9A-F]+)>\n", mapped)
    }


def _reference(body: bytes, name: bytes) -> int:
    found = re.search(rb"/" + name + rb" (\d+) 0 R", body)
    assert found is not None, name
    return int(found[1])


def _stream(body: bytes) -> bytes:
    return zlib.decompress(body.split(b"stream", 1)[1].lstrip(b"\r\n"))


def _unescaped(hit: re.Match[bytes]) -> bytes:
    code = hit[1]
    return bytes([int(code, 8)]) if code.isdigit() else PLAIN.get(code, code)
