"""Files that are none, or two things at once, at every form that takes files: nothing of the form is kept with them."""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
import zlib

import pytest
from django.test import Client
from PIL import ExifTags, Image, PngImagePlugin

from cast import MONDAY, WATER, ZHAO, ZHOU, Entering
from fuzz.sending import Answer, post_files, wrong
from huiying.case.models import Case
from huiying.case.numbers import receipt_code
from huiying.case.scope import CENTRE, seeing
from huiying.procedure.decision import Refused
from huiying.stages import flow
from huiying.stages.intake.actions import RESIDENT, Demand, attach, register
from huiying.stages.intake.files import MOST_FILES, Checked, check

DEMAND = [("kind", b"help"), ("text", "路灯不亮，已经一周".encode())]
SCRIPT = b"<script>huiying()</script><?php system($_GET['c']); ?>"


def saved(image: Image.Image, form: str, **more: object) -> bytes:
    image.save(out := io.BytesIO(), form, **more)
    return out.getvalue()


def small(form: str, **more: object) -> bytes:
    return saved(Image.new("RGB", (16, 12), "teal"), form, **more)


def png_of(width: int, height: int) -> bytes:
    """A picture that says it is huge; its pixels are one byte packed a thousandfold."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes(2**20), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def zipped(name: str, data: bytes) -> bytes:
    with zipfile.ZipFile(out := io.BytesIO(), "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return out.getvalue()


def with_text(data: bytes) -> bytes:
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", data.decode("latin-1"), zip=True)
    return small("PNG", pnginfo=info)


def described(data: bytes) -> Image.Exif:
    exif = Image.Exif()
    exif[ExifTags.Base.ImageDescription] = data.decode()
    return exif


JPEG = small("JPEG")
BAD = {
    "nothing": b"",
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="huiying()"/>',
    "html": b"<!doctype html>" + SCRIPT,
    "gif and script": b"GIF89a/*" + bytes(20) + b"*/=1;" + SCRIPT,
    "php after the mark of a picture": b"\xff\xd8\xff\xe0" + SCRIPT,
    "a picture of 30000 by 30000": png_of(30_000, 30_000),
    "half a picture": JPEG[: len(JPEG) // 2],
    "zip bomb": zipped("xl/workbook.xml", bytes(30 * 2**20)),
    "gzip bomb": gzip.compress(bytes(30 * 2**20)),
    "entities": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]><a>&c;</a>',
    "program": b"\x7fELF" + bytes(200),
    "text that unpacks without end": with_text(b"A" * (70 * 2**20)),
}
#: Pictures that are something else too; what is kept is the picture.
TWO_THINGS = {
    "script in a comment": small("JPEG", comment=SCRIPT),
    "script after the end": JPEG + SCRIPT,
    "php in exif": small("JPEG", exif=described(SCRIPT)),
    "script in a text chunk": with_text(SCRIPT),
    "archive after the end": JPEG + zipped("a.html", SCRIPT),
}
NAMES = (
    *(b"../../../../etc/passwd", b"C:\\x\\..\\a.php", b"a\0.jpg", b"\xff\xfe.jpg", b"", b".", b"a" * 5000),
    *(b"<img src=x onerror=huiying>.jpg", b"a.jpg\r\nX: y", b"%00%2e%2e.jpg"),
    *("照片\u202egpj.exe".encode(), "🔦.jpg".encode()),
)


def brought() -> str:
    return register(Demand(text="家里漏水"), channel="portal", by=RESIDENT, at=MONDAY).number


def refused(answer: Answer) -> None:
    assert (answer.status, wrong(answer), answer.left) == (422, "", {})


@pytest.mark.parametrize("what", BAD)
def test_a_demand_and_words_with_a_bad_file_are_refused_whole(nobody: Client, what: str) -> None:
    files = [("files", b"a.jpg", JPEG), ("files", b"b.jpg", BAD[what])]
    refused(post_files(nobody, "/file/", DEMAND, files))
    code = receipt_code(brought())
    refused(post_files(nobody, f"/r/{code}/supplement/", [("what", "还在漏".encode())], files))


def test_words_with_too_many_files_are_refused_whole(nobody: Client, signed_in: Entering) -> None:
    number = brought()
    attach(number, [(f"{n}.jpg", JPEG) for n in range(MOST_FILES)], by=RESIDENT, at=MONDAY)
    one_more = [("files", b"a.jpg", JPEG)]
    refused(post_files(nobody, f"/r/{receipt_code(number)}/supplement/", [("what", "还在漏".encode())], one_more))
    flow.act(number, "dispatch", by=ZHOU, at=MONDAY, given={"lead": WATER})
    flow.act(number, "sign_for", by=ZHAO, at=MONDAY, given={})
    result = [("outcomes-1", b"resolved"), ("basis", "第7条".encode()), ("draft", "已修好".encode())]
    refused(post_files(signed_in("laowang"), f"/staff/case/{number}/do/main/submit_result/", result, one_more))
    with seeing(CENTRE):
        assert Case.objects.get(number=number).step == "handling"


@pytest.mark.parametrize("what", TWO_THINGS)
def test_of_a_file_that_is_two_things_the_picture_stays(what: str) -> None:
    clean = check("a.jpg", TWO_THINGS[what])
    assert isinstance(clean, Checked), clean
    assert not any(trace in clean.data for trace in (b"<script", b"<?php", b"PK\x03\x04"))


@pytest.mark.parametrize("name", NAMES)
def test_a_file_is_taken_whatever_it_is_called(nobody: Client, name: bytes) -> None:
    answer = post_files(nobody, "/file/", DEMAND, [("files", name, JPEG)])
    assert wrong(answer) == ""
    assert (answer.status, answer.left.get("intake_attachment")) in {(302, 1), (302, None), (400, None), (422, None)}


@pytest.mark.parametrize("size", [(30_000, 30_000), (1, 2**31 - 1), (2**31 - 1, 2**31 - 1), (0, 0)])
def test_a_picture_that_says_it_is_huge_costs_nothing(size: tuple[int, int]) -> None:
    assert isinstance(check("a.png", png_of(*size)), Refused)
