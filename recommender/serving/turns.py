"""Takes turns: few threads compute at once, in the order in which they came.

Python's threads share one interpreter. A hundred that want it at once each get a moment in turn, so
that all of them end late, and the thread that serves sockets waits for a hundred moments before it
may send what has been ready for long. A few at a time end one after the other, the first of them at
once, and use less memory.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

PATIENCE_S = 3.0  # so that one slow run, such as a large catalogue's first search, stops nobody


class Turns:
    """Places for threads that compute.

    A place is given back while its thread waits for something else (`left`). Whoever has waited for
    `patience_s` goes on without a place: neither a slow one nor threads that wait for each other's
    results can stop the others.

    Parameters
    ----------
    n_places : threads that compute at once
    patience_s : seconds that a thread waits for a place
    """

    def __init__(self, n_places: int, patience_s: float = PATIENCE_S) -> None:
        self._places, self._patience_s = threading.Semaphore(n_places), patience_s
        self._own = threading.local()

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Have a place during the block; a thread that has one already keeps it."""
        if self._has_place():
            yield
            return
        self._take()
        try:
            yield
        finally:
            self._give_back()

    @contextmanager
    def left(self) -> Iterator[None]:
        """Let others have this thread's place, if it has one, during the block."""
        had_place = self._has_place()
        if had_place:
            self._give_back()
        try:
            yield
        finally:
            if had_place:
                self._take()

    def _has_place(self) -> bool:
        return getattr(self._own, "has_place", False)

    def _take(self) -> None:
        self._own.has_place = self._places.acquire(timeout=self._patience_s)

    def _give_back(self) -> None:
        if self._has_place():
            self._own.has_place = False
            self._places.release()
