"""Attachments: which files are accepted, and what of them may be stored.

A file is known by its bytes, never by its name or by the type a browser declares. What is stored is cleaned:

- JPEG, PNG, WebP are decoded and written anew: upright, first frame, without EXIF, GPS, XMP, comments, colour profile.
- MP3 and AMR keep whole frames, WAV its format and samples. PDF stays as it came, with its author, or is refused.
- MP4, M4A, MOV keep the boxes that playing needs. All others (place, device) and all tracks but picture and sound are
  overwritten with zeros where they stand, samples included, so that no offset changes. Times in the headers stay.

Not seen: active content of a PDF whose names stand in packed object streams, as newer writers make them; its links;
flaws of readers that a well-formed file uses; what samples and pixels show or hide. In a fragmented MP4 the samples of
dropped tracks stay, though nothing refers to them. This is no virus scanner.
"""
# ruff: noqa: PLR2004  # the numbers are those of the formats, and each stands beside what it counts

from __future__ import annotations

import math
import re
import struct
import unicodedata
from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from io import BytesIO
from itertools import islice, pairwise
from typing import NamedTuple

from PIL import ExifTags, Image, ImageOps

from huiying.procedure.decision import Refused

MOST_BYTES = 20 * 2**20
MOST_FILES = 9
MOST_PIXELS = 50_000_000
MOST_NAME = 80
#: A progressive JPEG has about ten scans; thousands of empty ones would keep the decoder busy for hours.
MOST_SCANS = 100
#: Boxes of an MP4, and chunks of its tracks.
MOST_PARTS = 250_000
MOST_DEPTH = 6
#: Of JPEG and WebP written anew; the first whose result is small enough is taken.
QUALITIES = (90, 75, 50)


@dataclass(frozen=True, slots=True)
class Checked:
    """What may be stored: cleaned bytes, at most MOST_BYTES, with the type and extension (`.jpg`) that they have."""

    content_type: str
    extension: str
    data: bytes


class _DamagedError(Exception):
    """The file is not what it begins as."""


def check(name: str, data: bytes) -> Checked | Refused:
    """Return what of an uploaded file may be stored, or why none of it may. The name only serves the sentence."""
    shown = {"name": safe_name(name)}
    if not data:
        return Refused("file_empty", "", shown)
    if len(data) > MOST_BYTES:
        return Refused("file_too_large", "", shown | _size(data))
    clean = next((clean for begins, clean in _KINDS.items() if re.match(begins, data, re.DOTALL)), None)
    try:
        answer = clean(data) if clean else Refused("file_type", "")
    except _DamagedError:
        answer = Refused("file_damaged", "")
    if isinstance(answer, Checked) and len(answer.data) > MOST_BYTES:
        answer = Refused("file_too_large", "", _size(answer.data))
    return replace(answer, params={**answer.params, **shown}) if isinstance(answer, Refused) else answer


def safe_name(name: str, extension: str = "") -> str:
    """Return a name that is harmless to show, at most MOST_NAME characters, with this extension (`.jpg`) if given."""
    last = unicodedata.normalize("NFC", re.split(r"[/\\]", name)[-1])
    plain = "".join(c for c in last if c.isprintable()).rstrip(". ")
    if extension:
        plain = re.sub(r"\.[0-9]?[A-Za-z][A-Za-z0-9]{0,4}\Z", "", plain)
    stem = re.sub(r'[<>:"|?*]', "_", plain).strip(". ")[: MOST_NAME - len(extension)].rstrip(". ")
    return (stem or "附件") + extension


def _size(data: bytes) -> dict[str, object]:
    return {"size_mb": math.ceil(len(data) * 10 / 2**20) / 10, "most_mb": MOST_BYTES // 2**20}


_TOO_MANY_PIXELS = Refused("file_too_many_pixels", "", {"most": MOST_PIXELS})
_JPEG_MARKER = re.compile(rb"\xff[^\x00\x01\xd0-\xd8\xff]")


def _jpeg(data: bytes) -> Checked | Refused:
    at, scans = 0, 0
    while (found := _JPEG_MARKER.search(data, at)) and (marker := found[0][1]) != 0xD9:
        scans += marker == 0xDA
        if scans > MOST_SCANS:
            raise _DamagedError
        at = found.end() + int.from_bytes(data[found.end() : found.end() + 2], "big")
    return _picture(data, "JPEG")


def _picture(data: bytes, form: str) -> Checked | Refused:
    # Pillow tells a PNG's size only where pixels follow; to refuse a bomb, the header is enough.
    if form == "PNG" and int.from_bytes(data[16:20], "big") * int.from_bytes(data[20:24], "big") > MOST_PIXELS:
        return _TOO_MANY_PIXELS
    try:
        with Image.open(BytesIO(data), formats=(form,)) as image:
            if image.width * image.height > MOST_PIXELS:
                return _TOO_MANY_PIXELS
            pixels = _bare(image)
        written = BytesIO()
        for quality in QUALITIES:
            pixels.save(written := BytesIO(), form, quality=quality, method=2)
            if form == "PNG" or written.tell() <= MOST_BYTES:
                break
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        return _TOO_MANY_PIXELS
    except Exception as error:  # decoders answer broken bytes with exceptions of every kind
        raise _DamagedError from error
    return Checked(f"image/{form.lower()}", ".jpg" if form == "JPEG" else f".{form.lower()}", written.getvalue())


def _bare(image: Image.Image) -> Image.Image:
    """Return the pixels alone, upright."""
    orientation = image.getexif().get(ExifTags.Base.Orientation, 1)
    mode = "RGBA" if image.has_transparency_data else "L" if image.mode in {"1", "L"} else "RGB"
    # A conversion would turn 16 bits of grey mostly white.
    pixels = image.copy() if image.mode == "I;16" else image.convert(mode)
    pixels.info = {}
    pixels.getexif()[ExifTags.Base.Orientation] = orientation
    ImageOps.exif_transpose(pixels, in_place=True)
    return pixels


def _names(*names: str) -> bytes:
    """Return a pattern of PDF names, each letter plain or escaped (`/J#53`)."""
    spelt = ("".join(f"(?:{letter}|(?i:#{ord(letter):x}))" for letter in name) for name in names)
    return f"/(?:{'|'.join(spelt)})".encode() + rb"(?=[\0\t\n\f\r ()<>\[\]{}/%]|\Z)"


_ENCRYPTED = re.compile(_names("Encrypt"))
_ACTIVE = re.compile(
    _names(
        "JavaScript", "Launch", "EmbeddedFile", "EmbeddedFiles", "RichMedia", "Rendition", "SubmitForm", "ImportData"
    )
    # An array only says at which page to open, as many writers do.
    + (rb"|" + _names("OpenAction") + rb"(?![\0\t\n\f\r ]*\[)")
)
_ACTIVE_SHORT = re.compile(_names("JS", "AA", "XFA", "GoToE", "GoToR"))


def _pdf(data: bytes) -> Checked | Refused:
    if not data.rstrip(b"\0\t\n\f\r ").endswith(b"%%EOF"):
        raise _DamagedError
    if _ENCRYPTED.search(data):
        return Refused("file_encrypted", "")
    # Packed pictures hold every short name by chance, so those are looked for outside streams only.
    outside = b"".join(re.split(rb"stream[\r\n]", part, maxsplit=1)[0] for part in data.split(b"endstream"))
    if _ACTIVE.search(data) or _ACTIVE_SHORT.search(outside):
        return Refused("file_active", "")
    return Checked("application/pdf", ".pdf", data)


_HERTZ = (44_100, 48_000, 32_000)
_KBITS = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_KBITS_LATER = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)


def _mp3_frame(data: bytes, at: int) -> int:
    """Return the length of the MPEG layer III frame that begins there; 0: none does."""
    head = int.from_bytes(data[at : at + 4], "big")
    version, kbits, rate, padding = head >> 19 & 3, head >> 12 & 15, head >> 10 & 3, head >> 9 & 1
    if head & 0xFFE60000 != 0xFFE20000 or version == 1 or kbits in {0, 15} or rate == 3:
        return 0
    if version == 3:
        return 144_000 * _KBITS[kbits] // _HERTZ[rate] + padding
    return 72_000 * _KBITS_LATER[kbits] // (_HERTZ[rate] >> (1 if version else 2)) + padding


def _mp3_tag(data: bytes, at: int) -> int:
    """Return the length of the tag or of the zeros that begin there; 0: neither does."""
    found = data[at : at + 16]
    head = found.ljust(16, b"\0")
    if head.startswith(b"ID3"):
        return 10 + (head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9]) + 10 * (head[5] >> 4 & 1)
    if head.startswith(b"TAG"):
        return 128
    if head.startswith(b"APETAGEX"):
        return 32 + int.from_bytes(head[12:16], "little")
    return len(found) - len(found.lstrip(b"\0"))


def _mp3(data: bytes) -> Checked | Refused:
    data = data[:-128] if data[-128:].startswith(b"TAG") else data
    at, kept = 0, bytearray()
    while length := (frame := _mp3_frame(data, at)) or _mp3_tag(data, at):
        if frame and at + frame <= len(data):
            kept += data[at : at + frame]
        at += length
    if not kept and at < len(data):
        return Refused("file_type", "")
    if not kept or at < len(data):
        raise _DamagedError
    return Checked("audio/mpeg", ".mp3", bytes(kept))


#: PCM, ADPCM, float, A-law, μ-law, IMA ADPCM, GSM, and the one that says further on which of them.
_WAV_CODECS = frozenset({0x01, 0x02, 0x03, 0x06, 0x07, 0x11, 0x31, 0xFFFE})


def _wav(data: bytes) -> Checked | Refused:
    at, end = 12, min(len(data), 8 + int.from_bytes(data[4:8], "little"))
    kept: dict[bytes, bytes] = {}
    while end - at >= 8:
        kind, size = struct.unpack_from("<4sI", data, at)
        if size > end - at - 8 or kind in kept:
            raise _DamagedError
        if kind in {b"fmt ", b"data"}:
            kept[kind] = data[at + 8 : at + 8 + size]
        at += 8 + size + size % 2
    if not kept.get(b"data") or not 16 <= len(kept.get(b"fmt ", b"")) <= 64:
        raise _DamagedError
    codec, channels, hertz, _, block = struct.unpack_from("<HHIIH", kept[b"fmt "])
    if 0 in {channels, hertz, block}:
        raise _DamagedError
    if codec not in _WAV_CODECS:
        return Refused("file_type", "")
    chunks = b"".join(
        struct.pack("<4sI", kind, len(kept[kind])) + kept[kind] + bytes(len(kept[kind]) % 2)
        for kind in (b"fmt ", b"data")
    )
    return Checked("audio/wav", ".wav", struct.pack("<4sI4s", b"RIFF", 4 + len(chunks), b"WAVE") + chunks)


def _amr_frames(lengths: dict[int, int]) -> re.Pattern[bytes]:
    """Return a pattern of whole frames (3GPP TS 26.101, 26.201), from type → bytes that follow its head."""
    frames = (rb"[\x%02x\x%02x].{%d}" % (kind << 3, kind << 3 | 4, length) for kind, length in lengths.items())
    return re.compile(b"(?:" + b"|".join(frames) + b")*+", re.DOTALL)


_AMR = _amr_frames({**dict(enumerate((12, 13, 15, 17, 19, 20, 26, 31, 5))), 15: 0})
_AMR_WIDE = _amr_frames({**dict(enumerate((17, 23, 32, 36, 40, 46, 50, 58, 60, 5))), 14: 0, 15: 0})


def _amr(data: bytes) -> Checked | Refused:
    wide, start = data.startswith(b"#!AMR-WB\n"), data.index(b"\n") + 1
    frames = (_AMR_WIDE if wide else _AMR).match(data, start)
    if not frames or not frames[0] or len(data) - frames.end() > 60:
        raise _DamagedError
    return Checked("audio/amr-wb" if wide else "audio/amr", ".awb" if wide else ".amr", data[: frames.end()])


_HOLDERS = frozenset(b"moov trak mdia minf stbl edts dinf tapt mvex moof traf mfra".split())
_NEEDED = _HOLDERS | frozenset(
    b"ftyp mdat sidx ssix styp wide mvhd tkhd mdhd hdlr elng vmhd smhd gmhd stsd stts ctts cslg stss stsh stps stsz "
    b"stz2 stsc stco co64 padb stdp sdtp sbgp sgpd subs saiz saio elst dref clef prof enof mehd trex leva mfhd tfhd "
    b"tfdt trun tfra mfro".split()
)


class _Box(NamedTuple):
    path: bytes
    head: int
    body: int
    end: int


class _Track(NamedTuple):
    box: _Box
    handlers: list[bytes]
    chunks: set[int]


def _boxes(data: bytes, start: int, end: int, path: bytes = b"") -> Iterator[_Box]:
    """Yield each box between two offsets, and after one that is needed and holds others, those (ISO/IEC 14496-12)."""
    at = start
    while end - at >= 8:
        size, kind = struct.unpack_from(">I4s", data, at)
        body = at + 8
        if size == 1:
            size, body = int.from_bytes(data[body : body + 8], "big"), at + 16
        elif size == 0 and end == len(data):
            size = end - at
        if not body - at <= size <= end - at or len(path) > 4 * MOST_DEPTH:
            raise _DamagedError
        yield _Box(path + kind, at, body, at + size)
        if kind in _HOLDERS:
            yield from _boxes(data, body, at + size, path + kind)
        at += size
    if any(data[at:end]):
        raise _DamagedError


def _tracks(data: bytes, boxes: list[_Box]) -> list[_Track]:
    tracks: list[_Track] = []
    for box in boxes:
        if box.path == b"moovtrak":
            tracks.append(_Track(box, [], set()))
        elif box.path == b"moovtrakmdiahdlr":
            tracks[-1].handlers.append(data[box.body + 8 : box.body + 12])
        elif box.path in {b"moovtrakmdiaminfstblstco", b"moovtrakmdiaminfstblco64"}:
            count, width = int.from_bytes(data[box.body + 4 : box.body + 8], "big"), 4 if box.path[-1:] == b"o" else 8
            if count > MOST_PARTS or box.body + 8 + count * width > box.end:
                raise _DamagedError
            tracks[-1].chunks.update(struct.unpack_from(f">{count}{'I' if width == 4 else 'Q'}", data, box.body + 8))
    return tracks


def _mp4(data: bytes) -> Checked | Refused:
    boxes = list(islice(_boxes(data, 0, len(data)), MOST_PARTS + 1))
    if len(boxes) > MOST_PARTS or [box.path for box in boxes].count(b"moov") != 1:
        raise _DamagedError
    tracks = _tracks(data, boxes)
    played = [track for track in tracks if track.handlers in ([b"vide"], [b"soun"])]
    if not played:
        return Refused("file_type", "")
    kept = {at for track in played for at in track.chunks}
    starts = sorted({at for track in tracks for at in track.chunks})
    if starts and starts[-1] > len(data):
        raise _DamagedError
    out = bytearray(data)
    for media in (box for box in boxes if box.path == b"mdat"):
        # A chunk ends where the next one begins.
        inside = starts[bisect_left(starts, media.body) : bisect_left(starts, media.end)]
        for at, following in pairwise([*inside, media.end]):
            out[at:following] = data[at:following] if at in kept else bytes(following - at)
    unplayed = {track.box for track in tracks} - {track.box for track in played}
    for box in [*(box for box in boxes if box.path[-4:] not in _NEEDED), *unplayed]:
        out[box.head + 4 : box.head + 8] = b"free"
        out[box.body : box.end] = bytes(box.end - box.body)
    if data[8:12] == b"qt  ":
        return Checked("video/quicktime", ".mov", bytes(out))
    seen = any(track.handlers == [b"vide"] for track in played)
    return Checked("video/mp4" if seen else "audio/mp4", ".mp4" if seen else ".m4a", bytes(out))


#: How a file begins, and what cleans it. HEIC and AVIF are pictures in boxes; they are not taken.
_KINDS: dict[bytes, Callable[[bytes], Checked | Refused]] = {
    rb"\xff\xd8\xff": _jpeg,
    rb"\x89PNG\r\n\x1a\n": partial(_picture, form="PNG"),
    rb"RIFF....WEBP": partial(_picture, form="WEBP"),
    rb"RIFF....WAVE": _wav,
    rb"(?:\xef\xbb\xbf)?[\0\t\n\f\r ]{0,64}%PDF-\d": _pdf,
    rb"....ftyp(?!hei|hev|mif1|msf1|avi)": _mp4,
    rb"#!AMR(?:-WB)?\n": _amr,
    rb"ID3|\xff[\xe2\xe3\xf2\xf3\xfa\xfb]": _mp3,
}
