"""What strangers get of a picture file."""

import io
from pathlib import Path

import numpy as np
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


def opened(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"), np.float32)


def test_a_small_picture_is_enlarged_without_a_staircase() -> None:
    rows, columns = np.mgrid[:150, :150]
    picture = np.where(rows > columns, 230, 20).astype(np.uint8)[..., None].repeat(3, axis=2)
    shown = opened(pictures.to_webp(picture, least_px=pictures.REBUILT_PX))
    assert shown.shape == (450, 450, 3)
    # along the edge of the diagonal all steps of three pixels look alike, and none is a plateau
    edge = np.array([shown[at, at - 3 : at + 4, 0] for at in range(200, 203)])
    assert edge.std(axis=0).max() < 40
    assert all(len(np.unique(np.round(line))) > 4 for line in edge)


def test_sizes_are_kept_between_the_least_and_the_most() -> None:
    picture = np.zeros((100, 300, 3), np.uint8)
    assert opened(pictures.to_webp(picture)).shape == (100, 300, 3)
    assert opened(pictures.to_webp(picture, least_px=200)).shape == (100, 300, 3)
    assert opened(pictures.to_webp(picture, 150)).shape == (50, 150, 3)
    assert opened(pictures.to_webp(picture, least_px=600)).shape == (200, 600, 3)
