"""What strangers get of a picture file."""

import io
from pathlib import Path

import pytest
from PIL import Image

from recommender.ui.shared import pictures
from tests.conftest import draw

CAMERA = "A phone"


@pytest.mark.parametrize(("kind", "suffix"), [("JPEG", ".jpg"), ("PNG", ".png"), ("WEBP", ".webp")])
def test_a_small_file_says_nothing_of_where_it_was_taken(
    tmp_path: Path, kind: str, suffix: str
) -> None:
    exif = Image.Exif()
    exif[0x8825] = {1: "N", 2: (52.0, 31.0, 0.0)}
    exif[0x010F] = CAMERA
    file = tmp_path / f"photo{suffix}"
    draw("disc", "red").save(file, kind, exif=exif)
    assert CAMERA.encode() in file.read_bytes()
    data, media_type = pictures.thumbnail(file, str(file), 360)
    assert CAMERA.encode() not in data
    assert not Image.open(io.BytesIO(data)).getexif()
    assert media_type == "image/webp"


def test_a_file_is_served_as_what_it_is(tmp_path: Path) -> None:
    file = tmp_path / "photo.jpg"  # as shops name them
    draw("disc", "red").save(file, "PNG")
    data, media_type = pictures.thumbnail(file, str(file), 360)
    assert (data, media_type) == (file.read_bytes(), "image/png")
