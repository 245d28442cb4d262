"""Brute force: every row is compared with every query."""

from pathlib import Path
from typing import Self

import numpy as np

from recommender.search.engines.base import (
    Allowed,
    Embeddings,
    Floats,
    Keys,
    KeyTable,
    check_asked,
    check_fit,
    nearest,
    nearest_of_each,
    nothing,
)

FEW_QUERIES, SOME_QUERIES = 8, 512  # a visitor's; those of the parts of a visitor's photo


class ExactEngine:
    """Brute force by `sklearn.neighbors.NearestNeighbors`: the article's own search.

    A few queries at once, such as a visitor's, take the same way without its threads: those wait
    for each other whenever the machine has other work, and cost more than the search itself. So do
    the hundreds of parts of one photo.
    """

    name = "exact"

    def __init__(self) -> None:
        self._hold(np.empty((0, 0), np.float32), np.empty(0, np.int64))

    def fit(self, embeddings: Embeddings, keys: Keys) -> Self:
        """Forget everything, and hold these rows."""
        check_fit(embeddings, keys)
        self._hold(np.asarray(embeddings, np.float32), keys)
        return self

    def add(self, embeddings: Embeddings, keys: Keys) -> None:
        """Hold more rows; a key that is there already gets the new row."""
        check_fit(embeddings, keys)
        fresh = np.asarray(embeddings, np.float32)
        kept = ~np.isin(self._table.keys, keys)
        old = self._rows[kept] if len(kept) else fresh[:0]
        self._hold(np.concatenate([old, fresh]), np.concatenate([self._table.keys[kept], keys]))

    def remove(self, keys: Keys) -> None:
        """Drop rows; keys that are not there are no error."""
        kept = ~np.isin(self._table.keys, keys)
        self._hold(self._rows[kept], self._table.keys[kept])

    def kneighbors(
        self, queries: Floats, n_neighbors: int, *, allowed: Allowed | None = None
    ) -> tuple[Floats, Keys]:
        """Nearest rows of each query, nearest first."""
        check_asked(n_neighbors)
        rows, squares, keys = self._rows, self._squares, self._table.keys
        if allowed is not None:
            positions = self._table.positions(allowed)
            rows, squares, keys = rows[positions], squares[positions], keys[positions]
        n_found = min(n_neighbors, len(keys))
        if n_found == 0:
            return nothing(len(queries))
        if len(queries) <= FEW_QUERIES:
            found = [nearest(rows, squares, query, n_found) for query in queries]
            distances, places = (np.stack(column) for column in zip(*found, strict=True))
            return distances, keys[places]
        if len(queries) <= SOME_QUERIES:
            distances, places = nearest_of_each(rows, squares, queries, n_found)
            return distances, keys[places]
        from sklearn.neighbors import NearestNeighbors  # a second to import; a visitor needs none

        brute = NearestNeighbors(metric="euclidean", algorithm="brute").fit(rows)
        distances, places = brute.kneighbors(queries, n_neighbors=n_found)
        return distances.astype(np.float32, copy=False), keys[places]

    def save(self, folder: Path) -> None:
        """Write nothing: there is nothing but the rows."""

    def load(self, folder: Path, embeddings: Embeddings, keys: Keys) -> Self:
        """Hold these rows."""
        return self.fit(embeddings, keys)

    def discard(self) -> None:
        """Delete nothing: there is nothing but the rows."""

    def _hold(self, rows: Floats, keys: Keys) -> None:
        self._rows, self._table = rows, KeyTable(keys)
        self._squares = np.einsum("ij,ij->i", rows, rows)
