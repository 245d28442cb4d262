"""Decodes any picture, from bytes or a file, to an RGB array: the one way in.

Training, indexing and queries all go through `load` and `letterbox`, so that a picture has the
same embedding whichever door it came through.
"""

import hashlib
import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TypeAlias

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from recommender import repair
from recommender.errors import ImageError
from recommender.jpeg import count_scans, is_jpeg
from recommender.srgb import CHANNEL_MAX, DECODER_ERRORS, PAPER, to_srgb
from recommender.types import Pixels

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "HEIF")
SUFFIXES = frozenset(
    {".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".avif"}
    | {".heic", ".heif"}
)
ENOUGH_PX = 1_280  # of a photo's shorter side: four pixels for each one that an encoder takes
WEBP = ".webp"
# First bytes of files; those of the ISO container (HEIC, AVIF) name their brands further on
SIGNS = (
    (b"\xff\xd8\xff", ".jpg"),
    (b"\x89PNG\r\n\x1a\n", ".png"),
    (b"GIF87a", ".gif"),
    (b"GIF89a", ".gif"),
    (b"BM", ".bmp"),
    (b"II*\0", ".tif"),
    (b"MM\0*", ".tif"),
)
BMP_RESERVED = slice(6, 10)
BRANDS = (
    (b"avif", ".avif"),
    (b"avis", ".avif"),
    (b"heic", ".heic"),
    (b"heix", ".heic"),
    (b"mif1", ".heif"),
    (b"msf1", ".heif"),
)
BYTES_PER_MB = 1_000_000
MAX_FRAMES = 24  # of an animation that are looked through for one that shows something
EXIF_HEAD_BYTES = 4096
Source: TypeAlias = bytes | str | Path


@dataclass(frozen=True, kw_only=True)
class ImageLimits:
    """Limits beyond which `load` refuses a picture, before it decodes anything.

    Attributes
    ----------
    max_bytes : size of the file; a phone's photo has 3 to 12 MB
    max_pixels : width times height; 64 million take 192 MB once decoded
    min_side_px : below this there is nothing to look at
    max_scans : of a JPEG file; cameras and web tools write at most a dozen
    """

    max_bytes: int = 32 * BYTES_PER_MB
    max_pixels: int = 64_000_000
    min_side_px: int = 8
    max_scans: int = 100

    def __post_init__(self) -> None:
        if min(self.max_bytes, self.max_pixels, self.min_side_px, self.max_scans) < 1:
            raise ValueError(f"limits must be positive, got {self}")


DEFAULT_LIMITS = ImageLimits()


def load(
    source: Source, *, limits: ImageLimits = DEFAULT_LIMITS, enough_px: int | None = None
) -> Pixels:
    """Decode a picture safely.

    The first frame that shows something is taken, EXIF orientation is applied, embedded colour
    profiles are converted to sRGB, CMYK, palette, grey and 16-bit pictures become 8-bit RGB, and
    transparency is laid over white. Size limits are checked before any pixel is decoded. What
    browsers show in spite of some damage is mended: `repairs` says what.

    Parameters
    ----------
    source : the file's bytes, or its path
    limits : what to refuse
    enough_px : a JPEG may be decoded to a half, a quarter or an eighth of its size as long as no
        side falls below this; a phone's photo takes a quarter of the time then

    Returns
    -------
    pixels : ndarray of shape (height, width, 3), uint8, sRGB

    Raises
    ------
    ImageError : the source is missing, over a limit, damaged, or not a picture
    """
    name, data = _read(source, limits)
    if is_jpeg(data) and count_scans(data, most=limits.max_scans) > limits.max_scans:
        raise ImageError(f"{name} has more than the {limits.max_scans} scans allowed in a JPEG")
    _register_heif()
    try:
        with _explained(name, limits):
            return _decode(data, name, limits, enough_px)
    except _Undecodable as error:
        try:
            mended = repair.mend(data, limits.max_pixels)
        except ImageError as reason:
            raise ImageError(f"{name} is damaged or incomplete: {reason}") from error
        if mended is None:
            raise ImageError(str(error)) from error
    with _explained(name, limits):
        return _decode(mended, name, limits, enough_px, is_mended=True)


def read(path: Path, *, limits: ImageLimits = DEFAULT_LIMITS) -> bytes:
    """A picture file's bytes; raises `ImageError` as `load` does, but decodes nothing."""
    return _read(path, limits)[1]


def repairs(data: bytes) -> str:
    """Say in one sentence what `load` mends or ignores in a picture; empty for a sound one."""
    found = [repair.describe_repairs(data)]
    if b"Exif" in data[:EXIF_HEAD_BYTES]:
        try:
            with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
                dict(picture.getexif())
        except Image.DecompressionBombError:
            pass
        except DECODER_ERRORS:
            found.append(repair.NOTES_BROKEN)
    return "; ".join(filter(None, found))


def letterbox(pixels: Pixels, size_px: int) -> Pixels:
    """Fit a picture into a white square without distorting it.

    Parameters
    ----------
    pixels : ndarray of shape (height, width, 3), uint8
    size_px : side of the square

    Returns
    -------
    square : ndarray of shape (size_px, size_px, 3), uint8
    """
    if pixels.shape[:2] == (size_px, size_px):
        return pixels
    picture = Image.fromarray(pixels)
    # pad() keeps the ratio, antialiases when it shrinks, and centres
    fitted = ImageOps.pad(picture, (size_px, size_px), method=Image.Resampling.BICUBIC, color=PAPER)
    return np.asarray(fitted)


def shrink(pixels: Pixels, side_px: int) -> Pixels:
    """Shrink a picture whose longer side is over `side_px`; the result shares no memory with it.

    Parameters
    ----------
    pixels : ndarray of shape (height, width, 3), uint8
    """
    if max(pixels.shape[:2]) <= side_px:
        return pixels.copy()
    picture = Image.fromarray(pixels)
    picture.thumbnail((side_px, side_px), Image.Resampling.BICUBIC, reducing_gap=3.0)
    return np.asarray(picture)


def fit(pixels: Pixels, side_px: int, *, multiple: int) -> Pixels:
    """Scale a picture to a longer side of about `side_px`, both sides multiples of a number.

    Parameters
    ----------
    pixels : ndarray of shape (height, width, 3), uint8
    """
    height, width = pixels.shape[:2]
    scale = side_px / max(height, width)
    size = [max(multiple, round(side * scale / multiple) * multiple) for side in (width, height)]
    fitted = Image.fromarray(pixels).resize((size[0], size[1]), Image.Resampling.BICUBIC)
    return np.asarray(fitted)


def content_fingerprint(data: bytes) -> str:
    """SHA-256 of a file's bytes, in hexadecimal: equal pictures are stored and encoded once."""
    return hashlib.sha256(data).hexdigest()


def suffix_of(head: bytes) -> str:
    """The usual ending of a picture whose file begins with these bytes; empty for other files."""
    known = next((suffix for sign, suffix in SIGNS if head.startswith(sign)), "")
    if known == ".bmp":
        return known if head[BMP_RESERVED] == bytes(4) else ""
    if known or head[4:8] != b"ftyp":
        return WEBP if head[:4] == b"RIFF" and head[8:12] == b"WEBP" else known
    return next((suffix for brand, suffix in BRANDS if brand in head[8:64]), "")


def encode_png(pixels: Pixels) -> bytes:
    """Losslessly compressed bytes of an RGB array."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def _read(source: Source, limits: ImageLimits) -> tuple[str, bytes]:
    if isinstance(source, bytes):
        name, n_bytes = "the file", len(source)
    else:
        path = Path(source)
        name = path.name
        try:
            n_bytes = path.stat().st_size
            is_file = path.is_file()
        except OSError as error:
            raise ImageError(f"there is no picture at {path}") from error
        if not is_file:
            raise ImageError(f"{path} is not a file")
    if n_bytes == 0:
        raise ImageError(f"{name} is empty (0 bytes)")
    if n_bytes > limits.max_bytes:
        raise ImageError(
            f"{name} has {n_bytes / BYTES_PER_MB:.0f} MB; "
            f"at most {limits.max_bytes / BYTES_PER_MB:.0f} MB are allowed"
        )
    if isinstance(source, bytes):
        return name, source
    try:
        return name, Path(source).read_bytes()
    except OSError as error:
        raise ImageError(f"{source} cannot be read: {error.strerror}") from error


class _Undecodable(ImageError):
    """A decoder gave up; the file may be mended."""


@contextmanager
def _explained(name: str, limits: ImageLimits) -> Iterator[None]:
    """Errors of decoders as sentences."""
    try:
        yield
    except ImageError:
        raise
    except Image.DecompressionBombError as error:
        raise ImageError(
            f"{name} has more than the {limits.max_pixels / 1e6:.0f} million pixels allowed"
        ) from error
    except UnidentifiedImageError as error:
        raise _Undecodable(
            f"{name} is not a picture that can be read "
            "(PNG, JPEG, WebP, GIF, BMP, TIFF, HEIC or AVIF)"
        ) from error
    except DECODER_ERRORS as error:
        raise _Undecodable(f"{name} is damaged or incomplete and cannot be decoded") from error


def _decode(
    data: bytes,
    name: str,
    limits: ImageLimits,
    enough_px: int | None,
    *,
    is_mended: bool = False,
) -> Pixels:
    with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
        _check_size(picture, name, limits)
        if enough_px is not None:
            picture.draft(picture.mode, (enough_px, enough_px))
        if getattr(picture, "n_frames", 1) > 1:
            return _first_shown(picture)
        return np.asarray(to_srgb(_whitened(picture, name) if is_mended else picture))


def _first_shown(picture: Image.Image) -> Pixels:
    """The first frame that shows something: animations may begin with an empty one."""
    first = None
    for number in range(min(getattr(picture, "n_frames", 1), MAX_FRAMES)):
        try:
            picture.seek(number)
            pixels = np.asarray(to_srgb(picture))
        except DECODER_ERRORS:
            if first is None:
                raise
            break  # a later frame is damaged: the first one counts
        if (pixels != pixels[:1, :1]).any():
            return pixels
        first = pixels if first is None else first
    if first is None:
        raise ImageError("it has no frame")
    return first


def _whitened(picture: Image.Image, name: str) -> Image.Image:
    """A JPEG whose end is missing with white in place of the grey that the decoder fills in."""
    if picture.format != "JPEG" or picture.mode not in ("RGB", "L"):
        return picture
    values = np.asarray(picture).copy()
    is_filled = (values == CHANNEL_MAX // 2 + 1).reshape(len(values), -1).all(axis=1)
    n_whole = len(values) - int(np.argmin(is_filled[::-1]))
    try:
        repair.check_share(n_whole / len(values))
    except ImageError as error:
        raise ImageError(f"{name} is damaged or incomplete: {error}") from error
    values[n_whole:] = CHANNEL_MAX
    filled = Image.fromarray(values)
    filled.info.update(picture.info)
    return filled


def _check_size(picture: Image.Image, name: str, limits: ImageLimits) -> None:
    width, height = picture.size
    if width * height > limits.max_pixels:
        raise ImageError(
            f"{name} has {width} x {height} pixels; "
            f"at most {limits.max_pixels / 1e6:.0f} million are allowed"
        )
    if min(width, height) < limits.min_side_px:
        raise ImageError(
            f"{name} has {width} x {height} pixels; each side needs at least {limits.min_side_px}"
        )


@lru_cache(maxsize=1)
def _quieten() -> None:
    """Let Pillow's warnings of odd but readable files reach no terminal; `repairs` tells them."""
    warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")


def _register_heif() -> None:
    """Let Pillow read HEIC, the format of many phones; registering twice is harmless."""
    _quieten()
    if "HEIF" not in Image.OPEN:
        from pillow_heif import register_heif_opener

        register_heif_opener()
