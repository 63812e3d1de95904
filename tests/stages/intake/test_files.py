"""Attachments: what is taken, what is gone from it afterwards, and that no bytes at all make a fault."""

from __future__ import annotations

import io
import struct
import unicodedata
import wave
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ExifTags, Image

from huiying.procedure.decision import Refused
from huiying.stages.intake.files import MOST_BYTES, MOST_NAME, MOST_SCANS, Checked, check, safe_name

PLACE = b"+30.2741+120.1551/"
SECONDS = (37_411, 1000)
CORNERS = ((250, 0, 0), (0, 250, 0), (0, 0, 250), (250, 250, 0))


def taken(data: bytes) -> Checked:
    answer = check("invoice.exe", data)
    assert isinstance(answer, Checked), answer
    return answer


def code(data: bytes) -> str:
    answer = check("x", data)
    assert isinstance(answer, Refused), answer
    return answer.code


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def saved(image: Image.Image, form: str, **more: object) -> bytes:
    image.save(out := io.BytesIO(), form, **more)
    return out.getvalue()


def picture(form: str, mode: str = "RGB", **more: object) -> bytes:
    """Four corners in four colours, wider than high."""
    image = Image.new("RGB", (64, 32))
    for n, colour in enumerate(CORNERS):
        image.paste(colour, (n % 2 * 32, n // 2 * 16, n % 2 * 32 + 32, n // 2 * 16 + 16))
    return saved(image.convert(mode), form, **more)


def exif(orientation: int = 1) -> Image.Exif:
    found = Image.Exif()
    found[ExifTags.Base.Make] = "SPYCAM 9"
    found[ExifTags.Base.Orientation] = orientation
    found.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (30.0, 16.0, SECONDS[0] / SECONDS[1])
    return found


def box(kind: bytes, *bodies: bytes) -> bytes:
    body = b"".join(bodies)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def track(handler: bytes, chunks: list[int], *more: bytes, wide: bool = False) -> bytes:
    offsets = struct.pack(f">II{len(chunks)}{'Q' if wide else 'I'}", 0, len(chunks), *chunks)
    tables = box(b"stbl", box(b"stsd", bytes(8)), box(b"co64" if wide else b"stco", offsets))
    hdlr = box(b"hdlr", bytes(8), handler, bytes(13))
    return box(b"trak", box(b"tkhd", bytes(84)), box(b"mdia", hdlr, box(b"minf", tables)), *more)


def movie(handler: bytes = b"vide", brand: bytes = b"isom", *, wide: bool = False) -> bytes:
    """A film with its place wherever cameras put one: also between the samples, in a track of its own."""
    udta, meta = box(b"udta", box(b"\xa9xyz", bytes(4), PLACE)), box(b"meta", PLACE)
    before = box(b"ftyp", brand, bytes(4)) + box(b"free", b"freeGPS ", PLACE)
    samples = (b"FIRST SAMPLE", PLACE, b"SECOND SAMPLE", PLACE)

    def moov(at: list[int]) -> bytes:
        film, places = track(handler, at[::2], udta, meta, wide=wide), track(b"meta", at[1::2], wide=wide)
        return box(b"moov", box(b"mvhd", bytes(100)), film, places, box(b"gps ", PLACE), udta, meta)

    first = len(before) + len(moov([0] * 4)) + 8
    starts = [first + sum(map(len, samples[:n])) for n in range(4)]
    return before + moov(starts) + box(b"mdat", *samples) + box(b"uuid", bytes(16), PLACE) + box(b"skip", PLACE)


def wav(*more: bytes) -> bytes:
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, 8000, 8000, 1, 8)
    body = b"".join([b"WAVE", form, b"data\x04\0\0\0\x80\x90\xa0\xb0", *more])
    return b"RIFF" + struct.pack("<I", len(body)) + body


def pdf(inside: bytes = b"") -> bytes:
    return b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog " + inside + b" >>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"


FRAME = b"\xff\xfb\x90\x64" + b"\x55" * 413
MP3 = FRAME * 3
ID3 = b"ID3\x04\0\x10\0\0\1\0" + PLACE.ljust(128, b"\0") + b"3DI\x04\0\x10\0\0\1\0"
ID3V1 = b"TAG" + PLACE.ljust(125, b"\0")
APE = PLACE.join(b"APETAGEX" + struct.pack("<IIII8x", 2000, 32 + len(PLACE), 1, flags << 29) for flags in (5, 4))
REAL = {
    "image/jpeg": picture("JPEG", exif=exif()),
    "image/png": picture("PNG", "RGBA"),
    "image/webp": picture("WEBP"),
    "application/pdf": pdf(),
    "audio/mpeg": ID3 + MP3 + APE + ID3V1,
    "audio/wav": wav(b"LIST\x04\x00\x00\x00INFO"),
    "audio/amr": b"#!AMR\n" + (b"\x3c" + b"\x11" * 31) * 4 + b"\x7c",
    "audio/amr-wb": b"#!AMR-WB\n" + (b"\x24" + b"\x22" * 40) * 4,
    "video/mp4": movie(),
    "audio/mp4": movie(b"soun", b"M4A "),
    "video/quicktime": movie(brand=b"qt  ", wide=True),
}
EXTENSIONS = [".jpg", ".png", ".webp", ".pdf", ".mp3", ".wav", ".amr", ".awb", ".mp4", ".m4a", ".mov"]


@pytest.mark.parametrize(("content_type", "extension"), [*zip(REAL, EXTENSIONS, strict=True)])
def test_a_file_is_known_by_its_bytes_and_cleaning_it_twice_changes_nothing(content_type: str, extension: str) -> None:
    once = taken(REAL[content_type])
    assert (once.content_type, once.extension) == (content_type, extension)
    assert once == taken(once.data) or extension in {".jpg", ".webp"}, "only these lose a little each time"


@pytest.mark.parametrize(
    "data",
    [
        b"PK\x03\x04" + bytes(60),
        b"<html><script>alert(1)</script>",
        picture("GIF"),
        box(b"ftyp", b"heic", bytes(4)) + box(b"meta", bytes(40)),
        b"ID3\x04\0\0\0\0\0\0fLaC" + bytes(60),
        b"x",
    ],
)
def test_every_other_file_is_refused_whatever_its_name_says(data: bytes) -> None:
    assert check("../照片.jpg", data) == Refused("file_type", "", {"name": "照片.jpg"})


def test_nothing_and_too_much_are_refused() -> None:
    assert check("空.jpg", b"") == Refused("file_empty", "", {"name": "空.jpg"})
    large = Refused("file_too_large", "", {"size_mb": 20.1, "most_mb": 20, "name": "x"})
    assert check("x", bytes(MOST_BYTES + 1)) == large


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_pictures_come_out_upright_and_without_where_and_with_what_they_were_taken(form: str, orientation: int) -> None:
    image = opened(picture("PNG"))
    for step in {2: (0,), 3: (3,), 4: (1,), 5: (5,), 6: (2,), 7: (6,), 8: (4,)}.get(orientation, ()):
        image = image.transpose(Image.Transpose(step))
    spies = {"xmp": b"<x>SPYCAM</x>", "icc_profile": b"SPYCAM" * 30, "comment": b"SPYCAM"}
    stored = saved(image, form, quality=95, exif=exif(orientation), **spies)
    places = [struct.pack(order + "II", *SECONDS) for order in "<>"]
    assert b"SPYCAM" in stored
    assert any(place in stored for place in places)
    image = opened(clean := taken(stored).data)
    assert not any(trace in clean for trace in (b"SPYCAM", *places))
    assert image.size == (64, 32)
    assert not image.info.keys() & {"exif", "xmp", "XML:com.adobe.xmp", "icc_profile", "comment"}
    assert not image.getexif()
    for n, colour in enumerate(CORNERS):
        spot = image.convert("RGB").crop((n % 2 * 48 + 8, n // 2 * 24 + 4, n % 2 * 48 + 9, n // 2 * 24 + 5))
        assert max(abs(a - b) for a, b in zip(spot.tobytes(), colour, strict=True)) < 30


def test_what_follows_a_picture_is_gone() -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("payload.txt", "hidden")
    both = REAL["image/jpeg"] + archive.getvalue()
    assert zipfile.is_zipfile(io.BytesIO(both))
    assert taken(both) == taken(REAL["image/jpeg"])


@pytest.mark.parametrize("form", ["PNG", "WEBP"])
def test_of_a_moving_picture_the_first_frame_stays(form: str) -> None:
    first, *others = (Image.new("RGB", (8, 8), colour) for colour in CORNERS)
    image = opened(taken(saved(first, form, save_all=True, append_images=others, lossless=True)).data)
    assert getattr(image, "n_frames", 1) == 1
    assert image.convert("HSV").getchannel("H").getpixel((4, 4)) in {0, 1, 254, 255}, "red"


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_pictures_of_every_depth_look_as_before(mode: str) -> None:
    image = Image.new("I;16", (4, 4), 40_000) if mode == "I;16" else opened(picture("PNG")).convert(mode)
    seen = "I" if mode == "I;16" else "RGBA"
    assert opened(taken(saved(image, "PNG")).data).convert(seen).tobytes() == image.convert(seen).tobytes()


def test_transparency_and_print_colours_are_kept_as_seen() -> None:
    clear = opened(taken(picture("PNG", transparency=(250, 0, 0))).data)
    assert clear.convert("RGBA").getpixel((1, 1)) == (250, 0, 0, 0)
    assert opened(taken(picture("JPEG", "CMYK")).data).mode == "RGB"


@pytest.mark.parametrize("size", [(60_000, 60_000), (10_000, 5_001)])
@pytest.mark.parametrize("kept", [33, None])
def test_a_bomb_is_refused_by_its_header(size: tuple[int, int], kept: int | None) -> None:
    data = REAL["image/png"]
    bomb = (data[:16] + struct.pack(">II", *size) + data[24:])[:kept]
    assert check("b.png", bomb) == Refused("file_too_many_pixels", "", {"most": 50_000_000, "name": "b.png"})


@pytest.mark.parametrize("form", ["JPEG", "WEBP"])
def test_a_picture_of_too_many_pixels_is_refused(form: str) -> None:
    assert code(saved(Image.new("L", (7100, 7100)), form, quality=1, method=0)) == "file_too_many_pixels"


def test_a_picture_of_endlessly_many_scans_is_refused() -> None:
    data = picture("JPEG", progressive=True)
    again = data[data.rfind(b"\xff\xda") : -2]
    assert code(data[:-2] + again * MOST_SCANS + data[-2:]) == "file_damaged"


ACTIVE = rb"""/OpenAction << /S /JavaScript /JS (app.alert\(1\)) >>
/OpenAction 5 0 R
/Title (Upstream) /AA << /O 5 0 R >>
/A<</S/Launch/F(cmd.exe)>>
/Names << /EmbeddedFiles 7 0 R >>
/A << /S /J#61vaScript >>
/A << /#4A#53 (x) >>"""


@pytest.mark.parametrize("inside", [*ACTIVE.splitlines(), b">> stream\n/JavaScript \nendstream <<"])
def test_a_pdf_that_does_things_is_refused(inside: bytes) -> None:
    assert code(pdf(inside)) == "file_active"


HARMLESS = rb"""/OpenAction [3 0 R /XYZ null null 0]
/Title (Upstream) /JSON 1 /Launcher 2 /AAA 3"""


@pytest.mark.parametrize("inside", [*HARMLESS.splitlines(), b"/Length 9 >> stream\n\x01/JS \xff/AA \nendstream <<"])
def test_a_pdf_to_read_is_stored_as_it_came(inside: bytes) -> None:
    assert taken(pdf(inside)) == Checked("application/pdf", ".pdf", pdf(inside))


def test_a_pdf_that_is_locked_or_not_whole_or_two_things_is_refused() -> None:
    assert code(pdf(b"/Encrypt 9 0 R")) == "file_encrypted"
    assert code(pdf()[:-8]) == "file_damaged"
    assert code(pdf() + b"PK\x03\x04") == "file_damaged"
    assert code(b"<script></script>" + pdf()) == "file_type"


@pytest.mark.parametrize("before", [b"", ID3, ID3 + bytes(500), ID3 + APE])
@pytest.mark.parametrize("after", [b"", ID3V1, APE, APE + ID3V1, ID3, FRAME[:200], FRAME[:400] + ID3V1, bytes(99)])
def test_of_an_mp3_its_whole_frames_stay(before: bytes, after: bytes) -> None:
    assert taken(before + MP3 + after) == Checked("audio/mpeg", ".mp3", MP3)
    assert code(before + MP3 + b"<script>" + after) == "file_damaged"


def test_of_a_wav_its_format_and_samples_stay() -> None:
    clean = taken(wav(b"LIST" + struct.pack("<I", 18) + PLACE, b"id3 \x00\x00\x00\x00") + b"PK\x03\x04hidden").data
    assert clean == wav()
    with wave.open(io.BytesIO(clean)) as sound:
        assert sound.readframes(9) == b"\x80\x90\xa0\xb0"
    assert code(wav()[:-2]) == "file_damaged"
    assert code(wav(b"data\x02\x00\x00\x00ab")) == "file_damaged"


@pytest.mark.parametrize("data", [REAL["audio/amr"], REAL["audio/amr-wb"]])
def test_of_an_amr_its_whole_frames_stay(data: bytes) -> None:
    assert taken(data).data == data
    assert taken(data + data[9:20]).data == data
    assert code(data + b"\xff" * 80) == "file_damaged"
    assert code(data[:9]) == "file_damaged"


@pytest.mark.parametrize("content_type", ["video/mp4", "audio/mp4", "video/quicktime"])
def test_a_film_does_not_say_where_it_was_made_and_plays_as_before(content_type: str) -> None:
    before, after = REAL[content_type], taken(REAL[content_type]).data
    assert before.count(PLACE) == 10
    assert PLACE not in after
    assert len(after) == len(before)
    assert not any(kind in after for kind in (b"udta", b"meta", b"uuid", b"skip", b"gps "))
    assert (after.count(b"trak"), after.count(b"free")) == (1, 9)
    table, form = (b"co64", ">8xI2Q") if content_type == "video/quicktime" else (b"stco", ">8xI2I")
    chunks = struct.unpack_from(form, after, after.index(table))
    assert [after[at : at + 5] for at in chunks[1:]] == [b"FIRST", b"SECON"]


FTYP, FILM = box(b"ftyp", b"isom", bytes(4)), track(b"vide", [])


@pytest.mark.parametrize(
    "data",
    [
        movie()[:-1],
        movie() + b"PK\x03\x04",
        FTYP + box(b"moov", FILM) * 2,
        FTYP + box(b"moov", track(b"vide", [9, 9, 9]).replace(b"\0\0\0\x03", b"\0\0\0\x05")),
        FTYP + box(b"moov", FILM, track(b"vide", [10**6])),
        FTYP + box(b"moov", FILM, struct.pack(">I4s", 7, b"trak")),
        FTYP + box(b"moov", FILM, struct.pack(">I4sQ", 1, b"trak", 2**63)),
        FTYP + box(b"moov", FILM, b"".join(struct.pack(">I4s", 80 - 8 * n, b"trak") for n in range(10))),
        FTYP + box(b"moov", FILM, box(b"free") * 250_000),
    ],
)
def test_a_film_whose_boxes_do_not_fit_is_refused(data: bytes) -> None:
    assert code(data) == "file_damaged"


@settings(deadline=None, max_examples=400)
@given(st.sampled_from([b"", b"ID3", movie()[:300], *(data[:16] for data in REAL.values())]), st.binary(max_size=600))
def test_any_bytes_are_taken_or_refused(beginning: bytes, rest: bytes) -> None:
    assert isinstance(check("x", beginning + rest), Checked | Refused)


@settings(deadline=None, max_examples=600)
@given(st.sampled_from(list(REAL.values())), st.data())
def test_real_files_cut_short_and_changed_are_taken_or_refused(real: bytes, draw: st.DataObject) -> None:
    data = bytearray(real)
    for _ in range(draw.draw(st.integers(1, 4))):
        at = draw.draw(st.integers(0, len(data)))
        gone = draw.draw(st.sampled_from([0, 1, 4, 30, len(real)]))
        data[at : at + gone] = draw.draw(st.binary(max_size=8))
    answer = check("x", bytes(data))
    if isinstance(answer, Checked):
        again = check("x", answer.data)
        assert isinstance(again, Checked), "what was taken once is taken again"
        assert again.content_type == answer.content_type


@pytest.mark.parametrize(
    ("name", "extension", "expected"),
    [
        ("C:\\Users\\张三\\发票.PNG", ".jpg", "发票.jpg"),
        ("照片\u202egpj.exe", ".mp4", "照片gpj.mp4"),
        ("a\r\nSet-Cookie: x.pdf", ".pdf", "aSet-Cookie_ x.pdf"),
        ("3.5号楼", ".jpg", "3.5号楼.jpg"),
        ("../..", "", "附件"),
        ("录音.3gp", ".mp4", "录音.mp4"),
        ("字" * 200 + ".wav", ".wav", "字" * 76 + ".wav"),
    ],
)
def test_a_name_is_harmless(name: str, extension: str, expected: str) -> None:
    assert safe_name(name, extension) == expected


@given(st.text(max_size=200), st.sampled_from(["", *EXTENSIONS]))
def test_any_name_becomes_a_harmless_one(name: str, extension: str) -> None:
    safe = safe_name(name, extension)
    assert 0 < len(safe) <= MOST_NAME
    assert safe.endswith(extension)
    assert not set(safe) & set('/\\<>:"|?*')
    assert not safe.startswith(".")
    assert all(unicodedata.category(c)[0] != "C" and unicodedata.category(c) not in {"Zl", "Zp"} for c in safe)
    assert safe_name(safe, extension) == safe
