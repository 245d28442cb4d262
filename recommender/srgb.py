"""Turns a decoder's picture into what a person sees: upright, sRGB in eight bits, on white."""

import io
import struct
import zlib

import numpy as np
from PIL import ExifTags, Image, ImageCms

PAPER = (255, 255, 255)  # product pictures stand on white, so transparency and margins do too
CHANNEL_MAX = 255
DEEP_MAX = 65_535
DEEP_SCALE = CHANNEL_MAX / DEEP_MAX
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# What Pillow's decoders raise on damaged files: each plug-in has its own habits.
DECODER_ERRORS = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    EOFError,
    OverflowError,
    MemoryError,
    RuntimeError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
    ImageCms.PyCMSError,
)


def to_srgb(picture: Image.Image) -> Image.Image:
    """Return a picture of mode RGB; raises one of `DECODER_ERRORS` if it is damaged."""
    profile = picture.info.get("icc_profile")
    deep = _to_eight_bits(_upright(picture))
    if deep.mode in ("P", "PA") or "transparency" in deep.info:
        deep = deep.convert("RGBA")
    alpha = deep.getchannel("A") if deep.mode in ("RGBA", "LA", "La", "RGBa") else None
    opaque = deep if alpha is None else deep.convert("L" if deep.mode[0] == "L" else "RGB")
    rgb = _apply_profile(opaque, profile).convert("RGB")
    if alpha is None:
        return rgb
    paper = Image.new("RGB", rgb.size, PAPER)
    paper.paste(rgb, mask=alpha)
    return paper


def _upright(picture: Image.Image) -> Image.Image:
    """A picture turned as its EXIF notes say; damaged notes say nothing."""
    try:
        orientation = picture.getexif().get(ExifTags.Base.Orientation)
    except DECODER_ERRORS:
        return picture
    method = TURNS.get(orientation) if isinstance(orientation, int) else None
    return picture if method is None else picture.transpose(method)


def _to_eight_bits(picture: Image.Image) -> Image.Image:
    """Scale 16- and 32-bit grey down; Pillow's own convert would clip everything above 255."""
    if picture.mode not in ("I", "F") and not picture.mode.startswith("I;16"):
        return picture
    values = np.asarray(picture).astype(np.float64)
    clear = picture.info.get("transparency")
    if isinstance(clear, int):  # a grey that stands for nothing: white, as all transparency
        values[values == clear] = DEEP_MAX
    if picture.mode == "F":
        scale = float(CHANNEL_MAX) if values.max(initial=0) <= 1 else 1.0
    else:
        scale = DEEP_SCALE if values.max(initial=0) > CHANNEL_MAX else 1.0
    return Image.fromarray(np.clip(np.rint(values * scale), 0, CHANNEL_MAX).astype(np.uint8))


def _apply_profile(picture: Image.Image, profile: bytes | None) -> Image.Image:
    if picture.mode == "LAB":
        lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
        return _converted(picture, lab)
    if not profile or picture.mode not in ("RGB", "CMYK", "L"):
        return picture
    try:
        embedded = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        return _converted(picture, embedded)
    except (ImageCms.PyCMSError, OSError, ValueError):
        return picture  # a broken profile, or one for other channels: the pixels still count


def _converted(picture: Image.Image, profile: ImageCms.ImageCmsProfile) -> Image.Image:
    converted = ImageCms.profileToProfile(
        picture, profile, ImageCms.createProfile("sRGB"), outputMode="RGB"
    )
    if converted is None:
        raise ValueError("profileToProfile returned nothing although it was not in place")
    return converted
