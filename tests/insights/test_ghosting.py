import numpy as np
import pytest

from recommender.insights.ghosting import MOST_GHOSTING, ghosting, silhouette
from tests.conftest import draw


def of(shape: str, colour: str = "red") -> np.ndarray:
    return np.asarray(draw(shape, colour, 224))


def ring() -> np.ndarray:
    """A frame that is as wide and high as a box, and empty inside."""
    square = np.full((224, 224, 3), 255, np.uint8)
    square[56:168, 56:168] = (40, 60, 190)
    square[76:148, 76:148] = 255
    return square


def test_two_of_one_shape_leave_no_ghosts() -> None:
    assert ghosting(silhouette(of("box")), silhouette(of("box", "blue"))) == pytest.approx(0)
    # another shape is bent to the common outline first
    assert ghosting(silhouette(of("box")), silhouette(of("disc"))) < MOST_GHOSTING


def test_what_only_one_fills_is_a_ghost() -> None:
    both = ghosting(silhouette(of("box")), silhouette(ring()))
    assert both > 2 * MOST_GHOSTING
    assert both == pytest.approx(ghosting(silhouette(ring()), silhouette(of("box"))), abs=1e-3)


def test_without_a_plain_ground_nothing_blends(rng: np.random.Generator) -> None:
    noise = rng.integers(0, 256, (96, 96, 3), np.uint8)
    assert silhouette(noise) is None
    assert ghosting(silhouette(noise), silhouette(of("box"))) == 1
