import math

import numpy as np
import pytest

from recommender import metrics

RELEVANT = np.array([[1, 0, 1, 1], [0, 0, 0, 0], [0, 1, 0, 0]], bool)


def test_precision_by_hand() -> None:
    assert metrics.precision_at(RELEVANT, 4) == pytest.approx((3 / 4 + 0 + 1 / 4) / 3)
    assert metrics.precision_at(RELEVANT, 1) == pytest.approx(1 / 3)


def test_missing_neighbours_count_as_not_relevant() -> None:
    assert metrics.precision_at(np.array([[True, True]]), 4) == 0.5


def test_mean_average_precision_by_hand() -> None:
    first = (1 / 1 + 2 / 3 + 3 / 4) / 3
    third = 1 / 2
    assert metrics.mean_average_precision_at(RELEVANT, 10) == pytest.approx((first + third) / 3)


def test_recall_by_hand() -> None:
    assert metrics.recall_at(RELEVANT, 1) == pytest.approx(1 / 3)
    assert metrics.recall_at(RELEVANT, 2) == pytest.approx(2 / 3)


def test_no_queries_have_no_score() -> None:
    nothing = np.empty((0, 4), bool)
    for measure in (metrics.precision_at, metrics.mean_average_precision_at, metrics.recall_at):
        assert math.isnan(measure(nothing, 4))


def test_psnr_by_hand() -> None:
    black, grey = np.zeros((16, 16, 3), np.float32), np.full((16, 16, 3), 0.1, np.float32)
    assert metrics.psnr(black, grey) == pytest.approx(20, abs=1e-4)
    assert metrics.psnr(grey, grey) == math.inf


def test_ssim_of_constants_by_hand() -> None:
    """Without structure only the luminance term is left."""
    low, high = np.full((16, 16, 3), 0.2, np.float32), np.full((16, 16, 3), 0.6, np.float32)
    expected = (2 * 0.2 * 0.6 + 1e-4) / (0.2**2 + 0.6**2 + 1e-4)
    assert metrics.ssim(low, high) == pytest.approx(expected, abs=1e-5)
    assert metrics.ssim(high, high) == pytest.approx(1)


def test_ssim_falls_with_noise(rng: np.random.Generator) -> None:
    picture = rng.random((32, 32, 3), np.float32)
    noise = rng.normal(0, 1, picture.shape).astype(np.float32)
    values = [metrics.ssim(picture, picture + scale * noise) for scale in (0.01, 0.1, 0.5)]
    assert 1 > values[0] > values[1] > values[2]
