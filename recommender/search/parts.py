"""Parts of an index on disk: written once, never changed, shared by the states that need them.

An update adds a part with what is new and says which rows are gone; what was there stays as it is.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from recommender import damage
from recommender.search.files import share
from recommender.search.names import Hashes, NameColumn

PREFIX = "part-"
NAME_FILES = ("text", "ends", "hashes", "hashed")


@dataclass(frozen=True, kw_only=True)
class Part:
    """Rows that came into an index at one time.

    Attributes
    ----------
    embeddings : (n, n_dims), half precision for unit length, else single
    errors : (n,), float32; of reconstruction
    names : ids of the items; one that has several pictures has as many rows
    contents : (n,), uint64; a hash of each row's id and picture
    folder : where it is kept; None while it is only in memory
    """

    embeddings: NDArray[Any]
    errors: NDArray[np.float32]
    names: NameColumn
    contents: Hashes
    folder: Path | None = None

    def __post_init__(self) -> None:
        lengths = {len(self.embeddings), len(self.errors), len(self.names), len(self.contents)}
        if len(lengths) != 1 or len(self.names.hashes) != len(self.names):
            raise ValueError(f"a part's arrays differ in length: {sorted(lengths)}")

    def __len__(self) -> int:
        return len(self.embeddings)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Map a part into memory; raises `OSError` or `ValueError` if it is damaged."""
        damage.verify(folder)

        def mapped(name: str) -> NDArray[Any]:
            array = np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False)
            return np.asarray(array)  # the same memory, without the cost of memmap's slices

        return cls(
            embeddings=mapped("embeddings"),
            errors=mapped("errors"),
            names=NameColumn(**{name: mapped(name) for name in NAME_FILES}),
            contents=mapped("contents"),
            folder=folder,
        )

    def kept_in(self, index: Path) -> Self:
        """Return this part as one of an index's folder, written or shared there if need be."""
        if self.folder is None:
            folder = index / f"{PREFIX}{uuid.uuid4().hex[:12]}"
            self._write(folder)
        else:
            folder = index / self.folder.name
            if not folder.exists():
                for file in sorted(self.folder.iterdir()):
                    share(file, folder / file.name)
        return replace(self, folder=folder)

    def _write(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        arrays = {
            "embeddings": self.embeddings,
            "errors": self.errors,
            "contents": self.contents,
            **{name: getattr(self.names, name) for name in NAME_FILES},
        }
        for name, array in arrays.items():
            np.save(folder / f"{name}.npy", array)
        damage.seal(folder)


def merged(parts: Sequence[Part]) -> Part:
    """Return one part, in memory, with all rows of others in their order."""
    names = (part.names[row] for part in parts for row in range(len(part)))
    return Part(
        embeddings=np.concatenate([part.embeddings for part in parts]),
        errors=np.concatenate([part.errors for part in parts]),
        names=NameColumn.of(names),
        contents=np.concatenate([part.contents for part in parts]),
    )
