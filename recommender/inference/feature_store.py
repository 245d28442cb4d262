"""Keeps features by the content of their pictures, so that no picture is encoded twice.

A store belongs to one catalogue and one state of a model. It is a SQLite file: what was committed
survives a kill, and reading takes no more memory than the rows that are asked for.
"""

import sqlite3
import zlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import DTypeLike

from recommender import storage
from recommender.errors import CatalogueError
from recommender.types import Floats

SCHEMA_VERSION = 2
SCHEMA = f"""
PRAGMA page_size = 16384;
PRAGMA journal_mode = WAL;
CREATE TABLE IF NOT EXISTS features (
    image_sha256 TEXT PRIMARY KEY,
    reconstruction_error REAL NOT NULL,
    features BLOB NOT NULL,
    checksum INTEGER
);
PRAGMA user_version = {SCHEMA_VERSION};
"""
# the first version had no checksums; rows from then are taken as they are
UPGRADE = f"""
ALTER TABLE features ADD COLUMN checksum INTEGER;
PRAGMA user_version = {SCHEMA_VERSION};
"""
BUSY_TIMEOUT_S = 30.0
ASKED_AT_ONCE = 256  # rows; SQLite allows 999 parameters everywhere
FINGERPRINT_LENGTH = 16

PictureFeatures = tuple[str, Floats, float]


class DamagedFeatures(CatalogueError):
    """A store's file, or a row in it, is damaged; all of it can be made again."""


class FeatureStore:
    """Features and reconstruction errors by the hash of a picture's content.

    Parameters
    ----------
    file : of the store, or ":memory:"
    dtype : half precision where a projection reads the features, whose noise is far above it;
        single precision where the features are the embeddings themselves

    Raises
    ------
    DamagedFeatures : the file is damaged
    StorageError : it cannot be written
    """

    def __init__(self, file: Path | str, dtype: DTypeLike) -> None:
        self._file = file
        self._dtype = np.dtype(dtype)
        with self._explained():
            if isinstance(file, Path):
                file.parent.mkdir(parents=True, exist_ok=True)
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
            elif version == 1:
                self._connection.executescript(UPGRADE)
            # a commit survives a kill; after a power cut the latest ones may be encoded again
            self._connection.execute("PRAGMA synchronous = NORMAL")

    @classmethod
    @contextmanager
    def open(cls, catalogue: Path, model: str, dtype: DTypeLike) -> Iterator[Self]:
        """The store of a catalogue's folder and a model's fingerprint."""
        with closing(cls(_file(catalogue, model), dtype)) as store:
            yield store

    @staticmethod
    def discard(catalogue: Path, model: str) -> None:
        """Delete a damaged store; a missing one is not an error."""
        file = _file(catalogue, model)
        with storage.explained():
            for suffix in ("", "-wal", "-shm"):
                file.with_name(file.name + suffix).unlink(missing_ok=True)

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
            self._row(image_sha256, features.astype(self._dtype).tobytes(), error)
            for image_sha256, features, error in seen
        )
        with self._explained(), self._connection:
            self._connection.executemany("INSERT OR IGNORE INTO features VALUES (?, ?, ?, ?)", rows)

    @staticmethod
    def _row(image_sha256: str, features: bytes, error: float) -> tuple[str, float, bytes, int]:
        return image_sha256, error, features, _checksum(image_sha256, error, features)

    def read(self, hashes: Sequence[str]) -> tuple[Floats, Floats]:
        """Features of shape (n, n_features) and errors of shape (n,), in the order asked for.

        Raises
        ------
        KeyError : a picture was not encoded
        DamagedFeatures : what was kept of a picture is not what was written
        """
        found: dict[str, tuple[float, bytes]] = {}
        wanted = list(dict.fromkeys(hashes))
        for start in range(0, len(wanted), ASKED_AT_ONCE):
            part = wanted[start : start + ASKED_AT_ONCE]
            marks = ",".join("?" * len(part))
            query = f"SELECT * FROM features WHERE image_sha256 IN ({marks})"  # noqa: S608  only marks
            with self._explained():
                rows = self._connection.execute(query, part)
                for image_sha256, error, features, checksum in rows:
                    if checksum not in (None, _checksum(image_sha256, error, features)):
                        raise DamagedFeatures("kept features are damaged: index it again")
                    found[image_sha256] = error, features
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
            with storage.explained():
                yield
        except sqlite3.Error as error:
            raise DamagedFeatures(f"{self._file} cannot be used: {error}; delete it") from error


def _file(catalogue: Path, model: str) -> Path:
    return catalogue / "features" / f"{model[:FINGERPRINT_LENGTH]}.db"


def _checksum(image_sha256: str, error: float, features: bytes) -> int:
    return zlib.crc32(features, zlib.crc32(f"{image_sha256} {error!r}".encode()))
