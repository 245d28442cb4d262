"""The related-products table of a whole catalogue: for each product, its lookalikes."""

import csv
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from recommender.catalogue.filters import Wishes
from recommender.catalogue.store import Catalogue
from recommender.config import replacing
from recommender.errors import CatalogueError
from recommender.items import FIELDS
from recommender.search.index import Index

BLOCK = 512  # items asked for at once
MAX_CELLS = 2_000_000  # distances in memory at once: 24 MB with their keys
GROWTH = 4  # of the number of rows asked for, while wishes leave too few
CSV, PARQUET = ".csv", ".parquet"

Keys = NDArray[np.int64]
Progress = Callable[[int, int], None]


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
    where: Wishes | None = None,
    *,
    progress: Progress | None = None,
) -> Iterator[list[Row]]:
    """Neighbours of every item, in the catalogue's order, block by block.

    Memory does not grow with the catalogue. An item has `n_neighbors` rows, or as many as there
    are items that may stand beside it.

    Parameters
    ----------
    where : which neighbours may stand beside an item
    progress : called with the number of items done and the number of items

    Raises
    ------
    CatalogueError : no neighbours are asked for, or no item has one of the columns of `where`
    """
    if n_neighbors < 1:
        raise CatalogueError(f"the number of neighbours must be at least 1, got {n_neighbors}")
    order = np.array([index.row(item.item_id) for item in catalogue], np.int64)
    allows = _Allows(catalogue, index, where or Wishes())
    for start in range(0, len(order), BLOCK):
        rows = order[start : start + BLOCK]
        found = _neighbours(index, rows, n_neighbors, allows)
        yield [
            Row(index.ids[row], index.ids[key], rank, float(similarity))
            for row in rows
            for rank, (key, similarity) in enumerate(zip(*found[int(row)], strict=True), start=1)
        ]
        if progress is not None:
            progress(start + len(rows), len(order))


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


class _Allows:
    """Which rows may stand beside which, in whole numbers that compare fast."""

    def __init__(self, catalogue: Catalogue, index: Index, where: Wishes) -> None:
        _check_columns(catalogue, (*where.same, *where.different))
        items = [catalogue.get(item_id) for item_id in index.ids]

        def codes(column: str) -> Keys:
            known: dict[str, int] = {"": 0}
            return np.array(
                [known.setdefault(item.label(column), len(known)) for item in items], np.int64
            )

        self._accepted = np.array([where.accept(item) for item in items], np.bool_)
        self._same = [codes(column) for column in where.same]
        self._different = [codes(column) for column in where.different]

    def __call__(self, rows: Keys, keys: Keys) -> NDArray[np.bool_]:
        """For rows of shape (n,) and keys of shape (n, m), an array of shape (n, m)."""
        # By identity: the nearest may be an exact duplicate
        allowed: NDArray[np.bool_] = self._accepted[keys] & (keys != rows[:, None])
        for codes in self._same:
            allowed &= codes[keys] == codes[rows][:, None]
        for codes in self._different:
            own = codes[rows][:, None]
            allowed &= (codes[keys] != own) | (own == 0)
        return allowed


def _neighbours(
    index: Index, rows: Keys, n_neighbors: int, allows: _Allows
) -> dict[int, tuple[Keys, NDArray[np.floating]]]:
    """Keys and similarities of each row; those that find too few ask again for more."""
    found: dict[int, tuple[Keys, NDArray[np.floating]]] = {}
    n_asked = n_neighbors + 1
    while len(rows):
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
        rows, n_asked = np.array(short, np.int64), min(GROWTH * n_asked, len(index))
    return found


def _check_columns(catalogue: Catalogue, columns: Iterable[str]) -> None:
    known = {*FIELDS, *(name for item in catalogue for name in item.attributes)}
    for column in columns:
        if column not in known:
            raise CatalogueError(
                f"no item of {catalogue.name!r} has a column {column!r}; "
                f"there are: {', '.join(sorted(known))}"
            )


def _write_csv(blocks: Iterable[list[Row]], file: Path) -> int:
    n_rows = 0
    with file.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(Row._fields)
        for block in blocks:
            writer.writerows(row._replace(similarity=round(row.similarity, 6)) for row in block)
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
