"""Writes the related-products table of a whole catalogue: the neighbours of each product."""

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from recommender.catalogue import rules
from recommender.catalogue.filters import ANYTHING, ItemFilter
from recommender.catalogue.store import Catalogue
from recommender.config import replacing
from recommender.errors import CatalogueError
from recommender.search.filtering import RowFilter, growing_requests
from recommender.search.index import Index
from recommender.search.selection import arranged, nearest_picture
from recommender.spreadsheets import harmless
from recommender.types import Keys, Progress

BLOCK = 512  # items asked for at once
MAX_CELLS = 2_000_000  # distances in memory at once: 24 MB with their keys
CSV, PARQUET = ".csv", ".parquet"

Found = tuple[Keys, NDArray[np.floating]]  # keys of neighbours, and their similarities


class Row(NamedTuple):
    """One product and one of its neighbours.

    Attributes
    ----------
    rank : from 1, the most alike
    similarity : in [0, 1]
    """

    item_id: str
    neighbour_id: str
    rank: int
    similarity: float


def related(
    catalogue: Catalogue,
    index: Index,
    n_neighbors: int,
    filters: ItemFilter = ANYTHING,
    *,
    progress: Progress | None = None,
) -> Iterator[list[Row]]:
    """Neighbours of every item, in the catalogue's order, block by block.

    Memory does not grow with the catalogue. An item has `n_neighbors` rows, or as many as there
    are items that may stand beside it.

    Parameters
    ----------
    filters : which neighbours may stand beside an item
    progress : called with the number of items done and the number of items

    Raises
    ------
    CatalogueError : no neighbours are asked for, or no item has one of the columns of `filters`
    """
    if n_neighbors < 1:
        raise CatalogueError(f"the number of neighbours must be at least 1, got {n_neighbors}")
    relating = _Relating(catalogue, index.covers, n_neighbors, filters)
    order = np.array([relating.index.row(item.item_id) for item in catalogue], np.int64)
    for start in range(0, len(order), BLOCK):
        rows = order[start : start + BLOCK]
        yield relating.beside(rows)
        if progress is not None:
            progress(start + len(rows), len(order))


class _Relating:
    """Relates products as filters and the shop's rules allow; takes what `related` takes."""

    def __init__(
        self, catalogue: Catalogue, index: Index, n_neighbors: int, filters: ItemFilter
    ) -> None:
        self.catalogue, self.index, self._n_neighbors = catalogue, index, n_neighbors
        self._rules = rules.read(catalogue.folder)
        filters = self._rules.narrowed(filters, by_product=True)
        self._allows = RowFilter(catalogue, index, filters)
        hiding = ("", *self._rules.hidden_for)
        self._n_asked = n_neighbors + max(len(self._rules.hidden_beside(each)) for each in hiding)

    def beside(self, rows: Keys) -> list[Row]:
        """Neighbours of the products in these rows."""
        found = _neighbours(self.index, rows, self._n_asked, self._allows)
        return [
            neighbour._replace(rank=rank)
            for row in rows
            for rank, neighbour in enumerate(self._arranged(int(row), found[int(row)]), start=1)
        ]

    def _ranked(self, row: int, found: Found) -> list[Row]:
        item_id = self.index.ids[row]
        hidden = self._rules.hidden_beside(item_id)
        return [
            Row(item_id, self.index.ids[key], 0, float(similarity))
            for key, similarity in zip(*found, strict=True)
            if self.index.ids[key] not in hidden
        ]

    def _arranged(self, row: int, found: Found) -> list[Row]:
        ranked = self._ranked(row, found)
        if self._rules.is_empty:
            return ranked
        item_id = self.index.ids[row]
        embedding = np.asarray(self.index.embeddings[row], np.float32)

        def pin(other: str) -> Row | None:
            if other not in self.catalogue:
                return None
            head = nearest_picture(self.index, other, embedding)
            if head is None:
                return None
            return Row(item_id, other, 0, self.index.similarity(head.distance))

        def fill() -> list[Row]:
            same = ItemFilter(same=("category",), in_stock=self._rules.in_stock)
            allows = RowFilter(self.catalogue, self.index, same)
            more = _neighbours(self.index, np.array([row]), self._n_asked, allows)
            return self._ranked(row, more[row])

        return arranged(
            ranked,
            self._rules,
            item_id,
            self._n_neighbors,
            lambda each: each.neighbour_id,
            pin,
            fill,
        )


def write(blocks: Iterable[list[Row]], file: Path) -> int:
    """Write a table; what was there before is replaced only by a whole new one.

    Parameters
    ----------
    file : its suffix, .csv or .parquet, says the format

    Returns
    -------
    n_rows : how many were written

    Raises
    ------
    CatalogueError : the file has another suffix
    """
    writers = {CSV: _write_csv, PARQUET: _write_parquet}
    writer = writers.get(file.suffix.lower())
    if writer is None:
        raise CatalogueError(f"{file} must end in {CSV} or {PARQUET}")
    with replacing(file) as temporary:
        return writer(blocks, temporary)


def _neighbours(index: Index, rows: Keys, n_neighbors: int, allows: RowFilter) -> dict[int, Found]:
    """Keys and similarities of each row; those that find too few ask again for more."""
    found: dict[int, Found] = {}
    for n_asked in growing_requests(n_neighbors + 1, len(index)):
        if not len(rows):
            break
        short = []
        step = max(1, MAX_CELLS // n_asked)
        for start in range(0, len(rows), step):
            part = rows[start : start + step]
            distances, keys = index.kneighbors(np.asarray(index.embeddings[part]), n_asked)
            similarities, allowed = index.similarities(distances), allows(part, keys)
            for place, row in enumerate(part):
                picked = np.flatnonzero(allowed[place])[:n_neighbors]
                if len(picked) < n_neighbors and n_asked < len(index):
                    short.append(row)
                else:
                    found[int(row)] = keys[place, picked], similarities[place, picked]
        rows = np.array(short, np.int64)
    return found


def _write_csv(blocks: Iterable[list[Row]], file: Path) -> int:
    n_rows = 0
    with file.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(Row._fields)
        for block in blocks:
            writer.writerows(
                map(harmless, row._replace(similarity=round(row.similarity, 6))) for row in block
            )
            n_rows += len(block)
    return n_rows


def _write_parquet(blocks: Iterable[list[Row]], file: Path) -> int:
    import pyarrow as pa  # half a second that other commands need not wait for
    import pyarrow.parquet as pq

    types = (pa.string(), pa.string(), pa.int32(), pa.float32())
    schema = pa.schema(list(zip(Row._fields, types, strict=True)))
    n_rows = 0
    with pq.ParquetWriter(file, schema) as writer:
        for block in blocks:
            writer.write_table(
                pa.Table.from_pylist([row._asdict() for row in block], schema=schema)
            )
            n_rows += len(block)
    return n_rows
