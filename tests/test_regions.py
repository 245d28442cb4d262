import numpy as np
import pytest

from recommender.errors import ModelError
from recommender.recommend import Recommender
from recommender.regions import matching_regions


def scene(rng: np.random.Generator, place: tuple[int, int], thing: np.ndarray) -> np.ndarray:
    """Background that says nothing, and a thing of 3 x 3 cells."""
    cells = rng.normal(scale=0.05, size=(14, 14, 32)).astype(np.float32) + 1
    y, x = place
    cells[y : y + 3, x : x + 3] += thing
    return cells


def test_the_same_thing_matches_wherever_it_is(rng: np.random.Generator) -> None:
    thing = rng.normal(size=(3, 3, 32)).astype(np.float32)
    found = matching_regions(scene(rng, (2, 3), thing), scene(rng, (8, 9), thing))
    assert (found.first[2:5, 3:6] > 0.8).all()
    assert (found.second[8:11, 9:12] > 0.8).all()
    outside = found.first.copy()
    outside[2:5, 3:6] = 0
    assert outside.mean() < 0.1


def test_different_things_match_less(rng: np.random.Generator) -> None:
    things = rng.normal(size=(2, 3, 3, 32)).astype(np.float32)
    same = matching_regions(scene(rng, (2, 3), things[0]), scene(rng, (8, 9), things[0]))
    other = matching_regions(scene(rng, (2, 3), things[0]), scene(rng, (8, 9), things[1]))
    assert other.first[2:5, 3:6].mean() < 0.5 * same.first[2:5, 3:6].mean()
    assert 0 <= other.first.min() <= other.first.max() <= 1


def test_a_model_that_says_nothing_of_places_says_so(shop_recommender: Recommender) -> None:
    picture = np.zeros((40, 40, 3), np.uint8)
    with pytest.raises(ModelError, match="what is where"):
        shop_recommender.matching_regions(picture, picture)
