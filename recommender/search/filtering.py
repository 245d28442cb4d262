"""Neighbours that meet conditions: enough of them, for one query or for a whole catalogue."""

from collections.abc import Iterable, Iterator

import numpy as np

from recommender.catalogue.filters import ItemFilter
from recommender.catalogue.store import Catalogue
from recommender.errors import CatalogueError
from recommender.items import FIELDS
from recommender.search.index import Index
from recommender.types import Keys, Mask

GROWTH = 4  # of a request whose answer held too few accepted rows


def growing_requests(n_wanted: int, n_rows: int) -> Iterator[int]:
    """Yield how many neighbours to ask an engine for, more each time, until all rows are asked for.

    A filter leaves only some of the rows that an engine returns, and how many cannot be known
    before. So the caller asks, counts what was accepted, and takes the next number if that is
    too few.
    """
    n_asked = n_wanted
    while n_asked < n_rows:
        yield n_asked
        n_asked *= GROWTH
    yield max(n_rows, 1)


class RowFilter:
    """Compares rows of an index under an `ItemFilter`, many pairs at once.

    Raises
    ------
    CatalogueError : no item has one of the columns that must be the same or different
    """

    def __init__(self, catalogue: Catalogue, index: Index, filters: ItemFilter) -> None:
        _check_columns(catalogue, (*filters.same, *filters.different))
        items = [catalogue.get(item_id) for item_id in index.ids]

        def codes(column: str) -> Keys:
            known: dict[str, int] = {"": 0}
            return np.array(
                [known.setdefault(item.label(column), len(known)) for item in items], np.int64
            )

        self._accepted = np.array([filters.accept(item) for item in items], np.bool_)
        self._same = [codes(column) for column in filters.same]
        self._different = [codes(column) for column in filters.different]

    def __call__(self, rows: Keys, keys: Keys) -> Mask:
        """Whether each neighbour may stand beside its row; a row never stands beside itself.

        Parameters
        ----------
        rows : (n,), the rows that are asked with
        keys : (n, m), their neighbours; -1 where an engine found none

        Returns
        -------
        allowed : (n, m), bool
        """
        # By identity: the nearest may be an exact duplicate
        allowed: Mask = self._accepted[keys] & (keys >= 0) & (keys != rows[:, None])
        for codes in self._same:
            allowed &= codes[keys] == codes[rows][:, None]
        for codes in self._different:
            own = codes[rows][:, None]
            allowed &= (codes[keys] != own) | (own == 0)
        return allowed


def _check_columns(catalogue: Catalogue, columns: Iterable[str]) -> None:
    known = {*FIELDS, *(name for item in catalogue for name in item.attributes)}
    for column in columns:
        if column not in known:
            raise CatalogueError(
                f"no item of {catalogue.name!r} has a column {column!r}; "
                f"there are: {', '.join(sorted(known))}"
            )
