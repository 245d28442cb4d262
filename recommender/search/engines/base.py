"""The protocol that every nearest-neighbour engine keeps to, and what engines share.

Distances are Euclidean. On embeddings of unit length their order is that of the cosine.
"""

from pathlib import Path
from typing import Any, Protocol, Self, TypeGuard

import numpy as np
from numpy.typing import NDArray

from recommender.inference.blas import one_blas_thread

Floats = NDArray[np.float32]
Keys = NDArray[np.int64]
Mask = NDArray[np.bool_]
Allowed = Keys | Mask


class Embeddings(Protocol):
    """Rows that an engine reads: an ndarray, a memory-mapped file or `Rows`."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of rows, and of numbers in one."""

    def __len__(self) -> int: ...

    def __getitem__(self, key: Any) -> NDArray[Any]: ...


class Engine(Protocol):
    """Interface of an engine, as an index uses it.

    Rows are known by integer keys, at least 0, which stay with them when others are removed. A
    product with several pictures is several rows; the index knows which rows are one product.
    """

    name: str

    def fit(self, embeddings: Embeddings, keys: Keys) -> Self:
        """Forget everything, and hold these rows: shapes (n, n_dims) and (n,)."""

    def add(self, embeddings: Embeddings, keys: Keys) -> None:
        """Hold more rows; a key that is there already gets the new row."""

    def remove(self, keys: Keys) -> None:
        """Drop rows; keys that are not there are no error."""

    def kneighbors(
        self, queries: Floats, n_neighbors: int, *, allowed: Allowed | None = None
    ) -> tuple[Floats, Keys]:
        """Nearest rows of each query, nearest first.

        Parameters
        ----------
        allowed : which rows may be found: their keys, or for every key up to some number whether
            it may be, which is faster where they are many; None for all. Keys that are not there
            are no error

        Returns
        -------
        distances : ndarray of shape (n_queries, n_found), float32
        keys : ndarray of shape (n_queries, n_found), int64;
            n_found is `n_neighbors`, or the number of rows allowed where that is smaller. A place
            that an approximate engine could not fill has the distance inf and the key -1
        """

    def save(self, folder: Path) -> None:
        """Write what the engine derived from its rows; the rows themselves are the index's."""

    def load(self, folder: Path, embeddings: Embeddings, keys: Keys) -> Self:
        """Hold these rows, with what `save` wrote of them or of a part of them.

        Rows that were saved and are no longer there are dropped, others are added; a key has the
        same row as when it was saved.

        Raises
        ------
        StaleIndex : what was saved is missing or damaged
        EngineUnavailable : the engine does not answer
        """

    def discard(self) -> None:
        """Delete what the engine keeps elsewhere than in the folder it was saved to."""


def check_fit(embeddings: Embeddings, keys: Keys) -> None:
    """Raise `ValueError` unless there is a key, at least 0, for each row."""
    if len(embeddings) != len(keys):
        raise ValueError(f"{len(embeddings)} embeddings but {len(keys)} keys")
    if len(keys) and keys.min() < 0:
        raise ValueError(f"keys must be at least 0, got {keys.min()}")


def check_asked(n_neighbors: int) -> None:
    """Raise `ValueError` unless at least one neighbour is asked for."""
    if n_neighbors < 1:
        raise ValueError(f"n_neighbors must be at least 1, got {n_neighbors}")


def nothing(n_queries: int) -> tuple[Floats, Keys]:
    """The answer of an engine that holds no row that is allowed."""
    return np.empty((n_queries, 0), np.float32), np.empty((n_queries, 0), np.int64)


def is_mask(allowed: Allowed) -> TypeGuard[Mask]:
    """Return whether allowed rows are given as a mask, and not by their keys."""
    return allowed.dtype == np.bool_


class KeyTable:
    """Positions of keys in the order they were given, each key once."""

    def __init__(self, keys: Keys) -> None:
        self.keys = np.asarray(keys, np.int64)
        self._is_sorted = bool(np.all(self.keys[1:] > self.keys[:-1]))
        self._order = None if self._is_sorted else np.argsort(self.keys, kind="stable")
        self._ascending = self.keys if self._order is None else self.keys[self._order]

    def positions(self, allowed: Allowed) -> Keys:
        """Return the positions of those keys that are there and allowed, ascending, each once."""
        if is_mask(allowed):
            return np.flatnonzero(self.allows(allowed))
        wanted = np.asarray(allowed, np.int64)
        if not np.all(wanted[1:] > wanted[:-1]):
            wanted = np.unique(wanted)
        places = np.searchsorted(self._ascending, wanted[self.holds(wanted)])
        return places if self._order is None else np.sort(self._order[places])

    def allows(self, mask: Mask) -> Mask:
        """Return for each key, in the order they were given, whether a mask allows it."""
        n_keys = len(self.keys)
        if self._is_sorted and n_keys and self.keys[0] == 0 and self.keys[-1] == n_keys - 1:
            known = mask[:n_keys]  # keys that count from 0 need no look-up
        else:
            known = mask[np.minimum(self.keys, len(mask) - 1)] & (self.keys < len(mask))
        return known if len(known) == n_keys else np.r_[known, np.zeros(n_keys - len(known), bool)]

    def holds(self, keys: Keys) -> NDArray[np.bool_]:
        """Return for each key whether it is there."""
        if not len(self._ascending):
            return np.zeros(len(keys), np.bool_)
        places = np.searchsorted(self._ascending, keys)
        found = self._ascending[np.minimum(places, len(self._ascending) - 1)] == keys
        return np.asarray(found, np.bool_)


def nearest(rows: Floats, squares: Floats, query: Floats, n_found: int) -> tuple[Floats, Keys]:
    """Distances and positions of the rows nearest to one query, by brute force.

    Parameters
    ----------
    squares : (n,), squared lengths of the rows
    """
    # one dot product after the other: a matrix product's threads wait for each other on busy cores
    coarse = squares - 2 * np.vecdot(rows, query)
    n_candidates = min(n_found + SPARE, len(coarse))
    candidates = np.argpartition(coarse, n_candidates - 1)[:n_candidates]
    return ranked(rows[candidates], candidates, query, n_found)


def nearest_of_each(
    rows: Floats, squares: Floats, queries: Floats, n_found: int
) -> tuple[Floats, Keys]:
    """The same of several queries, by products of one thread; of shape (n_queries, n_found)."""
    n_candidates = min(n_found + SPARE, len(rows))
    found = []
    with one_blas_thread():
        for start in range(0, len(queries), BLOCK):
            block = queries[start : start + BLOCK]
            coarse = squares - 2 * (block @ rows.T)
            candidates = np.argpartition(coarse, n_candidates - 1, axis=1)[:, :n_candidates]
            found += [
                ranked(rows[near], near, query, n_found)
                for near, query in zip(candidates, block, strict=True)
            ]
    distances, positions = (np.stack(column) for column in zip(*found, strict=True))
    return distances, positions


def ranked(
    rows: Floats, positions: NDArray[np.integer], query: Floats, n_found: int
) -> tuple[Floats, Keys]:
    """The nearest of a few candidates by their exact distances; ties go to the first position.

    Expanded or quantised distances lose the last digits of small ones, so they only propose.
    """
    distances = np.linalg.norm(rows - query, axis=1)
    order = np.lexsort((positions, distances))[:n_found]
    return distances[order].astype(np.float32, copy=False), positions[order].astype(np.int64)


BLOCK = 64  # queries whose distances to all rows are held at a time
SPARE = 16  # candidates beyond those asked for, among which the exact distances decide
