"""Tells whether a picture file holds its picture and nothing beside it.

A photo from a phone says where and when it was taken, and by whose device. A file that is sent to
strangers as it lies must hold none of that, and must be what its type says: so only files whose
every segment is known to be harmless are called bare.

References: ITU-T T.81, annex B; W3C PNG, section 11; RFC 9649 (WebP).
"""

import re
import struct

JPEG, PNG, WEBP = "image/jpeg", "image/png", "image/webp"
SOI, EOI, SOS = b"\xff\xd8", 0xD9, 0xDA
APP0, APP2, APP14, APP15, COMMENT = 0xE0, 0xE2, 0xEE, 0xEF, 0xFE
ICC_PROFILE = b"ICC_PROFILE\0"
AFTER_SCAN = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")  # no stuffed zero, no restart
MAX_SEGMENTS = 1_000
PNG_SIGN = b"\x89PNG\r\n\x1a\n"
PNG_CHUNKS = frozenset(
    {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP"}
    | {b"sBIT", b"bKGD", b"pHYs"}
)
WEBP_CHUNKS = frozenset((b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ICCP"))


def bare_type(data: bytes) -> str:
    """Return the media type of a JPEG, PNG or WebP file without metadata; empty for any other."""
    readers = ((JPEG, SOI, _is_bare_jpeg), (PNG, PNG_SIGN, _is_bare_png))
    for media_type, sign, is_bare in readers:
        if data.startswith(sign):
            return media_type if is_bare(data) else ""
    return WEBP if _is_bare_webp(data) else ""


def _is_bare_jpeg(data: bytes) -> bool:
    at = len(SOI)
    for _ in range(MAX_SEGMENTS):
        if data[at : at + 1] != b"\xff" or at + 2 > len(data):
            return False
        marker = data[at + 1]
        if marker == EOI:
            return at + 2 == len(data)  # what follows the end may be a film, or anything
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        if length < 2 or not _is_harmless(marker, data[at + 4 : at + 2 + length]):  # noqa: PLR2004
            return False
        at += 2 + length
        if marker == SOS:
            found = AFTER_SCAN.search(data, at)
            if found is None:
                return False
            at = found.start()
    return False


def _is_harmless(marker: int, content: bytes) -> bool:
    if marker == APP2:
        return content.startswith(ICC_PROFILE)
    return marker in (APP0, APP14) or not (APP0 <= marker <= APP15 or marker == COMMENT)


def _is_bare_png(data: bytes) -> bool:
    at = len(PNG_SIGN)
    for _ in range(MAX_SEGMENTS):
        if at + 12 > len(data):
            return False
        length: int
        kind: bytes
        length, kind = struct.unpack_from(">I4s", data, at)
        at += 12 + length
        if kind not in PNG_CHUNKS:
            return False
        if kind == b"IEND":
            return at == len(data)
    return False


def _is_bare_webp(data: bytes) -> bool:
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP":
        return False
    if int.from_bytes(data[4:8], "little") + 8 != len(data):
        return False
    at: int = 12
    kind: bytes
    length: int
    while at + 8 <= len(data):
        kind, length = struct.unpack_from("<4sI", data, at)
        if kind not in WEBP_CHUNKS:
            return False
        at += 8 + length + length % 2
    return at == len(data)
