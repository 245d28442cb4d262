"""Pictures that ask for too much cost their sender an answer, and nobody else anything."""

import io
from collections.abc import Iterator

import numpy as np
import pytest
from PIL import Image

from recommender import images
from recommender.errors import ImageError
from recommender.images import ImageLimits
from recommender.serving.decoding import PhotoDecoder
from tests.test_jpeg import with_scans

PATIENT = ImageLimits(max_scans=100_000)


def picture(size_px: tuple[int, int], kind: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size_px, (200, 30, 40)).save(buffer, kind)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def decoder() -> Iterator[PhotoDecoder]:
    with PhotoDecoder(n_workers=1) as decoder:
        decoder.warm_up()
        yield decoder


def test_pictures_are_decoded_as_everywhere(decoder: PhotoDecoder) -> None:
    data = picture((1_600, 1_200), "JPEG")
    for enough_px in (None, 320):
        here = images.load(data, enough_px=enough_px)
        assert np.array_equal(decoder.load(data, enough_px=enough_px), here)


def test_bad_pictures_say_what_they_say_everywhere(decoder: PhotoDecoder) -> None:
    for data in (b"", b"text", picture((300, 300))[:40], picture((4, 4))):
        with pytest.raises(ImageError) as here:
            images.load(data)
        with pytest.raises(ImageError) as there:
            decoder.load(data)
        assert str(there.value) == str(here.value)


def test_a_picture_that_takes_too_long_is_given_up() -> None:
    data = with_scans(3_500, size_px=1_024)  # seconds of work
    with PhotoDecoder(n_workers=1, timeout_s=0.5) as hasty:
        with pytest.raises(ImageError, match=r"takes more than 0\.5 seconds"):
            hasty.load(data, limits=PATIENT)
        assert hasty.load(picture((64, 64))).shape == (64, 64, 3)  # the next one gets its turn


def test_a_picture_that_takes_too_much_memory_is_given_up() -> None:
    with PhotoDecoder(n_workers=1, max_memory_bytes=64 << 20) as decoder:
        with pytest.raises(ImageError, match=r"memory|damaged"):
            decoder.load(picture((7_000, 7_000)))
        assert decoder.load(picture((64, 64))).shape == (64, 64, 3)


def test_a_closed_decoder_opens_again(decoder: PhotoDecoder) -> None:
    decoder.close()
    assert decoder.load(picture((64, 64))).shape == (64, 64, 3)
