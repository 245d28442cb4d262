"""Nearest-neighbour engines behind one protocol.

Distances are Euclidean. On embeddings of unit length their order is that of the cosine.
"""

from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from recommender.errors import EngineUnavailable

Floats = NDArray[np.float32]
Keys = NDArray[np.int64]

FEW_QUERIES = 8
SPARE = 16  # candidates beyond those asked for, among which the exact distances decide


class Engine(Protocol):
    """What an index asks of an engine.

    Rows are known by integer keys, which stay with them when others are removed.
    """

    def fit(self, embeddings: Floats, keys: Keys) -> Self:
        """Forget everything, and hold these rows: shapes (n, n_dims) and (n,)."""

    def add(self, embeddings: Floats, keys: Keys) -> None:
        """Hold more rows; a key that is there already gets the new row."""

    def remove(self, keys: Keys) -> None:
        """Drop rows; keys that are not there are no error."""

    def kneighbors(self, queries: Floats, n_neighbors: int) -> tuple[Floats, Keys]:
        """Nearest rows of each query, nearest first.

        Returns
        -------
        distances : ndarray of shape (n_queries, n_found), float32
        keys : ndarray of shape (n_queries, n_found), int64;
            n_found is `n_neighbors`, or the number of rows where that is smaller
        """


class ExactEngine:
    """Brute force by `sklearn.neighbors.NearestNeighbors`: the article's own search.

    A few queries at once, such as a visitor's, take the same way without its threads: those wait
    for each other whenever the machine has other work, and cost more than the search itself.
    """

    name = "exact"

    def __init__(self) -> None:
        self._embeddings = np.empty((0, 0), np.float32)
        self._keys = np.empty(0, np.int64)
        self._squares = np.empty(0, np.float32)

    def fit(self, embeddings: Floats, keys: Keys) -> Self:
        """Forget everything, and hold these rows."""
        if len(embeddings) != len(keys):
            raise ValueError(f"{len(embeddings)} embeddings but {len(keys)} keys")
        self._embeddings, self._keys = embeddings, keys
        if len(keys):
            self._squares = np.einsum("ij,ij->i", embeddings, embeddings)
        return self

    def add(self, embeddings: Floats, keys: Keys) -> None:
        """Hold more rows; a key that is there already gets the new row."""
        kept = ~np.isin(self._keys, keys)
        old = self._embeddings[kept] if len(self._keys) else embeddings[:0]
        self.fit(np.concatenate([old, embeddings]), np.concatenate([self._keys[kept], keys]))

    def remove(self, keys: Keys) -> None:
        """Drop rows; keys that are not there are no error."""
        kept = ~np.isin(self._keys, keys)
        self.fit(self._embeddings[kept], self._keys[kept])

    def kneighbors(self, queries: Floats, n_neighbors: int) -> tuple[Floats, Keys]:
        """Nearest rows of each query, nearest first."""
        if n_neighbors < 1:
            raise ValueError(f"n_neighbors must be at least 1, got {n_neighbors}")
        n_found = min(n_neighbors, len(self._keys))
        if n_found == 0:
            empty = (len(queries), 0)
            return np.empty(empty, np.float32), np.empty(empty, np.int64)
        if len(queries) <= FEW_QUERIES:
            found = [self._nearest(query, n_found) for query in queries]
            distances, rows = (np.stack(column) for column in zip(*found, strict=True))
        else:
            from sklearn.neighbors import NearestNeighbors  # a second; visitors need none

            brute = NearestNeighbors(metric="euclidean", algorithm="brute").fit(self._embeddings)
            distances, rows = brute.kneighbors(queries, n_neighbors=n_found)
        return distances.astype(np.float32, copy=False), self._keys[rows]

    def _nearest(self, query: Floats, n_found: int) -> tuple[Floats, Keys]:
        coarse = self._squares - 2 * (self._embeddings @ query)
        n_candidates = min(n_found + SPARE, len(coarse))
        rows = np.argpartition(coarse, n_candidates - 1)[:n_candidates]
        # what was expanded above loses the last digits of small distances
        distances = np.linalg.norm(self._embeddings[rows] - query, axis=1)
        order = np.lexsort((rows, distances))[:n_found]
        return distances[order], rows[order]


def make_engine(name: str) -> Engine:
    """A new engine by its name; raises `EngineUnavailable` for one that is not there."""
    if name == ExactEngine.name:
        return ExactEngine()
    raise EngineUnavailable(f"there is no engine {name!r}; available: {ExactEngine.name}")
