"""Arrays that lie in several parts, read as one.

An index only ever gains rows at its end, part by part, so that a part on disk is never written
again. `Rows` is what the rest of the program sees: one array of rows, of which it reads a few, or
all.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

Array = NDArray[Any]
Positions = NDArray[np.int64]


class Rows:
    """Parts of equal width and type, one after the other; reading gives single precision.

    Parameters
    ----------
    parts : at least one array or `Rows`, each of shape (n, ...), such as memory-mapped files
    order : positions that count as rows 0, 1, ..., ascending; None for all of them
    """

    def __init__(self, parts: Sequence[Any], order: Positions | None = None) -> None:
        if not parts:
            raise ValueError("rows need at least one part")
        self.parts: tuple[Any, ...] = tuple(parts)
        self._order = order
        self._ends = np.cumsum([len(part) for part in self.parts])
        self._n_rows = int(self._ends[-1]) if order is None else len(order)

    def __len__(self) -> int:
        return self._n_rows

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of rows, and the shape of one."""
        return (self._n_rows, *self.parts[0].shape[1:])

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the stored numbers; those that are read have single precision."""
        return np.dtype(self.parts[0].dtype)  # type: ignore[no-any-return]

    def __getitem__(self, key: Any) -> Array:
        """Rows by number, by a slice or by an array of numbers, as a copy in memory."""
        if isinstance(key, slice):
            key = np.arange(*key.indices(self._n_rows), dtype=np.int64)
        rows = np.asarray(key)
        if rows.dtype == np.bool_:
            rows = np.flatnonzero(rows)
        flat = np.atleast_1d(rows).astype(np.int64, copy=False)
        if flat.size and (flat.min() < -self._n_rows or flat.max() >= self._n_rows):
            raise IndexError(f"there are {self._n_rows} rows")
        flat = np.where(flat < 0, flat + self._n_rows, flat)
        taken = self.take(flat if self._order is None else self._order[flat])
        return np.asarray(taken[0]) if rows.ndim == 0 else taken

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> Array:
        if len(self.parts) == 1 and self._order is None and not copy:
            return np.asarray(self.parts[0], dtype or _single(self.parts[0][:0]).dtype)
        if copy is False:
            raise ValueError("rows that lie in parts cannot be read without a copy")
        return np.asarray(self[:], dtype)

    def take(self, positions: Positions) -> Array:
        """Rows at positions of the parts, whether or not they count as rows."""
        if len(self.parts) == 1:
            return _single(self.parts[0][positions])
        taken = np.empty(
            (len(positions), *self.parts[0].shape[1:]), _single(self.parts[0][:0]).dtype
        )
        part_of = np.searchsorted(self._ends, positions, side="right")
        for number, part in enumerate(self.parts):
            at = np.flatnonzero(part_of == number)
            if at.size:
                start = self._ends[number] - len(part)
                taken[at] = part[positions[at] - start]
        return taken


def _single(values: Array) -> Array:
    """Return half precision as single; whole numbers stay as they are."""
    return np.asarray(values, np.float32) if values.dtype.kind == "f" else np.asarray(values)
