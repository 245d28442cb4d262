"""Mends pictures that browsers show although their files are damaged.

All of it works on bytes and is bounded by the size of the file or of the picture that its header
declares; nothing global is switched, so many threads may mend at once.

References: ITU-T T.81 (JPEG), annex B; W3C, "Portable Network Graphics", chunk layout.
"""

import struct
import zlib
from collections.abc import Iterator

from recommender.errors import ImageError

JPEG_START, JPEG_SCAN, JPEG_END = b"\xff\xd8", b"\xff\xda", b"\xff\xd9"
PNG_START = b"\x89PNG\r\n\x1a\n"
# Chunks that say how the pixels are to be shown; texts, profiles and times can be large or broken
SHOWN_CHUNKS = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT"})
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # by the colour type of a PNG's header
DEPTHS = {1, 2, 4, 8, 16}  # bits of a channel
HEADER = struct.Struct(">IIBBBBB")
MIN_SHARE = 0.3  # of the picture that must be there
WHITE = b"\xff"
END_MISSING = "the end of the file is missing; what is there is shown"
NOTES_BROKEN = "its EXIF notes are damaged and were ignored"


def mend(data: bytes, max_pixels: int) -> bytes | None:
    """A file that can be decoded, made of one that cannot; None where there is no way known.

    What is missing of a picture is white in a PNG, and middle grey in a JPEG.

    Parameters
    ----------
    max_pixels : that a picture may have; a damaged head can claim any number

    Raises
    ------
    ImageError : too little of the picture is there, or its head claims too much
    """
    if data.startswith(JPEG_START):
        return data + JPEG_END if is_cut(data) else None
    if data.startswith(PNG_START):
        return _mend_png(data, max_pixels)
    return None


def is_cut(data: bytes) -> bool:
    """Whether a file ends before its picture does."""
    if data.startswith(JPEG_START):
        # a preview in the EXIF notes has an end of its own, before the scan begins
        return data.rfind(JPEG_END) < data.rfind(JPEG_SCAN)
    if data.startswith(PNG_START):
        return b"IEND" not in data[-64:] and b"IEND\xaeB`\x82" not in data
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return int.from_bytes(data[4:8], "little") + 8 > len(data) + 1
    return False


def describe_repairs(data: bytes) -> str:
    """Say what has to be mended before a picture is shown; empty for a sound one."""
    return END_MISSING if is_cut(data) else ""


def _mend_png(data: bytes, max_pixels: int) -> bytes | None:
    """The chunks that matter, with their checksums, and pixel data of the right length."""
    header = palette = alpha = b""
    packed = []
    for kind, body in _chunks(data):
        if kind == b"IHDR":
            header = body
        elif kind == b"PLTE":
            palette = body
        elif kind == b"tRNS":
            alpha = body
        elif kind == b"IDAT":
            packed.append(body)
    if len(header) != HEADER.size or not packed:
        return None
    width, height, depth, colour, _, _, interlaced = HEADER.unpack(header)
    if colour not in CHANNELS or depth not in DEPTHS or not width * height:
        return None
    if width * height > max_pixels:
        raise ImageError(f"its head claims {width:,} x {height:,} pixels")
    body = b"".join(packed)
    if is_cut(data) and not interlaced:
        row_bytes = 1 + -(-width * depth * CHANNELS[colour] // 8)
        body = _fill(body, row_bytes, height)
    parts = [(b"IHDR", header), (b"PLTE", palette), (b"tRNS", alpha), (b"IDAT", body)]
    chunks = (_chunk(kind, part) for kind, part in parts if part)
    return PNG_START + b"".join(chunks) + _chunk(b"IEND", b"")


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    position = len(PNG_START)
    while position + 8 <= len(data):
        length, kind = struct.unpack(">I4s", data[position : position + 8])
        if kind == b"IEND":
            return
        if kind in SHOWN_CHUNKS:
            yield kind, data[position + 8 : position + 8 + length]
        position += 12 + length


def _chunk(kind: bytes, body: bytes) -> bytes:
    checksum = zlib.crc32(kind + body)
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", checksum)


def _fill(packed: bytes, row_bytes: int, height: int) -> bytes:
    """Pixel data with white rows in place of those that are missing."""
    n_bytes = row_bytes * height
    reader = zlib.decompressobj()
    try:
        rows = reader.decompress(packed, n_bytes)
    except zlib.error as error:
        raise ImageError("its pixel data are damaged") from error
    n_rows = len(rows) // row_bytes
    check_share(n_rows / height)
    missing = (b"\0" + WHITE * (row_bytes - 1)) * (height - n_rows)
    return zlib.compress(rows[: n_rows * row_bytes] + missing, 1)


def check_share(share: float) -> None:
    """Raise `ImageError` if too little of a picture is there."""
    if share < MIN_SHARE:
        raise ImageError(f"only the first {share:.0%} of it are there")
