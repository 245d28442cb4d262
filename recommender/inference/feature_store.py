"""Keeps features by the content of their pictures, so that no picture is encoded twice.

A store belongs to one catalogue and one state of a model. It is a SQLite file: what was committed
survives a kill, and reading takes no more memory than the rows that are asked for.
"""

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import DTypeLike

from recommender.errors import CatalogueError
from recommender.types import Floats

SCHEMA_VERSION = 1
SCHEMA = f"""
PRAGMA page_size = 16384;
PRAGMA journal_mode = WAL;
CREATE TABLE IF NOT EXISTS features (
    image_sha256 TEXT PRIMARY KEY,
    reconstruction_error REAL NOT NULL,
    features BLOB NOT NULL
);
PRAGMA user_version = {SCHEMA_VERSION};
"""
BUSY_TIMEOUT_S = 30.0
ASKED_AT_ONCE = 256  # rows; SQLite allows 999 parameters everywhere
FINGERPRINT_LENGTH = 16

PictureFeatures = tuple[str, Floats, float]


class FeatureStore:
    """Features and reconstruction errors by the hash of a picture's content.

    Parameters
    ----------
    file : of the store, or ":memory:"
    dtype : half precision where a projection reads the features, whose noise is far above it;
        single precision where the features are the embeddings themselves

    Raises
    ------
    CatalogueError : the file is damaged or cannot be written
    """

    def __init__(self, file: Path | str, dtype: DTypeLike) -> None:
        self._file = file
        self._dtype = np.dtype(dtype)
        if isinstance(file, Path):
            file.parent.mkdir(parents=True, exist_ok=True)
        with self._explained():
            self._connection = sqlite3.connect(file, timeout=BUSY_TIMEOUT_S)
        try:
            self._prepare()
        except CatalogueError:
            self.close()
            raise

    def _prepare(self) -> None:
        with self._explained():
            version = self._connection.execute("PRAGMA user_version").fetchone()[0]
            if version == 0:
                self._connection.executescript(SCHEMA)
            # a commit survives a kill; after a power cut the latest ones may be encoded again
            self._connection.execute("PRAGMA synchronous = NORMAL")

    @classmethod
    @contextmanager
    def open(cls, catalogue: Path, model: str, dtype: DTypeLike) -> Iterator[Self]:
        """The store of a catalogue's folder and a model's fingerprint."""
        file = catalogue / "features" / f"{model[:FINGERPRINT_LENGTH]}.db"
        with closing(cls(file, dtype)) as store:
            yield store

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def hashes(self) -> set[str]:
        """Hashes of the encoded pictures."""
        with self._explained():
            rows = self._connection.execute("SELECT image_sha256 FROM features")
            return {row[0] for row in rows}

    def add(self, seen: Iterable[PictureFeatures]) -> None:
        """Keep hashes, features and errors, in one transaction."""
        rows = (
            (image_sha256, error, features.astype(self._dtype).tobytes())
            for image_sha256, features, error in seen
        )
        with self._explained(), self._connection:
            self._connection.executemany("INSERT OR IGNORE INTO features VALUES (?, ?, ?)", rows)

    def read(self, hashes: Sequence[str]) -> tuple[Floats, Floats]:
        """Features of shape (n, n_features) and errors of shape (n,), in the order asked for.

        Raises
        ------
        KeyError : a picture was not encoded
        """
        found: dict[str, tuple[float, bytes]] = {}
        wanted = list(dict.fromkeys(hashes))
        for start in range(0, len(wanted), ASKED_AT_ONCE):
            part = wanted[start : start + ASKED_AT_ONCE]
            marks = ",".join("?" * len(part))
            query = f"SELECT * FROM features WHERE image_sha256 IN ({marks})"  # noqa: S608  only marks
            with self._explained():
                rows = self._connection.execute(query, part)
                found |= {row[0]: (row[1], row[2]) for row in rows}
        features = [np.frombuffer(found[each][1], self._dtype) for each in hashes]
        errors = [found[each][0] for each in hashes]
        return np.array(features, np.float32), np.array(errors, np.float32)

    def keep_only(self, hashes: Collection[str]) -> None:
        """Forget all other pictures."""
        unwanted = [(each,) for each in self.hashes() - set(hashes)]
        with self._explained(), self._connection:
            self._connection.executemany("DELETE FROM features WHERE image_sha256 = ?", unwanted)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise CatalogueError(f"{self._file} cannot be used: {error}; delete it") from error
