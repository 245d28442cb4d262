"""Large uploads that wait on disk, until their import begins or whoever brought them has gone.

Each server has a folder of its own below the home and holds a lock in it, so that the next server
that starts knows what a killed one left, and removes that and nothing else.
"""

import contextlib
import shutil
import threading
import uuid
from contextlib import ExitStack
from pathlib import Path

from recommender import locks, storage
from recommender.config import home
from recommender.errors import CatalogueError

LOCK = "running.lock"
MARK = b"lookalike: this upload waits on the server's disk"  # what Streamlit holds in its place
GONE = "this file is not on the server any more: choose it again"


class Shelf:
    """Files of one server by the ids that Streamlit gave them; safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._files: dict[str, Path] = {}
        self._refusals: dict[str, str] = {}
        self._open = ExitStack()
        self._folder: Path | None = None

    def __len__(self) -> int:
        return len(self._files)

    def place(self) -> Path:
        """Return a path for a new file; raises `StorageError` where the disk takes none."""
        with self._lock, storage.explained():
            if self._folder is None:  # made at the first large upload: looking needs no disk
                folder = _shelves() / uuid.uuid4().hex
                self._open.enter_context(locks.hold(folder / LOCK))
                self._folder = folder
            return self._folder / uuid.uuid4().hex

    def keep(self, file_id: str, file: Path) -> None:
        """Keep a file that has arrived whole."""
        with self._lock:
            self._files[file_id] = file

    def refuse(self, file_id: str, sentence: str) -> None:
        """Note why a file could not be kept, for the page to say."""
        with self._lock:
            self._refusals[file_id] = sentence

    def find(self, file_id: str) -> Path:
        """Return where a file lies; raises `CatalogueError` with the reason if it is not there."""
        with self._lock:
            file, refusal = self._files.get(file_id), self._refusals.get(file_id)
        if file is None or not file.exists():
            raise CatalogueError(refusal or GONE)
        return file

    def drop(self, file_id: str) -> None:
        """Remove a file, unless an import has taken it; one that is not there is not an error."""
        with self._lock:
            file = self._files.pop(file_id, None)
            self._refusals.pop(file_id, None)
        if file is not None:
            with contextlib.suppress(OSError):
                file.unlink(missing_ok=True)

    def close(self) -> None:
        """Remove everything; for the end of the server."""
        with self._lock:
            self._files.clear()
            folder, self._folder = self._folder, None
        self._open.close()
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)


SHELF = Shelf()


def sweep() -> None:
    """Remove what servers left that did not end in peace."""
    with contextlib.suppress(OSError):
        for folder in list(_shelves().glob("*")):
            if not locks.is_held(folder / LOCK):
                shutil.rmtree(folder, ignore_errors=True)


def _shelves() -> Path:
    return home() / "uploads"
