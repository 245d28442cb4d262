"""Locks that one process at a time may hold, and that end with the process.

A lock is a transaction of SQLite on an empty file: it works on every operating system, and unlike
process ids and files that say "locked" it never outlives its owner.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from recommender import storage

TIMEOUT_S = 2.0  # a look at whether a lock is taken takes it for a moment


class LockHeld(Exception):
    """Another process or thread holds the lock; the caller says what that means."""


@contextmanager
def hold(file: Path) -> Iterator[None]:
    """Hold the lock; raises `LockHeld` if another process or thread does, or `StorageError`."""
    with storage.explained():
        file.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(file, timeout=TIMEOUT_S, isolation_level=None)
    with closing(connection) as lock:
        try:
            with storage.explained():
                lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.Error as error:
            raise LockHeld(f"{file} is locked: {error}") from error
        yield


def is_held(file: Path) -> bool:
    """Whether the lock is held at this moment."""
    if not file.exists():
        return False
    with closing(sqlite3.connect(file, timeout=0, isolation_level=None)) as lock:
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.Error:
            return True
    return False
