"""Makes as many embeddings as wanted, with the clustering of a real catalogue's.

A row is a mixture of a real one and some of its neighbours, moved by what sets real rows apart
from their neighbours. So the distances to the nearest rows, and the number of directions in which
rows differ locally, are those of the real ones (tests hold both); random rows have neither, and
say nothing about an approximate search.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Rows = NDArray[np.int64]

N_MIXED = 4  # real rows in one
N_NEIGHBOURS = 8  # that a row is mixed with some of
NOISE = 0.7  # of the differences between a row and its neighbours: distances become the real ones
N_DIFFERENCES = 4
BLOCK = 10_000


def embeddings_like(
    sample: Floats, n_rows: int, rng: np.random.Generator
) -> tuple[NDArray[np.float16], Rows]:
    """Return embeddings of unit length that are spread as a sample's are.

    Parameters
    ----------
    sample : (n, n_dims), real embeddings of unit length

    Returns
    -------
    embeddings : (n_rows, n_dims), float16
    sources : (n_rows,), the row of the sample that each one is most of
    """
    cosines = sample @ sample.T
    np.fill_diagonal(cosines, -np.inf)
    near = np.argpartition(-cosines, N_NEIGHBOURS, axis=1)[:, :N_NEIGHBOURS]
    differences = sample - sample[near].mean(axis=1)
    embeddings = np.empty((n_rows, sample.shape[1]), np.float16)
    sources = rng.integers(len(sample), size=n_rows)
    for start in range(0, n_rows, BLOCK):
        part = sources[start : start + BLOCK]
        weights = rng.dirichlet(np.ones(N_MIXED), len(part)).astype(np.float32)
        weights = -np.sort(-weights, axis=1)  # the source counts most
        beside = near[part[:, None], rng.integers(N_NEIGHBOURS, size=(len(part), N_MIXED - 1))]
        rows = sample[part] * weights[:, :1]
        rows += np.einsum("nm,nmd->nd", weights[:, 1:], sample[beside])
        for _ in range(N_DIFFERENCES):
            drawn = differences[rng.integers(len(sample), size=len(part))]
            share = rng.normal(0, NOISE / np.sqrt(N_DIFFERENCES), (len(part), 1))
            rows += drawn * share.astype(np.float32)
        embeddings[start : start + BLOCK] = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return embeddings, sources
