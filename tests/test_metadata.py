"""Which files may be sent as they lie."""

import io

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from recommender.config import ASSETS
from recommender.metadata import bare_type
from tests.conftest import draw


def encoded(kind: str, **how: object) -> bytes:
    stream = io.BytesIO()
    draw("disc", "red").save(stream, kind, **how)
    return stream.getvalue()


def place() -> Image.Exif:
    exif = Image.Exif()
    exif[0x8825] = {1: "N", 2: (52.0, 31.0, 0.0)}  # GPS latitude
    exif[0x010F] = "A phone"
    return exif


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_plain_picture_is_bare_and_one_with_a_place_is_not(kind: str) -> None:
    assert bare_type(encoded(kind)) == f"image/{kind.lower()}"
    assert bare_type(encoded(kind, exif=place())) == ""


def test_progressive_files_and_profiles_stay_bare() -> None:
    from PIL import ImageCms

    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for kind in ("JPEG", "PNG", "WEBP"):
        assert bare_type(encoded(kind, icc_profile=profile))
    assert bare_type(encoded("JPEG", progressive=True)) == "image/jpeg"


def test_comments_and_text_are_metadata() -> None:
    text = PngImagePlugin.PngInfo()
    text.add_text("Author", "Somebody")
    assert bare_type(encoded("PNG", pnginfo=text)) == ""
    assert bare_type(encoded("JPEG", comment=b"taken at home")) == ""
    assert bare_type(encoded("WEBP", xmp=b"<x:xmpmeta/>")) == ""


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_nothing_may_follow_the_end_and_halves_are_not_bare(kind: str) -> None:
    data = encoded(kind)
    assert bare_type(data + b"<script>") == ""
    for end in range(0, len(data) - 1, 7):
        assert bare_type(data[:end]) == ""


def test_other_types_are_never_bare(rng: np.random.Generator) -> None:
    for data in (b"", b"<html>", b"GIF89a", encoded("BMP"), encoded("GIF"), rng.bytes(500)):
        assert bare_type(data) == ""


def test_the_demo_is_served_as_it_lies() -> None:
    files = sorted((ASSETS / "catalogue" / "images").glob("*.webp"))[:50]
    assert {bare_type(file.read_bytes()) for file in files} == {"image/webp"}
