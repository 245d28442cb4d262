import numpy as np
import pytest
from PIL import Image

from recommender.evaluation.baselines import colour_descriptor, pixels_descriptor


def test_colour_descriptor_counts_colours() -> None:
    red = np.asarray(Image.new("RGB", (30, 30), (255, 0, 0)))
    rows = colour_descriptor(red)
    assert rows.shape == (192,)
    assert np.square(rows).sum() == pytest.approx(1)
    assert rows.max() == 1


def test_pixels_descriptor_is_the_picture() -> None:
    white = np.full((80, 60, 3), 255, np.uint8)
    assert (pixels_descriptor(white) == 1).all()
    assert pixels_descriptor(white).shape == (7500,)
