"""Pools the backbone's maps into one descriptor of the kind of thing, in Keras.

Three parts stand side by side. The generalised mean of the last map describes the picture as a
whole. Averages over a 3 x 3 grid of an earlier map keep a little of where things lie. The same grid
once more, laid over the window that holds the attention, keeps it for a product that fills a
corner of a photo as for one that fills its picture.

References: Radenović, Tolias & Chum, "Fine-tuning CNN image retrieval with no human annotation"
(GeM pooling), TPAMI 2019; Kalantidis, Mellina & Osindero, "Cross-dimensional weighting for
aggregated deep convolutional features" (attention from the sum of a map's channels), ECCV workshops
2016; Jaderberg et al., "Spatial transformer networks" (bilinear windows), NeurIPS 2015.
"""

import numpy as np
from keras import KerasTensor, ops

GEM_FLOOR = 1e-6
GRID, GRID_WINDOW, GRID_STEP = 3, 8, 6  # overlapping windows over the 20 x 20 map
ATTENTION_POWER = 2.0
WINDOW_SPREAD = 1.6  # standard deviations of the attention on either side of its mean
LEAST_WINDOW = 0.3  # share of the side that the attention's window has at least
FAINT = 1e-4  # attention everywhere: the window of a blank picture is centred
LEAST_VARIANCE = 1e-4  # of a place, in cells: the square root has no slope at nought


def pool(
    head: KerasTensor,
    spatial: KerasTensor,
    weights: KerasTensor,
    *,
    grid_weight: float,
    window_weight: float,
) -> KerasTensor:
    """Unit-length descriptors of the kind of thing, shape (n, 3440).

    Parameters
    ----------
    head : (n, 10, 10, 1280), pooled by its generalised mean
    spatial : (n, 20, 20, 120), averaged in 3 x 3 overlapping windows
    weights : (n, 10, 10), the attention
    grid_weight : of the grid over the whole picture, beside the generalised mean
    window_weight : of the grid over the attention's window
    """
    floored = ops.maximum(head, GEM_FLOOR)
    raised = ops.mean(floored * floored * floored, axis=(1, 2))  # much faster than a power
    gem = raised ** (1 / 3)  # (n, 1280)
    window = _window_grid(spatial, attention_window(weights))
    parts = [unit(gem), grid_weight * _grid(spatial), window_weight * window]
    return unit(ops.concatenate(parts, axis=1))


def attention(head: KerasTensor) -> KerasTensor:
    """Weights from 0 to 1 of the parts of a picture, shape (n, 10, 10).

    The background excites few of the last map's channels, a product many.
    """
    energy = ops.sum(head, axis=-1)
    low = ops.min(energy, axis=(1, 2), keepdims=True)
    high = ops.max(energy, axis=(1, 2), keepdims=True)
    return ((energy - low) / ops.maximum(high - low, 1e-6)) ** ATTENTION_POWER


def attention_window(weights: KerasTensor) -> KerasTensor:
    """The rectangle around most of the attention: top, left, bottom, right, shape (n, 4).

    It reaches `WINDOW_SPREAD` standard deviations from the mean place on either side, and ends at
    the picture's edges, which are 0 and 1.

    Parameters
    ----------
    weights : (n, side, side), as `attention` gives them
    """
    side = weights.shape[1]
    places = np.arange(side, dtype=np.float32) + 0.5  # halves: exact in half precision
    weights = weights + FAINT
    total = ops.sum(weights, axis=(1, 2))[:, None]
    edges = []
    for axis in (2, 1):  # rows, then columns
        share = ops.sum(weights, axis=axis) / total  # (n, side)
        middle = ops.sum(share * places, axis=1, keepdims=True)
        variance = ops.sum(share * (middle - places) ** 2, axis=1)
        spread = ops.sqrt(variance + LEAST_VARIANCE) / side
        half = ops.maximum(WINDOW_SPREAD * spread, LEAST_WINDOW / 2)
        middle = middle[:, 0] / side
        edges.append((ops.maximum(middle - half, 0.0), ops.minimum(middle + half, 1.0)))
    (top, bottom), (left, right) = edges
    return ops.stack([top, left, bottom, right], axis=1)


def unit(x: KerasTensor) -> KerasTensor:
    """Rows (n, m), each divided by its length."""
    return x / ops.maximum(ops.sqrt(ops.sum(x * x, axis=1, keepdims=True)), 1e-9)


def _grid(spatial: KerasTensor) -> KerasTensor:
    """Means over 3 x 3 overlapping windows, one after the other, shape (n, 9 * 120)."""
    windows = ops.average_pool(spatial, GRID_WINDOW, strides=GRID_STEP)  # (n, 3, 3, c)
    return unit(ops.reshape(windows, (-1, GRID * GRID * spatial.shape[3])))


def _window_grid(spatial: KerasTensor, frame: KerasTensor) -> KerasTensor:
    """The same of windows, (n, 9 * 120): `_grid` of `sample` at a seventh of its cost.

    Means of samples are products with means of the samples' weights.
    """
    _, height, width, channels = spatial.shape
    rows = _mean_taps(frame[:, 0:1], frame[:, 2:3], height)  # (n, 3, h)
    columns = _mean_taps(frame[:, 1:2], frame[:, 3:4], width)
    x = ops.matmul(rows, ops.reshape(spatial, (-1, height, width * channels)))
    x = ops.reshape(x, (-1, GRID, width, channels))
    x = ops.matmul(ops.expand_dims(columns, 1), x)  # (n, 3, 3, c)
    return unit(ops.reshape(x, (-1, GRID * GRID * channels)))


def _mean_taps(low: KerasTensor, high: KerasTensor, size: int) -> KerasTensor:
    """Weights (n, 3, size) of the grid's overlapping parts of a stretch."""
    taps = _taps(low, high, size, size)
    starts = [GRID_STEP * position for position in range(GRID)]
    parts = [ops.mean(taps[:, start : start + GRID_WINDOW], axis=1) for start in starts]
    return ops.stack(parts, axis=1)


def _taps(low: KerasTensor, high: KerasTensor, n_out: int, n_in: int) -> KerasTensor:
    """Bilinear weights (n, n_out, n_in) of a stretch from `low` to `high`, shares of the input."""
    # whole and half numbers, because constants are exported in half precision
    centres = np.arange(n_out, dtype=np.float32) + 0.5
    at = (high - low) * centres[None] * n_in / n_out + low * n_in - 0.5  # (n, n_out)
    at = ops.clip(at, 0.0, n_in - 1.0)
    places = np.arange(n_in, dtype=np.float32)
    return ops.relu(1 - ops.abs(ops.expand_dims(at, 2) - places[None, None]))
