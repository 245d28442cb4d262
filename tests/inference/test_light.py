"""The colour of the light: estimated, half of it taken back."""

import numpy as np
import pytest

from recommender.inference.light import balanced, gains
from recommender.types import Pixels


def scene(rng: np.random.Generator) -> Pixels:
    """Grey things of all shades."""
    shades = rng.integers(20, 235, (12, 16, 1), np.uint8)
    return np.repeat(np.repeat(np.tile(shades, 3), 20, axis=0), 20, axis=1)


def test_a_grey_scene_stays_as_it_is(rng: np.random.Generator) -> None:
    grey = scene(rng)
    np.testing.assert_allclose(gains(grey), 1, atol=0.01)
    assert np.abs(balanced(grey, gains(grey)).astype(int) - grey).max() <= 1


def test_a_warm_light_is_taken_back_by_half(rng: np.random.Generator) -> None:
    grey = scene(rng)
    warm = np.clip(grey * np.array([1.0, 0.85, 0.65]), 0, 255).astype(np.uint8)
    mended = balanced(warm, gains(warm))

    def cast(pixels: Pixels) -> float:
        red, _, blue = pixels.reshape(-1, 3).astype(float).mean(axis=0)
        return float(np.log(red / blue))

    assert 0.3 * cast(warm) < cast(mended) < 0.7 * cast(warm)


@pytest.mark.parametrize("colour", [(0, 0, 0), (255, 0, 0), (255, 255, 255)])
def test_any_colour_gives_finite_factors(colour: tuple[int, int, int]) -> None:
    flat = np.full((30, 20, 3), colour, np.uint8)
    factors = gains(flat)
    assert np.isfinite(factors).all()
    assert (factors > 0).all()
    assert balanced(flat, factors).shape == flat.shape
