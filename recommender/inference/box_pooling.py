"""Features of any box in a picture, pooled from one look of the network at all of it.

The encoder's pooling (`training/pooling.py`, `training/perceptual.py`) once more, in NumPy and over
boxes: the generalised mean, the two grids and the histogram of colours of what lies in each box. A
box that holds a whole picture of the encoder's size has the encoder's own features, and a test
holds one to the other. Hundreds of boxes cost about as much as two pictures, where each cut
out and encoded costs as much as one.

References: Tolias, Sicre & Jégou, "Particular object retrieval with integral max-pooling of CNN
activations", ICLR 2016 (regions pooled from one map).
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.types import Floats, Pixels

HEAD_SIDE, GRID_SIDE, COLOUR_SIDE = 10, 20, 40  # samples across a box, of each map
GEM_FLOOR = 1e-6
GRID, GRID_WINDOW, GRID_STEP = 3, 8, 6
ATTENTION_POWER = 2.0
WINDOW_SPREAD, LEAST_WINDOW = 1.6, 0.3
FAINT, LEAST_VARIANCE = 1e-4, 1e-4
CHROMA_RANGE = 70.0
WHOLE = np.array([0, 1], np.float32)  # of a side
TO_XYZ = np.array(
    [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]], np.float32
) / np.array([[0.9505], [1.0], [1.089]], np.float32)

Boxes = NDArray[np.float32]  # (n, 4): left, top, right, bottom, shares of the picture's sides


@dataclass(frozen=True, kw_only=True)
class Pooling:
    """Weights of the encoder's features, from `ModelConfig.hyperparameters`.

    Attributes
    ----------
    grid_weight, window_weight : of the grids over the box and over its attention's window
    colour_bins : of lightness, a* and b*
    """

    grid_weight: float
    window_weight: float
    colour_bins: tuple[int, int, int]

    @classmethod
    def of(cls, hyperparameters: dict[str, Any]) -> "Pooling":
        """Read what a model was trained with."""
        lightness, first, second = hyperparameters["colour_bins"]
        return cls(
            grid_weight=float(hyperparameters["grid_weight"]),
            window_weight=float(hyperparameters["window_weight"]),
            colour_bins=(int(lightness), int(first), int(second)),
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class PictureMaps:
    """Maps that the network makes of a picture of any size.

    Attributes
    ----------
    pixels : ndarray of shape (height, width, 3), uint8, as the network read them
    head : ndarray of shape (height / 32, width / 32, 1280), the last map
    spatial : ndarray of shape (height / 16, width / 16, 120)
    pooling : of the model
    """

    pixels: Pixels
    head: Floats
    spatial: Floats
    pooling: Pooling

    @property
    def ratio(self) -> float:
        """Width over height."""
        return float(self.pixels.shape[1] / self.pixels.shape[0])

    @cached_property
    def cubes(self) -> Floats:
        """The last map to the power of its generalised mean."""
        floored = np.maximum(self.head, GEM_FLOOR)
        return floored * floored * floored

    @cached_property
    def energy(self) -> Floats:
        """Excitement of the last map in each cell, (height / 32, width / 32)."""
        return np.asarray(self.head.sum(axis=-1))

    @cached_property
    def binned(self) -> Floats:
        """The share of each bin of colours in small parts of the picture, (h, w, n_bins)."""
        pool = max(1, max(self.pixels.shape[:2]) // COLOUR_SIDE)  # as many as the encoder has
        height, width = (side // pool for side in self.pixels.shape[:2])
        small = np.zeros((height, width, 3), np.float32)
        for row in range(pool):
            for column in range(pool):  # much faster than the mean of a view with five axes
                small += self.pixels[row : height * pool : pool, column : width * pool : pool]
        return _binned(small / (255 * pool * pool), self.pooling.colour_bins)


def pool_boxes(maps: PictureMaps, boxes: Boxes) -> Floats:
    """Features of boxes, as the encoder gives them of a picture that is cut out.

    Parameters
    ----------
    boxes : ndarray of shape (n, 4)

    Returns
    -------
    features : ndarray of shape (n, n_features), float32
    """
    pooling = maps.pooling
    weights = _attention(maps.energy, boxes)
    windows = _within(_attention_window(weights), boxes)
    gem = np.cbrt(means_over(maps.cubes, boxes))
    parts = [
        _unit(gem),
        pooling.grid_weight * _grid(maps.spatial, boxes),
        pooling.window_weight * _grid(maps.spatial, windows),
    ]
    kind = _unit(np.concatenate(parts, axis=1))
    colours = _colours(maps.binned, weights, boxes)
    return np.concatenate([kind, colours], axis=1)


def _attention(energy: Floats, boxes: Boxes) -> Floats:
    """Weights (n, 10, 10) from 0 to 1 of the parts of each box."""
    rows, columns = _both_taps(boxes, HEAD_SIDE, energy.shape)
    inside = rows @ energy @ columns.transpose(0, 2, 1)
    low, high = inside.min(axis=(1, 2), keepdims=True), inside.max(axis=(1, 2), keepdims=True)
    return np.asarray(((inside - low) / np.maximum(high - low, 1e-6)) ** ATTENTION_POWER)


def _attention_window(weights: Floats) -> Boxes:
    """The rectangle around most of the attention of each box, in shares of the box."""
    places = np.arange(weights.shape[1], dtype=np.float32) + 0.5
    weights = weights + FAINT
    total = weights.sum(axis=(1, 2))[:, None]
    edges = []
    for axis in (1, 2):  # columns, then rows
        share = weights.sum(axis=axis) / total
        middle = (share * places).sum(axis=1, keepdims=True)
        variance = (share * (middle - places) ** 2).sum(axis=1)
        spread = np.sqrt(variance + LEAST_VARIANCE) / len(places)
        half = np.maximum(WINDOW_SPREAD * spread, LEAST_WINDOW / 2)
        middle = middle[:, 0] / len(places)
        edges.append((np.maximum(middle - half, 0), np.minimum(middle + half, 1)))
    (left, right), (top, bottom) = edges
    return np.stack([left, top, right, bottom], axis=1).astype(np.float32)


def _within(parts: Boxes, boxes: Boxes) -> Boxes:
    """Boxes that are given in shares of others, in shares of the picture."""
    corner, size = boxes[:, :2], boxes[:, 2:] - boxes[:, :2]
    return np.concatenate([corner + parts[:, :2] * size, corner + parts[:, 2:] * size], axis=1)


def means_over(values: Floats, boxes: Boxes) -> Floats:
    """Means of a map (h, w) or (h, w, c) over each box, (n,) or (n, c)."""
    rows, columns = _both_taps(boxes, HEAD_SIDE, values.shape)
    weights = rows.mean(axis=1)[:, :, None] * columns.mean(axis=1)[:, None, :]  # (n, h, w)
    return np.asarray(weights.reshape(len(boxes), -1) @ values.reshape(-1, *values.shape[2:]))


def _grid(spatial: Floats, boxes: Boxes) -> Floats:
    """Means over 3 x 3 overlapping windows of each box, one after the other, unit length."""
    height, width, channels = spatial.shape
    rows, columns = (_windows(taps) for taps in _both_taps(boxes, GRID_SIDE, spatial.shape))
    n_boxes = len(boxes)
    # down first, then across: a third of the work of all windows' products at once
    down = rows.reshape(-1, height) @ spatial.reshape(height, -1)
    down = down.reshape(n_boxes, GRID, width, channels)
    pooled = columns[:, None] @ down  # (n, 3, 3, c)
    return _unit(pooled.reshape(n_boxes, -1))


def _windows(taps: Floats) -> Floats:
    starts = [GRID_STEP * position for position in range(GRID)]
    parts = [taps[:, start : start + GRID_WINDOW].mean(axis=1) for start in starts]
    return np.stack(parts, axis=1)


def _colours(binned: Floats, weights: Floats, boxes: Boxes) -> Floats:
    """Square roots of each box's histogram of colours, where its attention is."""
    height, width, _ = binned.shape
    # the attention's samples are drawn to as many as there are of colours, then laid over pixels
    enlarge = _taps(WHOLE[:1], WHOLE[1:], COLOUR_SIDE, weights.shape[1])[0]  # (40, 10)
    rows, columns = (
        taps.transpose(0, 2, 1) @ enlarge for taps in _both_taps(boxes, COLOUR_SIDE, binned.shape)
    )
    shares = rows @ weights @ columns.transpose(0, 2, 1)  # (n, h, w)
    counts = shares.reshape(len(boxes), -1) @ binned.reshape(height * width, -1)
    total = np.maximum(counts.sum(axis=1, keepdims=True), 1e-9)
    return np.asarray(np.sqrt(counts / total + 1e-12), np.float32)


def _binned(rgb: Floats, bins: tuple[int, int, int]) -> Floats:
    """Each pixel's share of each bin, (h, w, product of `bins`)."""
    linear = np.where(rgb > 0.04045, ((rgb + 0.055) / 1.055) ** 2.4, rgb / 12.92)  # noqa: PLR2004
    xyz = linear @ TO_XYZ.T
    bent = np.where(xyz > 0.008856, np.cbrt(np.maximum(xyz, 1e-6)), 7.787 * xyz + 16 / 116)  # noqa: PLR2004
    x, y, z = bent[..., 0], bent[..., 1], bent[..., 2]
    places = [(116 * y - 16) / 100]
    for part in (500 * (x - y), 200 * (y - z)):
        share = np.minimum(np.sqrt(np.abs(part) / CHROMA_RANGE + 1e-9), 1)
        places.append((np.sign(part) * share + 1) / 2)
    shares = [
        np.maximum(1 - np.abs(place[..., None] * (n - 1) - np.arange(n, dtype=np.float32)), 0)
        for place, n in zip(places, bins, strict=True)
    ]
    joined = np.einsum("hwi,hwj,hwk->hwijk", *shares)
    return np.asarray(joined.reshape(*rgb.shape[:2], -1), np.float32)


def _both_taps(boxes: Boxes, n_samples: int, shape: tuple[int, ...]) -> tuple[Floats, Floats]:
    """Bilinear weights of samples down and across each box: (n, samples, h) and (n, samples, w)."""
    left, top, right, bottom = boxes.T
    return _taps(top, bottom, n_samples, shape[0]), _taps(left, right, n_samples, shape[1])


def _taps(low: Floats, high: Floats, n_samples: int, n_cells: int) -> Floats:
    centres = (np.arange(n_samples, dtype=np.float32) + 0.5) / n_samples
    at = (low[:, None] + (high - low)[:, None] * centres) * n_cells - 0.5
    at = np.clip(at, 0, n_cells - 1)
    cells = np.arange(n_cells, dtype=np.float32)
    return np.asarray(np.maximum(1 - np.abs(at[:, :, None] - cells), 0), np.float32)


def _unit(rows: Floats) -> Floats:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(lengths, 1e-9), np.float32)
