"""Measures how near a catalogue's items usually are to each other."""

import numpy as np
from numpy.typing import NDArray

from recommender.search.engines import Embeddings, Engine, Floats, Keys

QUANTILES = np.linspace(0, 1, 101)
CALIBRATION_ROWS = 2_000  # enough for percentiles; the cost grows with the square
CALIBRATION_CELLS = 4_000_000  # distances held at a time
N_PICTURES = 8  # neighbours that an engine is asked for; an item's own pictures are among them


def calibrate_nearest(
    embeddings: Floats, owners: NDArray[np.integer] | None = None, asking: Keys | None = None
) -> Floats:
    """Return percentiles of the distance between an item and its nearest other item.

    Parameters
    ----------
    embeddings : ndarray of shape (n_rows, n_dims)
    owners : (n_rows,), a number for the item that each row belongs to; each its own by default
    asking : rows whose distances count, such as the covers; all by default
    """
    n_rows = len(embeddings)
    if n_rows <= 1:
        return np.zeros(len(QUANTILES), np.float32)
    owners = np.arange(n_rows) if owners is None else owners
    squares = np.einsum("ij,ij->i", embeddings, embeddings)
    rows = _sampled(np.arange(n_rows) if asking is None else asking)
    nearest = []
    for part in np.array_split(rows, -(-len(rows) * n_rows // CALIBRATION_CELLS)):
        coarse = squares - 2 * (embeddings[part] @ embeddings.T)
        coarse[owners[part][:, None] == owners] = np.inf
        # what was expanded above loses the last digits of small distances
        closest = coarse.argmin(axis=1)
        distances = np.linalg.norm(embeddings[part] - embeddings[closest], axis=1)
        nearest.append(distances[np.isfinite(coarse[np.arange(len(part)), closest])])
    return _percentiles(np.concatenate(nearest))


def calibrate_by_engine(
    engine: Engine,
    embeddings: Embeddings,
    keys: Keys,
    owners: NDArray[np.integer],
    asking: Keys | None = None,
) -> Floats:
    """Return the same percentiles by a fitted engine, for more rows than can be compared.

    Parameters
    ----------
    keys : (n_rows,), ascending, by which the engine knows the rows
    """
    rows = _sampled(np.arange(len(keys)) if asking is None else asking)
    distances, found = engine.kneighbors(np.asarray(embeddings[rows], np.float32), N_PICTURES)
    places = np.searchsorted(keys, np.maximum(found, 0))
    is_other = (found >= 0) & (owners[places] != owners[rows][:, None])
    first = is_other.argmax(axis=1)
    has_other = is_other.any(axis=1)
    return _percentiles(distances[np.arange(len(rows)), first][has_other])


def _sampled(rows: Keys) -> Keys:
    return rows[:: -(-len(rows) // CALIBRATION_ROWS)]


def _percentiles(distances: Floats) -> Floats:
    if not len(distances):
        return np.zeros(len(QUANTILES), np.float32)
    return np.asarray(np.quantile(distances, QUANTILES), np.float32)
