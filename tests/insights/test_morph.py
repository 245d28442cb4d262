import numpy as np
import pytest

from recommender import images
from recommender.insights import morph
from recommender.recommend import Recommender
from recommender.types import Pixels
from tests.conftest import draw

SIDE_PX = 224
HALVES = np.array([0, 0.5, 1], np.float32)


def square(shape: str) -> Pixels:
    return images.letterbox(np.asarray(draw(shape, "red", SIDE_PX)), SIDE_PX)


def test_embeddings_of_unit_length_stay_so() -> None:
    between = morph.interpolate(np.array([1, 0], np.float32), np.array([0, 1], np.float32), HALVES)
    assert between == pytest.approx(np.array([[1, 0], [0.5**0.5, 0.5**0.5], [0, 1]]))


def test_others_are_interpolated_along_a_line() -> None:
    between = morph.interpolate(np.array([4, 0], np.float32), np.array([0, 2], np.float32), HALVES)
    assert between == pytest.approx(np.array([[4, 0], [2, 1], [0, 2]]))


def test_between_a_product_and_its_duplicate_lies_itself() -> None:
    same = np.array([0.6, 0.8], np.float32)
    assert morph.interpolate(same, same, HALVES) == pytest.approx(np.array([same] * 3))


def test_the_outline_is_where_the_product_is() -> None:
    outline = morph.find_outline(square("box"))
    assert outline is not None
    assert outline.top == pytest.approx(0.25, abs=0.02)
    assert outline.bottom == pytest.approx(0.75, abs=0.02)
    assert outline.left == pytest.approx(np.full(morph.N_ROWS, 0.25), abs=0.02)
    assert outline.right == pytest.approx(np.full(morph.N_ROWS, 0.75), abs=0.02)


def test_a_soft_shadow_belongs_to_the_ground() -> None:
    shaded = square("box").astype(np.float32)
    shaded *= np.linspace(1, 0.6, SIDE_PX)[None, :, None]
    outline = morph.find_outline(shaded.astype(np.uint8))
    assert outline is not None
    assert outline.left.min() == pytest.approx(0.25, abs=0.02)


def test_without_a_plain_ground_there_is_no_outline(rng: np.random.Generator) -> None:
    assert morph.find_outline(rng.integers(0, 256, (96, 96, 3), np.uint8)) is None
    assert morph.find_outline(np.full((96, 96, 3), 250, np.uint8)) is None


def test_a_bent_product_has_the_wanted_outline() -> None:
    box, disc = (morph.find_outline(square(shape)) for shape in ("box", "disc"))
    assert box is not None
    assert disc is not None
    bent = morph.find_outline(morph.bend(square("box"), box, disc))
    assert bent is not None
    assert bent.top == pytest.approx(disc.top, abs=0.04)
    middle = morph.N_ROWS // 2
    assert bent.left[middle] == pytest.approx(disc.left[middle], abs=0.04)
    assert bent.right[middle] == pytest.approx(disc.right[middle], abs=0.04)


def test_bending_to_its_own_outline_changes_nothing() -> None:
    picture = square("disc")
    outline = morph.find_outline(picture)
    assert outline is not None
    assert np.abs(morph.bend(picture, outline, outline).astype(int) - picture).max() <= 1


def test_pictures_without_an_outline_fade(
    shop_recommender: Recommender, rng: np.random.Generator
) -> None:
    first, second = (rng.integers(0, 256, (96, 96, 3), np.uint8) for _ in range(2))
    decoded = morph.decode_between(shop_recommender.model, first, second, HALVES)
    assert decoded.shape == (3, 150, 150, 3)
