import numpy as np
import pytest

from recommender.ui.components.crop import Box


@pytest.mark.parametrize(
    "text",
    ["", "a,b,c,d", "0.1,0.1,0.5", "0,0,1,1", "0.99,0,0.5,0.5", "0.1,0.1,0.01,0.5", "nan,0,1,1"],
)
def test_what_is_no_part_is_the_whole(text: str) -> None:
    assert Box.from_text(text) is None


def test_a_part_survives_its_address() -> None:
    box = Box.from_text("0.25,0.5,0.5,0.9")
    assert box is not None
    assert box.to_text() == "0.250,0.500,0.500,0.500"  # no further than the edge
    assert Box.from_text(box.to_text()) == box


def test_cutting() -> None:
    pixels = np.arange(8 * 4 * 3, dtype=np.uint8).reshape(8, 4, 3)
    box = Box.from_text("0.25,0.5,0.5,0.5")
    assert box is not None
    assert np.array_equal(box.cut(pixels), pixels[4:8, 1:3])
