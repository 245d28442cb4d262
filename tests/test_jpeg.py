"""Scans of JPEG files, counted without decoding them."""

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

from recommender import jpeg

MOST = 100


def written(size_px: int = 64, **options: Any) -> bytes:
    picture = Image.linear_gradient("L").resize((size_px, size_px)).convert("RGB")
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", **options)
    return buffer.getvalue()


def with_scans(n_more: int, size_px: int = 64) -> bytes:
    """A progressive file whose last scan is repeated, as an attacker would."""
    data = written(size_px, progressive=True)
    last = data.rindex(b"\xff\xda")
    return data[:-2] + data[last:-2] * n_more + b"\xff\xd9"


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, 1),
        ({"progressive": True}, 10),
        ({"restart_marker_blocks": 1}, 1),
        ({"quality": 100, "subsampling": 0}, 1),
        ({"comment": b"\xff\xda" * 50}, 1),
        ({"exif": b"Exif\x00\x00" + b"\xff\xda" * 50}, 1),
    ],
)
def test_files_as_they_are_written(options: dict[str, Any], expected: int) -> None:
    assert jpeg.count_scans(written(**options), most=MOST) == expected


def test_counting_stops_above_the_most() -> None:
    assert jpeg.count_scans(with_scans(40), most=MOST) == 50
    assert jpeg.count_scans(with_scans(5_000), most=MOST) == MOST + 1


@pytest.mark.parametrize("data", [b"", b"\xff", b"\xff\xd8", b"\xff\xd8\xff", b"\xff\xd8\xff\xda"])
def test_cut_files_end_the_count(data: bytes) -> None:
    assert jpeg.count_scans(data, most=MOST) <= 1


@pytest.mark.parametrize("part", [b"\xff", b"\xff\xd0", b"\xff\x00", b"\xff\xe0\x00\x02"])
def test_countless_markers_are_no_work(part: bytes) -> None:
    data = b"\xff\xd8" + part * (4_000_000 // len(part))
    assert jpeg.count_scans(data, most=MOST) in {0, MOST + 1}


def test_any_bytes_are_counted_and_the_count_ends() -> None:
    noise = np.random.default_rng(1).integers(0, 256, 200_000, np.uint8).tobytes()
    assert jpeg.count_scans(b"\xff\xd8" + noise, most=MOST) <= MOST + 1
    assert jpeg.is_jpeg(written())
    assert not jpeg.is_jpeg(b"\x89PNG")
