"""Quality measures; NumPy in, numbers out. Imports nothing of the package."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

SSIM_SIGMA = 1.5
SSIM_RADIUS = 5  # an 11 x 11 window, as in the paper
SSIM_C1 = 0.01**2
SSIM_C2 = 0.03**2


def precision_at(relevant: NDArray[np.bool_], k: int) -> float:
    """Mean share of relevant items among the first `k` neighbours.

    Parameters
    ----------
    relevant : ndarray of shape (n_queries, n_neighbors), bool, best first
        A query with fewer than `k` neighbours counts the missing ones as not relevant.
    """
    if len(relevant) == 0:
        return float("nan")
    return float(relevant[:, :k].sum(axis=1).mean() / k)


def mean_average_precision_at(relevant: NDArray[np.bool_], k: int) -> float:
    """Mean over the queries of average precision at `k`.

    A query's summed precision is divided by the number of relevant items among its first `k`;
    a query without any counts 0.

    Parameters
    ----------
    relevant : ndarray of shape (n_queries, n_neighbors), bool, best first
    """
    if len(relevant) == 0:
        return float("nan")
    first = relevant[:, :k]
    ranks = np.arange(1, first.shape[1] + 1)
    precisions = first.cumsum(axis=1) / ranks
    n_found = first.sum(axis=1)
    summed = (precisions * first).sum(axis=1)
    return float(np.where(n_found > 0, summed / np.maximum(n_found, 1), 0.0).mean())


def recall_at(relevant: NDArray[np.bool_], k: int) -> float:
    """Share of the queries with at least one relevant item among the first `k` neighbours.

    With one right answer a query (a photo's own product) this is recall@k.

    Parameters
    ----------
    relevant : ndarray of shape (n_queries, n_neighbors), bool, best first
    """
    if len(relevant) == 0:
        return float("nan")
    return float(relevant[:, :k].any(axis=1).mean())


def bootstrap_interval(
    relevant: NDArray[np.bool_],
    measure: Callable[[NDArray[np.bool_]], float],
    *,
    n_resamples: int = 1_000,
    seed: int = 0,
) -> tuple[float, float]:
    """95 % interval of a measure over the queries, by the percentile bootstrap.

    Parameters
    ----------
    relevant : ndarray of shape (n_queries, n_neighbors), bool
    measure : of such an array

    References
    ----------
    Efron & Tibshirani, "An introduction to the bootstrap" (1993), chapter 13.
    """
    rng = np.random.default_rng(seed)
    n_queries = len(relevant)
    values = [measure(relevant[rng.integers(0, n_queries, n_queries)]) for _ in range(n_resamples)]
    low, high = np.percentile(values, (2.5, 97.5))
    return float(low), float(high)


def to_unit_range(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """uint8 pixels to float32 in [0, 1]."""
    return pixels.astype(np.float32) / np.float32(255)


def psnr(original: NDArray[np.float32], decoded: NDArray[np.float32]) -> float:
    """Peak signal-to-noise ratio in decibels of one picture with values in [0, 1]."""
    error = float(np.mean((original.astype(np.float64) - decoded) ** 2))
    return float("inf") if error == 0 else float(-10 * np.log10(error))


def ssim(original: NDArray[np.float32], decoded: NDArray[np.float32]) -> float:
    """Structural similarity of two pictures, mean over pixels and channels.

    Gaussian window of sigma 1.5 and 11 x 11 pixels; the border that the window cannot cover is
    left out.

    Parameters
    ----------
    original, decoded : ndarray of shape (height, width, channels), values in [0, 1],
        at least 11 x 11 pixels

    References
    ----------
    Wang, Bovik, Sheikh & Simoncelli, IEEE Transactions on Image Processing 13 (2004).
    """
    from scipy.ndimage import gaussian_filter  # half a second to import; most callers need none

    def blur(values: NDArray[np.float64]) -> NDArray[np.float64]:
        blurred = gaussian_filter(
            values, (SSIM_SIGMA, SSIM_SIGMA, 0), radius=(SSIM_RADIUS,) * 2 + (0,)
        )
        return np.asarray(blurred[SSIM_RADIUS:-SSIM_RADIUS, SSIM_RADIUS:-SSIM_RADIUS])

    x, y = original.astype(np.float64), decoded.astype(np.float64)
    mean_x, mean_y = blur(x), blur(y)
    variance_x = blur(x * x) - mean_x**2
    variance_y = blur(y * y) - mean_y**2
    covariance = blur(x * y) - mean_x * mean_y
    luminance = (2 * mean_x * mean_y + SSIM_C1) / (mean_x**2 + mean_y**2 + SSIM_C1)
    structure = (2 * covariance + SSIM_C2) / (variance_x + variance_y + SSIM_C2)
    return float((luminance * structure).mean())
