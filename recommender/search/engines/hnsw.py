"""A graph of neighbours in this process: FAISS's HNSW over eight-bit codes, re-scored exactly.

The graph proposes candidates by their codes, one byte a number; their exact distances, from the
rows as the index keeps them, decide. The graph is a file that is mapped into memory and never
changes: rows that come later wait in a tail that is compared one by one, rows that go are passed
over. A tail that has grown is woven into the graph.

Filters are respected inside the search. The graph is asked for so many candidates that enough of
them can be expected to pass; where it had too few all the same, or where a filter is narrow, the
rows that pass are compared one by one, by their codes or, if they are few, exactly.

References: Malkov & Yashunin, "Efficient and robust approximate nearest neighbor search using
hierarchical navigable small world graphs", TPAMI 2020; Douze et al., "The Faiss library", 2024.
"""

import os
from pathlib import Path
from typing import Any, Self

import numpy as np

from recommender.config import replacing
from recommender.errors import EngineUnavailable, StaleIndex
from recommender.search.engines.base import (
    SPARE,
    Allowed,
    Embeddings,
    Floats,
    Keys,
    KeyTable,
    Mask,
    check_asked,
    check_fit,
    is_mask,
    nearest,
    nothing,
    ranked,
)
from recommender.search.files import share
from recommender.search.rows import Rows

N_LINKS = 16  # of a row on the upper levels of the graph; twice as many on the lowest
BUILD_DEPTH = 128  # candidates that a new row chooses its links from
SEARCH_DEPTH = 256  # candidates that a search keeps in view at least: a million rows need so many
POOL = 48  # candidates at least whose exact distances decide
MARGIN = 1.5  # candidates asked for, to those expected to pass a filter
MAX_DEPTH = 1_000  # candidates: the cost of more grows with their square, and a scan costs less
FEW_ROWS = 4_096  # that are compared exactly where no more are allowed
TRAINED_ROWS = 100_000  # that the ranges of the codes are measured on
BLOCK = 20_000  # rows in single precision at a time
FEW_QUERIES = 8  # that keep to one thread: several would wait for each other on busy cores
MAX_TAIL = 8_000  # rows that wait outside of the graph: more would cost a millisecond a query

GRAPH, GRAPH_KEYS = "graph.faiss", "graph_keys.npy"
DEAD = -1  # key, or row, of a position whose row is gone


class HnswEngine:
    """Approximate search by a graph; docs/scale.md has its recall and its times.

    Queries may come from many threads at once, changes from one while nothing is asked.
    """

    name = "hnsw"

    def __init__(self) -> None:
        self._graph: Any = None  # faiss.IndexHNSWSQ over the first positions
        self._file: Path | None = None  # that the graph was mapped from
        self._n_graph = 0
        self._hold(np.empty((0, 0), np.float32), np.empty(0, np.int64), np.empty(0, np.int64))

    def fit(self, embeddings: Embeddings, keys: Keys) -> Self:
        """Forget everything, and hold these rows."""
        check_fit(embeddings, keys)
        self._graph, self._file, self._n_graph = None, None, 0
        self._hold(embeddings, np.arange(len(keys)), keys)
        if len(keys):
            self._weave()
        return self

    def add(self, embeddings: Embeddings, keys: Keys) -> None:
        """Hold more rows; a key that is there already gets the new row."""
        check_fit(embeddings, keys)
        if not len(self._row_of):
            self.fit(embeddings, keys)
            return
        self.remove(keys)
        n_before = len(self._rows)
        self._hold(
            Rows([self._rows, embeddings]),
            np.concatenate([self._row_of, np.arange(n_before, n_before + len(keys))]),
            np.concatenate([self._keys, keys]),
        )
        if len(self._row_of) - self._n_graph > MAX_TAIL:
            self._weave()

    def remove(self, keys: Keys) -> None:
        """Drop rows; keys that are not there are no error."""
        row_of = self._row_of.copy()
        row_of[self._positions(keys)] = DEAD
        self._hold(self._rows, row_of, self._keys)

    def kneighbors(
        self, queries: Floats, n_neighbors: int, *, allowed: Allowed | None = None
    ) -> tuple[Floats, Keys]:
        """Nearest rows of each query, nearest first."""
        check_asked(n_neighbors)
        mask = self._mask(allowed)
        n_passing = len(self._row_of) if mask is None else int(np.count_nonzero(mask))
        n_found = min(n_neighbors, n_passing)
        if n_found == 0:
            return nothing(len(queries))
        if n_passing <= FEW_ROWS:
            passing = np.arange(n_passing) if mask is None else np.flatnonzero(mask)
            rows = self._at(passing)
            squares = np.einsum("ij,ij->i", rows, rows)
            found = [nearest(rows, squares, query, n_found) for query in queries]
            found = [(distances, passing[places]) for distances, places in found]
        else:
            found = [
                ranked(self._at(candidates), candidates, query, n_found)
                for query, candidates in zip(
                    queries, self._candidates(queries, n_found, mask), strict=True
                )
            ]
        distances, positions = (np.stack(column) for column in zip(*found, strict=True))
        return distances, self._keys[positions]

    def save(self, folder: Path) -> None:
        """Write the graph, or share its file if it was not changed since it was read."""
        folder.mkdir(parents=True, exist_ok=True)
        if self._n_graph == 0:
            return
        if self._file is not None:
            share(self._file, folder / GRAPH)
        else:
            with replacing(folder / GRAPH) as temporary:
                _faiss().write_index(self._graph, str(temporary))
        kept = self._row_of[: self._n_graph] != DEAD
        np.save(folder / GRAPH_KEYS, np.where(kept, self._keys[: self._n_graph], DEAD))

    def load(self, folder: Path, embeddings: Embeddings, keys: Keys) -> Self:
        """Hold these rows; those that the graph in the folder lacks wait in the tail."""
        check_fit(embeddings, keys)
        if not (folder / GRAPH).exists():
            if len(keys) > MAX_TAIL:
                raise StaleIndex(f"the graph in {folder} is missing: index the catalogue again")
            return self.fit(embeddings, keys)
        faiss = _faiss()
        try:
            self._graph = faiss.read_index(str(folder / GRAPH), faiss.IO_FLAG_MMAP_IFC)
            known = np.load(folder / GRAPH_KEYS, allow_pickle=False)
        except (OSError, RuntimeError, ValueError, EOFError) as error:
            raise StaleIndex(f"the graph in {folder} is damaged: index it again") from error
        if self._graph.ntotal != len(known):
            raise StaleIndex(f"the graph in {folder} is damaged: index it again")
        self._file, self._n_graph = folder / GRAPH, len(known)
        row_of, is_new = _matched(known, keys)
        fresh = np.flatnonzero(is_new)
        self._hold(
            embeddings, np.concatenate([row_of, fresh]), np.concatenate([known, keys[fresh]])
        )
        if len(fresh) > MAX_TAIL:
            self._weave()
        return self

    def discard(self) -> None:
        """Delete nothing: the graph is in the index's folder."""

    def _hold(self, rows: Embeddings, row_of: Keys, keys: Keys) -> None:
        """Take in rows, and for each position its row and its key."""
        self._rows, self._row_of, self._keys = rows, row_of, keys
        self._live = np.flatnonzero(row_of != DEAD)
        self._table = KeyTable(keys[self._live])
        self._hold_tail()

    def _hold_tail(self) -> None:
        tail = self._live[np.searchsorted(self._live, self._n_graph) :]
        # before the first graph is made every row is in the tail, and none is compared
        self._tail = tail if self._n_graph else tail[:0]
        self._tail_rows = self._at(self._tail)
        self._tail_squares = np.einsum("ij,ij->i", self._tail_rows, self._tail_rows)

    def _mask(self, allowed: Allowed | None) -> Mask | None:
        """Return for each position whether its row may be found; None if every row may."""
        n_positions = len(self._row_of)
        if allowed is None:
            if len(self._live) == n_positions:
                return None
            return np.asarray(self._row_of != DEAD)
        if is_mask(allowed) and len(self._live) == n_positions:
            return self._table.allows(allowed)
        mask = np.zeros(n_positions, np.bool_)
        mask[self._positions(allowed)] = True
        return mask

    def _positions(self, keys: Allowed) -> Keys:
        return self._live[self._table.positions(keys)]

    def _at(self, positions: Keys) -> Floats:
        return np.asarray(self._rows[self._row_of[positions]], np.float32)

    def _weave(self) -> None:
        """Take all rows of the tail into the graph, in memory."""
        faiss = _faiss_for(BLOCK)
        if self._graph is None:
            n_dims = self._rows.shape[1]
            codes = faiss.ScalarQuantizer.QT_8bit
            self._graph = faiss.IndexHNSWSQ(n_dims, codes, N_LINKS, faiss.METRIC_L2)
            self._graph.hnsw.efConstruction = BUILD_DEPTH
            rows = self._row_of[self._live]
            self._graph.train(
                np.asarray(self._rows[rows[:: -(-len(rows) // TRAINED_ROWS)]], np.float32)
            )
        elif self._file is not None:
            self._graph = faiss.read_index(str(self._file))  # what is mapped cannot grow
        self._file = None
        # a position that is dead takes another row's place in the graph, and is passed over
        rows = np.maximum(self._row_of[self._n_graph :], 0)
        for start in range(0, len(rows), BLOCK):
            self._graph.add(np.asarray(self._rows[rows[start : start + BLOCK]], np.float32))
        self._n_graph = len(self._row_of)
        self._hold_tail()

    def _candidates(self, queries: Floats, n_found: int, mask: Mask | None) -> list[Keys]:
        """Positions whose exact distances decide, for each query at least `n_found`."""
        pool = max(POOL, n_found + SPARE)
        candidates = self._from_graph(queries, n_found, pool, mask)
        tail, rows, squares = self._tail, self._tail_rows, self._tail_squares
        if mask is not None:
            inside = mask[tail]
            tail, rows, squares = tail[inside], rows[inside], squares[inside]
        if not len(tail):
            return candidates
        n_tail = min(n_found, len(tail))
        return [
            np.concatenate([found, tail[nearest(rows, squares, query, n_tail)[1]]])
            for found, query in zip(candidates, queries, strict=True)
        ]

    def _from_graph(
        self, queries: Floats, n_found: int, pool: int, mask: Mask | None
    ) -> list[Keys]:
        n_graph = self._n_graph
        passing = None if mask is None else mask[:n_graph]
        n_passing = n_graph if passing is None else int(np.count_nonzero(passing))
        found: list[Keys] = [np.empty(0, np.int64) for _ in queries]
        if n_passing == 0:
            return found
        depth = pool if passing is None else int(MARGIN * pool * n_graph / n_passing) + 1
        if depth <= MAX_DEPTH:
            faiss = _faiss_for(len(queries))
            params = faiss.SearchParametersHNSW(efSearch=max(SEARCH_DEPTH, depth))
            _, asked = self._graph.search(queries, min(depth, n_graph), params=params)
            for number, positions in enumerate(asked):
                known = positions[positions >= 0]
                found[number] = known if passing is None else known[passing[known]]
        short = [number for number, each in enumerate(found) if len(each) < min(n_found, n_passing)]
        if short:
            scanned = self._scan(queries[short], min(pool, n_passing), passing)
            for number, positions in zip(short, scanned, strict=True):
                found[number] = positions[positions >= 0]
        return found

    def _scan(self, queries: Floats, n_asked: int, passing: Mask | None) -> Keys:
        """Candidates by the codes of all rows that pass, one by one."""
        faiss = _faiss_for(len(queries))
        params = None
        if passing is not None:
            bits = np.packbits(passing, bitorder="little")
            selector = faiss.IDSelectorBitmap(len(passing), faiss.swig_ptr(bits))
            params = faiss.SearchParameters(sel=selector)
        codes = faiss.downcast_index(self._graph.storage)
        return np.asarray(codes.search(queries, n_asked, params=params)[1], np.int64)


def _matched(known: Keys, keys: Keys) -> tuple[Keys, Mask]:
    """For each known key its place among `keys`, or `DEAD`; and which of `keys` are not known."""
    n_known = len(known)
    if n_known <= len(keys) and np.array_equal(known, keys[:n_known]):
        return np.arange(n_known), np.arange(len(keys)) >= n_known
    order = np.argsort(keys, kind="stable")
    places = np.minimum(np.searchsorted(keys, known, sorter=order), len(keys) - 1)
    rows = order[places] if len(keys) else np.zeros(n_known, np.int64)
    is_there = keys[rows] == known if len(keys) else np.zeros(n_known, np.bool_)
    is_new = np.ones(len(keys), np.bool_)
    is_new[rows[is_there]] = False
    return np.where(is_there, rows, DEAD), is_new


def _faiss_for(n_queries: int) -> Any:
    """Return FAISS with as many threads for this thread's calls as suit a number of queries."""
    faiss = _faiss()
    faiss.omp_set_num_threads(1 if n_queries <= FEW_QUERIES else os.cpu_count() or 1)
    return faiss


def _faiss() -> Any:
    try:
        import faiss  # half a second, and only large catalogues need it
    except ImportError as error:
        raise EngineUnavailable(
            "the engine 'hnsw' needs FAISS: pip install faiss-cpu, or index with --engine exact"
        ) from error
    return faiss
