import io

import numpy as np
from PIL import Image

from recommender.ui.shared import pictures


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
