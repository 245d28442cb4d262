"""Item ids by the million: kept as bytes, found by their hashes, no object for each.

A `NameColumn` is three flat arrays and a sorted table of hashes, which may be mapped from files.
`Ids` puts the columns of an index's parts together, and leaves out rows that were removed.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Self, overload

import numpy as np
from numpy.typing import NDArray

Keys = NDArray[np.int64]
Hashes = NDArray[np.uint64]

DIGEST_BYTES = 8


def hash_of(*texts: str) -> int:
    """Return 64 bits of a hash of texts; two of a million differ but for a chance of 3 in 10^8."""
    digest = hashlib.blake2b("\0".join(texts).encode(), digest_size=DIGEST_BYTES)
    return int.from_bytes(digest.digest(), "little")


@dataclass(frozen=True, kw_only=True)
class NameColumn:
    """Texts in the order of rows.

    Attributes
    ----------
    text : (n_bytes,), uint8; all names, one after the other, in UTF-8
    ends : (n,), int64; where each one ends
    hashes : (n,), uint64, ascending
    hashed : (n,), int32; the row that each hash belongs to
    """

    text: NDArray[np.uint8]
    ends: Keys
    hashes: Hashes
    hashed: NDArray[np.int32]

    @classmethod
    def of(cls, names: Iterable[str]) -> Self:
        """Return a column of names."""
        encoded = [name.encode() for name in names]
        hashes = np.array([hash_of(each.decode()) for each in encoded], np.uint64)
        order = np.argsort(hashes, kind="stable").astype(np.int32)
        return cls(
            text=np.frombuffer(b"".join(encoded), np.uint8),
            ends=np.cumsum([len(each) for each in encoded], dtype=np.int64),
            hashes=hashes[order],
            hashed=order,
        )

    def __len__(self) -> int:
        return len(self.ends)

    def __getitem__(self, row: int) -> str:
        start = self.ends[row - 1] if row else 0
        return self.text[start : self.ends[row]].tobytes().decode()

    def find(self, name: str) -> list[int]:
        """Return the rows of a name, ascending."""
        wanted = np.uint64(hash_of(name))
        first = np.searchsorted(self.hashes, wanted)
        last = np.searchsorted(self.hashes, wanted, side="right")
        rows = (int(row) for row in self.hashed[first:last])
        return sorted(row for row in rows if self[row] == name)


class Ids(Sequence[str]):
    """Item ids in the order of an index's rows.

    Parameters
    ----------
    columns : of the parts, one after the other
    order : positions in them that count as rows, ascending; None for all
    """

    def __init__(self, columns: Sequence[NameColumn], order: Keys | None = None) -> None:
        self.columns = tuple(columns)
        self._order = order
        self._ends = np.cumsum([0, *(len(column) for column in columns)])

    @classmethod
    def of(cls, names: Iterable[str]) -> Self:
        """Return ids that are all in memory."""
        return cls([NameColumn.of(names)])

    def __len__(self) -> int:
        return int(self._ends[-1]) if self._order is None else len(self._order)

    @overload
    def __getitem__(self, row: int) -> str: ...
    @overload
    def __getitem__(self, row: slice) -> list[str]: ...
    def __getitem__(self, row: int | slice) -> str | list[str]:
        if isinstance(row, slice):
            return [self[each] for each in range(*row.indices(len(self)))]
        if not -len(self) <= row < len(self):
            raise IndexError(f"there are {len(self)} rows")
        row = row % len(self)
        position = row if self._order is None else int(self._order[row])
        number = int(np.searchsorted(self._ends, position, side="right")) - 1
        return self.columns[number][int(position - self._ends[number])]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence):
            return NotImplemented
        return len(self) == len(other) and all(
            mine == its for mine, its in zip(self, other, strict=True)
        )

    __hash__ = None  # type: ignore[assignment]  # equal to tuples, whose hashes it does not have

    def __contains__(self, name: Any) -> bool:
        return isinstance(name, str) and bool(self.rows(name))

    def rows(self, name: str) -> list[int]:
        """Return all rows of an id, the first one first; empty if there is none."""
        positions = [
            int(start) + row
            for start, column in zip(self._ends, self.columns, strict=False)
            for row in column.find(name)
        ]
        if self._order is None:
            return positions
        places = np.searchsorted(self._order, positions)
        return [
            int(place)
            for place, position in zip(places, positions, strict=True)
            if place < len(self._order) and self._order[place] == position
        ]
